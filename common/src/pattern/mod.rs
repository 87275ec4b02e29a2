#![doc = include_str!("README.md")]

mod address;
mod anything_but;
mod compile;
mod complexity;
mod condition;
mod error;
mod explain;
mod json;
mod number;
mod record;
mod sentence;
mod sight;
mod text;
mod tree;
mod walk;
mod wildcard;
mod words;

use std::fmt;
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer, Error as _};
use serde::ser::{Serialize, Serializer};
use serde_json::Value;

use compile::{Branch, Field, compile};
use json::Json;
use walk::{BUDGET, Walk};

pub use error::{PatternError, Reason};
pub use explain::{BranchVerdict, Explanation, FieldVerdict, Found};

/// An event pattern, checked and ready to match.
///
/// ```
/// use serde_json::json;
/// use trailhook::pattern::Pattern;
///
/// let pattern = Pattern::parse(
///     r#"{
///         "source": ["aws.sqs"],
///         "detail": {"eventName": ["CreateQueue"], "errorCode": [{"exists": false}]}
///     }"#,
/// )?;
/// assert!(pattern.matches(&json!({"source": "aws.sqs", "detail": {"eventName": "CreateQueue"}})));
/// # Ok::<(), trailhook::pattern::PatternError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Pattern {
    json: Json,
    size: usize,
    fields: Vec<Field>,
    branches: Vec<Branch>,
}

impl Pattern {
    /// The most characters that `PutRule` takes.
    pub const MAX_SIZE: usize = 4_096;

    /// The most characters that an account may use unless its quota is raised.
    pub const DEFAULT_QUOTA: usize = 2_048;

    /// Reads a pattern as EventBridge would, and refuses what it refuses.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let size = Self::measure(text)?;
        let json = serde_json::from_str(text)
            .map_err(|error| PatternError::new("", Reason::NotJson { message: error.to_string() }))?;
        Self::compile(json, size)
    }

    /// The same for JSON already read. A [`Value`] does not remember names written twice, and
    /// the order of names only with serde_json's `preserve_order`; where a path is given twice
    /// that order decides which one counts.
    pub fn from_value(value: &Value) -> Result<Self, PatternError> {
        let json = Json::from_value(value).ok_or_else(|| PatternError::new("", Reason::TooDeep))?;
        let size = Self::measure(&json.to_string())?;
        Self::compile(json, size)
    }

    /// Whether the event, a whole envelope, matches. Anything but an object never does.
    pub fn matches(&self, event: &Value) -> bool {
        let mut budget = BUDGET;
        self.branches.iter().any(|branch| Walk::new(branch, &self.fields, &mut budget, ()).run(event))
    }

    /// Whether the event matches, and which fields decided.
    pub fn explain(&self, event: &Value) -> Explanation {
        explain::explain(&self.fields, &self.branches, event)
    }

    /// Characters in the pattern as it was given to [`Pattern::parse`].
    pub fn size(&self) -> usize {
        self.size
    }

    /// Whether the pattern is longer than [`Pattern::DEFAULT_QUOTA`], so that `PutRule` refuses
    /// it in an account whose quota was not raised.
    pub fn exceeds_default_quota(&self) -> bool {
        self.size > Self::DEFAULT_QUOTA
    }

    fn measure(text: &str) -> Result<usize, PatternError> {
        let characters = text.chars().count();
        if characters > Self::MAX_SIZE {
            let reason = Reason::TooLong { characters, limit: Self::MAX_SIZE };
            return Err(PatternError::new("", reason));
        }
        Ok(characters)
    }

    fn compile(json: Json, size: usize) -> Result<Self, PatternError> {
        let (fields, branches) = compile(&json)?;
        Ok(Self { json, size, fields, branches })
    }
}

/// The pattern's JSON, without blanks, otherwise as it was written.
impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.json.fmt(f)
    }
}

impl FromStr for Pattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        Self::parse(text)
    }
}

impl Serialize for Pattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.json.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = Json::deserialize(deserializer)?;
        let size = Self::measure(&json.to_string()).map_err(D::Error::custom)?;
        Self::compile(json, size).map_err(D::Error::custom)
    }
}
