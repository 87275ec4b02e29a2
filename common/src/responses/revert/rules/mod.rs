//! Which calls are undone: a small file of rules.
//!
//! Without rules every call is undone that can be. With them, only what a rule names; and of the
//! attributes that a call sets, only those that a rule is about. A file that says anything that can't be
//! meant is refused as a whole, with every problem named: a rule that never applies would be believed to.
//!
//! ```json
//! {
//!   "rules": [
//!     { "name": "no public queues", "calls": ["CreateQueue", "SetQueueAttributes"], "when": "opens-to-everyone" },
//!     { "name": "names", "calls": ["CreateQueue"], "exceptQueues": ["team-*", "shared-*"] }
//!   ]
//! }
//! ```

mod problem;
mod read;
mod when;

pub use problem::RuleProblem;
pub use when::When;

use super::CallName;
use crate::{QueuePattern, Reason};
use std::collections::{BTreeMap, BTreeSet};

/// The rules; the default undoes every call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RevertRules {
    /// `None` for no file.
    rules: Option<Vec<Rule>>,
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// What people call it.
    pub name: String,
    /// The calls it is about.
    pub calls: Vec<CallName>,
    /// The queues it is about; all, if empty.
    pub queues: Vec<QueuePattern>,
    /// The queues that it is not about.
    pub except_queues: Vec<QueuePattern>,
    /// The attributes that are set back; all, if empty.
    pub attributes: Vec<String>,
    /// What the call must have done.
    pub when: Option<When>,
}

/// What a call asked for, as far as rules go by it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Asked<'a> {
    pub(super) attributes: Option<&'a BTreeMap<String, String>>,
    pub(super) tags: Option<&'a BTreeMap<String, String>>,
    pub(super) tag_keys: &'a [String],
    pub(super) account_ids: &'a [String],
}

impl RevertRules {
    /// Reads a file of rules.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn from_json(json: &str) -> Result<RevertRules, Vec<RuleProblem>> {
        read::rules(json).map(|rules| RevertRules { rules: Some(rules) })
    }

    /// The rule by which a call on this queue is undone: its name, or `None` where there are no rules.
    pub(super) fn of_call(&self, call: CallName, queue: &str, asked: Asked<'_>) -> Result<Option<&str>, Reason> {
        let Some(rules) = &self.rules else {
            return Ok(None);
        };
        let rule = rules.iter().find(|rule| rule.is_about(call, queue) && rule.holds(call, asked));
        rule.map(|rule| Some(rule.name.as_str())).ok_or_else(|| no_rule(call))
    }

    /// The attributes that are set back of those that `SetQueueAttributes` set, and the names of the rules.
    pub(super) fn of_attributes(
        &self,
        queue: &str,
        set: &BTreeMap<String, String>,
    ) -> Result<(BTreeMap<String, String>, Option<String>), Reason> {
        let Some(rules) = &self.rules else {
            return Ok((set.clone(), None));
        };
        const CALL: CallName = CallName::SetQueueAttributes;
        let (mut names, mut attributes) = (Vec::new(), BTreeSet::new());
        for rule in rules.iter().filter(|rule| rule.is_about(CALL, queue)) {
            let asked = Asked { attributes: Some(set), ..Asked::default() };
            if !rule.holds(CALL, asked) {
                continue;
            }
            let about = set.keys().filter(|name| rule.is_about_attribute(name));
            let before = attributes.len();
            attributes.extend(about.cloned());
            if attributes.len() > before {
                names.push(rule.name.as_str());
            }
        }
        if attributes.is_empty() {
            return Err(no_rule(CALL));
        }
        let of_rules = set.iter().filter(|(name, _)| attributes.contains(*name));
        Ok((of_rules.map(|(name, value)| (name.clone(), value.clone())).collect(), Some(names.join(", "))))
    }
}

impl Rule {
    fn is_about(&self, call: CallName, queue: &str) -> bool {
        self.calls.contains(&call)
            && (self.queues.is_empty() || self.queues.iter().any(|pattern| pattern.covers(queue)))
            && !self.except_queues.iter().any(|pattern| pattern.covers(queue))
    }

    fn holds(&self, call: CallName, asked: Asked<'_>) -> bool {
        self.when.as_ref().is_none_or(|when| when.holds(call, asked))
    }

    fn is_about_attribute(&self, name: &str) -> bool {
        let of_when = self.when.as_ref().is_none_or(|when| when.attributes().contains(&name));
        of_when && (self.attributes.is_empty() || self.attributes.iter().any(|attribute| attribute == name))
    }
}

fn no_rule(call: CallName) -> Reason {
    Reason::new("no-rule", format!("no rule says that this {} is undone", call.as_str()))
}
