//! The eleven management calls of Amazon SQS.
//!
//! Learned from real records where there are any (`CreateQueue` and `SetQueueAttributes` of 2017 to
//! 2025, `AddPermission` of 2014 to 2019) and from "Logging Amazon SQS API calls using AWS
//! CloudTrail". Of `TagQueue`, `UntagQueue`, `PurgeQueue` and the move tasks no record is public:
//! their shapes follow CloudTrail's rule (the API's members with a lower first letter) and accept
//! the spellings of the older Query protocol too. The reads (`GetQueueAttributes`, `ListQueues`, …)
//! are data events and reach no rule unless a trail selects them, so they are not here.

pub(super) mod attributes;
pub(super) mod move_task;
pub(super) mod permission;
pub(super) mod queue;
pub(super) mod tags;

pub use attributes::{SetQueueAttributes, SetQueueAttributesRequest};
pub use move_task::{
    CancelMessageMoveTask, CancelMessageMoveTaskRequest, CancelMessageMoveTaskResponse, ListMessageMoveTasks,
    ListMessageMoveTasksRequest, StartMessageMoveTask, StartMessageMoveTaskRequest, StartMessageMoveTaskResponse,
};
pub use permission::{AddPermission, AddPermissionRequest, RemovePermission, RemovePermissionRequest};
pub use queue::{CreateQueue, CreateQueueRequest, CreateQueueResponse, DeleteQueue, PurgeQueue, QueueRequest};
pub use tags::{TagQueue, TagQueueRequest, UntagQueue, UntagQueueRequest};

pub use super::Nothing;

use crate::WatchedCall;

/// The event source of every SQS call.
pub const EVENT_SOURCE: &str = "sqs.amazonaws.com";

/// The eleven calls.
pub const MANAGEMENT_CALLS: [WatchedCall; 11] = [
    WatchedCall::of::<AddPermission>(),
    WatchedCall::of::<CancelMessageMoveTask>(),
    WatchedCall::of::<CreateQueue>(),
    WatchedCall::of::<DeleteQueue>(),
    WatchedCall::of::<ListMessageMoveTasks>(),
    WatchedCall::of::<PurgeQueue>(),
    WatchedCall::of::<RemovePermission>(),
    WatchedCall::of::<SetQueueAttributes>(),
    WatchedCall::of::<StartMessageMoveTask>(),
    WatchedCall::of::<TagQueue>(),
    WatchedCall::of::<UntagQueue>(),
];

/// A member is there in none of its spellings. It is not taken for an empty one: a spelling that
/// nobody has seen yet may hold what matters.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("missing field `{0}`, in any of its spellings")]
struct Missing(&'static str);
