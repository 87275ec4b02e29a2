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
        of_scalar(&Box::<RawValue>::deserialize(deserializer)?).map(Text)
    }
}

/// A scalar's text.
pub(super) fn of_scalar<E: Error>(raw: &RawValue) -> Result<String, E> {
    match raw.get().as_bytes().first() {
        Some(b'"') => serde_json::from_str(raw.get()).map_err(E::custom),
        Some(b'[') => Err(E::custom("invalid type: sequence, expected text")),
        Some(b'{') => Err(E::custom("invalid type: map, expected text")),
        Some(b'n') => Ok(String::new()),
        _ => Ok(raw.get().to_owned()),
    }
}

/// For `deserialize_with`: text, or another scalar.
pub(super) fn scalar<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(Text::deserialize(deserializer)?.0)
}

/// For `deserialize_with`: text or another scalar; null and empty text are nothing.
pub(super) fn optional<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(Some(scalar(deserializer)?).filter(|text| !text.is_empty()))
}

/// For `deserialize_with`: a whole number, or text that is one; what is neither is refused.
pub(super) fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    optional(deserializer)?.map(|text| text.parse().map_err(D::Error::custom)).transpose()
}

/// For `deserialize_with`: text that EC2 wraps, as in `{"value": true}`.
pub(super) fn value<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    struct Wrapper {
        #[serde(default, deserialize_with = "optional")]
        value: Option<String>,
    }
    let raw = Box::<RawValue>::deserialize(deserializer)?;
    if raw.get().starts_with('{') {
        return Ok(serde_json::from_str::<Wrapper>(raw.get()).map_err(Error::custom)?.value);
    }
    Ok(Some(of_scalar(&raw)?).filter(|text| !text.is_empty()))
}

/// For `deserialize_with`: JSON, which one call writes as text and the next as the object itself.
pub(super) fn json<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let raw = Box::<RawValue>::deserialize(deserializer)?;
    match raw.get().as_bytes().first() {
        Some(b'{' | b'[') => Ok(Some(raw.get().to_owned())),
        _ => Ok(Some(of_scalar(&raw)?).filter(|text| !text.is_empty())),
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
