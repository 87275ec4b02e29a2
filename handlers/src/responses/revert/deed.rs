//! The one call of SQS that undoes another.

use crate::ApplyError;
use crate::responses::queue;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_sqs::types::QueueAttributeName;
use std::collections::{BTreeMap, HashMap};
use trailhook::responses::revert::{CreateQueueAction, RevertAction, UndoneCall};

pub(super) async fn undo(sqs: &Client, action: &RevertAction) -> Result<(), ApplyError> {
    match action {
        RevertAction::CreateQueue(action) => create(sqs, action).await,
        RevertAction::DeleteQueue(action) => {
            let done = sqs.delete_queue().queue_url(action.queue_url.as_str()).send().await;
            match done {
                // A queue that someone else deleted in between is as gone as it was meant to be.
                Err(error) if queue::is_missing(&error) => Ok(()),
                done => made("sqs:DeleteQueue", done),
            }
        }
        RevertAction::CancelMessageMoveTask(action) => {
            let done = sqs.cancel_message_move_task().task_handle(&action.task_handle).send().await;
            made("sqs:CancelMessageMoveTask", done)
        }
        RevertAction::RemovePermission(action) => {
            let request = sqs.remove_permission().queue_url(url(&action.call)).label(&action.label);
            made("sqs:RemovePermission", request.send().await)
        }
        RevertAction::RestoreStatement(action) => {
            let wanted = action.policy.as_ref().and_then(|policy| policy.wanted.clone());
            let policy = BTreeMap::from([("Policy".to_owned(), wanted.unwrap_or_default())]);
            set(sqs, &action.call, policy).await
        }
        RevertAction::SetQueueAttributes(action) => set(sqs, &action.call, action.values()).await,
        RevertAction::TagQueue(action) => {
            let tags = action.values().into_iter().collect();
            let request = sqs.tag_queue().queue_url(url(&action.call)).set_tags(Some(tags));
            made("sqs:TagQueue", request.send().await)
        }
        RevertAction::UntagQueue(action) => {
            let keys = Some(action.tag_keys.clone());
            let request = sqs.untag_queue().queue_url(url(&action.call)).set_tag_keys(keys);
            made("sqs:UntagQueue", request.send().await)
        }
    }
}

async fn set(sqs: &Client, call: &UndoneCall, values: BTreeMap<String, String>) -> Result<(), ApplyError> {
    let request = sqs.set_queue_attributes().queue_url(url(call)).set_attributes(Some(named(values)));
    made("sqs:SetQueueAttributes", request.send().await)
}

async fn create(sqs: &Client, action: &CreateQueueAction) -> Result<(), ApplyError> {
    const CALL: &str = "sqs:CreateQueue";
    let tags: HashMap<String, String> =
        action.queue.iter().flat_map(|queue| queue.tags.clone()).filter(|(key, _)| !key.starts_with("aws:")).collect();
    let request = sqs
        .create_queue()
        .queue_name(&action.queue_name)
        .set_attributes(Some(named(action.attributes())))
        .set_tags(Some(tags).filter(|tags| !tags.is_empty()));
    match request.send().await {
        Err(error) if is_too_early(&error) => {
            let message = "SQS does not take the name of a queue that was just deleted".to_owned();
            Err(ApplyError::Transient { call: CALL, message })
        }
        // The dead-letter queue may have been deleted with it, and be made again in a moment.
        Err(error) if action.attributes().contains_key("RedrivePolicy") && is_invalid(&error) => {
            let message = format!("perhaps its dead-letter queue is not there yet: {}", DisplayErrorContext(&error));
            Err(ApplyError::Transient { call: CALL, message })
        }
        done => made(CALL, done),
    }
}

fn is_invalid<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> bool {
    let code = error.as_service_error().and_then(ProvideErrorMetadata::code).unwrap_or_default();
    matches!(trailhook::ErrorCode(code).last_segment(), "InvalidParameterValue" | "InvalidAttributeValue")
}

fn is_too_early<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> bool {
    let code = error.as_service_error().and_then(ProvideErrorMetadata::code).unwrap_or_default();
    trailhook::ErrorCode(code).last_segment() == "QueueDeletedRecently"
}

fn url(call: &UndoneCall) -> &str {
    call.queue.queue_url.as_str()
}

fn named(values: BTreeMap<String, String>) -> HashMap<QueueAttributeName, String> {
    values.into_iter().map(|(name, value)| (QueueAttributeName::from(name.as_str()), value)).collect()
}

fn made<T, E>(
    call: &'static str,
    done: Result<T, SdkError<E, aws_sdk_sqs::config::http::HttpResponse>>,
) -> Result<(), ApplyError>
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    done.map(drop).map_err(|error| ApplyError::of(call, error))
}
