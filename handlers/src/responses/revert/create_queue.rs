//! Deletes a queue that a call made.

use crate::ApplyError;
use crate::responses::queue;
use aws_sdk_sqs::Client;
use trailhook::Verdict;
use trailhook::responses::revert::{DeleteQueueAction, RevertAction};

pub(super) async fn confirm(sqs: &Client, action: &DeleteQueueAction) -> Result<Verdict<RevertAction>, ApplyError> {
    match queue::attributes(sqs, &action.queue_url, action.event_time).await? {
        Some(live) => Ok(action.judge(&live)),
        None => Ok(Verdict::nothing(queue::gone(&action.queue_url))),
    }
}

/// A queue that someone else deleted in between is as gone as it was meant to be.
pub(super) async fn apply(sqs: &Client, action: &DeleteQueueAction) -> Result<(), ApplyError> {
    match sqs.delete_queue().queue_url(action.queue_url.as_str()).send().await {
        Ok(_) => Ok(()),
        Err(error) if queue::is_missing(&error) => Ok(()),
        Err(error) => Err(ApplyError::of("sqs:DeleteQueue", error)),
    }
}
