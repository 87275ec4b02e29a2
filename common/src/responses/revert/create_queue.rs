//! `CreateQueue` is undone by deleting the queue, if this call made it, nothing is in it and nobody
//! has changed it since.
//!
//! SQS counts messages approximately, and a count may lag a minute behind: a message sent just
//! before the look may be missed. Deleting is final, so everything that can't be told counts
//! against it.

use super::rules::Asked;
use super::{CallName, RevertAction, RevertRules};
use crate::calls::sqs::CreateQueue;
use crate::history::same_value;
use crate::responses::{created_by_this_call, epoch_seconds, queue_made};
use crate::{Arn, Call, Plan, QueueUrl, Reason, Verdict, is_hidden};
use chrono::{DateTime, Utc};
use serde::Serialize;
use std::collections::BTreeMap;

/// Delete this queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeleteQueueAction {
    /// The queue, as the call answered it.
    pub queue_url: QueueUrl,
    /// The same as an ARN.
    pub queue_arn: Arn,
    /// When the call was made: the queue must have been made then.
    pub event_time: DateTime<Utc>,
    /// The attributes the call gave it: they must still be what they are.
    pub attributes: BTreeMap<String, String>,
    /// The rule that says so; `None` where there are no rules.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
}

pub(super) fn plan(call: &Call<CreateQueue>, rules: &RevertRules) -> Plan<RevertAction> {
    let queue = match queue_made(call) {
        Ok(queue) => queue,
        Err(reason) => return Plan::Nothing(reason),
    };
    let Some(request) = call.request.known() else {
        return Plan::nothing("unknown-request", "detail.requestParameters does not say what was asked for");
    };
    if let Some((name, _)) = request.attributes.iter().find(|(_, value)| is_hidden(value)) {
        let message = format!("CloudTrail hides the value of {name}, so nobody can tell whether it is unchanged");
        return Plan::nothing("hidden-value", message);
    }
    let asked = Asked { attributes: Some(&request.attributes), tags: Some(&request.tags), ..Asked::default() };
    let rule = match rules.of_call(CallName::CreateQueue, queue.queue_url.name(), asked) {
        Ok(rule) => rule.map(str::to_owned),
        Err(reason) => return Plan::Nothing(reason),
    };
    Plan::act(RevertAction::DeleteQueue(DeleteQueueAction {
        queue_url: queue.queue_url,
        queue_arn: queue.queue_arn,
        event_time: queue.event_time,
        attributes: request.attributes.clone(),
        rule,
    }))
}

impl DeleteQueueAction {
    /// What the live queue's attributes (all of them, as `GetQueueAttributes` gives them) say about
    /// deleting it.
    pub fn judge(&self, live: &BTreeMap<String, String>) -> Verdict<RevertAction> {
        match self.objection(live) {
            Some(reason) => Verdict::nothing(reason),
            None => Verdict::proceed(),
        }
    }

    fn objection(&self, live: &BTreeMap<String, String>) -> Option<Reason> {
        let value = |name: &str| live.get(name).map(String::as_str).unwrap_or_default();
        if let Err(reason) = created_by_this_call(self.event_time, value("CreatedTimestamp")) {
            return Some(reason);
        }
        messages(live).or_else(|| changed_since(live)).or_else(|| self.other_attribute(live))
    }

    /// An attribute that the call set and that is no longer so. `Policy` is left to the time of the
    /// last change, because SQS writes principals and actions its own way.
    fn other_attribute(&self, live: &BTreeMap<String, String>) -> Option<Reason> {
        let set = self.attributes.iter().filter(|(name, _)| *name != "Policy");
        let mut other = set.filter(|(name, set)| !same_value(name, set, live.get(*name).map_or("", String::as_str)));
        let (name, set) = other.next()?;
        let now = live.get(name).map_or("unset", String::as_str);
        let message = format!("the queue's {name} was set to {set:?} by the call and is {now:?} now");
        Some(Reason::new("changed-since", message))
    }
}

/// Messages that would be lost.
fn messages(live: &BTreeMap<String, String>) -> Option<Reason> {
    const COUNTS: [&str; 3] =
        ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed"];
    for name in COUNTS {
        match live.get(name).and_then(|count| count.parse::<u64>().ok()) {
            Some(0) => {}
            Some(count) => {
                return Some(Reason::new("not-empty", format!("the queue holds messages: {name} is {count}")));
            }
            None => {
                return Some(Reason::new("unknown-state", format!("SQS did not say the queue's {name}")));
            }
        }
    }
    None
}

/// A change after the queue was made. Making it can end in the next second.
fn changed_since(live: &BTreeMap<String, String>) -> Option<Reason> {
    let seconds = |name: &str| live.get(name).and_then(|value| epoch_seconds(value));
    match (seconds("CreatedTimestamp"), seconds("LastModifiedTimestamp")) {
        (Some(created), Some(modified)) if (0..=1).contains(&(modified - created)) => None,
        (Some(created), Some(modified)) if modified < created => {
            Some(Reason::new("unknown-state", "SQS says that the queue was last changed before it was made"))
        }
        (Some(created), Some(modified)) => {
            let later = modified - created;
            Some(Reason::new("changed-since", format!("the queue was changed {later} seconds after it was made")))
        }
        _ => Some(Reason::new("unknown-state", "SQS did not say when the queue was last changed")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Judgement;

    fn action(attributes: &[(&str, &str)]) -> DeleteQueueAction {
        let queue_url: QueueUrl = "https://sqs.eu-west-1.amazonaws.com/111122223333/orders".parse().unwrap();
        DeleteQueueAction {
            queue_arn: queue_url.arn("eu-west-1"),
            queue_url,
            event_time: DateTime::from_timestamp(1_000_000, 0).unwrap(),
            attributes: map(attributes),
            rule: None,
        }
    }

    fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    fn live(changes: &[(&str, &str)]) -> BTreeMap<String, String> {
        let mut live = map(&[
            ("CreatedTimestamp", "1000000"),
            ("LastModifiedTimestamp", "1000000"),
            ("ApproximateNumberOfMessages", "0"),
            ("ApproximateNumberOfMessagesNotVisible", "0"),
            ("ApproximateNumberOfMessagesDelayed", "0"),
            ("DelaySeconds", "5"),
        ]);
        live.extend(map(changes));
        live
    }

    fn code(verdict: &Verdict<RevertAction>) -> &str {
        match &verdict.judgement {
            Judgement::Nothing(reason) => reason.code,
            Judgement::Proceed => "proceed",
            Judgement::Amend(_) | Judgement::Later(..) | Judgement::Undecided(_) => "other",
        }
    }

    #[test]
    fn only_an_untouched_empty_queue_of_this_call_is_deleted() {
        let action = action(&[("DelaySeconds", "5"), ("KmsMasterKeyId", "")]);
        assert_eq!(code(&action.judge(&live(&[]))), "proceed");
        for (changes, expected) in [
            (("CreatedTimestamp", "999000"), "existed-before"),
            (("CreatedTimestamp", "1000100"), "created-later"),
            (("CreatedTimestamp", "soon"), "unknown-state"),
            (("LastModifiedTimestamp", "1000002"), "changed-since"),
            (("LastModifiedTimestamp", "999999"), "unknown-state"),
            (("CreatedTimestamp", "1000002"), "created-later"),
            (("CreatedTimestamp", "999998"), "existed-before"),
            (("LastModifiedTimestamp", ""), "unknown-state"),
            (("ApproximateNumberOfMessages", "1"), "not-empty"),
            (("ApproximateNumberOfMessagesNotVisible", "2"), "not-empty"),
            (("ApproximateNumberOfMessagesDelayed", ""), "unknown-state"),
            (("DelaySeconds", "6"), "changed-since"),
            (("KmsMasterKeyId", "alias/x"), "changed-since"),
        ] {
            assert_eq!(code(&action.judge(&live(&[changes]))), expected, "{changes:?}");
        }
        assert_eq!(code(&action.judge(&BTreeMap::new())), "unknown-state");
    }
}
