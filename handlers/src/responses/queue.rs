//! What the responses ask SQS about a queue.
//!
//! A queue is not visible everywhere for a second after it was made, and an event can be that fast.
//! So "does not exist" is asked again while the queue is young; later it means that the queue is
//! gone, which is nothing to do, and not an error.

use crate::ApplyError;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::QueueAttributeName;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::BTreeMap;
use std::time::Duration;
use trailhook::{QueueUrl, Reason};

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
            Err(error) if error.as_service_error().is_some_and(|error| error.is_queue_does_not_exist()) => {
                match waits.next() {
                    Some(wait) => tokio::time::sleep(*wait).await,
                    None => return Ok(None),
                }
            }
            Err(error) => return Err(ApplyError::of("sqs:GetQueueAttributes", error)),
        }
    }
}

/// The reason for leaving a queue alone that is not there any more.
pub(super) fn gone(queue: &QueueUrl) -> Reason {
    Reason::new("queue-gone", format!("the queue {queue} does not exist any more"))
}
