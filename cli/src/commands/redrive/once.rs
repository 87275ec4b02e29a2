//! JSON in which no object names a member twice, at any depth. Readers differ in which of the two they take, so whoever
//! vouches for one of them must not send the other.

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::collections::BTreeSet;
use std::fmt;

/// Something that was read so.
pub(super) struct Once;

impl<'de> Deserialize<'de> for Once {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Once, D::Error> {
        deserializer.deserialize_any(Anything)
    }
}

struct Anything;

impl<'de> Visitor<'de> for Anything {
    type Value = Once;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Once, A::Error> {
        let mut names = BTreeSet::new();
        while let Some((name, Once)) = map.next_entry::<String, Once>()? {
            if let Some(twice) = names.replace(name) {
                return Err(A::Error::custom(format!("{twice:?} is named twice")));
            }
        }
        Ok(Once)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Once, A::Error> {
        while let Some(Once) = seq.next_element()? {}
        Ok(Once)
    }

    fn visit_unit<E>(self) -> Result<Once, E> {
        Ok(Once)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Once, E> {
        Ok(Once)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Once, E> {
        Ok(Once)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Once, E> {
        Ok(Once)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Once, E> {
        Ok(Once)
    }

    fn visit_str<E>(self, _: &str) -> Result<Once, E> {
        Ok(Once)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_stand_once_in_each_object() {
        let read = |text: &str| serde_json::from_str::<Once>(text).map(|Once| ()).map_err(|error| error.to_string());
        for good in [r#"{"a": [{"b": 1}, {"b": -2.5}], "b": {"a": null, "c": "b"}}"#, "[]", "true", r#""a""#] {
            assert_eq!(read(good), Ok(()), "{good}");
        }
        for twice in
            [r#"{"a": 1, "a": 1}"#, r#"{"a": [{"b": {"c": 1, "c": 2}}]}"#, r#"[{"a": 1, "b": 2, "\u0061": 3}]"#]
        {
            assert!(read(twice).unwrap_err().contains("is named twice"), "{twice}");
        }
        assert!(read("{").is_err() && read("{} {}").is_err());
    }
}
