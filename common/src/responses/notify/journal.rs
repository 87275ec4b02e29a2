//! A line of the journal: the decision about one event, kept in CloudWatch Logs.
//!
//! The line has no time of its own: whoever writes it stamps it, because CloudWatch Logs takes
//! nothing older than 14 days and the event may be replayed.

use super::AttributesSet;
use super::severity::Severity;
use super::summary::Summary;
use crate::{EventHeader, shown_json};
use serde::Serialize;

/// A line, and where it goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct JournalLine {
    /// The log group.
    pub log_group: String,
    /// One line of JSON.
    pub message: String,
    /// What the call set, where it can be held against what was there before.
    #[serde(skip)]
    pub set: Option<AttributesSet>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry<'a> {
    level: &'static str,
    response: &'static str,
    summary: &'a str,
    severity: Severity,
    #[serde(skip_serializing_if = "Option::is_none")]
    notifying: Option<&'a str>,
    /// Set for a call that is kept here and not told of.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    quiet: bool,
    event: &'a EventHeader,
}

impl JournalLine {
    pub(super) fn new(
        log_group: &str,
        summary: &Summary,
        event: &EventHeader,
        notifying: Option<&str>,
        quiet: bool,
        set: Option<AttributesSet>,
    ) -> Self {
        let (sentence, severity) = (summary.sentence.as_str(), summary.severity);
        let entry = Entry { level: "INFO", response: "notify", summary: sentence, severity, notifying, quiet, event };
        // An entry holds text only, so it can always be written.
        let message = shown_json(&serde_json::to_string(&entry).unwrap_or_default());
        JournalLine { log_group: log_group.to_owned(), message, set }
    }

    /// A line in which nothing is written.
    pub(super) fn empty(log_group: &str) -> Self {
        JournalLine { log_group: log_group.to_owned(), message: String::new(), set: None }
    }
}
