//! IP addresses, and the `cidr` operator.
//!
//! A string in a pattern that is an address matches every spelling of that address, so
//! `"2001:db8::1"` matches `"2001:0db8:0:0:0:0:0:1"`. A block matches addresses of its own
//! family only; host names and `AWS Internal` simply do not match.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::error::{PatternError, Reason};

/// A CIDR block of either family.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Block {
    address: IpAddr,
    bits: u32,
}

impl Block {
    /// Reads what follows `"cidr":`, at `path`. Bits beyond the mask are dropped.
    pub(super) fn parse(text: &str, path: &str) -> Result<Self, PatternError> {
        let fail = |reason| Err(PatternError::new(path, reason));
        let (address, mask) = match text.split_once('/') {
            Some((address, mask)) if !mask.is_empty() && !mask.contains('/') => (address, mask),
            _ => return fail(Reason::CidrSlash),
        };
        let Ok(bits) = mask.parse::<i32>() else {
            return fail(Reason::CidrMask);
        };
        let Ok(bits) = u32::try_from(bits) else {
            return fail(Reason::CidrNegative);
        };
        let Some(address) = parse_address(address) else {
            return fail(Reason::NotAnAddress { text: address.to_owned() });
        };
        match address {
            IpAddr::V4(_) if bits > 31 => fail(Reason::CidrTooLong { family: "IPv4", limit: 32 }),
            IpAddr::V6(_) if bits > 127 => fail(Reason::CidrTooLong { family: "IPv6", limit: 128 }),
            _ => Ok(Self { address, bits }),
        }
    }

    pub(super) fn contains(&self, text: &str) -> bool {
        match (self.address, parse_address(text)) {
            (IpAddr::V4(net), Some(IpAddr::V4(ip))) => {
                let mask = u32::MAX.checked_shl(32 - self.bits).unwrap_or(0);
                (net.to_bits() ^ ip.to_bits()) & mask == 0
            }
            (IpAddr::V6(net), Some(IpAddr::V6(ip))) => {
                let mask = u128::MAX.checked_shl(128 - self.bits).unwrap_or(0);
                (net.to_bits() ^ ip.to_bits()) & mask == 0
            }
            _ => false,
        }
    }
}

/// An address as the engine reads one: dotted quads in decimal (leading zeros are not octal),
/// IPv6 without dots or zones, an IPv4-mapped address as the IPv4 address it maps.
pub(super) fn parse_address(text: &str) -> Option<IpAddr> {
    // the longest spelling is eight groups of four hex digits; most strings are no address
    if text.len() > 39 || !text.bytes().next().is_some_and(|b| b.is_ascii_hexdigit() || b == b':') {
        return None;
    }
    if text.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return parse_v4(text).map(IpAddr::V4);
    }
    if !text.bytes().all(|b| b.is_ascii_hexdigit() || b == b':') {
        return None;
    }
    let address: Ipv6Addr = text.parse().ok()?;
    Some(address.to_ipv4_mapped().map_or(IpAddr::V6(address), IpAddr::V4))
}

fn parse_v4(text: &str) -> Option<Ipv4Addr> {
    if text.len() > 15 {
        return None;
    }
    let mut octets = [0u8; 4];
    let mut parts = text.split('.');
    for octet in &mut octets {
        *octet = parts.next()?.parse().ok()?;
    }
    parts.next().is_none().then_some(Ipv4Addr::from(octets))
}
