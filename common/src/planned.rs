//! What a function makes of an event before it looks at anything: the report it ends in, or the actions
//! that it would carry out.
//!
//! The deployed function and a replay of stored log files both go by this, so that they can't differ; a replay
//! that only counts leaves the texts of the actions out. It asks nothing and does nothing.

use crate::response::decide_by;
use crate::{
    ActionOutcome, ActionReport, Decision, DecodeError, Envelope, EventHeader, Guards, Mode, Outcome, Plan, Report,
    Response,
};
use chrono::{DateTime, Utc};
use serde_json::Value;

/// Actions that are left to be carried out, and the event they are about.
#[derive(Debug)]
pub struct Planned<A> {
    /// The event.
    pub event: EventHeader,
    /// In order; at least one.
    pub actions: Vec<A>,
}

/// Decides about one event, see [`decide`](crate::decide).
///
/// # Errors
/// The report that the event ends in without an action: skipped, nothing, or failed. Of a failed one the
/// reason is the kind of failure, as Lambda's `errorType` names it.
pub fn planned<R: Response>(
    response: &R,
    mode: Mode,
    envelope: Envelope,
    guards: &Guards,
    now: DateTime<Utc>,
) -> Result<Planned<R::Action>, Box<Report>> {
    planned_by(R::plan, response, mode, envelope, guards, now)
}

fn planned_by<R: Response>(
    plan: fn(&R, &R::Trigger) -> Plan<R::Action>,
    response: &R,
    mode: Mode,
    envelope: Envelope,
    guards: &Guards,
    now: DateTime<Utc>,
) -> Result<Planned<R::Action>, Box<Report>> {
    let event = EventHeader::of(&envelope);
    let ended = |event, outcome, reason: &str, message: String| {
        Err(Box::new(Report::without_actions(R::NAME, mode, Some(event), outcome, reason, message)))
    };
    match decide_by(plan, response, envelope, guards, now) {
        Ok(Decision::Act(actions)) => Ok(Planned { event, actions }),
        Ok(Decision::Skip(skip)) => Err(Box::new(Report::skipped(R::NAME, mode, event, &skip))),
        Ok(Decision::Nothing(reason)) => ended(event, Outcome::Nothing, reason.code, reason.message),
        Err(undecided) => ended(event, Outcome::Failed, undecided.error_type(), undecided.to_string()),
    }
}

/// The report of a payload that is no event.
pub fn undecodable<R: Response>(mode: Mode, error: &DecodeError) -> Report {
    Report::without_actions(R::NAME, mode, None, Outcome::Failed, DecodeError::TYPE, error.to_string())
}

/// An action's report, before anything became of it.
pub fn report_of<R: Response>(response: &R, action: &R::Action, outcome: ActionOutcome) -> ActionReport {
    let description = response.describe(action);
    // An action is plain data; one that can't be written as JSON is said to be so, not lost.
    let action = serde_json::to_value(action).unwrap_or_else(|error| Value::from(format!("not data: {error}")));
    ActionReport { outcome, description, reason: None, message: None, notes: Vec::new(), action, after: None }
}

/// The report of what would be done, if the live state agreed.
pub fn would<R: Response>(response: &R, planned: Planned<R::Action>) -> Report {
    let Planned { event, actions } = planned;
    let reports = actions.iter().map(|action| report_of(response, action, ActionOutcome::WouldApply)).collect();
    Report::of_actions(R::NAME, Mode::DryRun, event, reports)
}

/// The same from the beginning, without saying what the actions are: for who only counts.
pub fn counted<R: Response>(
    response: &R,
    mode: Mode,
    envelope: Envelope,
    guards: &Guards,
    now: DateTime<Utc>,
) -> Report {
    let Planned { event, actions } = match planned_by(R::outline, response, mode, envelope, guards, now) {
        Ok(planned) => planned,
        Err(report) => return *report,
    };
    let brief = |_| ActionReport {
        outcome: ActionOutcome::WouldApply,
        description: String::new(),
        reason: None,
        message: None,
        notes: Vec::new(),
        action: Value::Null,
        after: None,
    };
    Report::of_actions(R::NAME, Mode::DryRun, event, actions.into_iter().map(brief).collect())
}
