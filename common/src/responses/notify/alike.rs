//! Which calls are alike, so that five hundred of them needn't be five hundred e-mails.
//!
//! The same role or user, the same call with the same result, the same severity, in the same Region of the same
//! account: the first few are told of one by one, and those after them together, in the message of one of
//! them. It refuses to call alike what it knows too little of, an event without an id, a call whose parts
//! can't be read, and what is critical: that is always told alone, and at once.

use super::severity::Severity;
use super::summary::Summary;
use crate::shown::one_line;
use crate::{EventHeader, Record, UserIdentity};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

/// The longest line about an event that another one brings, in characters.
const LONGEST_LINE: usize = 300;
/// The longest part of a group's name: six of them and the caller are less than the 2,048 bytes that a key
/// may have.
const LONGEST_PART: usize = 80;
const LONGEST_CALLER: usize = 1_000;
/// An event's id is a UUID; longer than this it is none.
const LONGEST_ID: usize = 128;

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
    /// When it was; it must not become stale while it waits.
    #[serde(skip)]
    pub event_time: Option<DateTime<Utc>>,
    /// The sentence about it, with its time before it.
    #[serde(skip)]
    pub line: String,
    /// The events whose sentences its message has, its own included: known once it was put off and is back.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub brings: Vec<String>,
}

impl Alike {
    pub(super) fn of(record: &Record, header: &EventHeader, summary: &Summary) -> Option<Alike> {
        if summary.severity == Severity::Critical || summary.odd {
            return None;
        }
        let event_id = header.event_id.clone().filter(|id| (1..=LONGEST_ID).contains(&id.len()))?;
        let principal = record.user_identity.get().and_then(UserIdentity::principal_arn);
        // The role and not its session, whose name a caller chooses anew as often as they like.
        let short = || header.actor.as_ref().map(crate::Actor::short_name);
        let caller = principal.map(str::to_owned).or_else(short)?;
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
        group.push_str(&one_line(&caller, LONGEST_CALLER));
        let line = format!("{} {}", header.event_time.as_deref().unwrap_or("?"), shortened(&summary.sentence));
        Some(Alike {
            group,
            event_id,
            event_time: record.time(),
            line: one_line(&line, LONGEST_LINE),
            brings: Vec::new(),
        })
    }
}

/// A sentence without its middle where it is long: what was done stands at its beginning, and what is odd
/// about it at its end.
fn shortened(sentence: &str) -> String {
    const HEAD: usize = 170;
    const TAIL: usize = 90;
    let length = sentence.chars().count();
    if length <= HEAD + TAIL {
        return sentence.to_owned();
    }
    let (head, tail): (String, String) =
        (sentence.chars().take(HEAD).collect(), sentence.chars().skip(length - TAIL).collect());
    format!("{head} … {tail}")
}
