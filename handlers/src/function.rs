//! One event from bytes to its report.

use crate::attempt::{Attempt, Cut};
use crate::breaker::Breaker;
use crate::carry_out::{Carried, Event};
use crate::ledger::{Begun, Ledger, LedgerError};
use crate::logs::Log;
use crate::trouble::Trouble;
use crate::{ApplyError, Configuration, Handler};
use aws_config::SdkConfig;
use chrono::Utc;
use trailhook::{
    ActionOutcome, Envelope, EventHeader, Guards, Mode, Outcome, Planned, Report, decode, planned, undecodable,
};

/// A handler with what is around it: everything that an event is answered with.
#[derive(Debug)]
pub(crate) struct Function<H> {
    pub(crate) handler: H,
    pub(crate) mode: Mode,
    pub(crate) guards: Guards,
    pub(crate) ledger: Option<Ledger>,
    pub(crate) breaker: Option<Breaker>,
}

/// An event that failed: Lambda tries again, and then keeps it in the on-failure queue.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) error_type: String,
    pub(crate) message: String,
}

impl<H: Handler> Function<H> {
    pub(crate) fn new(handler: H, configuration: Configuration, aws: &SdkConfig, log: &Log) -> Function<H> {
        let Configuration { mode, mut guards, table, breaker, topic_arn } = configuration;
        guards.failed_calls = handler.failed_calls();
        let breaker = breaker.filter(|_| H::DESTRUCTIVE && mode == Mode::Enforce);
        let breaker =
            breaker.map(|limit| Breaker::new(H::NAME, &guards.account, &guards.region, limit, topic_arn, aws, log));
        // A dry run writes nothing, to the table neither.
        let ledger = table.filter(|_| mode == Mode::Enforce).map(|table| Ledger::new(table, aws));
        Function { handler, mode, guards, ledger, breaker }
    }

    /// The report, and the failure if it is one.
    pub(crate) async fn answer(&self, payload: &[u8], attempt: &Attempt) -> (Report, Option<Failure>) {
        let envelope = match decode(payload) {
            Ok(envelope) => envelope,
            Err(error) => return ended(undecodable::<H>(self.mode, &error)),
        };
        let event = Event::of(&envelope, payload);
        let plan = |envelope, guards| planned(&self.handler, self.mode, envelope, guards, Utc::now());
        let planned = match plan(envelope, &self.guards) {
            Err(report) if H::DESTRUCTIVE && is_stale(&report) => {
                match self.begun_in_time(payload, &event, attempt).await {
                    Ok(Some(envelope)) => plan(envelope, &Guards { max_age: None, ..self.guards.clone() }),
                    Ok(None) => Err(report),
                    Err(trouble) => return ended(undecided(*report, &trouble)),
                }
            }
            planned => planned,
        };
        let Planned { event: header, actions } = match planned {
            Ok(planned) => planned,
            Err(report) => return ended(*report),
        };
        let Carried { actions, trouble, begun } = self.carry_out(actions, &event, attempt).await;
        let mut report = Report::of_actions(H::NAME, self.mode, header, actions);
        if let Some(begun) = begun
            && let Err(error) = attempt.written(self.settle(&begun, &report, trouble.as_ref())).await
        {
            report.notes.push(format!("what became of the event could not be noted in the table: {error}"));
        }
        match trouble {
            Some(trouble) => {
                let failure = Failure { error_type: trouble.error_type().to_owned(), message: report.message.clone() };
                (report.because(trouble.error_type()), Some(failure))
            }
            None => (report, None),
        }
    }

    /// The event, if an earlier try of this delivery had it in hand before it became too old: putting it off must
    /// not be what loses it.
    async fn begun_in_time(
        &self,
        payload: &[u8],
        event: &Event<'_>,
        attempt: &Attempt,
    ) -> Result<Option<Envelope>, Trouble> {
        let (Some(ledger), Some(key)) = (&self.ledger, event.key(H::NAME)) else {
            return Ok(None);
        };
        let begun = attempt.bounded(ledger.was_begun(&key, attempt)).await?;
        let begun = begun.map_err(|error| Trouble::from(LedgerError::Unreachable(error)))?;
        // It was decoded a moment ago, so it is an event.
        Ok(if begun { decode(payload).ok() } else { None })
    }

    /// Writes what became of the event, for the tries and deliveries that are still to come.
    async fn settle(&self, begun: &Begun<'_>, report: &Report, trouble: Option<&Trouble>) -> Result<(), ApplyError> {
        let in_doubt = report.actions.iter().any(|action| action.outcome == ActionOutcome::InDoubt);
        match trouble {
            None => begun.complete(report.outcome.as_str(), &report.message).await,
            // Nobody knows what became of it: the next try waits until this one's time is over.
            Some(_) if in_doubt => begun.save().await,
            Some(trouble) if H::DESTRUCTIVE && trouble.is_permanent() => {
                begun.fail(trouble.error_type(), &trouble.to_string()).await
            }
            Some(_) => begun.release().await,
        }
    }

    /// The report and the failure of an answer that was itself cut short.
    pub(crate) fn cut_short(&self, payload: &[u8], cut: Cut) -> (Report, Option<Failure>) {
        let event = decode(payload).ok().map(|envelope| EventHeader::of(&envelope));
        let trouble = Trouble::Cut(cut);
        let (outcome, why) = (Outcome::Failed, trouble.error_type());
        ended(Report::without_actions(H::NAME, self.mode, event, outcome, why, trouble.to_string()))
    }
}

fn is_stale(report: &Report) -> bool {
    report.outcome == Outcome::Skipped && report.reason.as_deref() == Some("stale")
}

/// The report of an event of which nobody can tell whether it was begun in time.
fn undecided(report: Report, trouble: &Trouble) -> Report {
    let message = format!("{}; whether it was begun in time is not known: {trouble}", report.message);
    Report { outcome: Outcome::Failed, message, ..report.because(trouble.error_type()) }
}

/// A report without actions, and the failure if it is one, with one message: the report's, which is cut.
fn ended(report: Report) -> (Report, Option<Failure>) {
    let error_type = report.reason.clone().unwrap_or_default();
    let failed = report.outcome == Outcome::Failed;
    let failure = failed.then(|| Failure { error_type, message: report.message.clone() });
    (report, failure)
}
