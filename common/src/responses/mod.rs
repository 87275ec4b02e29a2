//! The three built-in responses: their settings, plans and actions, and nothing that acts.

pub mod notify;
pub mod revert;
pub mod tag_new_queue;

mod created;

use created::epoch_seconds;

pub use created::created_by_this_call;

use crate::calls::sqs::CreateQueue;
use crate::{Arn, Call, QueueUrl, Reason};
use chrono::{DateTime, Utc};

/// The queue that a call says it made.
pub(crate) struct QueueMade {
    pub(crate) queue_url: QueueUrl,
    pub(crate) queue_arn: Arn,
    pub(crate) event_time: DateTime<Utc>,
}

/// The queue that a `CreateQueue` answered, if the record leaves no doubt about it.
pub(crate) fn queue_made(call: &Call<CreateQueue>) -> Result<QueueMade, Reason> {
    let record = &call.record;
    let Some(response) = call.response.known() else {
        return Err(Reason::new("unknown-queue", "detail.responseElements does not say which queue the call answered"));
    };
    let queue_url = response.queue_url.clone();
    let (Some(region), Some(event_time)) = (record.aws_region.text(), record.time()) else {
        return Err(Reason::new("unknown-queue", "the record has no awsRegion or no eventTime that can be read"));
    };
    if queue_url.account() != call.account() {
        let message = format!("the queue {queue_url} is not in the account {}", call.account());
        return Err(Reason::new("foreign-queue", message));
    }
    if let Some(request) = call.request.known()
        && request.queue_name != queue_url.name()
    {
        let message =
            format!("the call asked for {:?}, and the queue {queue_url} has another name", request.queue_name);
        return Err(Reason::new("foreign-queue", message));
    }
    if queue_url.region().is_some_and(|of_url| of_url != region) {
        let message = format!("the queue {queue_url} is not in {region}, where the call was made");
        return Err(Reason::new("foreign-queue", message));
    }
    let queue_arn = queue_url.arn(region);
    Ok(QueueMade { queue_url, queue_arn, event_time })
}
