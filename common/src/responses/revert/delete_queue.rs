//! `DeleteQueue` is undone by making the queue again, with its attributes, tags and policy.
//!
//! Its messages are lost. SQS takes a name again sixty seconds after it was deleted; until then the
//! event is put off, and Lambda's next try comes a minute later, which nobody pays for.

use super::put_back::{Looked, UndoneCall};
use super::rules::Asked;
use super::{CallName, RevertAction, RevertRules};
use crate::calls::sqs::DeleteQueue;
use crate::history::{QueueHistory, QueueSnapshot};
use crate::{Call, Plan, Reason, Verdict};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde::Serialize;
use std::collections::BTreeMap;

/// SQS refuses the name for sixty seconds; the event's time is of the call's end, cut to the second.
const NAME_IS_KEPT: TimeDelta = TimeDelta::seconds(61);

/// Make this queue again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateQueueAction {
    /// The call that is undone.
    #[serde(flatten)]
    pub call: UndoneCall,
    /// The queue's name.
    pub queue_name: String,
    /// The queue as it was; `None` before its history was looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue: Option<QueueSnapshot>,
}

pub(super) fn plan(call: &Call<DeleteQueue>, rules: &RevertRules) -> Plan<RevertAction> {
    let Some(request) = call.request.known() else {
        return Plan::nothing("unknown-request", "detail.requestParameters does not say which queue was deleted");
    };
    let asked = Asked::default();
    match UndoneCall::of(call, &request.queue_url).and_then(|undone| undone.by(rules, CallName::DeleteQueue, asked)) {
        Ok(call) => {
            let queue_name = request.queue_url.name().to_owned();
            Plan::act(RevertAction::CreateQueue(CreateQueueAction { call, queue_name, queue: None }))
        }
        Err(reason) => Plan::Nothing(reason),
    }
}

impl CreateQueueAction {
    /// What the live queue (if there is one of that name) and its history say at this time.
    pub fn judge(&self, live: Option<&QueueSnapshot>, history: &QueueHistory, now: DateTime<Utc>) -> Looked {
        let deleted = self.call.queue.event_time;
        let free = deleted + NAME_IS_KEPT;
        let again = live.and_then(|queue| queue.created).filter(|created| *created > deleted.timestamp());
        if again.is_some() {
            let message = format!("a queue {} was made after the deletion", self.queue_name);
            return Looked::nothing("created-again", message);
        }
        if live.is_some() && now >= free {
            let message = format!("the queue {} is there, a minute after it was deleted", self.queue_name);
            return Looked::nothing("not-deleted", message);
        }
        let queue = match self.call.before(history).queue() {
            Ok(queue) => queue,
            Err(why) => return Looked::unknown(vec![why]),
        };
        let action = RevertAction::CreateQueue(CreateQueueAction { queue: Some(queue), ..self.clone() });
        let lost = "the messages that were in the queue are lost".to_owned();
        if now >= free {
            return Looked::that(Verdict::amend(action).noting([lost]));
        }
        let free = free.to_rfc3339_opts(SecondsFormat::Secs, true);
        let message = format!("SQS takes the name {} again at {free}", self.queue_name);
        Looked::that(Verdict::later(action, Reason::new("too-early", message)).noting([lost]))
    }

    /// The attributes that SQS is to be told: those that go together, and none that only its kind of
    /// queue doesn't have.
    pub fn attributes(&self) -> BTreeMap<String, String> {
        let Some(queue) = &self.queue else {
            return BTreeMap::new();
        };
        let fifo = self.queue_name.ends_with(".fifo");
        let with_key = queue.attributes.contains_key("KmsMasterKeyId");
        let fits = |name: &str| match name {
            "FifoQueue" | "ContentBasedDeduplication" | "DeduplicationScope" | "FifoThroughputLimit" => fifo,
            "SqsManagedSseEnabled" => !with_key,
            "KmsDataKeyReusePeriodSeconds" => with_key,
            _ => true,
        };
        let mut attributes: BTreeMap<String, String> =
            queue.attributes.iter().filter(|(name, _)| fits(name)).map(|(n, v)| (n.clone(), v.clone())).collect();
        if fifo {
            attributes.insert("FifoQueue".to_owned(), "true".to_owned());
        }
        attributes
    }
}
