//! The value that an attribute or a tag had before a call.

use super::Fact;
use super::effect::Effect;
use super::said::{Of, Said};
use super::snapshot::{QueueSnapshot, settable};
use crate::is_hidden;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde::Serialize;
use std::collections::BTreeSet;

/// A change of an attribute is everywhere after a minute, says the reference of `SetQueueAttributes`: an
/// earlier look may have met a host that didn't know it.
pub(super) const SETTLED: TimeDelta = TimeDelta::seconds(60);
/// Event times are of the call's end, in whole seconds: a look that was not a second before that may have
/// been during the call.
const SECOND: TimeDelta = TimeDelta::seconds(1);

/// What is known of a queue before one event.
#[derive(Debug)]
pub struct Before<'a> {
    event_time: DateTime<Utc>,
    /// The newest look before the event.
    seen: Option<Look<'a>>,
    /// The calls up to the event's second, newest first.
    pub(super) calls: Vec<Called<'a>>,
    /// Who made the call that the event is about, if that is known.
    by: Option<&'a str>,
    /// When the queue was made that was there at the event, if a look ever told.
    pub(super) created: Option<i64>,
}

#[derive(Clone, Copy, Debug)]
struct Look<'a> {
    at: DateTime<Utc>,
    /// `None` when the queue was not there.
    queue: Option<&'a QueueSnapshot>,
    with: &'a [String],
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Called<'a> {
    pub(super) at: DateTime<Utc>,
    event_id: &'a str,
    pub(super) effect: &'a Effect,
    by: Option<&'a str>,
}

/// A value that is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Known {
    /// The value; `None` where the attribute or tag was not set.
    pub value: Option<String>,
    /// How it is known, in words.
    pub from: String,
}

/// What something was before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Previous {
    /// It is known.
    Known(Known),
    /// It is not, for this reason.
    Unknown(String),
}

impl<'a> Before<'a> {
    pub(super) fn of(facts: &'a [Fact], event_id: &str, event_time: DateTime<Utc>) -> Before<'a> {
        let looks = facts.iter().filter_map(|fact| match fact {
            Fact::Seen { at, queue, with } => Some(Look { at: *at, queue: Some(queue), with }),
            Fact::Gone { at } => Some(Look { at: *at, queue: None, with: &[] }),
            Fact::Called { .. } => None,
        });
        let made = |look: &Look<'_>| look.queue.and_then(|queue| queue.created);
        let made_by_then = |seconds: &i64| *seconds <= (event_time + SECOND).timestamp();
        let created = looks.clone().filter_map(|look| made(&look)).filter(made_by_then).max();
        // A look at an earlier queue of that name says nothing of this one.
        let of_this_queue = |look: &Look<'_>| match (made(look), created) {
            (Some(seen), Some(created)) => (seen - created).abs() <= 1,
            _ => true,
        };
        let usable = looks.filter(|look| look.at + SECOND <= event_time && !look.with.iter().any(|id| id == event_id));
        let usable = usable.filter(of_this_queue);
        let seen = usable.max_by_key(|look| look.at);
        let calls: Vec<Called<'a>> = facts
            .iter()
            .filter_map(|fact| match fact {
                Fact::Called { at, event_id, effect, by } => {
                    Some(Called { at: *at, event_id, effect, by: by.as_deref() })
                }
                _ => None,
            })
            .collect();
        let by = calls.iter().find(|called| called.event_id == event_id).and_then(|called| called.by);
        let mut calls: Vec<Called<'a>> =
            calls.into_iter().filter(|called| called.event_id != event_id && called.at <= event_time).collect();
        calls.sort_by_key(|called| std::cmp::Reverse(called.at));
        Before { event_time, seen, calls, by, created }
    }

    /// What an attribute was.
    pub fn attribute(&self, name: &str) -> Previous {
        self.previous(Of::Attribute(name))
    }

    /// What a tag was.
    pub fn tag(&self, key: &str) -> Previous {
        self.previous(Of::Tag(key))
    }

    /// The whole queue, or why it is not known.
    ///
    /// # Errors
    /// What is not known, in a sentence.
    pub fn queue(&self) -> Result<QueueSnapshot, String> {
        let value = |previous: Previous, what: &str| match previous {
            Previous::Known(known) => Ok(known.value),
            Previous::Unknown(why) => Err(format!("{what}: {why}")),
        };
        let mut queue = QueueSnapshot { created: self.created, ..QueueSnapshot::default() };
        for name in settable() {
            if let Some(value) = value(self.attribute(name), name)? {
                queue.attributes.insert(name.to_owned(), value);
            }
        }
        let looked = self.seen.and_then(|look| look.queue).into_iter().flat_map(|queue| queue.tags.keys());
        let named = self.calls.iter().flat_map(|called| called.effect.tags_named());
        let keys: BTreeSet<&str> = looked.map(String::as_str).chain(named).collect();
        for key in keys {
            if let Some(value) = value(self.tag(key), &format!("the tag {key:?}"))? {
                queue.tags.insert(key.to_owned(), value);
            }
        }
        Ok(queue)
    }

    fn previous(&self, of: Of<'_>) -> Previous {
        for (index, called) in self.calls.iter().enumerate() {
            let said = self.said(index, called, of);
            if matches!(said, Said::Nothing) {
                continue;
            }
            if self.seen.is_some_and(|look| look.covers(called)) {
                break;
            }
            // What the caller did besides, in that very second, goes with the call.
            if called.at == self.event_time && self.is_of_the_same_caller(called) {
                continue;
            }
            let call = called.effect.name();
            let at = text(called.at);
            if self.others_in_its_second(index, called, of) {
                return Previous::Unknown(format!("several calls changed it at {at}, and nobody knows which was last"));
            }
            if called.at == self.event_time {
                return Previous::Unknown(format!(
                    "{call} was made in the same second, and nobody knows which was first"
                ));
            }
            return match said {
                Said::Value(value) if value.as_deref().is_some_and(is_hidden) => {
                    Previous::Unknown(format!("CloudTrail hides the value that {call} of {at} gave"))
                }
                Said::Value(value) => {
                    Previous::Known(Known { value, from: format!("{call} of {at}, event {}", called.event_id) })
                }
                Said::Unclear(why) => Previous::Unknown(format!("{call} of {at}: {why}")),
                Said::Nothing => continue,
            };
        }
        match self.seen {
            Some(Look { queue: Some(queue), at, .. }) => {
                let value = match of {
                    Of::Attribute(name) => queue.attributes.get(name),
                    Of::Tag(key) => queue.tags.get(key),
                };
                Previous::Known(Known { value: value.cloned(), from: format!("the snapshot of {}", text(at)) })
            }
            Some(Look { queue: None, at, .. }) => Previous::Unknown(format!("the queue was not there at {}", text(at))),
            None => Previous::Unknown("neither a snapshot nor an earlier call tells".to_owned()),
        }
    }

    /// Whether a call was made by whom the event's own was made by, and not to make or delete the queue.
    fn is_of_the_same_caller(&self, called: &Called<'_>) -> bool {
        let of_its_life =
            matches!(called.effect, Effect::CreateQueue { .. } | Effect::DeleteQueue | Effect::Untold { .. });
        !of_its_life && self.by.is_some() && called.by == self.by
    }

    /// Whether another call of the same second has a say as well.
    fn others_in_its_second(&self, index: usize, called: &Called<'_>, of: Of<'_>) -> bool {
        let later = self.calls.iter().enumerate().skip(index + 1);
        later
            .take_while(|(_, other)| other.at == called.at)
            .filter(|(_, other)| called.at != self.event_time || !self.is_of_the_same_caller(other))
            .any(|(index, other)| !matches!(self.said(index, other, of), Said::Nothing))
    }
}

impl Look<'_> {
    /// Whether a look shows what the call did.
    fn covers(&self, called: &Called<'_>) -> bool {
        self.at >= called.at + SETTLED || self.with.iter().any(|id| id == called.event_id)
    }
}

fn text(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}
