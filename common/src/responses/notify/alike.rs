//! Which calls are alike, so that five hundred of them needn't be five hundred e-mails.
//!
//! The same caller, the same call with the same result, the same severity, in the same Region of the same
//! account: the first few are told of one by one, and those after them together, in the message of one of
//! them. It refuses to call alike what it knows too little of: an event without an id is always told alone.

use super::summary::Summary;
use crate::shown::one_line;
use crate::{EventHeader, Record};
use chrono::TimeDelta;
use serde::Serialize;

/// The longest line about an event that another one brings, in characters.
const LONGEST_LINE: usize = 300;
/// The longest part of a group's name: six of them are less than the 2,048 bytes that a key may have.
const LONGEST_PART: usize = 80;

/// How many calls that are alike are told of one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DigestLimit {
    /// So many within the window; those after them come together.
    pub at_once: u32,
    /// The window, which begins with the first of them.
    pub window: TimeDelta,
}

impl Default for DigestLimit {
    /// Five in five minutes.
    fn default() -> Self {
        DigestLimit { at_once: 5, window: TimeDelta::minutes(5) }
    }
}

/// The group that an event belongs to, and what is said of it there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Alike {
    /// The group, in text.
    pub group: String,
    /// The event.
    pub event_id: String,
    /// The sentence about it.
    #[serde(skip)]
    pub line: String,
}

impl Alike {
    pub(super) fn of(record: &Record, header: &EventHeader, summary: &Summary) -> Option<Alike> {
        let event_id = header.event_id.clone().filter(|id| (1..=LONGEST_PART).contains(&id.len()))?;
        let principal = record.user_identity.get().and_then(|identity| {
            identity.session_issuer().and_then(|issuer| issuer.arn.text()).or_else(|| identity.arn.text())
        });
        let caller = match (&header.actor, principal) {
            (Some(actor), Some(principal)) => format!("{} {principal}", actor.short_name()),
            (Some(actor), None) => actor.short_name(),
            (None, _) => return None,
        };
        let parts = [
            header.account.as_deref()?,
            header.aws_region.as_deref()?,
            header.event_source.as_deref()?,
            header.event_name.as_deref()?,
            record.error_code.text().unwrap_or("succeeded"),
            summary.severity.as_str(),
        ];
        let mut group = parts.map(|part| one_line(part, LONGEST_PART)).join("#");
        // Last, and longest: only here can there be a # that somebody chose.
        group.push('#');
        group.push_str(&one_line(&caller, 2 * LONGEST_PART));
        Some(Alike { group, event_id, line: one_line(&summary.sentence, LONGEST_LINE) })
    }
}
