//! One queue: proposed from the log files alone, or looked at, and tagged.

use super::Candidate;
use super::candidates::Queue;
use super::tagger::Taggers;
use crate::commands::CommandError;
use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use trailhook::{Judgement, Verdict};
use trailhook_handlers::{ApplyError, Handler};

/// What became of a queue.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum Outcome {
    /// It would be tagged.
    WouldTag,
    /// It was tagged.
    Tagged,
    /// It is left alone.
    LeftAlone {
        /// The reason's code.
        reason: String,
        /// The reason.
        message: String,
    },
    /// It could not be looked at, or not be tagged.
    Failed {
        /// Why.
        message: String,
    },
}

/// A queue, and what became of it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Proposal {
    /// The queue's ARN.
    pub queue_arn: String,
    /// The call that made it.
    #[serde(flatten)]
    pub made: Option<Candidate>,
    /// What became of it.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// What else was seen, in sentences.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// From the log files alone: the earliest call since the last deletion is taken to have made the queue.
pub(super) fn propose(queue: Queue) -> Proposal {
    let Queue { arn, candidates, deleted } = queue;
    let several = candidates.len() > 1;
    let outcome = match deleted {
        Some(at) => deleted_since(at),
        None => Outcome::WouldTag,
    };
    let made = candidates.into_iter().next();
    let mut proposal = of(arn, made, outcome);
    if several {
        proposal.notes.push("several calls asked for it; --look tells which of them made it".to_owned());
    }
    proposal
}

/// With a look at the live queue.
pub(super) async fn look(
    queue: Queue,
    taggers: &mut Taggers<'_>,
    endpoint: Option<&str>,
    apply: bool,
) -> Result<Proposal, CommandError> {
    // What is known to be gone is not looked for.
    if queue.deleted.is_some() {
        return Ok(propose(queue));
    }
    let Queue { arn, candidates, .. } = queue;
    let mut last = None;
    if let Some((one, other)) = at_once(&candidates) {
        let message =
            format!("{one} and {other} asked for it within a second, and nobody can tell which of them made it");
        let outcome = Outcome::LeftAlone { reason: "ambiguous".to_owned(), message };
        return Ok(of(arn, candidates.into_iter().next(), outcome));
    }
    for candidate in candidates {
        let (account, region) = (candidate.action.queue_arn.account(), candidate.action.queue_arn.region());
        let handler = taggers.live(account, region, endpoint).await?;
        let verdict = match handler.confirm(&candidate.action).await {
            Ok(verdict) => verdict,
            Err(error) => return Ok(failed(arn, candidate, &error)),
        };
        let Verdict { judgement, notes } = verdict;
        let action = match judgement {
            Judgement::Proceed => candidate.action.clone(),
            Judgement::Amend(action) => action,
            Judgement::Nothing(reason) | Judgement::Later(_, reason) | Judgement::Undecided(reason) => {
                let another = matches!(reason.code, "existed-before" | "created-later");
                let outcome = Outcome::LeftAlone { reason: reason.code.to_owned(), message: reason.message };
                let proposal = Proposal { notes, ..of(arn.clone(), Some(candidate), outcome) };
                if another {
                    last = Some(proposal);
                    continue;
                }
                return Ok(proposal);
            }
        };
        let candidate = Candidate { action, ..candidate };
        let outcome = match apply {
            false => Outcome::WouldTag,
            true => match handler.apply(&candidate.action).await {
                Ok(()) => Outcome::Tagged,
                Err(error) => return Ok(failed(arn, candidate, &error)),
            },
        };
        return Ok(Proposal { notes, ..of(arn, Some(candidate), outcome) });
    }
    Ok(last.unwrap_or_else(|| of(arn, None, Outcome::Failed { message: "no call is known that made it".to_owned() })))
}

/// Two callers whose calls are so close that the queue's time can't tell them apart.
fn at_once(candidates: &[Candidate]) -> Option<(String, String)> {
    let who = |candidate: &Candidate| candidate.actor.clone().unwrap_or_else(|| "somebody".to_owned());
    candidates.windows(2).find_map(|pair| {
        let [one, other] = pair else { return None };
        let close = (other.action.event_time - one.action.event_time).num_seconds() <= 2;
        (close && who(one) != who(other)).then(|| (who(one), who(other)))
    })
}

fn failed(arn: String, candidate: Candidate, error: &ApplyError) -> Proposal {
    of(arn, Some(candidate), Outcome::Failed { message: error.to_string() })
}

fn deleted_since(at: DateTime<Utc>) -> Outcome {
    let message = format!("it was deleted at {}", at.to_rfc3339_opts(SecondsFormat::Secs, true));
    Outcome::LeftAlone { reason: "deleted".to_owned(), message }
}

fn of(queue_arn: String, made: Option<Candidate>, outcome: Outcome) -> Proposal {
    Proposal { queue_arn, made, outcome, notes: Vec::new() }
}
