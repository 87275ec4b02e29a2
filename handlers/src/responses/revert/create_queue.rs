//! Deletes a queue that a call made.

use crate::ApplyError;
use crate::responses::queue;
use aws_sdk_sqs::Client;
use chrono::Utc;
use trailhook::responses::revert::{DeleteQueueAction, RevertAction};
use trailhook::{Judgement, TagExemption, Verdict};

pub(super) async fn confirm(sqs: &Client, action: &DeleteQueueAction) -> Result<Verdict<RevertAction>, ApplyError> {
    let Some(live) = queue::attributes(sqs, &action.queue_url, action.event_time).await? else {
        return Ok(Verdict::nothing(queue::gone(&action.queue_url)));
    };
    let verdict = action.judge(&live);
    if matches!(verdict.judgement, Judgement::Nothing(_)) {
        return Ok(verdict);
    }
    // Last, so that an exemption given a moment ago still counts.
    let tags = queue::tags(sqs, &action.queue_url).await?;
    Ok(TagExemption::of(&tags, Utc::now()).over(verdict))
}

/// A queue that someone else deleted in between is as gone as it was meant to be.
pub(super) async fn apply(sqs: &Client, action: &DeleteQueueAction) -> Result<(), ApplyError> {
    match sqs.delete_queue().queue_url(action.queue_url.as_str()).send().await {
        Ok(_) => Ok(()),
        Err(error) if queue::is_missing(&error) => Ok(()),
        Err(error) => Err(ApplyError::of("sqs:DeleteQueue", error)),
    }
}
