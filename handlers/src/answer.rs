//! One event from bytes to its report.

use crate::carry_out::carry_out;
use crate::{Configuration, Handler};
use chrono::Utc;
use std::any::Any;
use trailhook::{Decision, EventHeader, Mode, Outcome, Report, decide, decode};

/// An event that failed: Lambda tries again, and then keeps it in the on-failure queue.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) error_type: &'static str,
    pub(crate) message: String,
}

/// The report, and the failure if it is one.
pub(crate) async fn answer<H: Handler>(
    handler: &H,
    configuration: &Configuration,
    payload: &[u8],
) -> (Report, Option<Failure>) {
    let mode = configuration.mode;
    let failed = |event, error_type, message| failed::<H>(mode, event, error_type, message);
    let envelope = match decode(payload) {
        Ok(envelope) => envelope,
        Err(error) => return failed(None, "Trailhook.Decode", error.to_string()),
    };
    let event = EventHeader::of(&envelope);
    let actions = match decide(handler, envelope, &configuration.guards, Utc::now()) {
        Ok(Decision::Act(actions)) => actions,
        Ok(Decision::Skip(skip)) => return (Report::skipped(H::NAME, mode, event, &skip), None),
        Ok(Decision::Nothing(reason)) => {
            let report =
                Report::without_actions(H::NAME, mode, Some(event), Outcome::Nothing, reason.code, reason.message);
            return (report, None);
        }
        Err(undecided) => return failed(Some(event), undecided.error_type(), undecided.to_string()),
    };
    let (actions, error) = carry_out(handler, mode, actions).await;
    let report = Report::of_actions(H::NAME, mode, event, actions);
    match error {
        Some(error) => {
            let failure = Failure { error_type: error.error_type(), message: report.message.clone() };
            (report.because(error.error_type()), Some(failure))
        }
        None => (report, None),
    }
}

/// The failure of a handler that panicked: it is tried again, like any other.
pub(crate) fn panicked<H: Handler>(mode: Mode, payload: &[u8], panic: &(dyn Any + Send)) -> (Report, Option<Failure>) {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    let message = format!("the handler panicked: {}", text.unwrap_or("it did not say why"));
    cut_short::<H>(mode, payload, "Trailhook.Panic", message)
}

/// The failure of a handler that Lambda would have ended in the next moment.
pub(crate) fn out_of_time<H: Handler>(mode: Mode, payload: &[u8]) -> (Report, Option<Failure>) {
    let message = "the time was up before every action was done; whether the last one was, nobody here can tell";
    cut_short::<H>(mode, payload, "Trailhook.Timeout", message.to_owned())
}

fn cut_short<H: Handler>(
    mode: Mode,
    payload: &[u8],
    error_type: &'static str,
    message: String,
) -> (Report, Option<Failure>) {
    let event = decode(payload).ok().map(|envelope| EventHeader::of(&envelope));
    failed::<H>(mode, event, error_type, message)
}

/// The report of a failure and the failure, with one message: the report's, which is cut.
fn failed<H: Handler>(
    mode: Mode,
    event: Option<EventHeader>,
    error_type: &'static str,
    message: String,
) -> (Report, Option<Failure>) {
    let report = Report::without_actions(H::NAME, mode, event, Outcome::Failed, error_type, message);
    let message = report.message.clone();
    (report, Some(Failure { error_type, message }))
}
