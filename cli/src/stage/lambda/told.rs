//! What is told of a function's events while they are dealt with.

use super::super::at_work::Crash;
use super::super::process::LogLine;
use super::super::runtime_api::FunctionError;
use super::super::world::Kept;
use super::ended::Ended;
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;

/// Something that happened to a function's event.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LambdaTold {
    /// When.
    pub at: DateTime<Utc>,
    /// The function's name in the template.
    pub function: String,
    /// The event's request id, the same for all its tries; none for what belongs to no event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// What happened.
    #[serde(flatten)]
    pub what: LambdaEvent,
}

/// What happened to a function's event.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "what", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum LambdaEvent {
    /// It is in the queue.
    Accepted,
    /// A process got it.
    Started {
        /// The how-manieth try, from 1.
        attempt: u32,
        /// Whether the process was started for it.
        cold: bool,
    },
    /// The function, or Lambda about it, wrote a line.
    Logged(LogLine),
    /// The function said what it decided. It may be told after the try has ended: a line takes its way.
    Decided(Decision),
    /// The function answered: this was the last try.
    Answered {
        /// The how-manieth try, from 1.
        attempt: u32,
        /// Its answer.
        response: Value,
        /// How long it took, in milliseconds.
        duration_ms: f64,
    },
    /// Its process was killed on purpose, around an AWS call of its own: the try has failed.
    Crashed(Crash),
    /// The function failed, did not end in time, or its process died or had too much memory.
    Failed {
        /// The how-manieth try, from 1.
        attempt: u32,
        /// With what.
        error: FunctionError,
        /// How its process ended; none where the function reported the error itself, or was killed on purpose.
        #[serde(skip_serializing_if = "Option::is_none")]
        ended: Option<Ended>,
        /// How long it took, in milliseconds.
        duration_ms: f64,
    },
    /// It will be tried again.
    Retrying {
        /// The how-manieth try that will be, from 1.
        attempt: u32,
        /// When, in milliseconds from now.
        after_ms: u64,
    },
    /// It will not be tried again.
    GaveUp {
        /// Why not.
        condition: Condition,
        /// How often it was tried.
        attempts: u32,
        /// Where its record is.
        #[serde(flatten)]
        kept: Kept,
    },
    /// It was left when the stage was closed at once.
    Left,
    /// Lines of the log did not get into the log group.
    LogLost {
        /// Why not.
        error: String,
    },
}

/// Why an event is not tried again, as Lambda names it in its records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Condition {
    /// It was tried as often as it may be.
    RetriesExhausted,
    /// It waited too long, or would have.
    EventAgeExceeded,
    /// The function never runs: its reserved concurrency is 0.
    ZeroReservedConcurrency,
}

impl Condition {
    /// In a sentence.
    pub fn in_words(self) -> &'static str {
        match self {
            Condition::RetriesExhausted => "it was tried as often as the template lets it",
            Condition::EventAgeExceeded => "the event waited longer than the template's MaximumEventAgeInSeconds",
            Condition::ZeroReservedConcurrency => "its ReservedConcurrentExecutions in the template are 0",
        }
    }
}

/// A function's decision line.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Decision {
    /// In a sentence.
    pub message: String,
    /// The report: event, outcome, actions.
    pub report: Value,
}

/// The request id and the decision, where a line is a decision line.
pub(in crate::stage) fn decision(line: &str) -> Option<(String, Decision)> {
    if !line.contains("\"trailhook::decision\"") {
        return None;
    }
    let mut line: Value = serde_json::from_str(line).ok()?;
    if line.get("target")? != "trailhook::decision" {
        return None;
    }
    let text = |name: &str| line.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (request_id, message) = (text("requestId"), text("message"));
    Some((request_id, Decision { message, report: line.get_mut("report")?.take() }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_decision_line_is_known_by_its_target() {
        let line = |target: &str| {
            json!({"level": "INFO", "target": target, "requestId": "r", "report": {"a": 1}, "message": "m"}).to_string()
        };
        let expected = Decision { message: "m".to_owned(), report: json!({"a": 1}) };
        assert_eq!(decision(&line("trailhook::decision")), Some(("r".to_owned(), expected)));
        assert_eq!(decision(&line("other")), None);
        assert_eq!(decision(r#"INFO "trailhook::decision""#), None);
        let inside = json!({"target": "x", "message": "\"trailhook::decision\""}).to_string();
        assert_eq!(decision(&inside), None);
    }
}
