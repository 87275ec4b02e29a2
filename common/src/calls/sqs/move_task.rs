//! `StartMessageMoveTask`, `CancelMessageMoveTask`, `ListMessageMoveTasks`.

use super::Nothing;
use crate::calls::{declare, last_of};
use serde::Deserialize;

declare! { "sqs.amazonaws.com"
    /// Messages began to move out of a dead-letter queue.
    StartMessageMoveTask(StartMessageMoveTaskRequest) -> StartMessageMoveTaskResponse,
        "queue" |request, _| Some(last_of(&request?.source_arn, ':').to_owned());
    /// A move was stopped; what had moved stays moved.
    CancelMessageMoveTask(CancelMessageMoveTaskRequest) -> CancelMessageMoveTaskResponse,
        "queue" |_, _| None;
    /// Somebody looked at the moves of a queue. Read-only, so a rule gets it only in the state
    /// that lets all management events through.
    ListMessageMoveTasks(ListMessageMoveTasksRequest) -> Nothing,
        "queue" |request, _| Some(last_of(&request?.source_arn, ':').to_owned());
}

/// What `StartMessageMoveTask` was asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StartMessageMoveTaskRequest {
    /// The dead-letter queue's ARN.
    pub source_arn: String,
    /// Where to; the queues the messages came from, if absent.
    pub destination_arn: Option<String>,
    /// Messages a second.
    pub max_number_of_messages_per_second: Option<u32>,
}

/// What `StartMessageMoveTask` answered.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StartMessageMoveTaskResponse {
    /// What to cancel the move with.
    pub task_handle: String,
}

/// What `CancelMessageMoveTask` was asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CancelMessageMoveTaskRequest {
    /// The move's handle.
    pub task_handle: String,
}

/// What `CancelMessageMoveTask` answered.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CancelMessageMoveTaskResponse {
    /// How many messages had moved, about.
    pub approximate_number_of_messages_moved: Option<u64>,
}

/// What `ListMessageMoveTasks` was asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ListMessageMoveTasksRequest {
    /// The dead-letter queue's ARN.
    pub source_arn: String,
    /// How many tasks to list.
    pub max_results: Option<u32>,
}
