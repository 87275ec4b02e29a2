//! The world: the AWS services that the bus and Lambda themselves call.
//!
//! EventBridge puts events into log groups and dead-letter queues, Lambda puts logs into log groups
//! and records into on-failure queues. That is all they need of a back end, so it is all a back end
//! has to have: the one in this process, or any endpoint. Permissions are not its affair; the bus has
//! judged them before.

use chrono::{DateTime, Utc};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

/// What a call of the world comes to, later.
pub type Doing<'a> = Pin<Box<dyn Future<Output = Result<(), WorldError>> + Send + 'a>>;

/// The AWS services behind the bus and Lambda.
pub trait World: fmt::Debug + Send + Sync {
    /// Puts lines into a stream of a log group, in their order. A stream that isn't there is made, a
    /// group is not.
    fn put_log_events<'a>(&'a self, group: &'a str, stream: &'a str, lines: &'a [LogEntry]) -> Doing<'a>;

    /// Sends a message to the queue with this ARN.
    fn send_message<'a>(&'a self, queue_arn: &'a str, message: &'a Message) -> Doing<'a>;
}

/// A line of a log, with its time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub message: String,
}

/// A message for a queue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    /// Its body.
    pub body: String,
    /// Its attributes, all of them texts.
    pub attributes: BTreeMap<String, String>,
}

/// A call that went wrong, as far as it matters who tries again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WorldError {
    /// The log group or the queue is not there.
    #[error("{0}")]
    NoResource(String),
    /// The caller may not.
    #[error("{0}")]
    NoPermissions(String),
    /// Too many calls: later it may go well.
    #[error("{0}")]
    Throttled(String),
    /// The service is not well: later it may go well.
    #[error("{0}")]
    Unavailable(String),
    /// The request is refused, now and later.
    #[error("{0}")]
    Refused(String),
}

/// Where an event is that nobody could deal with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kept", rename_all = "kebab-case")]
pub enum Kept {
    /// In this queue.
    In {
        /// Its ARN.
        queue: String,
    },
    /// Nowhere: the template names no queue for it.
    Nowhere,
    /// Nowhere: it should be in this queue.
    Lost {
        /// Its ARN.
        queue: String,
        /// Why it isn't.
        error: String,
    },
}

impl WorldError {
    /// Whether the same call may go well later.
    pub fn passes(&self) -> bool {
        matches!(self, WorldError::Throttled(_) | WorldError::Unavailable(_))
    }

    /// As EventBridge names it in a dead letter's `ERROR_CODE`
    /// (<https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html>).
    pub fn code(&self) -> &'static str {
        match self {
            WorldError::NoResource(_) => "NO_RESOURCE",
            WorldError::NoPermissions(_) => "NO_PERMISSIONS",
            WorldError::Throttled(_) => "THROTTLING",
            WorldError::Unavailable(_) => "INTERNAL_ERROR",
            WorldError::Refused(_) => "ERROR_FROM_TARGET",
        }
    }
}

/// Does what must not be lost to a fault that passes: a dozen tries, for some ten seconds at most.
pub(super) async fn surely<'a>(again: impl Fn() -> Doing<'a>) -> Result<(), WorldError> {
    for tries in 0..11 {
        match again().await {
            Err(error) if error.passes() => tokio::time::sleep(Duration::from_millis(20 << tries.min(6))).await,
            done => return done,
        }
    }
    again().await
}

/// Keeps what nobody could deal with.
pub(super) async fn keep(world: &dyn World, queue_arn: Option<&str>, message: &Message) -> Kept {
    let Some(queue) = queue_arn.map(str::to_owned) else { return Kept::Nowhere };
    let kept = surely(|| world.send_message(&queue, message)).await;
    match kept {
        Ok(()) => Kept::In { queue },
        Err(error) => Kept::Lost { queue, error: error.to_string() },
    }
}
