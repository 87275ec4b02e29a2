//! A line of the journal: the decision about one event, kept in CloudWatch Logs.
//!
//! The line has no time of its own: whoever writes it stamps it, because CloudWatch Logs takes
//! nothing older than 14 days and the event may be replayed.

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
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry<'a> {
    level: &'static str,
    response: &'static str,
    summary: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    notifying: Option<&'a str>,
    event: &'a EventHeader,
}

impl JournalLine {
    pub(super) fn new(log_group: &str, summary: &str, event: &EventHeader, notifying: Option<&str>) -> Self {
        let entry = Entry { level: "INFO", response: "notify", summary, notifying, event };
        // An entry holds text only, so it can always be written.
        let message = shown_json(&serde_json::to_string(&entry).unwrap_or_default());
        JournalLine { log_group: log_group.to_owned(), message }
    }
}
