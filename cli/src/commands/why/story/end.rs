//! What became of an event at one function, out of all that is known of it.

use super::super::facts::{Decision, Facts, Looked};
use super::silence::Silence;
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
        /// How often it was tried; 0 where it never was, and `None` where nobody says.
        #[serde(skip_serializing_if = "Option::is_none")]
        tries: Option<u32>,
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
    /// Its log may have had a decision that is not there any more, or that nobody can tell to be its own.
    NotKnown {
        /// Why, in a sentence.
        because: String,
    },
}

impl End {
    /// What became of an event at this function.
    pub(super) fn of(facts: &Facts, function: &Looked) -> End {
        let decisions = &function.decisions;
        let failures = decisions.iter().filter(|decision| is_to_come_again(decision)).count();
        // What came again says less than what it says it knows.
        let last = decisions.iter().rfind(|one| one.text("outcome") != "duplicate").or(decisions.last());
        let given_up = facts.given_up(&function.arn);
        let is_open = last.is_none_or(is_to_come_again);
        match (last, given_up) {
            (_, Some(letter)) if is_open => End::GaveUp { error: letter.cause.code.clone(), tries: letter.tries() },
            (Some(last), _) => End::decided(last, u32::try_from(failures).unwrap_or(u32::MAX)),
            (None, _) => match facts.undelivered(&function.arn) {
                Some(letter) => End::Undelivered { error: letter.cause.code.clone() },
                None => {
                    let silence = Silence::of(facts, &function.log_group, function.gap);
                    silence.map_or(End::Unknown, |silence| silence.end())
                }
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

    /// Whether it says nothing: there is no trace of the event at the function.
    pub(super) fn is_silent(&self) -> bool {
        matches!(self, End::Unknown | End::Untold | End::NotKnown { .. })
    }

    /// In words that follow the name of the response; for several of them where they are `many`.
    pub(super) fn clause(&self, response: &str, many: bool) -> String {
        let (did, would) = deed(response);
        match self {
            End::Acted => did.to_owned(),
            End::DryRun => would.to_owned(),
            End::Skipped { reason } => format!("left it alone ({reason})"),
            End::Nothing { reason } if reason.is_empty() => "found nothing to do".to_owned(),
            End::Nothing { reason } => format!("found nothing to do ({reason})"),
            End::Duplicate => "had answered it before".to_owned(),
            End::Stopped if many => "left it alone, for their circuit breakers are open".to_owned(),
            End::Stopped => "left it alone, for its circuit breaker is open".to_owned(),
            End::Postponed => "put it off".to_owned(),
            End::Failed { error, tries: number } => format!("failed in {} so far ({error})", tries(*number)),
            End::GaveUp { error, tries: Some(0) } => format!("never ran ({error})"),
            End::GaveUp { error, tries: None } => format!("gave up ({error})"),
            End::GaveUp { error, tries: Some(number) } => format!("gave up after {} ({error})", tries(*number)),
            End::Undelivered { error } => format!("never got it ({error})"),
            End::Unknown => format!("{} nothing of it", if many { "say" } else { "says" }),
            End::Untold => "could not be asked".to_owned(),
            End::NotKnown { because } => {
                format!("{} not known to have answered it: {because}", if many { "are" } else { "is" })
            }
        }
    }
}

fn is_to_come_again(decision: &Decision) -> bool {
    ["failed", "postponed"].contains(&decision.text("outcome"))
}
