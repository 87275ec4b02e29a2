//! Carrying out a plan: the event is taken in hand, and each action is dealt with in turn.
//!
//! The dry run parts from the real one only after `confirm`, so that what it reports is exactly what
//! would be applied; it takes nothing in hand, for it writes nothing.

use crate::Handler;
use crate::attempt::{Attempt, Cut};
use crate::function::Function;
use crate::ledger::{Begin, Begun, EventKey, LedgerError, Settled, digest, fingerprint};
use crate::trouble::Trouble;
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::Value;
use trailhook::{ActionOutcome, ActionReport, Envelope, report_of};

/// What is remembered of an event while its actions are carried out.
#[derive(Debug)]
pub(crate) struct Event<'a> {
    pub(crate) id: Option<String>,
    pub(crate) time: Option<DateTime<Utc>>,
    payload: &'a [u8],
}

/// What became of a plan.
#[derive(Debug)]
pub(crate) struct Carried<'a> {
    pub(crate) actions: Vec<ActionReport>,
    /// The first thing that went wrong.
    pub(crate) trouble: Option<Trouble>,
    /// The event in the ledger, if this try has it in hand.
    pub(crate) begun: Option<Begun<'a>>,
}

/// Whether the event is this try's to answer.
enum Hand<'a> {
    /// It is, and the ledger knows.
    Ours(Begun<'a>),
    /// It is, and nothing is written; the note says why, where it should be written.
    Free(Option<String>),
    /// It has been answered.
    Answered(String),
}

/// An event's id is a UUID; longer than this it is none, and no key.
const LONGEST_ID: usize = 128;

impl Event<'_> {
    pub(crate) fn of<'a>(envelope: &Envelope, payload: &'a [u8]) -> Event<'a> {
        let id = envelope.detail.event_id.text().filter(|id| (1..=LONGEST_ID).contains(&id.len()));
        Event { id: id.map(str::to_owned), time: envelope.detail.time(), payload }
    }

    /// How a response remembers it; `None` where it can't be known again.
    pub(crate) fn key(&self, response: &'static str) -> Option<EventKey<'_>> {
        // It was decoded before, so it is JSON; nested too deeply for this, it is as good as unknown.
        let fingerprint = fingerprint(self.payload).ok()?;
        Some(EventKey { response, event_id: self.id.as_deref()?, fingerprint })
    }
}

impl<H: Handler> Function<H> {
    pub(crate) async fn carry_out(&self, actions: Vec<H::Action>, event: &Event<'_>, attempt: &Attempt) -> Carried<'_> {
        let all = |outcome, message: &str, actions: &[H::Action]| {
            actions.iter().map(|action| self.report(action, outcome).saying(message)).collect::<Vec<_>>()
        };
        let (mut begun, note) = match self.take_in_hand(event, attempt).await {
            Ok(Hand::Ours(begun)) => (Some(begun), None),
            Ok(Hand::Free(note)) => (None, note),
            Ok(Hand::Answered(how)) => {
                return Carried { actions: all(ActionOutcome::Duplicate, &how, &actions), trouble: None, begun: None };
            }
            Err(trouble) => {
                let actions = all(ActionOutcome::NotReached, &trouble.to_string(), &actions);
                return Carried { actions, trouble: Some(trouble), begun: None };
            }
        };
        let (mut reports, mut first) = (Vec::with_capacity(actions.len()), None);
        let mut seen: Vec<String> = Vec::new();
        let mut actions = actions.into_iter().peekable();
        while let Some(action) = actions.next() {
            let mut report = self.report(&action, ActionOutcome::NotReached);
            if let Some(why) = first.as_ref().and_then(not_reached::<H>) {
                reports.push(report.saying(why));
                continue;
            }
            // Without the table nothing is remembered.
            let key = begun.as_ref().map(|_| key(&report.action, &mut seen));
            let before = begun.as_ref().zip(key.as_ref());
            if let Some(settled) = before.and_then(|(begun, key)| begun.settled(key)) {
                let (outcome, did) = match settled {
                    Settled::Done(_) => (ActionOutcome::Applied, "did it"),
                    Settled::Left(_) => (ActionOutcome::LeftToAnother, "did so"),
                };
                let at = settled.at().to_rfc3339_opts(SecondsFormat::Secs, true);
                reports.push(ActionReport { outcome, ..report }.saying(&format!("an earlier try {did}, at {at}")));
                continue;
            }
            let trouble;
            (report, trouble) = self.step(action, report, event, begun.as_ref(), attempt).await;
            report.notes.extend(note.clone());
            let settled = match report.outcome {
                ActionOutcome::Applied => Some(Settled::Done(Utc::now())),
                ActionOutcome::LeftToAnother => Some(Settled::Left(Utc::now())),
                _ => None,
            };
            if let (Some(begun), Some(key), Some(settled)) = (begun.as_mut(), key, settled) {
                begun.note(key, settled);
                // The last one is written with the outcome.
                if actions.peek().is_some()
                    && let Err(error) = attempt.written(begun.save()).await
                {
                    report.notes.push(format!("this could not be noted in the table yet: {error}"));
                }
            }
            reports.push(report);
            first = first.or(trouble);
        }
        Carried { actions: reports, trouble: first, begun }
    }

    async fn take_in_hand(&self, event: &Event<'_>, attempt: &Attempt) -> Result<Hand<'_>, Trouble> {
        let Some(ledger) = &self.ledger else {
            return Ok(Hand::Free(None));
        };
        let Some(key) = event.key(H::NAME) else {
            return self.without(Trouble::NoEventId);
        };
        match attempt.bounded(ledger.begin(&key, attempt)).await? {
            Ok(Begin::Ours(begun)) => Ok(Hand::Ours(begun)),
            Ok(Begin::Answered(how)) => Ok(Hand::Answered(how)),
            Err(LedgerError::Unreachable(error)) => self.without(LedgerError::Unreachable(error).into()),
            Err(error) => Err(error.into()),
        }
    }

    /// What is harmless to repeat is done though nobody can tell whether it was done before.
    fn without(&self, trouble: Trouble) -> Result<Hand<'_>, Trouble> {
        if !H::IDEMPOTENT {
            return Err(trouble);
        }
        Ok(Hand::Free(Some(format!("done without the table, as it is harmless to repeat: {trouble}"))))
    }

    pub(crate) fn report(&self, action: &H::Action, outcome: ActionOutcome) -> ActionReport {
        report_of(&self.handler, action, outcome)
    }
}

/// Why an action is not tried after this.
fn not_reached<H: Handler>(trouble: &Trouble) -> Option<&'static str> {
    match trouble {
        Trouble::TooLate(_) | Trouble::Cut(Cut::TimeUp) => Some("the function's time was up"),
        _ if H::ORDERED => Some("an earlier action failed"),
        _ => None,
    }
}

/// The action's own key within its event: what it is, and the how many-th of those that are alike.
fn key(action: &Value, seen: &mut Vec<String>) -> String {
    let digest = digest(action);
    let before = seen.iter().filter(|other| **other == digest).count();
    seen.push(digest.clone());
    format!("{digest}.{before}")
}
