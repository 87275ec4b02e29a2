//! Which dead letters are to be sent again, and why the others are not.
//!
//! It decides and does nothing. A letter is written by whoever may send to the queue, so only those are sent whose target is
//! one that a rule of the stack hands the event to, or that the command names: it is the caller's credentials that it is sent
//! with.

use super::letter::{Letter, Origin, Target, not_newest};
use crate::aws::arn;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use trailhook::Response;
use trailhook::pattern::Pattern;
use trailhook::responses::revert::Revert;

/// What may be sent to.
#[derive(Clone, Debug, Default)]
pub struct Allowed {
    /// Functions, with how old an event they answer; `None` where it may have any age. A version has settings of its own.
    pub functions: BTreeMap<Versioned, Option<TimeDelta>>,
    /// Log groups by their ARN.
    pub log_groups: Vec<String>,
    /// The event patterns of the stack's rules by their targets; `None` where no stack was asked for.
    pub patterns: Option<BTreeMap<Versioned, Vec<String>>>,
    /// The targets that get something else than the event as it is.
    pub transformed: BTreeSet<Versioned>,
}

/// A function by its ARN, and its version or alias where it is not the newest; a log group has no version.
pub type Versioned = (String, Option<String>);

/// Which letters are asked for.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// The code, or a part of the message.
    pub cause: Option<String>,
    /// The function's ARN.
    pub function: Option<String>,
    /// Its version or alias.
    pub qualifier: Option<String>,
    /// Either of the event's ids.
    pub event_id: Option<String>,
    /// Whether a function gets what it will leave alone.
    pub stale_too: bool,
    /// Whether the function that is named gets what no rule hands to it.
    pub unvouched_too: bool,
}

/// Why a letter is not sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Left {
    /// Nobody knows its target.
    #[error("it is for {0}, which is neither a target of the stack nor named by --function")]
    Stranger(String),
    /// It is for an event bus.
    #[error("it is for the event bus {0}, and what is put on a bus goes to all of its rules: redrive does not do that")]
    Bus(String),
    /// It is for a version that no rule hands events to.
    #[error(
        "it is for the version {version} of the function, and no rule of the stack hands events to that, nor does --function name it"
    )]
    Version {
        /// The version or alias.
        version: String,
    },
    /// It may be for a version that is a target, or for the newest one.
    #[error(
        "Lambda does not say for which version of the function it is: name one with --function NAME:VERSION ($LATEST is the newest)"
    )]
    AnyVersion,
    /// No rule would have handed it over.
    #[error("no rule of the stack hands such an event to it now{}", all_the_same(*.is_function))]
    NoRule {
        /// Whether it is for a function, which can be named.
        is_function: bool,
    },
    /// Nobody knows whether a rule would have.
    #[error(
        "the pattern of a rule whose target it is can't be read here, so whether such an event is handed to it is not known{}",
        all_the_same(*.is_function)
    )]
    UnreadPattern {
        /// Whether it is for a function, which can be named.
        is_function: bool,
    },
    /// The rule makes something else of the event.
    #[error(
        "the rule hands over something else than the event (an input of its own, a path or a transformer), which is not known"
    )]
    Transformed,
    /// The function would leave it alone.
    #[error("the function would leave it alone: it is {age} old, and at most {limit} may be")]
    Stale {
        /// How old it is, in words.
        age: String,
        /// How old it may be, in words.
        limit: String,
    },
}

impl Wanted {
    /// Whether a letter is one of those that are asked for.
    pub fn is_about(&self, letter: &Letter) -> bool {
        let cause = |cause: &String| letter.cause.code == *cause || letter.cause.message.contains(cause.as_str());
        let function = |arn: &String| letter.target.arn() == arn;
        let is_anybodys = letter.origin == Origin::Function;
        let version = |version: &String| is_anybodys || letter.target.version() == not_newest(version);
        let event = |id: &String| [&letter.event_id, &letter.envelope_id].contains(&&Some(id.clone()));
        self.cause.as_ref().is_none_or(cause)
            && self.function.as_ref().is_none_or(function)
            && self.qualifier.as_ref().is_none_or(version)
            && self.event_id.as_ref().is_none_or(event)
    }

    /// The letter as it would be sent: where Lambda does not say for which version it is, the one that is named gets it.
    pub fn addressed(&self, letter: Letter) -> Letter {
        match (&letter.target, &self.qualifier) {
            (Target::Function { arn, .. }, Some(_)) if letter.origin == Origin::Function => {
                let target = Target::Function { arn: arn.clone(), qualifier: self.qualifier.clone() };
                Letter { target, ..letter }
            }
            _ => letter,
        }
    }

    /// Whether a letter that is asked for is to be sent.
    ///
    /// # Errors
    /// It is to be left, and why.
    pub fn sent(&self, letter: &Letter, allowed: &Allowed, now: DateTime<Utc>) -> Result<(), Left> {
        let target: Versioned = (letter.target.arn().to_owned(), letter.target.version().map(str::to_owned));
        let limit = match &letter.target {
            Target::Function { .. } => self.limit(letter, &target, allowed)?,
            Target::LogGroup { arn } if allowed.log_groups.contains(arn) => None,
            Target::Other(bus) if arn::is_bus(bus) => return Err(Left::Bus(bus.clone())),
            Target::LogGroup { .. } | Target::Other(_) => return Err(Left::Stranger(target.0)),
        };
        // What Lambda gave up on is what the rule had made of it.
        if letter.origin == Origin::Rule && allowed.transformed.contains(&target) {
            return Err(Left::Transformed);
        }
        let is_named = self.unvouched_too && self.function.as_ref() == Some(&target.0);
        if !is_named {
            allowed.hands(letter, &target)?;
        }
        match (limit, letter.time) {
            (Some(limit), Some(time)) if !self.stale_too && now.signed_duration_since(time) > limit => {
                Err(Left::Stale { age: in_words(now.signed_duration_since(time)), limit: in_words(limit) })
            }
            // Without a time the function can't decide, and says so itself.
            _ => Ok(()),
        }
    }

    /// How old an event the function of a letter answers.
    fn limit(&self, letter: &Letter, target: &Versioned, allowed: &Allowed) -> Result<Option<TimeDelta>, Left> {
        let mut versions = allowed.functions.keys().filter(|(arn, _)| *arn == target.0).peekable();
        if versions.peek().is_none() {
            return Err(Left::Stranger(target.0.clone()));
        }
        // Without a stack nobody knows which versions are targets.
        let is_one = allowed.patterns.is_some() && versions.all(|(_, version)| version.is_none());
        if letter.origin == Origin::Function && self.qualifier.is_none() && !is_one {
            return Err(Left::AnyVersion);
        }
        let other = || Left::Version { version: target.1.clone().unwrap_or_else(|| "$LATEST".to_owned()) };
        allowed.functions.get(target).copied().ok_or_else(other)
    }
}

impl Allowed {
    /// Whether a rule hands a letter's event to its target; without a stack nobody asks.
    fn hands(&self, letter: &Letter, target: &Versioned) -> Result<(), Left> {
        let Some(patterns) = &self.patterns else { return Ok(()) };
        // What is no JSON was not read as a letter.
        let envelope: Value = serde_json::from_str(&letter.event).unwrap_or_default();
        let is_function = matches!(letter.target, Target::Function { .. });
        let mut why = Left::NoRule { is_function };
        for text in patterns.get(target).into_iter().flatten() {
            match Pattern::parse(text) {
                Ok(pattern) if pattern.matches(&envelope) => return Ok(()),
                Ok(_) => {}
                Err(_) => why = Left::UnreadPattern { is_function },
            }
        }
        Err(why)
    }
}

/// What sends a letter whatever the rules say: a log group can't be named.
fn all_the_same(is_function: bool) -> &'static str {
    if is_function { "; --function with its name and --unvouched-too sends it all the same" } else { "" }
}

/// How old an event a function answers, by its environment; `None` for any age. One of ours that does not say so goes by its
/// response's default, and which one that is can't be seen: the shortest of them counts.
pub fn limit(variables: &BTreeMap<String, String>) -> Option<TimeDelta> {
    let said = variables.get("TRAILHOOK_MAX_EVENT_AGE_SECONDS").filter(|value| !value.is_empty());
    let ours = || variables.contains_key("TRAILHOOK_ACCOUNT_ID").then_some(Revert::DEFAULT_MAX_AGE);
    match said.map(String::as_str) {
        Some("any") => None,
        // What it can't read stops the function at its start, and nothing is left alone.
        Some(seconds) => seconds.parse::<u32>().ok().map(|seconds| TimeDelta::seconds(seconds.into())),
        None => ours(),
    }
}

fn in_words(time: TimeDelta) -> String {
    let (number, unit) = match time.num_seconds() {
        ..120 => (time.num_seconds(), "second"),
        120..7_200 => (time.num_minutes(), "minute"),
        7_200..172_800 => (time.num_hours(), "hour"),
        _ => (time.num_days(), "day"),
    };
    format!("{number} {unit}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests;
