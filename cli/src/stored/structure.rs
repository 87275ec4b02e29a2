//! Where a JSON object ends, found without reading it: 64 bytes at a time.
//!
//! Of each block one needs to know which bytes are within strings; the braces outside of them are counted. A
//! record that is skipped costs this and no more. It refuses to judge: text that is no JSON ends somewhere, or
//! nowhere, and whoever parses it says what is wrong.

use wide::u8x16;

/// So many bytes are looked at together: a bit each.
const BLOCK: usize = 64;
const LANES: usize = 16;

/// How far an object has been followed.
#[derive(Clone, Debug, Default)]
pub(super) struct Structure {
    /// Where the next block begins.
    at: usize,
    depth: usize,
    /// All ones within a string.
    in_string: u64,
    /// The block before ended with a backslash that escapes.
    escaped: bool,
    /// There was a backslash.
    pub(super) escapes: bool,
    /// The object is one of a line each: a line's break within a string ends it, for JSON has none there.
    lines: bool,
    /// Any line's break ends it.
    one: bool,
    /// It was ended so.
    pub(super) broken: bool,
}

impl Structure {
    /// That of an object whose first brace has been passed.
    pub(super) fn opened() -> Self {
        Structure { depth: 1, ..Structure::default() }
    }

    /// That of an object that may stand in a line of its own, and be broken off there: within a string, or anywhere
    /// in `one` line.
    pub(super) fn of_line(one: bool) -> Self {
        Structure { lines: true, one, ..Structure::default() }
    }

    /// Where the object ends that this text begins with, if it does. When it doesn't, it is asked again with
    /// more of the same text, and goes on where it was.
    pub(super) fn end(&mut self, text: &[u8]) -> Option<usize> {
        let (blocks, tail) = text.get(self.at..)?.as_chunks::<BLOCK>();
        for block in blocks {
            if let Some(end) = self.block(block) {
                return Some(self.at + end);
            }
            self.at += BLOCK;
        }
        // What doesn't fill a block is looked at ahead, and again when there is more.
        let mut last = [b' '; BLOCK];
        last.iter_mut().zip(tail).for_each(|(last, byte)| *last = *byte);
        let mut ahead = self.clone();
        let end = ahead.block(&last)?;
        (self.escapes, self.broken) = (ahead.escapes, ahead.broken);
        Some(self.at + end)
    }

    /// How much of the text has been followed and need not be there any more.
    pub(super) fn pass(&mut self) -> usize {
        std::mem::take(&mut self.at)
    }

    #[inline(always)]
    fn block(&mut self, block: &[u8; BLOCK]) -> Option<usize> {
        let backslashes = where_are(block, |bytes| bytes.simd_eq(u8x16::splat(b'\\')));
        let mut quotes = where_are(block, |bytes| bytes.simd_eq(u8x16::splat(b'"')));
        if backslashes != 0 || self.escaped {
            self.escapes = true;
            quotes &= !self.behind(backslashes);
        }
        let strings = odd(quotes) ^ self.in_string;
        self.in_string = 0_u64.wrapping_sub(strings >> 63);
        let breaks = match self.lines {
            true if self.one => where_are(block, |bytes| bytes.simd_eq(u8x16::splat(b'\n'))),
            true => where_are(block, |bytes| bytes.simd_eq(u8x16::splat(b'\n'))) & strings,
            false => 0,
        };
        // The braces differ in two bits. With both set they are one with `y` and DEL, which stand outside of
        // strings in no JSON.
        let alike = where_are(block, |bytes| (bytes | u8x16::splat(6)).simd_eq(u8x16::splat(0x7f)));
        let mut braces = (alike & !strings) | breaks;
        while braces != 0 {
            let at = braces.trailing_zeros() as usize;
            match block.get(at) {
                Some(b'{') => self.depth += 1,
                Some(b'}') if self.depth <= 1 => return Some(at + 1),
                Some(b'}') => self.depth -= 1,
                Some(b'\n') => {
                    self.broken = true;
                    return Some(at);
                }
                _ => {}
            }
            braces &= braces - 1;
        }
        None
    }

    /// The bytes that a backslash before them escapes.
    fn behind(&mut self, backslashes: u64) -> u64 {
        let mut behind = u64::from(self.escaped);
        let mut left = backslashes & !behind;
        self.escaped = false;
        while left != 0 {
            let at = left.trailing_zeros();
            self.escaped = at == 63;
            behind |= 2 << at;
            left &= !(3_u64 << at);
        }
        behind
    }
}

/// A bit for each byte of which it is true.
#[inline(always)]
fn where_are(block: &[u8; BLOCK], is: impl Fn(u8x16) -> u8x16) -> u64 {
    let ([first, second, third, fourth], _) = block.as_chunks::<LANES>() else {
        return 0;
    };
    let bits = |lane: &[u8; LANES]| u64::from(is(u8x16::new(*lane)).to_bitmask());
    bits(first) | bits(second) << LANES | bits(third) << (2 * LANES) | bits(fourth) << (3 * LANES)
}

/// Of each bit, whether an odd number of bits is set up to it.
#[inline]
fn odd(bits: u64) -> u64 {
    [1, 2, 4, 8, 16, 32].iter().fold(bits, |odd, by| odd ^ (odd << by))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The same, byte by byte.
    fn plainly(text: &[u8], lines: bool, one: bool) -> Option<usize> {
        let (mut depth, mut in_string, mut escaped) = (0, false, false);
        for (at, byte) in text.iter().enumerate() {
            match byte {
                b'"' if !escaped => in_string = !in_string,
                b'\n' if one || lines && in_string => return Some(at),
                b'{' if !in_string => depth += 1,
                b'}' if !in_string && depth <= 1 => return Some(at + 1),
                b'}' if !in_string => depth -= 1,
                _ => {}
            }
            escaped = *byte == b'\\' && !escaped;
        }
        None
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

        #[test]
        fn an_object_ends_where_reading_it_byte_by_byte_says(
            text in r#"\{([\\"{}y a\n]|[\\"]{1,9}|[a-z]{0,70})*"#,
            step in 1_usize..200,
            lines: bool,
            one: bool,
        ) {
            let one = one && lines;
            let (text, expected) = (text.as_bytes(), plainly(text.as_bytes(), lines, one));
            let mut structure = if lines { Structure::of_line(one) } else { Structure::default() };
            let (mut there, mut found) = (0, None);
            while found.is_none() && there < text.len() {
                there = (there + step).min(text.len());
                found = structure.end(&text[..there]);
            }
            prop_assert_eq!(found, expected);
            if let Some(end) = found {
                prop_assert!(structure.escapes || !text[..end].contains(&b'\\'));
            }
        }
    }
}
