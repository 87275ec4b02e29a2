//! What an action is judged by, beside the live queue: what is known of the queue, and what becomes of the other
//! calls that were made on it.

use super::rules::Asked;
use super::set_queue_attributes::touched;
use super::{CallName, RevertRules, UndoneCall};
use crate::history::{Chain, Effect, Fate, Of, OtherCall, QueueHistory};
use crate::{ExemptUntil, Guards, Whose, is_hidden};
use chrono::{DateTime, Utc};

/// What an action is judged by.
#[derive(Clone, Copy, Debug)]
pub struct Grounds<'a> {
    /// What is known of the queue.
    pub history: &'a QueueHistory,
    /// Which calls are undone.
    pub rules: &'a RevertRules,
    /// Whose calls are; without them nobody can tell of any other call.
    pub guards: Option<&'a Guards>,
    /// The time of the judgement.
    pub now: DateTime<Utc>,
}

impl Grounds<'_> {
    /// The calls in a row of which the one that is undone is one: alone, where no other is proved to be. `left` is
    /// what it left itself.
    pub(super) fn chain(&self, call: &UndoneCall, name: CallName, of: Of<'_>, left: Option<&str>) -> Chain {
        let queue = call.queue.queue_url.name();
        // One that was made while the queue was exempt stays, and when exactly that was is not asked.
        let exempted = self.history.mentions_tag(ExemptUntil::KEY);
        let fate = |other: OtherCall<'_>| if exempted { Fate::Unknown } else { self.fate(name, queue, of, other) };
        let chain = self.history.chain(&call.event_id, call.queue.event_time, of, fate);
        // An empty value takes an attribute away; a tag may have one.
        let left = left.filter(|left| !left.is_empty() || matches!(of, Of::Tag(_)));
        let mut chain = chain.unwrap_or_else(|| Chain {
            before: call.before(self.history).of_one(of),
            values: Vec::new(),
            stays: None,
        });
        if chain.values.is_empty() {
            chain.values.push(left.map(str::to_owned));
        }
        chain
    }

    /// What becomes of another call that has a say. One of another name than the event's own may not be let through
    /// by the rule of EventBridge at all.
    fn fate(&self, name: CallName, queue: &str, of: Of<'_>, other: OtherCall<'_>) -> Fate {
        let whose = self.guards.zip(other.who.and_then(|who| who.identity())).map(|(guards, who)| guards.whose(who));
        let undone = self.rules.undoes(queue, other.effect, of);
        match (whose, undone) {
            (Some(Whose::Exempt), _) => Fate::Stays,
            (Some(Whose::Ours), _) if matches!(other.effect, Effect::CreateQueue { .. } | Effect::DeleteQueue) => {
                Fate::Unknown
            }
            (Some(Whose::Ours), _) => Fate::Ours,
            (Some(Whose::Anyones), Some(false)) => Fate::Stays,
            (Some(Whose::Anyones), Some(true)) if other.effect.name() == name.as_str() => Fate::Undone,
            _ => Fate::Unknown,
        }
    }
}

impl RevertRules {
    /// Whether what a call did to an attribute or a tag is undone; `None` where its record doesn't tell enough.
    fn undoes(&self, queue: &str, effect: &Effect, of: Of<'_>) -> Option<bool> {
        let asked = Asked::default();
        let of_call = |call, asked| self.of_call(call, queue, asked).is_ok();
        Some(match (effect, of) {
            (Effect::SetQueueAttributes { attributes }, _) if attributes.values().any(|value| is_hidden(value)) => {
                return None;
            }
            (Effect::SetQueueAttributes { attributes }, Of::Attribute(name)) => {
                let set = self.of_attributes(queue, attributes);
                set.is_ok_and(|(set, _)| touched(&set).contains(&name))
            }
            (Effect::TagQueue { tags }, Of::Tag(_)) => of_call(CallName::TagQueue, Asked { tags: Some(tags), ..asked }),
            (Effect::UntagQueue { tag_keys }, Of::Tag(_)) => of_call(CallName::UntagQueue, Asked { tag_keys, ..asked }),
            (Effect::RemovePermission { .. }, _) => of_call(CallName::RemovePermission, asked),
            _ => return None,
        })
    }
}
