//! One condition: an element of the array that a field of a pattern holds.
//!
//! A condition looks at one leaf of the event. `{"exists": false}` is the exception: it looks
//! at no leaf, and is kept as [`Condition::Absent`], which matches none.

use std::net::IpAddr;

use serde_json::{Number, Value};

use super::address::{Block, parse_address};
use super::anything_but::AnythingBut;
use super::error::{PatternError, Reason};
use super::json::Json;
use super::number::{self, Range};
use super::text::Folded;
use super::wildcard::Wildcard;

/// What one element of a field's array asks of a leaf.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Condition {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    Address(IpAddr),
    Prefix(String),
    Suffix(String),
    PrefixFolded(Folded),
    SuffixFolded(Folded),
    EqualsFolded(Folded),
    Wildcard(Wildcard),
    AnythingBut(AnythingBut),
    Numeric(Range),
    Cidr(Block),
    Present,
    Absent,
}

impl Condition {
    /// Reads one element of a field's array, at `path` (`detail.eventName[0]`).
    pub(super) fn parse(json: &Json, path: &str) -> Result<Self, PatternError> {
        Ok(match json {
            Json::Null => Condition::Null,
            Json::Bool(b) => Condition::Bool(*b),
            Json::Number(n) => Condition::Number(n.clone()),
            Json::String(s) => match parse_address(s) {
                Some(address) => Condition::Address(address),
                None => Condition::Text(s.clone()),
            },
            Json::Array(_) => return Err(PatternError::new(path, Reason::NotAValue)),
            Json::Object(members) => {
                let (name, operand) = only(members, path)?;
                Self::operator(name, operand, &format!("{path}.{name}"))?
            }
        })
    }

    fn operator(name: &str, operand: &Json, path: &str) -> Result<Self, PatternError> {
        Ok(match name {
            "prefix" => match folded("prefix", operand, path)? {
                Some(folded) => Condition::PrefixFolded(folded),
                None => Condition::Prefix(string("prefix", operand, path)?.to_owned()),
            },
            "suffix" => match folded("suffix", operand, path)? {
                Some(folded) => Condition::SuffixFolded(folded),
                None => Condition::Suffix(string("suffix", operand, path)?.to_owned()),
            },
            "equals-ignore-case" => Condition::EqualsFolded(Folded::new(string("equals-ignore-case", operand, path)?)),
            "wildcard" => Condition::Wildcard(Wildcard::parse(string("wildcard", operand, path)?, path)?),
            "anything-but" => Condition::AnythingBut(AnythingBut::parse(operand, path)?),
            "numeric" => Condition::Numeric(Range::parse(operand, path)?),
            // EventBridge names the wrong operator here, and so do we
            "cidr" => Condition::Cidr(Block::parse(string("prefix", operand, path)?, path)?),
            "exists" => match operand {
                Json::Bool(true) => Condition::Present,
                Json::Bool(false) => Condition::Absent,
                _ => return Err(PatternError::new(path, Reason::NotABoolean)),
            },
            _ => {
                let name = name.to_owned();
                return Err(PatternError::new(path, Reason::UnknownOperator { name }));
            }
        })
    }

    /// Whether a leaf (anything but an array or an object) fulfils the condition.
    pub(super) fn matches(&self, leaf: &Value) -> bool {
        match self {
            Condition::Null => leaf.is_null(),
            Condition::Bool(b) => leaf.as_bool() == Some(*b),
            Condition::Number(wanted) => {
                matches!(leaf, Value::Number(found) if number::compare(wanted, found).is_eq())
            }
            Condition::AnythingBut(excluded) => !excluded.excludes(leaf),
            Condition::Numeric(range) => range.matches(leaf),
            Condition::Present => true,
            Condition::Absent => false,
            _ => leaf.as_str().is_some_and(|text| self.matches_text(text)),
        }
    }

    fn matches_text(&self, text: &str) -> bool {
        match self {
            Condition::Text(wanted) => text == wanted,
            Condition::Address(wanted) => parse_address(text) == Some(*wanted),
            Condition::Prefix(wanted) => text.starts_with(wanted.as_str()),
            Condition::Suffix(wanted) => text.ends_with(wanted.as_str()),
            Condition::PrefixFolded(wanted) => wanted.starts(text),
            Condition::SuffixFolded(wanted) => wanted.ends(text),
            Condition::EqualsFolded(wanted) => wanted.equals(text),
            Condition::Wildcard(wanted) => wanted.matches(text),
            Condition::Cidr(block) => block.contains(text),
            _ => false,
        }
    }

    /// The wildcards in the condition, for the measure of complexity.
    pub(super) fn wildcards(&self) -> &[Wildcard] {
        match self {
            Condition::Wildcard(wildcard) => std::slice::from_ref(wildcard),
            Condition::AnythingBut(AnythingBut::Wildcards(wildcards)) => wildcards,
            _ => &[],
        }
    }
}

/// The one member of an operator object.
pub(super) fn only<'a>(members: &'a [(String, Json)], path: &str) -> Result<(&'a str, &'a Json), PatternError> {
    match members {
        [] => Err(PatternError::new(path, Reason::NoOperator)),
        [(name, operand)] => Ok((name, operand)),
        _ => Err(PatternError::new(path, Reason::SeveralOperators)),
    }
}

/// The operand of an operator that takes a string.
pub(super) fn string<'a>(operator: &'static str, operand: &'a Json, path: &str) -> Result<&'a str, PatternError> {
    match operand {
        Json::String(text) => Ok(text),
        _ => Err(PatternError::new(path, Reason::NotAString { operator })),
    }
}

/// `{"equals-ignore-case": …}` inside `prefix` or `suffix`; `None` when no object stands there.
fn folded(operator: &'static str, operand: &Json, path: &str) -> Result<Option<Folded>, PatternError> {
    let Json::Object(members) = operand else {
        return Ok(None);
    };
    let (name, text) = only(members, path)?;
    let path = format!("{path}.{name}");
    if name != "equals-ignore-case" {
        let name = name.to_owned();
        return Err(PatternError::new(path, Reason::UnsupportedNested { operator, name }));
    }
    Ok(Some(Folded::new(string("equals-ignore-case", text, &path)?)))
}
