//! How a call is undone: one changing call of SQS, as data.

use super::{
    CancelMoveAction, CreateQueueAction, DeleteQueueAction, Looked, RemovePermissionAction, RemoveTagsAction,
    RestoreStatementAction, RestoreTagsAction, SetAttributesAction,
};
use crate::Arn;
use crate::history::{QueueHistory, QueueSnapshot};
use chrono::{DateTime, Utc};
use serde::Serialize;

/// What is done, by the call that does it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "call")]
pub enum RevertAction {
    /// Stop a move of messages.
    CancelMessageMoveTask(CancelMoveAction),
    /// Make the queue again.
    CreateQueue(CreateQueueAction),
    /// Delete the queue that was made.
    DeleteQueue(DeleteQueueAction),
    /// Take a statement out of the policy.
    RemovePermission(RemovePermissionAction),
    /// Put a statement back into the policy: by `SetQueueAttributes`.
    #[serde(rename = "SetQueueAttributes")]
    RestoreStatement(RestoreStatementAction),
    /// Set attributes back.
    SetQueueAttributes(SetAttributesAction),
    /// Give tags their values back.
    TagQueue(RestoreTagsAction),
    /// Take tags off.
    UntagQueue(RemoveTagsAction),
}

impl RevertAction {
    /// The queue that is changed.
    pub fn queue_arn(&self) -> &Arn {
        match self {
            RevertAction::CancelMessageMoveTask(action) => &action.queue_arn,
            RevertAction::CreateQueue(action) => &action.call.queue.queue_arn,
            RevertAction::DeleteQueue(action) => &action.queue_arn,
            RevertAction::RemovePermission(action) => &action.call.queue.queue_arn,
            RevertAction::RestoreStatement(action) => &action.call.queue.queue_arn,
            RevertAction::SetQueueAttributes(action) => &action.call.queue.queue_arn,
            RevertAction::TagQueue(action) => &action.call.queue.queue_arn,
            RevertAction::UntagQueue(action) => &action.call.queue.queue_arn,
        }
    }

    /// What the live queue (`None` where there is none) and its history say at this time. The two calls that
    /// are judged by something else, DeleteQueue and CancelMessageMoveTask, have a judgement of their own.
    pub fn judge(&self, live: Option<&QueueSnapshot>, history: &QueueHistory, now: DateTime<Utc>) -> Looked {
        if let RevertAction::CreateQueue(action) = self {
            return action.judge(live, history, now);
        }
        let Some(live) = live else {
            return Looked::nothing("queue-gone", format!("the queue {} does not exist any more", self.queue_arn()));
        };
        match self {
            RevertAction::RemovePermission(action) => action.judge(live),
            RevertAction::RestoreStatement(action) => action.judge(live, history),
            RevertAction::SetQueueAttributes(action) => action.judge(live, history),
            RevertAction::TagQueue(action) => action.judge(live, history),
            RevertAction::UntagQueue(action) => action.judge(live, history),
            RevertAction::CancelMessageMoveTask(_) | RevertAction::CreateQueue(_) | RevertAction::DeleteQueue(_) => {
                Looked::nothing("unknown-state", "this call is not judged by the queue's history")
            }
        }
    }

    /// In words that follow "would".
    pub(super) fn describe(&self) -> String {
        let queue = self.queue_arn();
        let list = |names: Vec<&str>, none: &str| if names.is_empty() { none.to_owned() } else { names.join(", ") };
        match self {
            RevertAction::CancelMessageMoveTask(_) => format!("stop moving messages out of {queue}"),
            RevertAction::CreateQueue(_) => format!("make queue {queue} again"),
            RevertAction::DeleteQueue(_) => format!("delete queue {queue}"),
            RevertAction::RemovePermission(action) => {
                format!("take the statement {:?} out of the policy of queue {queue}", action.label)
            }
            RevertAction::RestoreStatement(action) => {
                format!("put the statement {:?} back into the policy of queue {queue}", action.label)
            }
            RevertAction::SetQueueAttributes(action) => {
                let names = action.attributes.keys().map(String::as_str).collect();
                let left: Vec<&str> = action.left.keys().map(String::as_str).collect();
                let but = if left.is_empty() { String::new() } else { format!(", but not {}", left.join(", ")) };
                format!("set {} of queue {queue} back{but}", list(names, "attributes"))
            }
            RevertAction::TagQueue(action) => {
                let keys = action.tags.keys().map(String::as_str).collect();
                format!("put {} back on queue {queue}", list(keys, "tags"))
            }
            RevertAction::UntagQueue(action) => {
                let keys = action.tag_keys.iter().map(String::as_str).collect();
                format!("take {} off queue {queue}", list(keys, "tags"))
            }
        }
    }
}
