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

/// The members that every envelope has.
const NEEDED: u16 = 1 << 4 | 1 << 5 | 1 << 6;

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
            let number = match &*name {
                "version" => read(&mut map, &mut envelope.version, 0)?,
                "id" => read(&mut map, &mut envelope.id, 1)?,
                "account" => read(&mut map, &mut envelope.account, 2)?,
                "time" => read(&mut map, &mut envelope.time, 3)?,
                "detail-type" => read(&mut map, &mut envelope.detail_type, 4)?,
                "source" => read(&mut map, &mut envelope.source, 5)?,
                "detail" => {
                    let InForm::<Record>(detail) = map.next_value()?;
                    envelope.detail = detail;
                    6
                }
                "region" => read(&mut map, &mut envelope.region, 7)?,
                "resources" => read(&mut map, &mut envelope.resources, 8)?,
                _ => {
                    let Entry::Vacant(place) = envelope.other.entry(name.into_owned()) else {
                        return Err(Error::custom("named twice"));
                    };
                    place.insert(map.next_value()?);
                    continue;
                }
            };
            if seen & 1 << number != 0 {
                return Err(Error::custom("named twice"));
            }
            seen |= 1 << number;
        }
        if seen & NEEDED == NEEDED { Ok(envelope) } else { Err(Error::custom("not an envelope")) }
    }
}

/// Reads a member's value; its number, for who counts them.
fn read<'de, A: MapAccess<'de>, T: serde::Deserialize<'de>>(
    map: &mut A,
    to: &mut T,
    number: u16,
) -> Result<u16, A::Error> {
    *to = map.next_value()?;
    Ok(number)
}
