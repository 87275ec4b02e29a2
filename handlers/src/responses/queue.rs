//! What the responses ask SQS about a queue.
//!
//! A queue is not visible everywhere for a second after it was made, and an event can be that fast.
//! So "does not exist" is asked again while the queue is young, and is then a failure that Lambda
//! tries once more; later it means that the queue is gone, which is nothing to do, and no error.

use crate::ApplyError;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sqs::types::QueueAttributeName;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::BTreeMap;
use std::time::Duration;
use trailhook::history::QueueSnapshot;
use trailhook::{ErrorCode, QueueUrl, Reason};

/// How long after the call a queue may still be on its way.
const YOUNG: TimeDelta = TimeDelta::seconds(60);
/// The waits between the looks at a queue that is not there yet: under seven seconds in all.
const WAITS: [Duration; 5] = [
    Duration::from_millis(200),
    Duration::from_millis(400),
    Duration::from_millis(800),
    Duration::from_millis(1600),
    Duration::from_millis(3200),
];

/// The queue's attributes, all of them; `None` when the queue is gone.
pub(super) async fn attributes(
    sqs: &Client,
    queue: &QueueUrl,
    event_time: DateTime<Utc>,
) -> Result<Option<BTreeMap<String, String>>, ApplyError> {
    let young = Utc::now().signed_duration_since(event_time) < YOUNG;
    let waits = if young { WAITS.as_slice() } else { &[] };
    let mut waits = waits.iter();
    loop {
        let request = sqs.get_queue_attributes().queue_url(queue.as_str()).attribute_names(QueueAttributeName::All);
        match request.send().await {
            Ok(found) => {
                let attributes = found.attributes.unwrap_or_default();
                return Ok(Some(
                    attributes.into_iter().map(|(name, value)| (name.as_str().to_owned(), value)).collect(),
                ));
            }
            Err(error) if is_missing(&error) => match waits.next() {
                Some(wait) => tokio::time::sleep(*wait).await,
                None if young => return Err(ApplyError::of("sqs:GetQueueAttributes", error)),
                None => return Ok(None),
            },
            Err(error) => return Err(ApplyError::of("sqs:GetQueueAttributes", error)),
        }
    }
}

/// The queue's tags. A queue that has attributes and can't be found now is on its way in or out: the
/// event is tried again.
pub(super) async fn tags(sqs: &Client, queue: &QueueUrl) -> Result<BTreeMap<String, String>, ApplyError> {
    match sqs.list_queue_tags().queue_url(queue.as_str()).send().await {
        Ok(found) => Ok(found.tags.unwrap_or_default().into_iter().collect()),
        Err(error) => Err(ApplyError::of("sqs:ListQueueTags", error)),
    }
}

/// The queue with its tags; `None` when it is gone.
pub(super) async fn look(
    sqs: &Client,
    queue: &QueueUrl,
    event_time: DateTime<Utc>,
) -> Result<Option<QueueSnapshot>, ApplyError> {
    let Some(attributes) = attributes(sqs, queue, event_time).await? else {
        return Ok(None);
    };
    match sqs.list_queue_tags().queue_url(queue.as_str()).send().await {
        Ok(found) => Ok(Some(QueueSnapshot::of(&attributes, found.tags.unwrap_or_default().into_iter().collect()))),
        // It went in between.
        Err(error) if is_missing(&error) => Ok(None),
        Err(error) => Err(ApplyError::of("sqs:ListQueueTags", error)),
    }
}

/// The reason for leaving a queue alone that is not there any more.
pub(super) fn gone(queue: &QueueUrl) -> Reason {
    Reason::new("queue-gone", format!("the queue {queue} does not exist any more"))
}

/// Whether SQS says that there is no such queue.
pub(super) fn is_missing<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> bool {
    let code = error.as_service_error().and_then(ProvideErrorMetadata::code).unwrap_or_default();
    ErrorCode(code).is_missing_queue()
}
