//! Undoes a call, with one small file for each call that can be undone.

mod create_queue;

use crate::{ApplyError, Handler, Start};
use aws_sdk_sqs::Client;
use trailhook::Verdict;
use trailhook::responses::revert::{Revert, RevertAction};

/// [`Revert`] with a client.
#[derive(Debug)]
pub struct RevertHandler {
    response: Revert,
    sqs: Client,
}

impl RevertHandler {
    /// It has no settings of its own.
    pub fn build(start: &mut Start<'_>) -> Option<Self> {
        Some(RevertHandler { response: Revert, sqs: Client::new(start.aws) })
    }
}

decides_as!(RevertHandler, Revert, response);

impl Handler for RevertHandler {
    const IAM_ACTIONS: &'static [&'static str] = &["sqs:DeleteQueue", "sqs:GetQueueAttributes", "sqs:ListQueueTags"];

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
