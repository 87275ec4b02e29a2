//! Text that some writers put in another scalar form.
//!
//! SQS attributes and tags are text in every real record, but translated records carry `30` for
//! `"30"`. It says the same, so it is read; a list or an object is refused, with its path: SQS has no
//! such value, so the record is not what it seems. A name that stands there twice is refused as well:
//! nobody can tell which of the values SQS took.

use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::fmt;

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
    Ok(Option::<Once>::deserialize(deserializer)?.map(|Once(map)| map))
}

/// A map in which every name stands once.
struct Once(TextMap);

impl<'de> Deserialize<'de> for Once {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Once;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map of text")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Once, A::Error> {
                let mut once = TextMap::new();
                while let Some(name) = map.next_key::<String>()? {
                    let Text(value) = map.next_value()?;
                    if once.contains_key(&name) {
                        return Err(Error::custom(format!("duplicate name `{name}`")));
                    }
                    once.insert(name, value);
                }
                Ok(Once(once))
            }
        }
        deserializer.deserialize_map(Members)
    }
}
