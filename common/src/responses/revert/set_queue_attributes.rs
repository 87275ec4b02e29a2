//! `SetQueueAttributes` is undone by setting back what it changed, and nothing else.
//!
//! The console sends every attribute on every edit, so most of what the event names didn't change. An
//! attribute that has another value by now than the call gave it, or calls in a row with it that are undone too, is
//! left alone: somebody changed it since. Of a policy that is asked of each statement.

use super::merged::{Merged, merged};
use super::put_back::{Looked, PutBack, UndoneCall};
use super::{CallName, Grounds, RevertAction, RevertRules};
use crate::calls::sqs::SetQueueAttributes;
use crate::history::{Known, Of, Previous, QueueSnapshot};
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

/// What becomes of one attribute.
enum Part {
    /// It is set back.
    Back(PutBack),
    /// It is as it was, or the call did not change it.
    Same {
        /// Whether somebody has put it back.
        again: bool,
    },
    /// It was changed since, and what changed it may be undone in a moment.
    Changed(String),
    /// It was changed since by a call that stays.
    Stays(String),
    /// SQS has no way of taking it away.
    NoWay,
    /// What was there before is not known.
    Unknown(String),
}

impl SetAttributesAction {
    /// What the live queue and what is known of it say.
    pub fn judge(&self, live: &QueueSnapshot, grounds: &Grounds<'_>) -> Looked {
        if let Some(reason) = self.call.replaced(live) {
            return Looked::that(Verdict::nothing(reason));
        }
        let (mut attributes, mut left) = (BTreeMap::new(), BTreeMap::new());
        let (mut notes, mut unknown, mut back, mut looked) = (Vec::new(), Vec::new(), Vec::new(), Looked::default());
        for name in touched(&self.set) {
            let why = match self.part(name, live, grounds, &mut looked) {
                Part::Back(put_back) => {
                    attributes.insert(name.to_owned(), put_back);
                    continue;
                }
                Part::Same { again } => {
                    back.extend(again.then_some(name));
                    continue;
                }
                Part::Changed(what) => {
                    looked.changed.push(what);
                    "it was changed since".to_owned()
                }
                Part::Stays(what) => {
                    looked.stays.push(what);
                    "it was changed since".to_owned()
                }
                Part::NoWay => {
                    let why = "SQS has no way of taking it away";
                    notes.push(format!("{name} was not set before, and {why}"));
                    why.to_owned()
                }
                Part::Unknown(why) => {
                    unknown.push(format!("{name}: {why}"));
                    why
                }
            };
            left.insert(name.to_owned(), why);
        }
        // A key of KMS stands for the encryption as a whole: SQS refuses both kinds at once.
        if attributes.get("KmsMasterKeyId").is_some_and(|key| key.wanted.is_some()) {
            attributes.remove("SqsManagedSseEnabled");
        }
        if attributes.is_empty() {
            return self.nothing(looked, &back, unknown, notes);
        }
        notes.extend(looked.left_alone());
        notes.extend(unknown.iter().map(|what| format!("left alone, because it is not known before: {what}")));
        let action = SetAttributesAction { attributes, left, ..self.clone() };
        let verdict = Verdict::amend(RevertAction::SetQueueAttributes(action)).noting(notes);
        Looked { verdict, unknown, ..looked }
    }

    fn part(&self, name: &str, live: &QueueSnapshot, grounds: &Grounds<'_>, looked: &mut Looked) -> Part {
        let (of, set) = (Of::Attribute(name), self.set.get(name).map(String::as_str));
        let now = live.attribute(name);
        let chain = grounds.chain(&self.call, CallName::SetQueueAttributes, of, set);
        let known = match &chain.before {
            Previous::Known(known) => known.clone(),
            Previous::Unknown(why) => return Part::Unknown(why.clone()),
        };
        let before = known.value.as_deref();
        let Some(set) = set else {
            return if of.same(now, before) { Part::Same { again: false } } else { Part::of(name, now, known) };
        };
        if of.same(before, Some(set)) {
            return Part::Same { again: false };
        }
        if of.same(now, before) {
            return Part::Same { again: true };
        }
        if chain.has_set(of, now) {
            return Part::of(name, now, known);
        }
        let what = format!("{name} was set to {set:?} by the call and is {:?} now", now.unwrap_or(""));
        if name == "Policy"
            && let Ok(merged) = merged(before, &chain.values, now)
        {
            return match merged {
                Merged::Set(wanted, changed) => {
                    looked.changed.extend(changed);
                    Part::Back(PutBack::new(now, Known { value: wanted, from: known.from }))
                }
                Merged::Back => Part::Same { again: true },
                Merged::Changed(changed) => Part::Changed(changed.join("; ")),
            };
        }
        match &chain.stays {
            Some((value, by)) if of.same(value.as_deref(), now) => Part::Stays(format!("{what}, by {by}, which stays")),
            _ => Part::Changed(what),
        }
    }

    /// What SQS is to be told: an empty value takes an attribute away.
    pub fn values(&self) -> BTreeMap<String, String> {
        let value = |put_back: &PutBack| put_back.wanted.clone().unwrap_or_default();
        self.attributes.iter().map(|(name, put_back)| (name.clone(), value(put_back))).collect()
    }

    fn nothing(&self, looked: Looked, back: &[&str], unknown: Vec<String>, notes: Vec<String>) -> Looked {
        if !unknown.is_empty() {
            return Looked::unknown(unknown);
        }
        if looked.is_changed() {
            return looked.since();
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

impl Part {
    fn of(name: &str, now: Option<&str>, known: Known) -> Part {
        if known.value.is_none() && !CLEARABLE.contains(&name) {
            return Part::NoWay;
        }
        Part::Back(PutBack::new(now, known))
    }
}

/// What a call set, and the other kind of encryption where it set one: they exclude each other.
pub(super) fn touched(set: &BTreeMap<String, String>) -> Vec<&str> {
    const ENCRYPTION: [&str; 2] = ["KmsMasterKeyId", "SqsManagedSseEnabled"];
    let mut names: Vec<&str> = set.keys().map(String::as_str).collect();
    if ENCRYPTION.iter().any(|name| names.contains(name)) {
        names.extend(ENCRYPTION.iter().filter(|name| !set.contains_key(**name)));
    }
    names
}
