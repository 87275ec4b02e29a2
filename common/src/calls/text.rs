//! Text that some writers put in another scalar form.
//!
//! SQS attributes and tags are text in every real record, but translated records carry `30` for
//! `"30"`. It says the same, so it is read; a list or an object is refused, with its path: SQS has no
//! such value, so the record is not what it seems.

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// A map from names to text.
pub type TextMap = BTreeMap<String, String>;

#[derive(Debug)]
struct Text(String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        match raw.get().as_bytes().first() {
            Some(b'"') => serde_json::from_str(raw.get()).map(Text).map_err(serde::de::Error::custom),
            Some(b'[') => Err(serde::de::Error::custom("invalid type: sequence, expected text")),
            Some(b'{') => Err(serde::de::Error::custom("invalid type: map, expected text")),
            Some(b'n') => Ok(Text(String::new())),
            _ => Ok(Text(raw.get().to_owned())),
        }
    }
}

/// For `deserialize_with`: a map from names to text, or null.
pub(super) fn map<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<TextMap>, D::Error> {
    let map = Option::<BTreeMap<String, Text>>::deserialize(deserializer)?;
    Ok(map.map(|map| map.into_iter().map(|(name, Text(value))| (name, value)).collect()))
}
