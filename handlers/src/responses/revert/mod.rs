//! Undoes a call, with one small file for each call that can be undone.

mod create_queue;

use crate::{ApplyError, Handler, Start};
use aws_sdk_sqs::Client;
use chrono::TimeDelta;
use trailhook::responses::revert::{Revert, RevertAction, Undoable};
use trailhook::{Plan, Response, Verdict};

/// [`Revert`] with a client.
#[derive(Debug)]
pub struct RevertHandler {
    sqs: Client,
}

impl RevertHandler {
    /// It has no settings of its own.
    pub fn build(start: &mut Start<'_>) -> Option<Self> {
        Some(RevertHandler { sqs: Client::new(start.aws) })
    }
}

impl Response for RevertHandler {
    type Trigger = Undoable;
    type Action = RevertAction;
    const NAME: &'static str = Revert::NAME;
    const IDEMPOTENT: bool = Revert::IDEMPOTENT;
    const DEFAULT_MAX_AGE: TimeDelta = Revert::DEFAULT_MAX_AGE;

    fn describe(&self, action: &RevertAction) -> String {
        Revert.describe(action)
    }

    fn plan(&self, call: &Undoable) -> Plan<RevertAction> {
        Revert.plan(call)
    }
}

impl Handler for RevertHandler {
    const IAM_ACTIONS: &'static [&'static str] = &["sqs:DeleteQueue", "sqs:GetQueueAttributes"];

    async fn confirm(&self, action: &RevertAction) -> Result<Verdict<RevertAction>, ApplyError> {
        match action {
            RevertAction::DeleteQueue(action) => create_queue::confirm(&self.sqs, action).await,
        }
    }

    async fn apply(&self, action: &RevertAction) -> Result<(), ApplyError> {
        match action {
            RevertAction::DeleteQueue(action) => create_queue::apply(&self.sqs, action).await,
        }
    }
}
