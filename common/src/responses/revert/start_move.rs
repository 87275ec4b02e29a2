//! `StartMessageMoveTask` is undone by cancelling the move, if it still runs. What has moved stays moved.

use super::rules::Asked;
use super::{CallName, RevertAction, RevertRules};
use crate::calls::sqs::StartMessageMoveTask;
use crate::{Arn, Call, Plan, QueueUrl, Reason, Verdict};
use chrono::{DateTime, Utc};
use serde::Serialize;

/// Stop this move.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CancelMoveAction {
    /// The dead-letter queue that messages are moved out of.
    pub queue_arn: Arn,
    /// When the call was made.
    pub event_time: DateTime<Utc>,
    /// The event's id; empty where the record has none.
    pub event_id: String,
    /// The move.
    pub task_handle: String,
    /// The rule that says so; `None` where there are no rules.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
}

/// A move of messages, as `ListMessageMoveTasks` tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MoveTask {
    /// Its handle; SQS tells it of a running one only.
    pub task_handle: Option<String>,
    /// `RUNNING`, `COMPLETED`, `CANCELLING`, `CANCELLED` or `FAILED`.
    pub status: String,
    /// How many messages it has moved, about.
    pub moved: i64,
}

pub(super) fn plan(call: &Call<StartMessageMoveTask>, rules: &RevertRules) -> Plan<RevertAction> {
    let Some(request) = call.request.known() else {
        return Plan::nothing("unknown-request", "detail.requestParameters does not say what is moved");
    };
    let Some(response) = call.response.known() else {
        return Plan::nothing("unknown-task", "detail.responseElements does not say which move began");
    };
    let (Ok(queue_arn), Some(event_time)) = (request.source_arn.parse::<Arn>(), call.record.time()) else {
        return Plan::nothing("unknown-queue", "the record has no sourceArn or no eventTime that can be read");
    };
    let region = call.record.aws_region.text().unwrap_or_default();
    // An ARN's last part may be anything; a queue's is its name.
    let is_queue = QueueUrl::of(&queue_arn).is_some();
    if !is_queue || queue_arn.account() != call.account() || queue_arn.region() != region {
        let message = format!("{queue_arn} is not a queue of the account and the Region of the call");
        return Plan::nothing("foreign-queue", message);
    }
    let rule = match rules.of_call(CallName::StartMessageMoveTask, queue_arn.resource(), Asked::default()) {
        Ok(rule) => rule.map(str::to_owned),
        Err(reason) => return Plan::Nothing(reason),
    };
    Plan::act(RevertAction::CancelMessageMoveTask(CancelMoveAction {
        queue_arn,
        event_time,
        event_id: call.record.event_id.text().unwrap_or_default().to_owned(),
        task_handle: response.task_handle.clone(),
        rule,
    }))
}

impl CancelMoveAction {
    /// What the queue's moves say.
    pub fn judge(&self, tasks: &[MoveTask]) -> Verdict<RevertAction> {
        let of_handle = tasks.iter().find(|task| task.task_handle.as_deref() == Some(&self.task_handle));
        match of_handle {
            Some(task) if task.status == "RUNNING" => {
                let moved =
                    (task.moved > 0).then(|| format!("about {} messages have moved, and stay moved", task.moved));
                Verdict::proceed().noting(moved)
            }
            Some(task) => Verdict::nothing(Reason::new("move-over", format!("the move is {}", task.status))),
            None => Verdict::nothing(Reason::new("move-over", "the move does not run any more")),
        }
    }
}
