//! `SetQueueAttributes` is undone by setting back what it changed, and nothing else.
//!
//! The console sends every attribute on every edit, so most of what the event names didn't change. An
//! attribute that has another value by now than the call gave it is left alone: somebody changed it since.

use super::put_back::{Looked, PutBack, UndoneCall};
use super::{RevertAction, RevertRules};
use crate::calls::sqs::SetQueueAttributes;
use crate::history::{Previous, QueueHistory, QueueSnapshot, same_value};
use crate::{Call, Plan, Verdict, is_hidden};
use serde::Serialize;
use std::collections::BTreeMap;

/// Set these attributes back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SetAttributesAction {
    /// The call that is undone.
    #[serde(flatten)]
    pub call: UndoneCall,
    /// What it set.
    pub set: BTreeMap<String, String>,
    /// What is set back; empty before the live queue was looked at.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, PutBack>,
    /// What the call set as well and is not set back, with the reason.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub left: BTreeMap<String, String>,
}

/// These are taken away by setting them to nothing.
const CLEARABLE: [&str; 4] = ["KmsMasterKeyId", "Policy", "RedriveAllowPolicy", "RedrivePolicy"];

pub(super) fn plan(call: &Call<SetQueueAttributes>, rules: &RevertRules) -> Plan<RevertAction> {
    let Some(request) = call.request.known() else {
        return Plan::nothing("unknown-request", "detail.requestParameters does not say what was set");
    };
    let undone = match UndoneCall::of(call, &request.queue_url) {
        Ok(undone) => undone,
        Err(reason) => return Plan::Nothing(reason),
    };
    let hidden = request.attributes.iter().find(|(_, value)| is_hidden(value));
    if let Some((name, _)) = hidden {
        let message = format!("CloudTrail hides the value of {name}, so nobody can tell whether it is unchanged");
        return Plan::nothing("hidden-value", message);
    }
    let (set, rule) = match rules.of_attributes(undone.queue.queue_url.name(), &request.attributes) {
        Ok(of_rules) => of_rules,
        Err(reason) => return Plan::Nothing(reason),
    };
    let call = UndoneCall { rule, ..undone };
    Plan::act(RevertAction::SetQueueAttributes(SetAttributesAction {
        call,
        set,
        attributes: BTreeMap::new(),
        left: BTreeMap::new(),
    }))
}

impl SetAttributesAction {
    /// What the live queue and its history say.
    pub fn judge(&self, live: &QueueSnapshot, history: &QueueHistory) -> Looked {
        if let Some(reason) = self.call.replaced(live) {
            return Looked::that(Verdict::nothing(reason));
        }
        let (mut attributes, mut notes, mut unknown) = (BTreeMap::new(), Vec::new(), Vec::new());
        let (mut changed, mut back, mut left) = (Vec::new(), Vec::new(), BTreeMap::new());
        let previous = self.call.before(history);
        for name in self.touched() {
            let now = live.attribute(name);
            let known = match previous.attribute(name) {
                Previous::Known(known) => known,
                Previous::Unknown(why) => {
                    left.insert(name.to_owned(), why.clone());
                    unknown.push(format!("{name}: {why}"));
                    continue;
                }
            };
            let same = |value: Option<&str>, other: Option<&str>| {
                same_value(name, value.unwrap_or_default(), other.unwrap_or_default())
            };
            let before = known.value.as_deref();
            if let Some(set) = self.set.get(name) {
                if same(before, Some(set)) {
                    continue;
                }
                if same(now, before) {
                    back.push(name);
                    continue;
                }
                if !same(now, Some(set)) {
                    left.insert(name.to_owned(), "it was changed since".to_owned());
                    changed.push(format!("{name} was set to {set:?} by the call and is {:?} now", now.unwrap_or("")));
                    continue;
                }
            } else if same(now, before) {
                continue;
            }
            if before.is_none() && !CLEARABLE.contains(&name) {
                left.insert(name.to_owned(), "SQS has no way of taking it away".to_owned());
                notes.push(format!("{name} was not set before, and SQS has no way of taking it away"));
                continue;
            }
            attributes.insert(name.to_owned(), PutBack::new(now, known));
        }
        // A key of KMS stands for the encryption as a whole: SQS refuses both kinds at once.
        if attributes.get("KmsMasterKeyId").is_some_and(|key| key.wanted.is_some()) {
            attributes.remove("SqsManagedSseEnabled");
        }
        if attributes.is_empty() {
            return self.nothing(changed, &back, unknown, notes);
        }
        notes.extend(changed.iter().map(|change| format!("left alone: {change}")));
        notes.extend(unknown.iter().map(|what| format!("left alone, because it is not known before: {what}")));
        let action = SetAttributesAction { attributes, left, ..self.clone() };
        let verdict = Verdict::amend(RevertAction::SetQueueAttributes(action)).noting(notes);
        Looked { verdict, unknown, changed }
    }

    /// What SQS is to be told: an empty value takes an attribute away.
    pub fn values(&self) -> BTreeMap<String, String> {
        let value = |put_back: &PutBack| put_back.wanted.clone().unwrap_or_default();
        self.attributes.iter().map(|(name, put_back)| (name.clone(), value(put_back))).collect()
    }

    /// What the call set, and the other kind of encryption where it set one: they exclude each other.
    fn touched(&self) -> Vec<&str> {
        const ENCRYPTION: [&str; 2] = ["KmsMasterKeyId", "SqsManagedSseEnabled"];
        let mut names: Vec<&str> = self.set.keys().map(String::as_str).collect();
        if ENCRYPTION.iter().any(|name| names.contains(name)) {
            names.extend(ENCRYPTION.iter().filter(|name| !self.set.contains_key(**name)));
        }
        names
    }

    fn nothing(&self, changed: Vec<String>, back: &[&str], unknown: Vec<String>, notes: Vec<String>) -> Looked {
        if !unknown.is_empty() {
            return Looked::unknown(unknown);
        }
        if !changed.is_empty() {
            return Looked::changed(changed);
        }
        if !back.is_empty() {
            let message = format!("{} is as it was before the call", back.join(", "));
            return Looked::nothing("already-reverted", message);
        }
        if !notes.is_empty() {
            return Looked::nothing("not-reversible", notes.join("; "));
        }
        Looked::nothing("nothing-changed", "every attribute that the call set was so before")
    }
}
