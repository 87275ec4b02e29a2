//! The value that an attribute or a tag had before a call.

use super::effect::Effect;
use super::snapshot::{QueueSnapshot, settable};
use super::{Fact, default_of};
use crate::calls::TextMap;
use crate::is_hidden;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde::Serialize;
use std::collections::BTreeSet;

/// A change of an attribute is everywhere after a minute, says the reference of `SetQueueAttributes`: an
/// earlier look may have met a host that didn't know it.
const SETTLED: TimeDelta = TimeDelta::seconds(60);
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
    calls: Vec<Called<'a>>,
    /// Who made the call that the event is about, if that is known.
    by: Option<&'a str>,
    /// When the queue was made that was there at the event, if a look ever told.
    created: Option<i64>,
}

#[derive(Clone, Copy, Debug)]
struct Look<'a> {
    at: DateTime<Utc>,
    /// `None` when the queue was not there.
    queue: Option<&'a QueueSnapshot>,
    with: &'a [String],
}

#[derive(Clone, Copy, Debug)]
struct Called<'a> {
    at: DateTime<Utc>,
    event_id: &'a str,
    effect: &'a Effect,
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

/// An attribute or a tag.
#[derive(Clone, Copy)]
enum Of<'a> {
    Attribute(&'a str),
    Tag(&'a str),
}

/// What one call says of an attribute or a tag.
enum Said {
    /// Nothing.
    Nothing,
    /// This is what it was after the call.
    Value(Option<String>),
    /// It may have changed it, nobody can tell to what.
    Unclear(&'static str),
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

    fn said(&self, index: usize, called: &Called<'_>, of: Of<'_>) -> Said {
        match (called.effect, of) {
            (Effect::Untold { .. }, _) => Said::Unclear("CloudTrail left its parameters out"),
            (Effect::DeleteQueue, _) => Said::Unclear("it deleted the queue, and who made it again is not known"),
            (Effect::CreateQueue { attributes, tags }, of) => {
                self.said_by_creation(index, called.at, attributes, tags, of)
            }
            (Effect::SetQueueAttributes { attributes }, Of::Attribute(name)) => set(attributes, name),
            (Effect::AddPermission { .. } | Effect::RemovePermission { .. }, Of::Attribute("Policy")) => {
                Said::Unclear("it changed the policy, of which no snapshot was taken since")
            }
            (Effect::TagQueue { tags }, Of::Tag(key)) => {
                tags.get(key).map_or(Said::Nothing, |value| Said::Value(Some(value.clone())))
            }
            (Effect::UntagQueue { tag_keys }, Of::Tag(key)) if tag_keys.iter().any(|untagged| untagged == key) => {
                Said::Value(None)
            }
            _ => Said::Nothing,
        }
    }

    fn said_by_creation(
        &self,
        index: usize,
        at: DateTime<Utc>,
        attributes: &TextMap,
        tags: &TextMap,
        of: Of<'_>,
    ) -> Said {
        const EITHER: &str = "nobody knows whether it made the queue or found it there";
        // Found or made, the queue has the attributes it was asked for with.
        if let Of::Attribute(name) = of
            && !matches!(set(attributes, name), Said::Nothing)
        {
            return set(attributes, name);
        }
        match (self.made_queue(index, at), of) {
            (Some(false), _) => Said::Nothing,
            (Some(true), Of::Attribute(name)) => match default_of(name, at) {
                Ok(value) => Said::Value(value.map(str::to_owned)),
                Err(why) => Said::Unclear(why),
            },
            (Some(true), Of::Tag(key)) => Said::Value(tags.get(key).cloned()),
            (None, _) => Said::Unclear(EITHER),
        }
    }

    /// Whether a CreateQueue made the queue: its own time says so, or that it was deleted before.
    fn made_queue(&self, index: usize, at: DateTime<Utc>) -> Option<bool> {
        if let Some(created) = self.created {
            let since = at.timestamp() - created;
            return match since {
                -1..=1 => Some(true),
                2.. => Some(false),
                // The queue that was there at the event was made later, by a call that nobody told of.
                _ => None,
            };
        }
        let earlier = self.calls.get(index + 1..)?;
        let lifecycle =
            |called: &&Called<'_>| matches!(called.effect, Effect::CreateQueue { .. } | Effect::DeleteQueue);
        let last = earlier.iter().find(lifecycle)?;
        matches!(last.effect, Effect::DeleteQueue).then_some(true)
    }
}

impl Look<'_> {
    /// Whether a look shows what the call did.
    fn covers(&self, called: &Called<'_>) -> bool {
        self.at >= called.at + SETTLED || self.with.iter().any(|id| id == called.event_id)
    }
}

/// What attributes that were set say of one: encryption by KMS and by SQS itself exclude each other.
fn set(attributes: &TextMap, name: &str) -> Said {
    if let Some(value) = attributes.get(name) {
        return Said::Value(Some(value.clone()).filter(|value| !value.is_empty()));
    }
    let key = attributes.get("KmsMasterKeyId").map(String::as_str);
    let own = attributes.get("SqsManagedSseEnabled").map(String::as_str);
    match (name, key, own) {
        ("SqsManagedSseEnabled", Some(""), _) => {
            Said::Unclear("it took the key away, and what encrypts since is not known")
        }
        ("SqsManagedSseEnabled", Some(_), _) => Said::Value(Some("false".to_owned())),
        ("KmsMasterKeyId", _, Some("true")) => Said::Value(None),
        _ => Said::Nothing,
    }
}

fn text(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}
