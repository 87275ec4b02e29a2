//! Undoes a call, one small file for each call that can be undone.
//!
//! It begins as a dry run, and undoes only what the call itself did: what was there before, or has
//! changed since, stays. What was there before comes from the queue's [history](crate::history); where
//! nobody knows it, nothing is done. A new call is a file here (plan and judgement), a variant of
//! [`Undoable`] and of [`RevertAction`], and its deed in `trailhook-handlers`.

mod action;
mod add_permission;
mod afterwards;
mod create_queue;
mod delete_queue;
mod not_reversible;
mod put_back;
mod remove_permission;
mod rules;
mod set_queue_attributes;
mod start_move;
mod statements;
mod tags;
mod undoable;

pub use action::RevertAction;
pub use add_permission::RemovePermissionAction;
pub use create_queue::DeleteQueueAction;
pub use delete_queue::CreateQueueAction;
pub use not_reversible::NotReversible;
pub use put_back::{Looked, PutBack, UndoneCall};
pub use remove_permission::RestoreStatementAction;
pub use rules::{RevertRules, Rule, RuleProblem, When};
pub use set_queue_attributes::SetAttributesAction;
pub use start_move::{CancelMoveAction, MoveTask};
pub use tags::{RemoveTagsAction, RestoreTagsAction};
pub use undoable::{CallName, Undoable};

use crate::{Arn, Plan, Replayed, Response};
use chrono::TimeDelta;

/// The response.
#[derive(Clone, Debug, Default)]
pub struct Revert {
    /// Which calls are undone.
    pub rules: RevertRules,
}

impl Response for Revert {
    type Trigger = Undoable;
    type Action = RevertAction;
    const NAME: &'static str = "revert";
    const IDEMPOTENT: bool = false;
    const DEFAULT_MAX_AGE: TimeDelta = TimeDelta::minutes(15);
    const DEFAULT_REPLAYED: Replayed = Replayed::Skip;

    fn describe(&self, action: &RevertAction) -> String {
        action.describe()
    }

    fn resource(&self, action: &RevertAction) -> Option<Arn> {
        Some(action.queue_arn().clone())
    }

    /// A queue as a whole is made or deleted; anything else is compared with what the call itself set.
    fn keeps_order(&self, action: &RevertAction) -> bool {
        matches!(action, RevertAction::CreateQueue(_) | RevertAction::DeleteQueue(_))
    }

    fn plan(&self, call: &Undoable) -> Plan<RevertAction> {
        let rules = &self.rules;
        match call {
            Undoable::AddPermission(call) => add_permission::plan(call, rules),
            Undoable::CreateQueue(call) => create_queue::plan(call, rules),
            Undoable::DeleteQueue(call) => delete_queue::plan(call, rules),
            Undoable::RemovePermission(call) => remove_permission::plan(call, rules),
            Undoable::SetQueueAttributes(call) => set_queue_attributes::plan(call, rules),
            Undoable::StartMessageMoveTask(call) => start_move::plan(call, rules),
            Undoable::TagQueue(call) => tags::plan_tag(call, rules),
            Undoable::UntagQueue(call) => tags::plan_untag(call, rules),
            Undoable::NotReversible(call) => not_reversible::plan(call),
        }
    }
}
