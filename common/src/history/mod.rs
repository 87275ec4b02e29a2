//! What a queue was before a call: from what was seen of it, and from the calls that were made.
//!
//! An event says what a call set, never what was there before. That is worked out from facts of two
//! kinds, in the order of their times: the queue as it was seen (a snapshot), and the calls that
//! CloudTrail recorded. It refuses to guess: two calls in one second have no order (those of one caller count as
//! one, with what was there before all of them), a look within a
//! minute of a call may have missed it, a CreateQueue that may have found an old queue says nothing of
//! what it doesn't name. Then the value is unknown, and the reason is given.

mod defaults;
mod effect;
mod kept;
mod previous;
mod said;
mod same;
mod snapshot;
#[cfg(test)]
mod tests;

pub use defaults::default_of;
pub use effect::{Effect, QueueCall};
pub use previous::{Before, Known, Previous};
pub use same::same_value;
pub use snapshot::QueueSnapshot;
pub(crate) use snapshot::is_settable;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What is known of one queue, in any order.
///
/// ```
/// use trailhook::history::{Effect, Fact, Previous, QueueHistory, QueueSnapshot};
///
/// let at = |text: &str| text.parse::<chrono::DateTime<chrono::Utc>>();
/// let live = [("VisibilityTimeout".to_owned(), "30".to_owned())].into();
/// let seen = Fact::Seen { at: at("2026-11-02T09:00:00Z")?, queue: QueueSnapshot::of(&live, [].into()), with: vec![] };
/// let history = QueueHistory { facts: vec![seen] };
/// let before = history.before("an event", at("2026-11-02T09:30:00Z")?);
/// let Previous::Known(known) = before.attribute("VisibilityTimeout") else { panic!() };
/// assert_eq!(known.value.as_deref(), Some("30"));
/// assert!(matches!(before.tag("owner"), Previous::Known(known) if known.value.is_none()));
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueHistory {
    /// The facts.
    pub facts: Vec<Fact>,
}

/// One thing that is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Fact {
    /// The queue was looked at.
    Seen {
        /// When.
        at: DateTime<Utc>,
        /// What was there.
        queue: QueueSnapshot,
        /// The ids of the events whose effects were there to be seen.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        with: Vec<String>,
    },
    /// The queue was not there when it was looked at.
    Gone {
        /// When.
        at: DateTime<Utc>,
    },
    /// A call succeeded.
    Called {
        /// The event's time: to the second.
        at: DateTime<Utc>,
        /// The event's id.
        event_id: String,
        /// What it did.
        effect: Effect,
        /// The role or user that made it, by ARN, where the record names one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<String>,
    },
}

impl QueueHistory {
    /// What is known of the queue before this event.
    pub fn before<'a>(&'a self, event_id: &'a str, event_time: DateTime<Utc>) -> Before<'a> {
        Before::of(&self.facts, event_id, event_time)
    }

    /// Adds what it doesn't hold yet, or holds without its values.
    pub fn add(&mut self, facts: impl IntoIterator<Item = Fact>) {
        for fact in facts {
            match self.facts.iter_mut().find(|known| known.is_same_as(&fact)) {
                None => self.facts.push(fact),
                Some(known @ Fact::Called { effect: Effect::Forgotten { .. }, .. }) => *known = fact,
                Some(_) => {}
            }
        }
    }

    /// Whether the newest call deleted the queue.
    pub fn ends_with_deletion(&self) -> bool {
        let calls = self.facts.iter().filter_map(|fact| match fact {
            Fact::Called { at, effect, .. } => Some((at, effect)),
            Fact::Seen { .. } | Fact::Gone { .. } => None,
        });
        calls.max_by_key(|(at, _)| **at).is_some_and(|(_, effect)| *effect == Effect::DeleteQueue)
    }

    /// Whether a call is among the facts.
    pub fn knows(&self, event_id: &str) -> bool {
        self.facts.iter().any(|fact| matches!(fact, Fact::Called { event_id: known, .. } if known == event_id))
    }
}

impl Fact {
    /// When it was.
    pub fn at(&self) -> DateTime<Utc> {
        match self {
            Fact::Seen { at, .. } | Fact::Gone { at } | Fact::Called { at, .. } => *at,
        }
    }

    fn is_same_as(&self, other: &Fact) -> bool {
        match (self, other) {
            (Fact::Called { event_id: one, .. }, Fact::Called { event_id: other, .. }) => one == other,
            _ => self == other,
        }
    }
}
