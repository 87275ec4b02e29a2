//! One member of a JSON object, in the four states that CloudTrail really sends.
//!
//! `Option` cannot tell an absent member from a null one, and serde's derive fails a whole record
//! because one optional member has an unexpected form. A [`Field`] keeps all four states apart, so
//! that a record encodes back to exactly what came in, and so that a guard can tell "there is no
//! error code" from "there is one that I can't read". It refuses to guess: a value of another form
//! is never turned into a default.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

/// A member of a JSON object: absent, null, a value, or a value in a form that is not the documented one.
///
/// ```
/// use trailhook::Record;
///
/// let record: Record = serde_json::from_str(r#"{"errorCode": null, "eventName": 5}"#)?;
/// assert!(record.error_message.is_absent());
/// assert!(record.error_code.is_null());
/// assert_eq!(record.event_name.get(), None);
/// assert!(record.event_name.known("detail.eventName").is_err());
/// assert_eq!(serde_json::to_string(&record)?, r#"{"eventName":5,"errorCode":null}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub enum Field<T> {
    /// The object has no such member.
    #[default]
    Absent,
    /// The member is there and is `null`.
    Null,
    /// The member in its documented form.
    Value(T),
    /// The member in another form, kept letter for letter.
    Other(Box<RawValue>),
}

/// A member is there in a form that is not the documented one, so nothing may be concluded from it.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{path} has a form that is not documented: {found}")]
pub struct UnknownForm {
    /// The member's JSON path, as in `detail.userIdentity.arn`.
    pub path: String,
    /// The first characters of what is there.
    pub found: String,
}

impl<T> Field<T> {
    /// The value, if the member is there in its documented form. Absent, null and other forms are
    /// all `None`: use [`Field::known`] wherever that difference decides something.
    pub fn get(&self) -> Option<&T> {
        match self {
            Field::Value(value) => Some(value),
            _ => None,
        }
    }

    /// The value, or `None` for an absent or null member.
    ///
    /// # Errors
    /// [`UnknownForm`] when the member is there in another form; `path` is what the error names.
    pub fn known(&self, path: &str) -> Result<Option<&T>, UnknownForm> {
        match self {
            Field::Value(value) => Ok(Some(value)),
            Field::Absent | Field::Null => Ok(None),
            Field::Other(raw) => {
                Err(UnknownForm { path: path.to_owned(), found: raw.get().chars().take(60).collect() })
            }
        }
    }

    /// Whether the object has no such member.
    pub fn is_absent(&self) -> bool {
        matches!(self, Field::Absent)
    }

    /// Whether the member is there and null.
    pub fn is_null(&self) -> bool {
        matches!(self, Field::Null)
    }
}

impl<T: AsRef<str>> Field<T> {
    /// The text, if there is one that says something: an empty string counts as nothing, because
    /// CloudTrail writes `""` for an unknown access key, ARN or user name.
    pub fn text(&self) -> Option<&str> {
        self.get().map(AsRef::as_ref).filter(|text| !text.is_empty())
    }
}

impl<T> From<T> for Field<T> {
    fn from(value: T) -> Self {
        Field::Value(value)
    }
}

impl<T: DeserializeOwned> Field<T> {
    pub(crate) fn from_raw(raw: Box<RawValue>) -> Self {
        if raw.get() == "null" {
            return Field::Null;
        }
        match serde_json::from_str(raw.get()) {
            Ok(value) => Field::Value(value),
            // Not lost: the raw text is kept, and `known` names it to whoever needs the value.
            Err(_) => Field::Other(raw),
        }
    }
}

impl<T: Serialize> Serialize for Field<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Field::Absent | Field::Null => serializer.serialize_unit(),
            Field::Value(value) => value.serialize(serializer),
            Field::Other(raw) => raw.serialize(serializer),
        }
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Box::<RawValue>::deserialize(deserializer).map(Field::from_raw)
    }
}
