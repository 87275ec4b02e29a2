//! What it means that a log has no line of an event: nothing, where it could not have one any more.

use super::super::facts::{Facts, Gap};
use super::super::kept::{Kept, span};
use super::end::End;
use super::header;
use chrono::TimeDelta;
use serde_json::Value;

/// No log group keeps its lines for a shorter time.
const SHORTEST: TimeDelta = TimeDelta::days(1);

/// Why there may have been a line that was not found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Silence {
    /// It is not there to be read.
    Gap(Gap),
    /// It may be gone: lines are kept so long only, and the event is older.
    Expired(TimeDelta),
    /// It may be gone: nobody told how long lines are kept.
    Unsure(String),
}

impl Silence {
    /// Of a log group that has no line; `None` where there was none.
    pub(super) fn of(facts: &Facts, group: &str, gap: Option<Gap>) -> Option<Silence> {
        if let Some(gap) = gap {
            return Some(Silence::Gap(gap));
        }
        let age = age(facts)?;
        match facts.groups_kept.get(group)? {
            Kept::For(time) if age > *time => Some(Silence::Expired(*time)),
            Kept::Untold(why) if age > SHORTEST => Some(Silence::Unsure(why.clone())),
            _ => None,
        }
    }

    /// What can be said of a target that writes to this log group.
    pub(super) fn told(&self, group: &str) -> String {
        match self {
            Silence::Gap(Gap::NotAsked) => format!("nobody can say: {group} could not be asked"),
            Silence::Gap(Gap::Hidden) => format!("nobody can say: decisions are kept out of {group}"),
            Silence::Gap(Gap::Shared) => {
                format!("nobody can say: {group} is shared, and a decision in it does not say whose it is")
            }
            Silence::Expired(time) => {
                format!("not known: {group} keeps its lines {} only, and the event is older", span(*time))
            }
            Silence::Unsure(why) => {
                format!("not known: there is no line of it, and how long {group} keeps lines {why}")
            }
        }
    }

    /// What became of the event at a function with such a log.
    pub(super) fn end(&self) -> End {
        let because = match self {
            Silence::Gap(Gap::NotAsked) => return End::Untold,
            Silence::Gap(Gap::Hidden) => "its log level keeps decisions out of its log".to_owned(),
            Silence::Gap(Gap::Shared) => "a decision in a shared log does not say whose it is".to_owned(),
            Silence::Expired(time) => format!("lines are kept {} only", span(*time)),
            Silence::Unsure(_) => "nobody told how long lines are kept".to_owned(),
        };
        End::NotKnown { because }
    }
}

/// Why there may have been a dead letter that is not there; `None` where there was none.
pub(super) fn letters_gone(facts: &Facts) -> Option<String> {
    let age = age(facts)?;
    facts.queues_kept.iter().find_map(|(queue, kept)| match kept {
        Kept::For(time) if age > *time => {
            Some(format!("the queue {queue} keeps dead letters {} only, and the event is older", span(*time)))
        }
        Kept::Untold(why) => Some(format!("how long the queue {queue} keeps dead letters {why}")),
        _ => None,
    })
}

/// How old the event is.
fn age(facts: &Facts) -> Option<TimeDelta> {
    let at = header(facts).get("eventTime").and_then(Value::as_str).and_then(super::time)?;
    Some(facts.now.signed_duration_since(at))
}
