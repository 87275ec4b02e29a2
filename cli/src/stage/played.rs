//! What became of an event on the stage, as data: printed as tables for people, as JSON for programs.

use super::lambda::decision;
use super::{Invocation, LogEvent, LogLine, Published, QueueFound};
use serde::Serialize;
use serde_json::Value;
use trailhook::EventHeader;

/// What became of one event.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Played {
    /// Where the event was read.
    pub place: String,
    /// Whether its time was moved to now.
    pub moved_to_now: bool,
    /// The event, as far as it can be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<EventHeader>,
    /// What its call did in the back end.
    pub happened: String,
    /// What the rules made of it.
    pub rules: Vec<RulePlayed>,
    /// What is in the back end now.
    pub afterwards: Afterwards,
    /// Whether a rule matched, every target was handed the event, and no function failed.
    pub ok: bool,
}

/// What a rule made of an event.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RulePlayed {
    /// Its name in the template.
    pub rule: String,
    /// Whether its state lets it match anything.
    pub enabled: bool,
    /// Whether the pattern matches.
    pub matches: bool,
    /// Which field decided.
    pub explanation: String,
    /// What became of the event at each target; empty when the rule doesn't match.
    pub targets: Vec<Delivery>,
}

/// What became of an event at one target.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Delivery {
    /// The target's id.
    pub target: String,
    /// What it is: `function tag-new-queue`, `log group /aws/events/trailhook`.
    pub destination: String,
    /// What became of the event there.
    #[serde(flatten)]
    pub result: DeliveryResult,
    /// What the function wrote.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub log: Vec<LogLine>,
}

/// What became of an event at one target, in a word and with what belongs to it.
#[derive(Debug, Serialize)]
#[serde(tag = "result", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum DeliveryResult {
    /// The function answered with its report.
    Reported {
        /// The report.
        report: Value,
    },
    /// The log group has the event.
    Logged {
        /// The stream it is in.
        stream: String,
    },
    /// The function failed, or the event could not be handed over.
    Failed {
        /// As Lambda would name it: the function's own error type, or `Runtime.ExitError`.
        error_type: String,
        /// In a sentence.
        error_message: String,
    },
}

/// What is in the back end after an event.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Afterwards {
    /// The queue that the call made, while it is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue: Option<QueueFound>,
    /// The queue that the call made and that is gone now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue_gone: Option<String>,
    /// What was published.
    pub published: Vec<Published>,
    /// What is in the log groups, where there is something.
    pub log_groups: Vec<LogGroupFilled>,
    /// Which AWS calls the functions made, in order: `notify: sns:Publish 200`.
    pub calls: Vec<String>,
}

/// A log group with events in it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LogGroupFilled {
    /// Its name.
    pub name: String,
    /// What is in it.
    pub events: Vec<LogEvent>,
}

impl Delivery {
    /// The report's member, where the function made a report.
    pub fn reported(&self, member: &str) -> Option<&str> {
        match &self.result {
            DeliveryResult::Reported { report } => report.get(member)?.as_str(),
            DeliveryResult::Logged { .. } | DeliveryResult::Failed { .. } => None,
        }
    }

    /// Whether the target was handed the event and did not fail with it.
    pub fn is_ok(&self) -> bool {
        !matches!(self.result, DeliveryResult::Failed { .. }) && self.reported("outcome") != Some("failed")
    }

    /// The function's decision line, where it wrote one.
    pub fn decision_line(&self) -> Option<&str> {
        let lines = self.log.iter().rev().map(|line| line.text.as_str());
        lines.into_iter().find(|line| decision(line).is_some())
    }
}

impl From<Invocation> for DeliveryResult {
    fn from(invocation: Invocation) -> Self {
        let failed = |error_type: &str, error_message: String| DeliveryResult::Failed {
            error_type: error_type.to_owned(),
            error_message,
        };
        match invocation {
            Invocation::Response(report) => DeliveryResult::Reported { report },
            Invocation::Error(error) | Invocation::InitError(error) => failed(&error.error_type, error.error_message),
            Invocation::Exited(how) => failed("Runtime.ExitError", format!("the process ended: {how}")),
            Invocation::OutOfMemory(limit) => {
                failed("Runtime.OutOfMemory", format!("it had more memory than its {limit} MB: ended"))
            }
            Invocation::TimedOut(after) => failed("Sandbox.Timedout", format!("no answer within {after:?}: ended")),
        }
    }
}
