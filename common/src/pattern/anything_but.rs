//! The `anything-but` operator.
//!
//! It asks for a leaf that is there and is something else: null and values of another type
//! match, an absent field does not. In an array one element that is something else suffices.
//! `null` and booleans can't be excluded.

use serde_json::{Number, Value};

use super::condition::{only, string};
use super::error::{PatternError, Reason};
use super::json::Json;
use super::number;
use super::text::Folded;
use super::wildcard::Wildcard;

/// What must not be there; one entry or many, all of one kind.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum AnythingBut {
    Texts(Vec<String>),
    Numbers(Vec<Number>),
    Prefixes(Vec<String>),
    Suffixes(Vec<String>),
    Folded(Vec<Folded>),
    Wildcards(Vec<Wildcard>),
}

impl AnythingBut {
    /// Reads what follows `"anything-but":`, at `path`.
    pub(super) fn parse(operand: &Json, path: &str) -> Result<Self, PatternError> {
        match operand {
            Json::String(text) => Ok(Self::Texts(vec![text.clone()])),
            Json::Number(number) => {
                number::within_limit(number, path)?;
                Ok(Self::Numbers(vec![number.clone()]))
            }
            Json::Array(items) => Self::list(items, path),
            Json::Object(members) => {
                let (name, operand) = only(members, path)?;
                Self::nested(name, operand, &format!("{path}.{name}"))
            }
            Json::Null | Json::Bool(_) => Err(PatternError::new(path, Reason::AnythingButValue)),
        }
    }

    fn list(items: &[Json], path: &str) -> Result<Self, PatternError> {
        let (mut texts, mut numbers) = (Vec::new(), Vec::new());
        for (at, item) in items.iter().enumerate() {
            let path = format!("{path}[{at}]");
            match item {
                Json::String(text) => texts.push(text.clone()),
                Json::Number(number) => {
                    number::within_limit(number, &path)?;
                    numbers.push(number.clone());
                }
                _ => return Err(PatternError::new(path, Reason::AnythingButItem)),
            }
        }
        match (texts.is_empty(), numbers.is_empty()) {
            (false, true) => Ok(Self::Texts(texts)),
            (true, false) => Ok(Self::Numbers(numbers)),
            _ => Err(PatternError::new(path, Reason::AnythingButMixed)),
        }
    }

    fn nested(name: &str, operand: &Json, path: &str) -> Result<Self, PatternError> {
        if !matches!(name, "prefix" | "suffix" | "equals-ignore-case" | "wildcard") {
            let name = name.to_owned();
            return Err(PatternError::new(path, Reason::UnsupportedAnythingBut { name }));
        }
        let entries = entries(operand, path)?;
        Ok(match name {
            "prefix" => Self::Prefixes(affixes(&entries)?),
            "suffix" => Self::Suffixes(affixes(&entries)?),
            "wildcard" => Self::Wildcards(
                entries
                    .iter()
                    .map(|(json, path)| Wildcard::parse(string("wildcard", json, path)?, path))
                    .collect::<Result<_, _>>()?,
            ),
            _ => Self::Folded(
                entries
                    .iter()
                    .map(|(json, path)| match json {
                        Json::String(text) => Ok(Folded::new(text)),
                        _ => Err(PatternError::new(path, Reason::AnythingButIgnoreCase)),
                    })
                    .collect::<Result<_, _>>()?,
            ),
        })
    }

    /// Whether the leaf is one of the things that must not be there.
    pub(super) fn excludes(&self, leaf: &Value) -> bool {
        match (self, leaf) {
            (Self::Numbers(numbers), Value::Number(found)) => {
                numbers.iter().any(|number| number::compare(number, found).is_eq())
            }
            (Self::Texts(texts), Value::String(found)) => texts.iter().any(|text| text == found),
            (Self::Prefixes(texts), Value::String(found)) => texts.iter().any(|text| found.starts_with(text.as_str())),
            (Self::Suffixes(texts), Value::String(found)) => texts.iter().any(|text| found.ends_with(text.as_str())),
            (Self::Folded(texts), Value::String(found)) => texts.iter().any(|text| text.equals(found)),
            (Self::Wildcards(wildcards), Value::String(found)) => {
                wildcards.iter().any(|wildcard| wildcard.matches(found))
            }
            _ => false,
        }
    }
}

/// One operand or a list of them, each with its path. An empty list is refused: the engine
/// accepts one, and then fails to evaluate the rule.
fn entries<'a>(operand: &'a Json, path: &str) -> Result<Vec<(&'a Json, String)>, PatternError> {
    match operand {
        Json::Array(items) if items.is_empty() => Err(PatternError::new(path, Reason::EmptyArray)),
        Json::Array(items) => Ok(items.iter().enumerate().map(|(at, item)| (item, format!("{path}[{at}]"))).collect()),
        Json::String(_) | Json::Number(_) => Ok(vec![(operand, path.to_owned())]),
        _ => Err(PatternError::new(path, Reason::AnythingButValue)),
    }
}

fn affixes(entries: &[(&Json, String)]) -> Result<Vec<String>, PatternError> {
    entries
        .iter()
        .map(|(json, path)| match string("prefix/suffix", json, path)? {
            "" => Err(PatternError::new(path, Reason::EmptyAffix)),
            text => Ok(text.to_owned()),
        })
        .collect()
}
