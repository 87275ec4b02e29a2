//! What became of an event at one function, out of all that is known of it.

use super::super::facts::{Decision, Facts, Looked};
use super::words::{deed, tries};
use serde::Serialize;

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "end", rename_all = "kebab-case")]
pub enum End {
    /// It acted.
    Acted,
    /// It would have acted.
    DryRun,
    /// A guard left it alone.
    Skipped {
        /// The guard's reason.
        reason: String,
    },
    /// There was nothing to do.
    Nothing {
        /// Why not, in a word.
        reason: String,
    },
    /// It was answered before.
    Duplicate,
    /// The circuit breaker is open.
    Stopped,
    /// It is too early: it comes again.
    Postponed,
    /// It failed, and is not in the queue for failed events.
    Failed {
        /// With what.
        error: String,
        /// How often.
        tries: u32,
    },
    /// It is in the queue for failed events.
    GaveUp {
        /// With what.
        error: String,
        /// How often it was tried; 0 where it never was.
        tries: u32,
    },
    /// It is in the queue for what can't be handed over.
    Undelivered {
        /// EventBridge's code.
        error: String,
    },
    /// Nothing is known.
    Unknown,
    /// Its log could not be asked.
    Untold,
}

impl End {
    /// What became of an event at this function.
    pub(super) fn of(facts: &Facts, function: &Looked) -> End {
        let decisions = function.decisions.as_deref().unwrap_or_default();
        let failures = decisions.iter().filter(|decision| is_to_come_again(decision)).count();
        // What came again says less than what it says it knows.
        let last = decisions.iter().rfind(|one| one.text("outcome") != "duplicate").or(decisions.last());
        let given_up = facts.given_up(&function.arn);
        let is_open = last.is_none_or(is_to_come_again);
        match (last, given_up) {
            (_, Some(letter)) if is_open => {
                End::GaveUp { error: letter.cause.code.clone(), tries: letter.tries.unwrap_or_default() }
            }
            (Some(last), _) => End::decided(last, u32::try_from(failures).unwrap_or(u32::MAX)),
            (None, _) => match facts.undelivered(&function.arn) {
                Some(letter) => End::Undelivered { error: letter.cause.code.clone() },
                None if function.decisions.is_none() => End::Untold,
                None => End::Unknown,
            },
        }
    }

    fn decided(last: &Decision, failures: u32) -> End {
        let reason = || last.text("reason").to_owned();
        match last.text("outcome") {
            "acted" => End::Acted,
            "dry-run" => End::DryRun,
            "skipped" => End::Skipped { reason: reason() },
            "nothing" => End::Nothing { reason: reason() },
            "duplicate" => End::Duplicate,
            "stopped" => End::Stopped,
            "postponed" => End::Postponed,
            "failed" => End::Failed { error: last.error_type().to_owned(), tries: failures },
            // An outcome of a newer version's.
            _ => End::Unknown,
        }
    }

    /// In words that follow the name of the response.
    pub(super) fn clause(&self, response: &str) -> String {
        let (did, would) = deed(response);
        match self {
            End::Acted => did.to_owned(),
            End::DryRun => would.to_owned(),
            End::Skipped { reason } => format!("left it alone ({reason})"),
            End::Nothing { reason } if reason.is_empty() => "found nothing to do".to_owned(),
            End::Nothing { reason } => format!("found nothing to do ({reason})"),
            End::Duplicate => "had answered it before".to_owned(),
            End::Stopped => "left it alone, for its circuit breaker is open".to_owned(),
            End::Postponed => "put it off".to_owned(),
            End::Failed { error, tries: number } => format!("failed in {} so far ({error})", tries(*number)),
            End::GaveUp { error, tries: 0 } => format!("never ran ({error})"),
            End::GaveUp { error, tries: number } => format!("gave up after {} ({error})", tries(*number)),
            End::Undelivered { error } => format!("never got it ({error})"),
            End::Unknown => "says nothing of it".to_owned(),
            End::Untold => "could not be asked".to_owned(),
        }
    }
}

fn is_to_come_again(decision: &Decision) -> bool {
    ["failed", "postponed"].contains(&decision.text("outcome"))
}
