//! Keeps what is known of a queue: what each call did, and what the queue looked like afterwards.
//!
//! An event never says what was there before, so whoever wants to undo a call needs somebody who has
//! looked earlier. This response looks after every call that changes a queue, whoever made it: its own
//! system's calls, exempt callers' and all. It changes no queue, and decides nothing.

use super::{CalledQueue, called_queue};
use crate::history::{Effect, QueueCall};
use crate::{Arn, Mode, Plan, QueueUrl, Record, Replayed, Resource, Response, UserIdentity};
use chrono::TimeDelta;
use serde::Serialize;

/// The response.
#[derive(Clone, Copy, Debug, Default)]
pub struct Snapshot;

/// Look at this queue, and keep what is seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SnapshotAction {
    /// The queue, and when the call was made.
    #[serde(flatten)]
    pub queue: CalledQueue,
    /// The event's id; empty where the record has none.
    pub event_id: String,
    /// What the call did.
    pub effect: Effect,
    /// The role or user that made it, by ARN.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

impl Response for Snapshot {
    type Trigger = QueueCall;
    type Action = SnapshotAction;
    const NAME: &'static str = "snapshot";
    const IDEMPOTENT: bool = true;
    const DEFAULT_MODE: Mode = Mode::Enforce;
    /// What happened last week is a fact as well, and a hole in what is known is worse than an old fact.
    const DEFAULT_MAX_AGE: TimeDelta = TimeDelta::days(7);
    /// What a replay tells happened as well.
    const DEFAULT_REPLAYED: Replayed = Replayed::Act;
    const OWN_CALLS: bool = true;

    fn describe(&self, action: &SnapshotAction) -> String {
        format!("keep what {} did to queue {}", action.effect.name(), action.queue.queue_arn)
    }

    fn resource(&self, action: &SnapshotAction) -> Option<Arn> {
        Some(action.queue.queue_arn.clone())
    }

    fn plan(&self, call: &QueueCall) -> Plan<SnapshotAction> {
        let Some(queue_url) = call.queue_url.clone().or_else(|| of_resources(&call.record)) else {
            let message = "CloudTrail left out which queue the call was about, so what is known of it may be old";
            return Plan::nothing("unknown-queue", message);
        };
        match called_queue(&call.record, &call.account, &queue_url) {
            Ok(queue) => Plan::act(SnapshotAction {
                queue,
                event_id: call.record.event_id.text().unwrap_or_default().to_owned(),
                effect: call.effect.clone(),
                by: call.record.user_identity.get().and_then(UserIdentity::principal_arn).map(str::to_owned),
            }),
            Err(reason) => Plan::Nothing(reason),
        }
    }
}

/// The queue that the record names beside its parameters, if it names one.
fn of_resources(record: &Record) -> Option<QueueUrl> {
    let resources = record.resources.get().into_iter().flatten();
    let mut queues = resources.filter_map(Resource::arn).filter_map(|arn| QueueUrl::of(&arn.parse().ok()?));
    let queue = queues.next()?;
    queues.next().is_none().then_some(queue)
}
