//! What is told of events on the bus while they are delivered.

use super::super::world::Kept;
use chrono::{DateTime, Utc};
use serde::Serialize;

/// Something that happened to an event on the bus.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BusTold {
    /// When.
    pub at: DateTime<Utc>,
    /// The event's id.
    pub event: String,
    /// The rule's name in the template.
    pub rule: String,
    /// What happened.
    #[serde(flatten)]
    pub what: BusEvent,
}

/// What happened to an event on the bus.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "what", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum BusEvent {
    /// The rule matches it; its targets will get it.
    Matched {
        /// How many deliveries begin: one for each target, two where it is delivered twice.
        deliveries: u32,
    },
    /// A target was handed it.
    Delivered {
        /// The target's id.
        target: String,
        /// What the target calls it: a function's request id, a log group's stream.
        as_what: String,
        /// How many tries it took.
        attempts: u32,
        /// Whether the target was to get it twice, and this is the second time.
        again: bool,
    },
    /// A target could not be handed it, and will be tried again.
    Retrying {
        /// The target's id.
        target: String,
        /// How often it was tried.
        attempts: u32,
        /// When, in milliseconds from now.
        after_ms: u64,
        /// Why.
        error: Undelivered,
    },
    /// A target could not be handed it, and won't be.
    GaveUp {
        /// The target's id.
        target: String,
        /// How often it was tried.
        attempts: u32,
        /// Which limit of the retry policy was reached; none when trying again was useless.
        #[serde(skip_serializing_if = "Option::is_none")]
        condition: Option<RetryCondition>,
        /// Why.
        error: Undelivered,
        /// Where it is now.
        #[serde(flatten)]
        kept: Kept,
    },
    /// It was left when the stage was closed at once.
    Left {
        /// The target's id.
        target: String,
    },
}

/// Why a target could not be handed an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Undelivered {
    /// As in `NO_PERMISSIONS`.
    pub code: &'static str,
    /// In a sentence.
    pub message: String,
    /// Whether it may go well later.
    pub passes: bool,
}

/// Which limit of the retry policy was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum RetryCondition {
    /// It was tried as often as it may be.
    MaximumRetryAttempts,
    /// It waited as long as it may.
    MaximumEventAgeInSeconds,
}

impl RetryCondition {
    /// As it is in a dead letter's attribute.
    pub fn as_str(self) -> &'static str {
        match self {
            RetryCondition::MaximumRetryAttempts => "MaximumRetryAttempts",
            RetryCondition::MaximumEventAgeInSeconds => "MaximumEventAgeInSeconds",
        }
    }
}
