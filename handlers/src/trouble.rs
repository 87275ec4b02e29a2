//! Why an event is not answered: each kind with the name that Lambda's error and the alarm have.

use crate::ApplyError;
use crate::attempt::Cut;
use crate::ledger::LedgerError;
use chrono::TimeDelta;
use std::fmt;
use trailhook::Reason;

/// What kept an action from being done, or from being known to be done.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// A look or the action itself went wrong.
    Call(ApplyError),
    /// The ledger does not let it be begun.
    Ledger(LedgerError),
    /// There is too little time left to begin it.
    TooLate(TimeDelta),
    /// It was cut short.
    Cut(Cut),
    /// It is too early, and left to the next try.
    TooEarly(Reason),
    /// The live state does not let it be decided.
    Undecided(Reason),
    /// The event has no id by which it could be known again.
    NoEventId,
    /// The event has no time by which it could be put in order.
    NoEventTime,
    /// The circuit breaker has no table to count in.
    NoTable,
}

impl Trouble {
    /// The kind, as Lambda's `errorType` names it.
    pub(crate) fn error_type(&self) -> &'static str {
        match self {
            Trouble::Call(error) => error.error_type(),
            Trouble::Ledger(error) => error.error_type(),
            Trouble::TooLate(_) | Trouble::Cut(Cut::TimeUp) => "Trailhook.Timeout",
            Trouble::Cut(Cut::Panicked(_)) => "Trailhook.Panic",
            Trouble::TooEarly(_) => "Trailhook.Postponed",
            Trouble::Undecided(_) | Trouble::NoEventId | Trouble::NoEventTime | Trouble::NoTable => {
                "Trailhook.Undecidable"
            }
        }
    }

    /// Whether it is what a call answered, and not what came before it.
    pub(crate) fn of_call(&self) -> bool {
        matches!(self, Trouble::Call(_) | Trouble::Cut(_))
    }

    /// Whether the same call will fail again until somebody changes something.
    pub(crate) fn is_permanent(&self) -> bool {
        matches!(self, Trouble::Call(ApplyError::Denied { .. } | ApplyError::Refused { .. }))
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Trouble::Call(error) => error.fmt(f),
            Trouble::Ledger(error) => error.fmt(f),
            Trouble::TooLate(left) => write!(
                f,
                "{:.1} seconds of the function's time are left, too few to begin an action",
                left.as_seconds_f64()
            ),
            Trouble::TooEarly(reason) | Trouble::Undecided(reason) => reason.fmt(f),
            Trouble::Cut(Cut::TimeUp) => f.write_str("the function's time was up"),
            Trouble::Cut(Cut::Panicked(words)) => write!(f, "the handler panicked: {words}"),
            Trouble::NoEventId => {
                f.write_str("detail.eventID is missing or is no id, so nobody can tell whether it was done before")
            }
            Trouble::NoEventTime => f.write_str("detail.eventTime can't be read, so nobody can tell what came first"),
            Trouble::NoTable => f.write_str("TRAILHOOK_TABLE is not set, so the circuit breaker can't count"),
        }
    }
}

impl From<ApplyError> for Trouble {
    fn from(error: ApplyError) -> Self {
        Trouble::Call(error)
    }
}

impl From<LedgerError> for Trouble {
    fn from(error: LedgerError) -> Self {
        Trouble::Ledger(error)
    }
}

impl From<Cut> for Trouble {
    fn from(cut: Cut) -> Self {
        Trouble::Cut(cut)
    }
}
