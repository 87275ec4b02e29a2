//! Carrying out a plan: confirm, and then apply unless it is a dry run.
//!
//! The dry run parts from the real one only after `confirm`, so that what it reports is exactly
//! what would be applied.

use crate::{ApplyError, Handler};
use serde_json::Value;
use trailhook::{ActionOutcome, ActionReport, Mode, Verdict};

/// What became of each action, and the first error.
pub(crate) async fn carry_out<H: Handler>(
    handler: &H,
    mode: Mode,
    actions: Vec<H::Action>,
) -> (Vec<ActionReport>, Option<ApplyError>) {
    let mut reports = Vec::with_capacity(actions.len());
    let mut first_error = None;
    for action in actions {
        if first_error.is_some() && H::ORDERED {
            reports.push(report(&action, ActionOutcome::NotReached, None));
            continue;
        }
        let (done, outcome) = one(handler, mode, action).await;
        match outcome {
            Ok((outcome, message)) => reports.push(report(&done, outcome, message)),
            Err(error) => {
                reports.push(report(&done, ActionOutcome::Failed, Some(error.to_string())));
                first_error = first_error.or(Some(error));
            }
        }
    }
    (reports, first_error)
}

type Done = Result<(ActionOutcome, Option<String>), ApplyError>;

/// One action, as it was amended.
async fn one<H: Handler>(handler: &H, mode: Mode, action: H::Action) -> (H::Action, Done) {
    let action = match handler.confirm(&action).await {
        Ok(Verdict::Proceed) => action,
        Ok(Verdict::Amend(less)) => less,
        Ok(Verdict::Nothing(reason)) => {
            return (action, Ok((ActionOutcome::Nothing, Some(format!("{}: {reason}", reason.code)))));
        }
        Err(error) => return (action, Err(error)),
    };
    let done = match mode {
        Mode::DryRun => Ok((ActionOutcome::WouldApply, None)),
        Mode::Enforce => handler.apply(&action).await.map(|()| (ActionOutcome::Applied, None)),
    };
    (action, done)
}

fn report<A: serde::Serialize>(action: &A, outcome: ActionOutcome, message: Option<String>) -> ActionReport {
    // An action is plain data; one that can't be written as JSON is said to be so, not lost.
    let action = serde_json::to_value(action).unwrap_or_else(|error| Value::from(format!("not data: {error}")));
    ActionReport { outcome, message, action }
}
