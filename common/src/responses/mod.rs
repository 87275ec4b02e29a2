//! The built-in responses: their settings, plans and actions, and nothing that acts.

pub mod notify;
pub mod revert;
pub mod snapshot;
pub mod tag_new_queue;

mod created;
pub(crate) mod policy;

pub(crate) use created::epoch_seconds;

pub use created::created_by_this_call;

use crate::calls::sqs::CreateQueue;
use crate::{Arn, Call, QueueUrl, Reason, Record};
use chrono::{DateTime, Utc};
use serde::Serialize;

/// A queue that a call was about, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CalledQueue {
    /// The queue, as the record has it.
    pub queue_url: QueueUrl,
    /// The same as an ARN.
    pub queue_arn: Arn,
    /// When the call was made, to the second.
    pub event_time: DateTime<Utc>,
}

/// The queue that a `CreateQueue` answered, if the record leaves no doubt about it.
pub(crate) fn queue_made(call: &Call<CreateQueue>) -> Result<CalledQueue, Reason> {
    let Some(response) = call.response.known() else {
        return Err(Reason::new("unknown-queue", "detail.responseElements does not say which queue the call answered"));
    };
    let queue = called_queue(&call.record, call.account(), &response.queue_url)?;
    if let Some(request) = call.request.known()
        && request.queue_name != queue.queue_url.name()
    {
        let (asked, queue_url) = (&request.queue_name, &queue.queue_url);
        let message = format!("the call asked for {asked:?}, and the queue {queue_url} has another name");
        return Err(Reason::new("foreign-queue", message));
    }
    Ok(queue)
}

/// The queue at this URL, if it is one that a call of this account and Region can be about.
pub(crate) fn called_queue(record: &Record, account: &str, queue_url: &QueueUrl) -> Result<CalledQueue, Reason> {
    let (Some(region), Some(event_time)) = (record.aws_region.text(), record.time()) else {
        return Err(Reason::new("unknown-queue", "the record has no awsRegion or no eventTime that can be read"));
    };
    if queue_url.account() != account {
        let message = format!("the queue {queue_url} is not in the account {account}");
        return Err(Reason::new("foreign-queue", message));
    }
    if queue_url.region().is_some_and(|of_url| of_url != region) {
        let message = format!("the queue {queue_url} is not in {region}, where the call was made");
        return Err(Reason::new("foreign-queue", message));
    }
    Ok(CalledQueue { queue_url: queue_url.clone(), queue_arn: queue_url.arn(region), event_time })
}
