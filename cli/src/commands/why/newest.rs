//! The newest events about a queue, wherever one is known of.

use super::deployed::untold;
use super::facts::time;
use super::history::{OfQueue, Rest};
use super::look::{A_LITTLE, Look};
use super::queue::Queue;
use crate::aws::lines;
use crate::show::counted;
use chrono::{DateTime, Utc};
use serde_json::Value;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Events about a queue.
#[derive(Debug, Default)]
pub(super) struct Newest {
    /// Their ids, the oldest first; those that AWS does not vouch for come last.
    pub(super) ids: Vec<String>,
    /// The records of those that the history has.
    pub(super) records: BTreeMap<String, Value>,
    /// What could not be asked, in sentences.
    pub(super) untold: Vec<String>,
}

/// An event that may be among them. What is vouched for goes before what is not, and in both the newer before the older.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Candidate {
    /// Whether the history or a log group has it: a dead letter can be written by whoever may send to the queue.
    is_vouched: bool,
    /// When the call was made; none where that is still to come.
    at: Option<DateTime<Utc>>,
    /// Its place among those that were told of together: records have whole seconds, and many calls are made in one.
    place: isize,
    id: String,
}

impl Look<'_> {
    /// The newest events about a queue.
    pub(super) async fn newest(&self, queue: &Queue, most: usize) -> Newest {
        let (mut newest, mut found) = (Newest::default(), BTreeMap::new());
        let OfQueue { records, rest } = self.history.of_queue(queue, self.since, most).await;
        let some = !records.is_empty();
        for (record, place) in records.into_iter().zip((isize::MIN..=0).rev()) {
            if let Some(id) = add(&mut found, &record, queue, (true, place)) {
                newest.records.insert(id, record);
            }
        }
        newest.untold.extend(match rest {
            Rest::Nothing => None,
            Rest::More => Some(
                "the event history has more calls of SQS than were looked through: say a shorter --since".to_owned(),
            ),
            Rest::Failed(error) if some => Some(format!("the rest of the event history {}", untold(&error))),
            Rest::Failed(error) => Some(format!("the event history {}", untold(&error))),
        });
        for group in &self.deployed.groups {
            match lines(self.aws, group, std::slice::from_ref(&queue.name), self.since).await {
                Ok(events) => {
                    events.iter().filter_map(|event| event.get("detail")).zip(1..).for_each(|(record, place)| {
                        add(&mut found, record, queue, (true, place));
                    })
                }
                // A group that is gone, or may not be asked, is told with each event, and here where there is none.
                Err(error) => newest.untold.push(format!("the log group {group} {}", untold(&error))),
            }
        }
        for letter in &self.letters.all {
            let event: Option<Value> = serde_json::from_str(&letter.event).ok();
            if let Some(record) = event.as_ref().and_then(|event| event.get("detail")) {
                add(&mut found, record, queue, (false, 0));
            }
        }
        let (ids, left_out) = chosen(found.into_values().collect(), most);
        newest.ids = ids;
        if left_out > 0 {
            newest.untold.push(format!(
                "{} that neither the event history nor a log group has would be among the newest, and {} left out: a larger \
                 --last tells of {}",
                counted(left_out, "dead letter"),
                if left_out == 1 { "is" } else { "are" },
                if left_out == 1 { "it" } else { "them" },
            ));
        }
        newest
    }
}

/// Adds the event of a record, unless it is known already; its id, where it is about the queue.
fn add(
    found: &mut BTreeMap<String, Candidate>,
    record: &Value,
    queue: &Queue,
    (is_vouched, place): (bool, isize),
) -> Option<String> {
    let text = |name: &str| record.get(name).and_then(Value::as_str);
    let id = text("eventID").filter(|id| uuid::Uuid::try_parse(id).is_ok() && queue.is_in(record))?;
    let at = text("eventTime").and_then(time).filter(|at| *at <= Utc::now() + A_LITTLE);
    found.entry(id.to_owned()).or_insert_with(|| Candidate { is_vouched, at, place, id: id.to_owned() });
    Some(id.to_owned())
}

/// So many of them, the oldest first, and how many were left out though they say they are newer than one of them.
fn chosen(mut all: Vec<Candidate>, most: usize) -> (Vec<String>, usize) {
    all.sort_by(|one, other| other.cmp(one));
    let left = all.split_off(most.min(all.len()));
    let oldest = all.iter().filter_map(|one| one.at).min();
    let left_out = left.iter().filter(|one| !one.is_vouched && (one.at.is_none() || one.at > oldest)).count();
    all.sort_by_key(|one| (Reverse(one.is_vouched), one.at, one.place));
    (all.into_iter().map(|one| one.id).collect(), left_out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(id: &str, is_vouched: bool, minute: Option<i64>) -> Candidate {
        Candidate {
            is_vouched,
            at: minute.and_then(|minute| DateTime::from_timestamp(60 * minute, 0)),
            place: 0,
            id: id.to_owned(),
        }
    }

    #[test]
    fn letters_that_nobody_vouches_for_push_nothing_out() {
        let real = [candidate("a", true, Some(1)), candidate("b", true, Some(2)), candidate("c", true, Some(3))];
        let with = |letters: &[Candidate], most| chosen([&real[..], letters].concat(), most);
        let ids = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
        assert_eq!(with(&[], 2), (ids(&["b", "c"]), 0));
        let forged = [candidate("future", false, None), candidate("newer", false, Some(9))];
        assert_eq!(with(&forged, 2), (ids(&["b", "c"]), 2));
        assert_eq!(with(&forged, 5), (ids(&["a", "b", "c", "future", "newer"]), 0));
        // An old letter is where it belongs.
        assert_eq!(with(&[candidate("old", false, Some(0))], 3), (ids(&["a", "b", "c"]), 0));
        assert_eq!(chosen(forged.to_vec(), 1), (ids(&["newer"]), 1));
        // Of those of one second, the order in which they were told of counts, and not their ids.
        let told =
            [("z", -2), ("a", -1), ("m", 0)].map(|(id, place)| Candidate { place, ..candidate(id, true, Some(1)) });
        assert_eq!(chosen(told.to_vec(), 2), (ids(&["a", "m"]), 0));
    }
}
