//! Lists as CloudTrail writes those of XML APIs.
//!
//! One list of one call has five forms over the years: `{"items": […]}` for EC2's older calls, `{}` where
//! that list is empty, an array, a bare element where an XML dump held only one, and `""` where it held
//! none. A [`List`] reads all five. It refuses to look deeper: a wrapper within a wrapper is an element.

use super::text;
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::ops::Deref;

/// A list, in whichever form it came.
///
/// ```
/// use trailhook::calls::List;
///
/// for json in [r#"{"items": ["a"]}"#, r#"{"item": "a"}"#, r#"["a"]"#, r#""a""#] {
///     let list: List<String> = serde_json::from_str(json)?;
///     assert_eq!(*list, ["a"], "{json}");
/// }
/// for json in ["{}", "null", r#""""#, r#"{"items": []}"#] {
///     assert!(serde_json::from_str::<List<String>>(json)?.is_empty(), "{json}");
/// }
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct List<T>(Vec<T>);

/// An element of an XML dump that is text: `"fl-1"`, or `{"content": "fl-1", "tag": 1}`.
#[derive(Clone, Debug)]
pub struct Content(pub String);

impl<T> Default for List<T> {
    fn default() -> Self {
        List(Vec::new())
    }
}

impl<T> From<Vec<T>> for List<T> {
    fn from(elements: Vec<T>) -> Self {
        List(elements)
    }
}

impl<T> Deref for List<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        elements(raw.get()).map(List).map_err(Error::custom)
    }
}

fn elements<T: DeserializeOwned>(json: &str) -> Result<Vec<T>, serde_json::Error> {
    if !json.starts_with('{') {
        return one_or_many(json);
    }
    let members: BTreeMap<String, Box<RawValue>> = serde_json::from_str(json)?;
    match ["items", "item", "member"].iter().find_map(|name| members.get(*name)) {
        Some(wrapped) => one_or_many(wrapped.get()),
        None if members.is_empty() => Ok(Vec::new()),
        None => one_or_many(json),
    }
}

fn one_or_many<T: DeserializeOwned>(json: &str) -> Result<Vec<T>, serde_json::Error> {
    match json {
        "null" | "\"\"" => Ok(Vec::new()),
        many if many.starts_with('[') => serde_json::from_str(many),
        one => Ok(vec![serde_json::from_str(one)?]),
    }
}

impl<'de> Deserialize<'de> for Content {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Dumped {
            #[serde(default, deserialize_with = "text::optional")]
            content: Option<String>,
        }
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        if raw.get().starts_with('{') {
            let dumped: Dumped = serde_json::from_str(raw.get()).map_err(Error::custom)?;
            return dumped.content.map(Content).ok_or_else(|| Error::missing_field("content"));
        }
        text::of_scalar(&raw).map(Content)
    }
}
