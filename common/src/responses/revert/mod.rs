//! Undoes a call, one small file for each call that can be undone.
//!
//! It begins as a dry run, and undoes only what the call itself did: what was there before, or has
//! changed since, stays. A new call is a file here (plan and judgement), a variant of [`Undoable`]
//! and of [`RevertAction`], and a file of the same name in `trailhook-handlers`.

mod create_queue;

pub use create_queue::DeleteQueueAction;

use crate::calls::sqs::CreateQueue;
use crate::{Admitted, Arn, Call, FromRecord, Plan, Replayed, Response, ShapeError, Watched, WatchedCall};
use chrono::TimeDelta;
use serde::Serialize;

/// The response.
#[derive(Clone, Copy, Debug, Default)]
pub struct Revert;

/// A call that can be undone.
#[derive(Debug)]
pub enum Undoable {
    /// Undone by `DeleteQueue`.
    CreateQueue(Box<Call<CreateQueue>>),
}

/// How a call is undone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "call")]
pub enum RevertAction {
    /// Delete the queue that was made.
    DeleteQueue(DeleteQueueAction),
}

impl FromRecord for Undoable {
    fn watched() -> Watched {
        Watched::Calls(vec![WatchedCall::of::<CreateQueue>()])
    }

    fn from_record(admitted: Admitted) -> Result<Self, ShapeError> {
        // The watched guard lets one call through, so far.
        Call::from_record(admitted).map(Box::new).map(Undoable::CreateQueue)
    }
}

impl Response for Revert {
    type Trigger = Undoable;
    type Action = RevertAction;
    const NAME: &'static str = "revert";
    const IDEMPOTENT: bool = false;
    const DEFAULT_MAX_AGE: TimeDelta = TimeDelta::minutes(15);
    const DEFAULT_REPLAYED: Replayed = Replayed::Skip;

    fn describe(&self, action: &RevertAction) -> String {
        match action {
            RevertAction::DeleteQueue(action) => format!("delete queue {}", action.queue_arn),
        }
    }

    fn resource(&self, action: &RevertAction) -> Option<Arn> {
        match action {
            RevertAction::DeleteQueue(action) => Some(action.queue_arn.clone()),
        }
    }

    fn plan(&self, call: &Undoable) -> Plan<RevertAction> {
        match call {
            Undoable::CreateQueue(call) => create_queue::plan(call),
        }
    }
}
