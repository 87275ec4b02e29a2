//! Yes or no, which CloudTrail writes as `true` in one place and as `"true"` in another.
//!
//! `sessionCredentialFromConsole` and `mfaAuthenticated` are strings, `readOnly` is a boolean, and
//! `omitted` has been seen as both. A [`Flag`] reads either and writes back the one it read. Any
//! other text is not a flag: it stays in [`Field::Other`](crate::Field::Other).

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// A boolean, as JSON `true`/`false` or as the string `"true"`/`"false"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flag {
    /// Written as a JSON boolean.
    Bool(bool),
    /// Written as a string.
    Text(bool),
}

impl Flag {
    /// Whether it says yes.
    pub fn is_set(self) -> bool {
        matches!(self, Flag::Bool(true) | Flag::Text(true))
    }
}

impl Serialize for Flag {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Flag::Bool(value) => serializer.serialize_bool(*value),
            Flag::Text(true) => serializer.serialize_str("true"),
            Flag::Text(false) => serializer.serialize_str("false"),
        }
    }
}

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct YesOrNo;
        impl Visitor<'_> for YesOrNo {
            type Value = Flag;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("true or false")
            }

            fn visit_bool<E: Error>(self, value: bool) -> Result<Flag, E> {
                Ok(Flag::Bool(value))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Flag, E> {
                match text {
                    "true" => Ok(Flag::Text(true)),
                    "false" => Ok(Flag::Text(false)),
                    _ => Err(E::custom("neither true nor false")),
                }
            }
        }
        deserializer.deserialize_any(YesOrNo)
    }
}
