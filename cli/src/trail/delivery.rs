//! Whether a record becomes an event that a rule gets.
//!
//! From "AWS service events delivered via CloudTrail" and "Receiving read-only management events from
//! AWS services" in the EventBridge guide, and CloudTrail's quotas. It says nothing about the rule's
//! pattern: that is asked afterwards.

use super::class::named_as_read;
use super::record::Record;
use crate::template::RuleState;
use serde_json::Value;
use std::fmt;

/// CloudTrail sends nothing larger to EventBridge, whatever EventBridge would take.
const LARGEST_EVENT: usize = 256 * 1024;

/// Which events a trail selects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Selectors {
    /// Whether data events are selected beside the management events.
    pub data_events: bool,
}

/// Whether a rule gets an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// It does.
    Delivered,
    /// It does not.
    NotDelivered(Undelivered),
}

/// Why a rule does not get an event; displayed, a sentence's end that follows "not delivered: ".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Undelivered {
    /// The rule is disabled.
    RuleDisabled,
    /// A data event, and no trail selects it.
    DataEvent,
    /// A management event that only reads, and the rule's state doesn't ask for such.
    ReadOnly,
    /// The record is too large.
    TooLarge {
        /// In bytes of JSON.
        size: usize,
    },
}

impl Undelivered {
    /// The same without the size, to be counted by.
    pub fn kind(self) -> String {
        match self {
            Undelivered::TooLarge { .. } => "it has more than 262144 bytes, which CloudTrail doesn't send".to_owned(),
            other => other.to_string(),
        }
    }
}

impl Selectors {
    /// Whether the trail has this record at all.
    pub fn select(self, record: &Record) -> bool {
        record.management_event || self.data_events
    }
}

/// Whether a rule in this state gets the record's event, from a trail with these selectors.
pub fn delivered(record: &Record, rule: RuleState, selectors: Selectors) -> Delivery {
    let size = || serde_json::to_vec(record).map_or(0, |json| json.len());
    judged(record.management_event, record.read_only, &record.event_name, size, rule, selectors)
}

/// The same of a record that somebody kept, in JSON, and that is so many bytes long. Before version 1.07 records didn't say what kind of event
/// they are, and were of management events unless they are known for others; of
/// one that doesn't say whether it only reads, the name decides.
pub fn stored_delivered(
    record: &Value,
    size: impl FnOnce() -> usize,
    rule: RuleState,
    selectors: Selectors,
) -> Delivery {
    let is = |name: &str| match record.get(name) {
        Some(Value::Bool(flag)) => Some(*flag),
        Some(Value::String(text)) => Some(text == "true"),
        _ => None,
    };
    let category = record.get("eventCategory").and_then(Value::as_str);
    let management = is("managementEvent").unwrap_or(category.is_none_or(|category| category == "Management"));
    let name = record.get("eventName").and_then(Value::as_str).unwrap_or_default();
    judged(management, is("readOnly").unwrap_or(true), name, size, rule, selectors)
}

fn judged(
    management: bool,
    read_only: bool,
    name: &str,
    size: impl FnOnce() -> usize,
    rule: RuleState,
    selectors: Selectors,
) -> Delivery {
    let not = Delivery::NotDelivered;
    if rule == RuleState::Disabled {
        return not(Undelivered::RuleDisabled);
    }
    if !(management || selectors.data_events) {
        return not(Undelivered::DataEvent);
    }
    // A few calls that only read have other names, and have always been delivered.
    let read = management && read_only && named_as_read(name);
    if read && rule != RuleState::EnabledWithReadOnlyCalls {
        return not(Undelivered::ReadOnly);
    }
    match size() {
        size if size > LARGEST_EVENT => not(Undelivered::TooLarge { size }),
        _ => Delivery::Delivered,
    }
}

impl fmt::Display for Undelivered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Undelivered::RuleDisabled => f.write_str("the rule is disabled"),
            Undelivered::DataEvent => f.write_str("it is a data event, which the trail does not select"),
            Undelivered::ReadOnly => f.write_str(
                "it only reads, and only a rule in the state ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS gets such",
            ),
            Undelivered::TooLarge { size } => write!(f, "it has {size} bytes, and CloudTrail sends 262144 at most"),
        }
    }
}
