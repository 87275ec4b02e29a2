//! One event from bytes to its report.

use crate::attempt::{Attempt, Cut};
use crate::breaker::Breaker;
use crate::carry_out::{Carried, Event};
use crate::ledger::{Begun, Ledger};
use crate::trouble::Trouble;
use crate::{ApplyError, Configuration, Handler};
use aws_config::SdkConfig;
use chrono::Utc;
use trailhook::{ActionOutcome, Decision, EventHeader, Guards, Mode, Outcome, Report, decide, decode};

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
    pub(crate) error_type: &'static str,
    pub(crate) message: String,
}

impl<H: Handler> Function<H> {
    pub(crate) fn new(handler: H, configuration: Configuration, aws: &SdkConfig) -> Function<H> {
        let Configuration { mode, mut guards, table, breaker, topic_arn } = configuration;
        guards.failed_calls = handler.failed_calls();
        let breaker = breaker.filter(|_| H::DESTRUCTIVE && mode == Mode::Enforce);
        let breaker =
            breaker.map(|limit| Breaker::new(H::NAME, &guards.account, &guards.region, limit, topic_arn, aws));
        // A dry run writes nothing, to the table neither.
        let ledger = table.filter(|_| mode == Mode::Enforce).map(|table| Ledger::new(table, aws));
        Function { handler, mode, guards, ledger, breaker }
    }

    /// The report, and the failure if it is one.
    pub(crate) async fn answer(&self, payload: &[u8], attempt: &Attempt) -> (Report, Option<Failure>) {
        let envelope = match decode(payload) {
            Ok(envelope) => envelope,
            Err(error) => return self.failed(None, "Trailhook.Decode", error.to_string()),
        };
        let header = EventHeader::of(&envelope);
        let event = Event::of(&envelope, payload);
        let actions = match decide(&self.handler, envelope, &self.guards, Utc::now()) {
            Ok(Decision::Act(actions)) => actions,
            Ok(Decision::Skip(skip)) => return (Report::skipped(H::NAME, self.mode, header, &skip), None),
            Ok(Decision::Nothing(reason)) => {
                let (outcome, header) = (Outcome::Nothing, Some(header));
                let report = Report::without_actions(H::NAME, self.mode, header, outcome, reason.code, reason.message);
                return (report, None);
            }
            Err(undecided) => return self.failed(Some(header), undecided.error_type(), undecided.to_string()),
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
                let failure = Failure { error_type: trouble.error_type(), message: report.message.clone() };
                (report.because(trouble.error_type()), Some(failure))
            }
            None => (report, None),
        }
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
        self.failed(event, trouble.error_type(), trouble.to_string())
    }

    /// The report of a failure and the failure, with one message: the report's, which is cut.
    fn failed(
        &self,
        event: Option<EventHeader>,
        error_type: &'static str,
        message: String,
    ) -> (Report, Option<Failure>) {
        let report = Report::without_actions(H::NAME, self.mode, event, Outcome::Failed, error_type, message);
        let message = report.message.clone();
        (report, Some(Failure { error_type, message }))
    }
}
