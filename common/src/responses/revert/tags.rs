//! `TagQueue` is undone by taking new keys off and giving overwritten ones their values back;
//! `UntagQueue`, by the latter alone.
//!
//! A tag that has another value by now than the call left it with stays as it is.

use super::put_back::{Looked, PutBack, UndoneCall};
use super::rules::Asked;
use super::{CallName, RevertAction, RevertRules};
use crate::calls::sqs::{TagQueue, UntagQueue};
use crate::history::{Before, Previous, QueueHistory, QueueSnapshot};
use crate::{Call, Plan, Verdict};
use serde::Serialize;
use std::collections::BTreeMap;

/// Take these tags off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RemoveTagsAction {
    /// The call that is undone.
    #[serde(flatten)]
    pub call: UndoneCall,
    /// What it put on.
    pub set: BTreeMap<String, String>,
    /// The keys to take off; empty before the live queue was looked at.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tag_keys: Vec<String>,
}

/// Give these tags their values back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RestoreTagsAction {
    /// The call that is undone.
    #[serde(flatten)]
    pub call: UndoneCall,
    /// What the call left of each: a value, or none.
    pub left: BTreeMap<String, Option<String>>,
    /// What is put back; empty before the live queue was looked at.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, PutBack>,
}

/// What becomes of one key.
enum Fate {
    /// It is to be put back as it was, or taken off.
    Undo(PutBack),
    /// It is as it was.
    Back,
    /// The call did not change it.
    Same,
    /// It was changed since; and whether it had a value before.
    Changed(String, bool),
    Unknown(String),
}

pub(super) fn plan_tag(call: &Call<TagQueue>, rules: &RevertRules) -> Plan<RevertAction> {
    let Some(request) = call.request.known() else {
        return Plan::nothing("unknown-request", "detail.requestParameters does not say which tags were put on");
    };
    let asked = Asked { tags: Some(&request.tags), ..Asked::default() };
    let undone = UndoneCall::of(call, &request.queue_url);
    let call = match undone.and_then(|undone| undone.by(rules, CallName::TagQueue, asked)) {
        Ok(call) => call,
        Err(reason) => return Plan::Nothing(reason),
    };
    let set = request.tags.clone();
    let left = set.iter().map(|(key, value)| (key.clone(), Some(value.clone()))).collect();
    Plan::Act(vec![
        RevertAction::UntagQueue(RemoveTagsAction { call: call.clone(), set, tag_keys: Vec::new() }),
        RevertAction::TagQueue(RestoreTagsAction { call, left, tags: BTreeMap::new() }),
    ])
}

pub(super) fn plan_untag(call: &Call<UntagQueue>, rules: &RevertRules) -> Plan<RevertAction> {
    let Some(request) = call.request.known() else {
        return Plan::nothing("unknown-request", "detail.requestParameters does not say which tags were taken off");
    };
    let asked = Asked { tag_keys: &request.tag_keys, ..Asked::default() };
    let undone = UndoneCall::of(call, &request.queue_url);
    match undone.and_then(|undone| undone.by(rules, CallName::UntagQueue, asked)) {
        Ok(call) => {
            let left = request.tag_keys.iter().map(|key| (key.clone(), None)).collect();
            Plan::act(RevertAction::TagQueue(RestoreTagsAction { call, left, tags: BTreeMap::new() }))
        }
        Err(reason) => Plan::Nothing(reason),
    }
}

impl RemoveTagsAction {
    /// What the live queue and its history say.
    pub fn judge(&self, live: &QueueSnapshot, history: &QueueHistory) -> Looked {
        let previous = self.call.before(history);
        let fates = self.set.iter().map(|(key, set)| (key, fate(&previous, key, Some(set), live)));
        looked(&self.call, live, fates, false, "none of the tags was new", |undone, notes| {
            let action = RemoveTagsAction { tag_keys: undone.into_keys().collect(), ..self.clone() };
            Verdict::amend(RevertAction::UntagQueue(action)).noting(notes)
        })
    }
}

impl RestoreTagsAction {
    /// What the live queue and its history say.
    pub fn judge(&self, live: &QueueSnapshot, history: &QueueHistory) -> Looked {
        let previous = self.call.before(history);
        let fates = self.left.iter().map(|(key, left)| (key, fate(&previous, key, left.as_deref(), live)));
        looked(&self.call, live, fates, true, "none of the tags had another value before", |tags, notes| {
            let action = RestoreTagsAction { tags, ..self.clone() };
            Verdict::amend(RevertAction::TagQueue(action)).noting(notes)
        })
    }

    /// What SQS is to be told.
    pub fn values(&self) -> BTreeMap<String, String> {
        let value = |put_back: &PutBack| put_back.wanted.clone();
        self.tags.iter().filter_map(|(key, put_back)| Some((key.clone(), value(put_back)?))).collect()
    }
}

fn fate(previous: &Before<'_>, key: &str, left: Option<&str>, live: &QueueSnapshot) -> Fate {
    let known = match previous.tag(key) {
        Previous::Known(known) => known,
        Previous::Unknown(why) => return Fate::Unknown(format!("the tag {key:?}: {why}")),
    };
    let now = live.tags.get(key).map(String::as_str);
    let before = known.value.as_deref();
    if before == left {
        Fate::Same
    } else if now == before {
        Fate::Back
    } else if now == left {
        Fate::Undo(PutBack::new(now, known))
    } else {
        let left = left.map_or_else(|| "taken off".to_owned(), |value| format!("set to {value:?}"));
        let now = now.map_or_else(|| "gone".to_owned(), |value| format!("{value:?}"));
        Fate::Changed(format!("the tag {key:?} was {left} by the call and is {now} now"), before.is_some())
    }
}

/// What is to be done about the keys that are this action's to undo: those that had a value before, or those
/// that had none.
fn looked<'a>(
    call: &UndoneCall,
    live: &QueueSnapshot,
    fates: impl Iterator<Item = (&'a String, Fate)>,
    of_values: bool,
    none: &str,
    amend: impl FnOnce(BTreeMap<String, PutBack>, Vec<String>) -> Verdict<RevertAction>,
) -> Looked {
    if let Some(reason) = call.replaced(live) {
        return Looked::that(Verdict::nothing(reason));
    }
    let (mut undone, mut changed, mut unknown, mut back) = (BTreeMap::new(), Vec::new(), Vec::new(), 0);
    for (key, fate) in fates {
        match fate {
            Fate::Undo(put_back) if put_back.wanted.is_some() == of_values => {
                undone.insert(key.clone(), put_back);
            }
            Fate::Undo(_) | Fate::Same => {}
            Fate::Back => back += 1,
            Fate::Changed(what, had_value) if had_value == of_values => changed.push(what),
            Fate::Changed(..) => {}
            Fate::Unknown(what) => unknown.push(what),
        }
    }
    if undone.is_empty() {
        return match (unknown.is_empty(), changed.is_empty(), back) {
            (false, _, _) => Looked::unknown(unknown),
            (_, false, _) => Looked::changed(changed),
            (_, _, 1..) => Looked::nothing("already-reverted", "the tags are as they were before the call"),
            _ => Looked::nothing("nothing-changed", none),
        };
    }
    let mut notes: Vec<String> = changed.iter().map(|change| format!("left alone: {change}")).collect();
    notes.extend(unknown.iter().map(|what| format!("left alone, because it is not known before: {what}")));
    Looked { verdict: amend(undone, notes), unknown, changed }
}
