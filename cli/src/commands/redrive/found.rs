//! What was found in the queues, and what became of it.

use super::advice::advice;
use super::choose::{Allowed, Wanted};
use super::letter::{self, Letter, Message};
use chrono::{DateTime, Utc};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// The queues' URLs.
    pub queues: Vec<String>,
    /// The dead letters that were asked for.
    pub letters: Vec<Entry>,
    /// How many there are besides that were not.
    pub others: usize,
    /// Messages that can't be understood.
    pub unread: Vec<Unread>,
    /// Whether there may be more than was asked for.
    pub more: bool,
    /// The URLs of queues that may not be looked into.
    pub left_out: Vec<String>,
    /// How many messages somebody else has in hand, about.
    pub away: u64,
    /// What was not looked into, in sentences.
    pub notes: Vec<String>,
}

/// A dead letter.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its queue's URL.
    pub queue: String,
    /// The message.
    pub message: Message,
    /// What it says.
    pub letter: Letter,
    /// What became of it.
    pub fate: Fate,
}

/// What became of a dead letter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "fate", rename_all = "kebab-case")]
pub enum Fate {
    /// It would be sent.
    WouldSend,
    /// It was sent, and its message deleted.
    Sent,
    /// It was sent, and its message is still there.
    NotDeleted {
        /// Why.
        why: String,
    },
    /// It is left, on purpose.
    Left {
        /// Why.
        why: String,
    },
    /// It could not be sent, and is left.
    Failed {
        /// Why.
        why: String,
    },
}

/// A message that can't be understood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Unread {
    /// Its queue's URL.
    pub queue: String,
    /// Its id.
    pub message_id: String,
    /// Why not.
    pub why: String,
}

/// Dead letters that are there for the same cause, and were for the same target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Group {
    /// How many.
    pub events: usize,
    /// The error's code.
    pub cause: String,
    /// What the newest of them says.
    pub message: String,
    /// The target's ARN.
    pub target: String,
    /// The version or alias, where it is for one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub qualifier: Option<String>,
    /// What it is called.
    #[serde(skip)]
    pub called: String,
    /// The calls.
    pub calls: BTreeSet<String>,
    /// When the oldest call was made.
    pub oldest: Option<DateTime<Utc>>,
    /// When the newest was.
    pub newest: Option<DateTime<Utc>>,
    /// What is to be done before they are sent again.
    pub advice: &'static str,
}

impl Found {
    /// Reads a message, and decides about it; `owners` are the functions that have the queue for their own dead letters.
    pub(super) fn take(
        &mut self,
        (queue, message): (&str, &Message),
        owners: &[String],
        wanted: &Wanted,
        allowed: &Allowed,
        now: DateTime<Utc>,
    ) {
        match letter::read(message, owners) {
            Ok(letter) if wanted.is_about(&letter) => {
                let letter = wanted.addressed(letter);
                let fate = match wanted.sent(&letter, allowed, now) {
                    Ok(()) => Fate::WouldSend,
                    Err(left) => Fate::Left { why: left.to_string() },
                };
                let (queue, message) = (queue.to_owned(), message.clone());
                self.letters.push(Entry { queue, message, letter, fate });
            }
            Ok(_) => self.others += 1,
            Err(error) => {
                let (queue, message_id) = (queue.to_owned(), message.id.clone());
                self.unread.push(Unread { queue, message_id, why: error.to_string() });
            }
        }
    }

    /// How many letters have such a fate.
    pub fn count(&self, fate: impl Fn(&Fate) -> bool) -> usize {
        self.letters.iter().filter(|entry| fate(&entry.fate)).count()
    }

    /// The letters by cause and target, the most frequent first.
    pub fn groups(&self) -> Vec<Group> {
        let mut groups: BTreeMap<(&str, &str, Option<&str>), Group> = BTreeMap::new();
        for Letter { cause, target, event_name, time, .. } in self.letters.iter().map(|entry| &entry.letter) {
            let group = groups.entry((&cause.code, target.arn(), target.version())).or_insert_with(|| Group {
                events: 0,
                cause: cause.code.clone(),
                message: cause.message.clone(),
                target: target.arn().to_owned(),
                qualifier: target.version().map(str::to_owned),
                called: target.to_string(),
                calls: BTreeSet::new(),
                oldest: *time,
                newest: *time,
                advice: advice(&cause.code),
            });
            group.events += 1;
            group.calls.extend(event_name.clone());
            if *time > group.newest {
                group.message.clone_from(&cause.message);
            }
            group.newest = group.newest.max(*time);
            group.oldest = [group.oldest, *time].into_iter().flatten().min();
        }
        let mut groups: Vec<Group> = groups.into_values().collect();
        groups.sort_by_key(|group| std::cmp::Reverse(group.events));
        groups
    }

    /// What something would be sent to, as it is called, and how many events.
    pub(super) fn targets(&self) -> Vec<(String, usize)> {
        let mut targets: BTreeMap<String, usize> = BTreeMap::new();
        for entry in self.letters.iter().filter(|entry| entry.fate == Fate::WouldSend) {
            *targets.entry(entry.letter.target.to_string()).or_default() += 1;
        }
        targets.into_iter().collect()
    }

    /// Whether nothing is left that was to be sent, and all that was asked for could be looked at and was understood. That
    /// there is more than was asked for (`--max`) is said, and is no failure.
    pub(super) fn is_good(&self, send: bool) -> bool {
        self.unread.is_empty()
            && self.away == 0
            && self.left_out.is_empty()
            && (!send || self.count(|fate| *fate != Fate::Sent) == 0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::letter::{Cause, Origin, Target};
    use super::*;

    fn entry(code: &str, message: &str, function: &str, call: &str, at: Option<i64>) -> Entry {
        let letter = Letter {
            cause: Cause { code: code.to_owned(), message: message.to_owned() },
            target: Target::of(&format!("arn:aws:lambda:eu-west-1:111122223333:function:{function}")),
            event: "{}".to_owned(),
            event_id: None,
            envelope_id: None,
            event_name: Some(call.to_owned()),
            time: at.and_then(|at| DateTime::from_timestamp(at, 0)),
            origin: Origin::Rule,
        };
        Entry { queue: String::new(), message: Message::default(), letter, fate: Fate::WouldSend }
    }

    #[test]
    fn letters_are_together_that_have_one_cause_and_one_target() {
        let letters = vec![
            entry("A", "old", "f", "CreateQueue", Some(20)),
            entry("B", "b", "f", "CreateQueue", None),
            entry("A", "new", "f", "DeleteQueue", Some(30)),
            entry("A", "older", "f", "CreateQueue", Some(10)),
            entry("A", "g", "g", "CreateQueue", Some(10)),
            entry("A", "unknown", "f", "CreateQueue", None),
        ];
        let found = Found { letters, ..Found::default() };
        let groups = found.groups();
        let told: Vec<_> =
            groups.iter().map(|group| (group.events, group.cause.as_str(), group.called.as_str())).collect();
        assert_eq!(told, [(4, "A", "f"), (1, "A", "g"), (1, "B", "f")]);
        let times = [groups[0].oldest, groups[0].newest].map(|time| time.unwrap().timestamp());
        assert_eq!((groups[0].message.as_str(), times), ("new", [10, 30]));
        assert_eq!(groups[0].calls.iter().map(String::as_str).collect::<Vec<_>>(), ["CreateQueue", "DeleteQueue"]);
        assert_eq!((groups[2].oldest, groups[2].newest), (None, None));
        assert_eq!(found.targets(), [("f".to_owned(), 5), ("g".to_owned(), 1)]);
        assert!(found.is_good(false) && !found.is_good(true));
    }

    #[test]
    fn versions_are_groups_of_their_own() {
        let letters = ["f", "f:$LATEST", "f:3", "f:live"].map(|f| entry("A", "m", f, "CreateQueue", None)).to_vec();
        let found = Found { letters, ..Found::default() };
        let groups = found.groups();
        let told: Vec<_> =
            groups.iter().map(|group| (group.events, group.called.as_str(), group.qualifier.as_deref())).collect();
        assert_eq!(told, [(2, "f", None), (1, "f:3", Some("3")), (1, "f:live", Some("live"))]);
        assert_eq!(found.targets(), [("f".to_owned(), 2), ("f:3".to_owned(), 1), ("f:live".to_owned(), 1)]);
    }
}
