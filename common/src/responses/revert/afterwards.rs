//! The second look, after a call was undone: what is there now, and whether it is what was wanted.

use super::RevertAction;
use crate::Afterwards;
use crate::history::{QueueSnapshot, same_value};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

impl RevertAction {
    /// Whether there is anything to look at afterwards: a deleted queue can be seen for a minute yet, and a
    /// stopped move says nothing of the queue.
    pub fn leaves_something(&self) -> bool {
        !matches!(self, RevertAction::DeleteQueue(_) | RevertAction::CancelMessageMoveTask(_))
    }

    /// What the live queue says afterwards; `None` for one that is not there.
    pub fn afterwards(&self, live: Option<&QueueSnapshot>) -> Afterwards {
        let Some(live) = live else {
            let notes = vec!["the queue could not be seen afterwards".to_owned()];
            return Afterwards { state: Value::Null, notes };
        };
        match self {
            RevertAction::SetQueueAttributes(action) => {
                let wanted = action.attributes.iter().map(|(name, back)| (name.as_str(), back.wanted.as_deref()));
                attributes(wanted, live)
            }
            RevertAction::RestoreStatement(action) => {
                let wanted = action.policy.iter().map(|back| ("Policy", back.wanted.as_deref()));
                attributes(wanted, live)
            }
            RevertAction::RemovePermission(action) => {
                let there = super::statements::statement_of(live.attribute("Policy"), &action.label);
                let gone = matches!(there, Ok(None));
                let note = (!gone).then(|| format!("the statement {:?} can still be seen: {SOON}", action.label));
                let state = json!({ "Policy": live.attribute("Policy") });
                Afterwards { state, notes: note.into_iter().collect() }
            }
            RevertAction::TagQueue(action) => {
                let wanted: BTreeMap<&str, Option<&str>> =
                    action.tags.iter().map(|(key, back)| (key.as_str(), back.wanted.as_deref())).collect();
                tags(&wanted, live)
            }
            RevertAction::UntagQueue(action) => {
                tags(&action.tag_keys.iter().map(|key| (key.as_str(), None)).collect(), live)
            }
            RevertAction::CreateQueue(action) => {
                let set = action.attributes();
                let mut looked =
                    attributes(set.iter().map(|(name, value)| (name.as_str(), Some(value.as_str()))), live);
                let wanted = action.queue.iter().flat_map(|queue| &queue.tags);
                let of_tags = tags(&wanted.map(|(key, value)| (key.as_str(), Some(value.as_str()))).collect(), live);
                looked.notes.extend(of_tags.notes);
                looked.state = json!({ "attributes": looked.state, "tags": of_tags.state });
                looked
            }
            RevertAction::DeleteQueue(_) | RevertAction::CancelMessageMoveTask(_) => Afterwards::default(),
        }
    }
}

const SOON: &str = "SQS takes up to a minute to show a change";

fn attributes<'a>(wanted: impl Iterator<Item = (&'a str, Option<&'a str>)>, live: &QueueSnapshot) -> Afterwards {
    let (mut state, mut notes) = (Map::new(), Vec::new());
    for (name, wanted) in wanted {
        let now = live.attribute(name);
        if !same_value(name, wanted.unwrap_or_default(), now.unwrap_or_default()) {
            notes.push(format!("{name} does not show what it was set to: {SOON}"));
        }
        state.insert(name.to_owned(), json!(now));
    }
    Afterwards { state: Value::Object(state), notes }
}

fn tags(wanted: &BTreeMap<&str, Option<&str>>, live: &QueueSnapshot) -> Afterwards {
    let (mut state, mut notes) = (Map::new(), Vec::new());
    for (key, wanted) in wanted {
        let now = live.tags.get(*key).map(String::as_str);
        if now != *wanted {
            notes.push(format!("the tag {key:?} is not as it was put back: {SOON}"));
        }
        state.insert((*key).to_owned(), json!(now));
    }
    Afterwards { state: Value::Object(state), notes }
}
