//! Which facts are kept of a queue, so that they fit into one item of a table.
//!
//! A look without a call that came after it would pass the older value for the last one. So calls are dropped
//! from the oldest on, and none that a look which is kept has not seen; where there are too many, their values go
//! first, and it stays known that there was a call. It refuses to let the newest facts push out the oldest look:
//! whoever makes many calls at once must not make unknown what the queue was like before them.

use super::effect::Effect;
use super::previous::SETTLED;
use super::{Fact, QueueHistory};
use chrono::TimeDelta;

/// The looks that are kept of a queue.
const MOST_LOOKS: usize = 5;
/// Of those before that, one is kept besides: what is done at once is done by then.
const BURST: TimeDelta = TimeDelta::minutes(20);
/// The calls that are kept, where a look has seen the older ones.
const MOST_CALLS: usize = 40;
/// An item of DynamoDB takes 400 KB.
const MOST_BYTES: usize = 350_000;

impl QueueHistory {
    /// Keeps the newest facts: so many looks and so many calls as fit into one item of a table, where a
    /// queue's attributes and tags take 30 KB at most.
    pub fn keep_newest(&mut self) {
        self.facts.sort_by_key(|fact| std::cmp::Reverse(fact.at()));
        let newest = self.facts.first().map(Fact::at);
        let (mut looks, mut gone, mut settled) = (0, 0, 0);
        self.facts.retain(|fact| {
            let before = matches!(fact, Fact::Seen { at, .. } if newest.is_some_and(|newest| *at + BURST < newest));
            let (count, most) = match fact {
                Fact::Called { .. } => return true,
                Fact::Seen { .. } if before => (&mut settled, 1),
                Fact::Seen { .. } => (&mut looks, MOST_LOOKS),
                Fact::Gone { .. } => (&mut gone, 1),
            };
            *count += 1;
            *count <= most
        });
        let mut calls = 0;
        self.drop_calls(|| {
            calls += 1;
            calls > MOST_CALLS
        });
        self.fit();
    }

    /// Drops calls that the oldest look has seen, if they are to be dropped; asked newest first.
    fn drop_calls(&mut self, mut dropped: impl FnMut() -> bool) {
        let oldest = self.facts.iter().rev().find(|fact| is_look(fact)).map(Fact::at);
        self.facts.retain(|fact| {
            let call = matches!(fact, Fact::Called { .. });
            let seen = oldest.is_none_or(|look| look >= fact.at() + SETTLED);
            !(call && dropped() && seen)
        });
    }

    /// Makes it fit: looks in between go first, then calls that are seen in a look, then values, then the oldest.
    fn fit(&mut self) {
        if self.bytes() <= MOST_BYTES {
            return;
        }
        let (newest, oldest) = (self.facts.iter().position(is_look), self.facts.iter().rposition(is_look));
        let mut index = 0..;
        self.facts.retain(|fact| {
            let index = index.next();
            !is_look(fact) || index == newest || index == oldest
        });
        if self.bytes() <= MOST_BYTES {
            return;
        }
        self.drop_calls(|| true);
        let mut bytes = self.bytes();
        // The newest is kept: it may be about to be undone.
        let calls = self.facts.iter_mut().filter_map(|fact| match fact {
            Fact::Called { effect, .. } => Some(effect),
            Fact::Seen { .. } | Fact::Gone { .. } => None,
        });
        for effect in calls.skip(1) {
            if bytes <= MOST_BYTES {
                return;
            }
            let less = effect.without_values();
            let spared = length(effect).saturating_sub(length(&less));
            if spared > 0 {
                (bytes, *effect) = (bytes.saturating_sub(spared), less);
            }
        }
        while bytes > MOST_BYTES && self.facts.len() > 1 {
            bytes = bytes.saturating_sub(self.facts.pop().map_or(0, |fact| length(&fact) + 1));
        }
    }

    fn bytes(&self) -> usize {
        length(self)
    }
}

impl Effect {
    /// What is left of it where there is no room for what it set.
    fn without_values(&self) -> Effect {
        let names = |set: &crate::calls::TextMap| set.keys().cloned().collect();
        match self {
            Effect::SetQueueAttributes { attributes } => {
                Effect::Forgotten { name: self.name().to_owned(), attributes: names(attributes), tags: Vec::new() }
            }
            Effect::TagQueue { tags } => {
                Effect::Forgotten { name: self.name().to_owned(), attributes: Vec::new(), tags: names(tags) }
            }
            other => other.clone(),
        }
    }
}

fn is_look(fact: &Fact) -> bool {
    matches!(fact, Fact::Seen { .. })
}

/// As JSON. Facts are text and times, so they can always be written.
fn length(value: &impl serde::Serialize) -> usize {
    serde_json::to_string(value).map_or(0, |json| json.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::{Previous, QueueSnapshot};
    use chrono::{DateTime, Utc};

    const VISIBILITY: &str = "VisibilityTimeout";

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_793_600_000 + seconds, 0).unwrap()
    }

    fn seen(seconds: i64, value: &str) -> Fact {
        let attributes = [(VISIBILITY.to_owned(), value.to_owned())].into();
        Fact::Seen { at: at(seconds), queue: QueueSnapshot { attributes, ..QueueSnapshot::default() }, with: vec![] }
    }

    fn set(seconds: i64, name: &str, value: &str) -> Fact {
        let effect = Effect::SetQueueAttributes { attributes: [(name.to_owned(), value.to_owned())].into() };
        Fact::Called { at: at(seconds), event_id: format!("event-{seconds}"), effect, by: None }
    }

    /// What is kept of these, and what the attribute was before the event of this second.
    fn kept(facts: Vec<Fact>, seconds: i64) -> (QueueHistory, String) {
        let mut history = QueueHistory { facts };
        history.keep_newest();
        assert!(history.bytes() <= MOST_BYTES, "{} bytes", history.bytes());
        let before = match history.before(&format!("event-{seconds}"), at(seconds)).attribute(VISIBILITY) {
            Previous::Known(known) => known.value.unwrap_or_default(),
            Previous::Unknown(why) => format!("? {why}"),
        };
        (history, before)
    }

    #[test]
    fn a_call_is_not_dropped_where_an_older_look_is_kept() {
        // Somebody's who is let be, and then more calls than are counted.
        let mut facts = vec![seen(0, "30"), set(3000, VISIBILITY, "45")];
        facts.extend((0..60).map(|second| set(3001 + second, VISIBILITY, &second.to_string())));
        assert_eq!(kept(facts, 3001).1, "45");
        // What a look has seen is dropped.
        let mut facts: Vec<Fact> = (0..90).map(|hour| set(hour * 3600, VISIBILITY, &hour.to_string())).collect();
        facts.push(seen(89 * 3600 + 1800, "89"));
        let (history, before) = kept(facts, 100 * 3600);
        assert_eq!((history.facts.len(), before.as_str()), (41, "89"));
    }

    #[test]
    fn what_the_queue_was_like_before_many_large_calls_stays() {
        let large = "x".repeat(8_000);
        let mut facts = vec![seen(0, "30")];
        facts.extend((0..200).map(|second| set(3000 + second, "Policy", &large)));
        facts.extend((0..5).map(|look| seen(3050 + look, "30")));
        for fact in &mut facts {
            if let Fact::Seen { queue, .. } = fact {
                queue.attributes.insert("Policy".to_owned(), large.clone());
            }
        }
        facts.push(set(3199, VISIBILITY, "5"));
        let (history, before) = kept(facts, 3199);
        assert!(before == "30", "{before:.80}");
        assert_eq!(history.facts.iter().filter(|fact| matches!(fact, Fact::Called { .. })).count(), 201);
        // What has no values any more is not taken for what was there before it.
        let mut facts = vec![seen(0, "30")];
        facts.extend((0..200).map(|second| set(3000 + second, VISIBILITY, &large)));
        let (mut history, before) = kept(facts, 3199);
        assert!(before.starts_with("? SetQueueAttributes of ") && before.contains("too many"), "{before:.80}");
        // Whoever knows more brings it back.
        history.add([set(3198, VISIBILITY, "45")]);
        let known = history.before("event-3199", at(3199)).attribute(VISIBILITY);
        assert!(matches!(&known, Previous::Known(known) if known.value.as_deref() == Some("45")), "{known:?}");
    }

    #[test]
    fn however_many_there_are_they_fit() {
        let facts = (0..9_000).map(|second| set(second, VISIBILITY, "5")).chain([seen(-7_000, "30")]).collect();
        let (history, before) = kept(facts, 8_999);
        assert!(history.facts.len() > 1_000 && !history.facts.iter().any(is_look), "{}", history.facts.len());
        assert!(!before.contains("30"), "{before}");
    }
}
