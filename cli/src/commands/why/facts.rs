//! What was found about an event; what could not be asked is said, and is never an empty answer.

use super::super::redrive::{Letter, Origin};
use super::kept::Kept;
use crate::aws::Rule;
use crate::aws::arn::name;
use chrono::{DateTime, Utc};
use serde_json::Value;
use std::collections::BTreeMap;

/// What is known about an event.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// CloudTrail's id of it.
    pub event_id: String,
    /// When it was looked.
    pub now: DateTime<Utc>,
    /// The Region that was asked.
    pub region: String,
    /// The stack's name.
    pub stack: String,
    /// The event as rules see it, where anything has the record.
    pub event: Option<Value>,
    /// Whether the event history has it; `None` where it could not be asked.
    pub in_history: Option<bool>,
    /// The stack's rules as they are now.
    pub rules: Vec<Rule>,
    /// Its rules that could not be asked, by their names, with why not.
    pub rules_untold: Vec<(String, String)>,
    /// Its functions, and those that are targets.
    pub functions: Vec<Looked>,
    /// Whether the event is in the log groups that are targets, by their names.
    pub logged: BTreeMap<String, Logged>,
    /// What the journal says of it.
    pub journal: Vec<String>,
    /// The dead letters with it.
    pub letters: Vec<Letter>,
    /// Whether all is known that the dead-letter queues have of it.
    pub queues_told: bool,
    /// Decisions in the functions' log groups that are nobody's of them, or can't be told apart.
    pub others: Vec<Other>,
    /// How long the log groups keep their lines, by their names.
    pub groups_kept: BTreeMap<String, Kept>,
    /// How long the dead-letter queues keep their messages, by their names.
    pub queues_kept: BTreeMap<String, Kept>,
    /// What could not be asked, in sentences.
    pub untold: Vec<String>,
}

/// Whether a log group has the event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Logged {
    /// It has a line of it, as AWS's record says it.
    There,
    /// It has none.
    Nothing,
    /// It has a line with its id that says something else than AWS's record.
    Otherwise,
    /// It could not be asked.
    NotAsked,
}

/// A function's log, looked into.
#[derive(Clone, Debug, Default)]
pub struct Looked {
    /// What people call it: its name in the template.
    pub called: String,
    /// Its ARN.
    pub arn: String,
    /// Where its lines go.
    pub log_group: String,
    /// Whether Lambda keeps its decisions out of its log.
    pub hides_decisions: bool,
    /// The service that its lines say, where its settings name one.
    pub service: Option<String>,
    /// Its decisions about the event, the oldest first.
    pub decisions: Vec<Decision>,
    /// Why there may be decisions that were not found.
    pub gap: Option<Gap>,
}

/// Why a log that shows no decision may have one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gap {
    /// It could not be asked.
    NotAsked,
    /// Lambda keeps decisions out of it.
    Hidden,
    /// It has some that do not say whose they are.
    Shared,
}

/// A decision that is none of the functions', or nobody can say whose.
#[derive(Clone, Debug, PartialEq)]
pub struct Other {
    /// The function that its stream names.
    pub function: Option<String>,
    /// Where it is.
    pub log_group: String,
    /// The decision.
    pub decision: Decision,
}

/// A decision line.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decision {
    /// When it was written.
    pub at: Option<DateTime<Utc>>,
    /// Its report.
    pub report: Value,
}

impl Facts {
    /// Whether anything knows the event.
    pub fn is_found(&self) -> bool {
        self.event.is_some()
            || !self.letters.is_empty()
            || !self.journal.is_empty()
            || self.decisions().next().is_some()
    }

    /// All decisions.
    pub fn decisions(&self) -> impl Iterator<Item = &Decision> {
        let others = self.others.iter().map(|other| &other.decision);
        self.functions.iter().flat_map(|function| &function.decisions).chain(others)
    }

    /// The dead letter of a target that EventBridge could not reach.
    pub fn undelivered(&self, arn: &str) -> Option<&Letter> {
        self.letters.iter().find(|letter| letter.origin == Origin::Rule && letter.target.arn() == arn)
    }

    /// The dead letter of a function that gave up.
    pub fn given_up(&self, arn: &str) -> Option<&Letter> {
        self.letters.iter().find(|letter| letter.origin != Origin::Rule && letter.target.arn() == arn)
    }
}

impl Looked {
    /// Its name.
    pub fn name(&self) -> &str {
        name(&self.arn)
    }
}

impl Decision {
    /// The decision in a line of a function's log, if it is one about this event.
    pub fn of_line(line: &Value, event_id: &str) -> Option<Decision> {
        if line.get("target").and_then(Value::as_str) != Some("trailhook::decision") {
            return None;
        }
        let report = line.get("report")?.clone();
        let at = line.get("timestamp").and_then(Value::as_str).and_then(time);
        (report.pointer("/event/eventId").and_then(Value::as_str) == Some(event_id)).then_some(Decision { at, report })
    }

    /// A member of the report as text; empty where it is none.
    pub fn text(&self, member: &str) -> &str {
        self.report.get(member).and_then(Value::as_str).unwrap_or_default()
    }

    /// With what it failed.
    pub fn error_type(&self) -> &str {
        let kind = self.text("errorType");
        if kind.is_empty() { self.text("reason") } else { kind }
    }
}

/// A time as records have it.
pub(super) fn time(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text).ok().map(|time| time.to_utc())
}
