//! An envelope with nothing but documented forms in it, read in one pass.
//!
//! Nearly every payload is one. It refuses any other, without saying why: whoever decodes reads it again, more slowly,
//! and can then tell what is wrong, and where.

use super::Envelope;
use crate::Record;
use crate::reading::{InForm, Name};
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde_json::map::Entry;
use std::fmt;

/// A bit for each member, those first that every envelope has.
const DETAIL_TYPE: u16 = 1;
const SOURCE: u16 = 1 << 1;
const DETAIL: u16 = 1 << 2;
const NEEDED: u16 = DETAIL_TYPE | SOURCE | DETAIL;
const VERSION: u16 = 1 << 3;
const ID: u16 = 1 << 4;
const ACCOUNT: u16 = 1 << 5;
const TIME: u16 = 1 << 6;
const REGION: u16 = 1 << 7;
const RESOURCES: u16 = 1 << 8;

/// The envelope; `None` for a payload that has to be looked at more closely.
pub(super) fn in_one_pass(payload: &[u8]) -> Option<Envelope> {
    // What went wrong is found again by whoever reads it more closely.
    let mut json = serde_json::Deserializer::from_str(std::str::from_utf8(payload).ok()?);
    let envelope = json.deserialize_map(Members).ok()?;
    json.end().ok()?;
    Some(envelope)
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Envelope;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Envelope, A::Error> {
        let mut envelope = Envelope::default();
        let mut seen = 0u16;
        while let Some(name) = map.next_key::<Name<'de>>()? {
            let member = match &*name {
                "version" => read(&mut map, &mut envelope.version, VERSION)?,
                "id" => read(&mut map, &mut envelope.id, ID)?,
                "account" => read(&mut map, &mut envelope.account, ACCOUNT)?,
                "time" => read(&mut map, &mut envelope.time, TIME)?,
                "detail-type" => read(&mut map, &mut envelope.detail_type, DETAIL_TYPE)?,
                "source" => read(&mut map, &mut envelope.source, SOURCE)?,
                "detail" => {
                    let InForm::<Record>(detail) = map.next_value()?;
                    envelope.detail = detail;
                    DETAIL
                }
                "region" => read(&mut map, &mut envelope.region, REGION)?,
                "resources" => read(&mut map, &mut envelope.resources, RESOURCES)?,
                _ => {
                    let Entry::Vacant(place) = envelope.other.entry(name.into_owned()) else {
                        return Err(Error::custom("named twice"));
                    };
                    place.insert(map.next_value()?);
                    continue;
                }
            };
            if seen & member != 0 {
                return Err(Error::custom("named twice"));
            }
            seen |= member;
        }
        if seen & NEEDED == NEEDED { Ok(envelope) } else { Err(Error::custom("not an envelope")) }
    }
}

/// Reads a member's value; its bit, for who counts them.
fn read<'de, A: MapAccess<'de>, T: serde::Deserialize<'de>>(
    map: &mut A,
    to: &mut T,
    bit: u16,
) -> Result<u16, A::Error> {
    *to = map.next_value()?;
    Ok(bit)
}
