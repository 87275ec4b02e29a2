//! Carrying out a plan: confirm, and then apply unless it is a dry run.
//!
//! The dry run parts from the real one only after `confirm`, so that what it reports is exactly
//! what would be applied.

use crate::{ApplyError, Handler};
use serde_json::Value;
use trailhook::{ActionOutcome, ActionReport, Judgement, Mode};

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
            reports.push(report(handler, &action, ActionOutcome::NotReached));
            continue;
        }
        let (report, error) = one(handler, mode, action).await;
        reports.push(report);
        first_error = first_error.or(error);
    }
    (reports, first_error)
}

async fn one<H: Handler>(handler: &H, mode: Mode, action: H::Action) -> (ActionReport, Option<ApplyError>) {
    let verdict = match handler.confirm(&action).await {
        Ok(verdict) => verdict,
        Err(error) => return failed(handler, &action, error),
    };
    let (report, error) = judged(handler, mode, action, verdict.judgement).await;
    (ActionReport { notes: verdict.notes, ..report }, error)
}

async fn judged<H: Handler>(
    handler: &H,
    mode: Mode,
    action: H::Action,
    judgement: Judgement<H::Action>,
) -> (ActionReport, Option<ApplyError>) {
    let action = match judgement {
        Judgement::Proceed => action,
        Judgement::Amend(less) => less,
        Judgement::Nothing(reason) => {
            let report = report(handler, &action, ActionOutcome::Nothing);
            return (ActionReport { reason: Some(reason.code), message: Some(reason.message), ..report }, None);
        }
    };
    if mode == Mode::DryRun {
        return (report(handler, &action, ActionOutcome::WouldApply), None);
    }
    match handler.apply(&action).await {
        Ok(()) => (report(handler, &action, ActionOutcome::Applied), None),
        Err(error) => failed(handler, &action, error),
    }
}

fn failed<H: Handler>(handler: &H, action: &H::Action, error: ApplyError) -> (ActionReport, Option<ApplyError>) {
    let report = report(handler, action, ActionOutcome::Failed);
    (ActionReport { message: Some(error.to_string()), ..report }, Some(error))
}

fn report<H: Handler>(handler: &H, action: &H::Action, outcome: ActionOutcome) -> ActionReport {
    let description = handler.describe(action);
    // An action is plain data; one that can't be written as JSON is said to be so, not lost.
    let action = serde_json::to_value(action).unwrap_or_else(|error| Value::from(format!("not data: {error}")));
    ActionReport { outcome, description, reason: None, message: None, notes: Vec::new(), action }
}
