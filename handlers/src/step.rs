//! One action: held, confirmed, and then applied, unless it is a dry run.

use crate::Handler;
use crate::attempt::{Attempt, Cut};
use crate::carry_out::Event;
use crate::function::Function;
use crate::ledger::{Begun, Hold, Holding, Ledger};
use crate::trouble::Trouble;
use trailhook::{ActionOutcome, ActionReport, Judgement, Mode, Reason};

type Stepped = (ActionReport, Option<Trouble>);

impl<H: Handler> Function<H> {
    /// What became of the action.
    pub(crate) async fn step(
        &self,
        action: H::Action,
        report: ActionReport,
        event: &Event<'_>,
        begun: Option<&Begun<'_>>,
        attempt: &Attempt,
    ) -> Stepped {
        let held = match self.hold(&action, event, begun, attempt).await {
            Ok(Some(Holding::Held(held))) => Some(held),
            Ok(Some(Holding::Superseded(reason))) => return (report.left_alone(reason), None),
            Ok(None) => None,
            Err(trouble) => return failed(report, trouble),
        };
        let stepped = self.confirmed(action, report, event, attempt).await;
        // Cut short, the resource is in doubt until this try's time is over.
        let in_doubt = matches!(stepped.1, Some(Trouble::Cut(Cut::TimeUp)));
        if let Some(held) = held.filter(|_| !in_doubt)
            && let Ok(Err(error)) = attempt.bounded(held.release()).await
        {
            tracing::warn!("{error}; others have to wait until this invocation's time is over");
        }
        stepped
    }

    /// What is harmless to repeat later needs no order.
    async fn hold(
        &self,
        action: &H::Action,
        event: &Event<'_>,
        begun: Option<&Begun<'_>>,
        attempt: &Attempt,
    ) -> Result<Option<Holding<'_>>, Trouble> {
        let (Some(ledger), Some(begun), false) = (&self.ledger, begun, H::IDEMPOTENT) else {
            return Ok(None);
        };
        let (Some(resource), Some(event_id)) = (self.handler.resource(action), event.id.as_deref()) else {
            return Ok(None);
        };
        let Some(event_time) = event.time else {
            return Err(Trouble::NoEventTime);
        };
        let resource = resource.to_string();
        let hold = Hold { response: H::NAME, resource: &resource, event_id, event_time, holder: &begun.holder };
        Ok(Some(attempt.bounded(ledger.hold(&hold, attempt)).await??))
    }

    async fn confirmed(
        &self,
        action: H::Action,
        report: ActionReport,
        event: &Event<'_>,
        attempt: &Attempt,
    ) -> Stepped {
        let verdict = match attempt.bounded(self.handler.confirm(&action)).await {
            Ok(Ok(verdict)) => verdict,
            Ok(Err(error)) => return failed(report, error.into()),
            Err(cut) => return failed(report, cut.into()),
        };
        let (action, report) = match verdict.judgement {
            Judgement::Proceed => (action, report),
            Judgement::Amend(less) => {
                let report = self.report(&less, report.outcome);
                (less, report)
            }
            Judgement::Nothing(reason) => {
                let report = report.left_alone(reason);
                return (ActionReport { notes: verdict.notes, ..report }, None);
            }
        };
        let report = ActionReport { notes: verdict.notes, ..report };
        if self.mode == Mode::DryRun {
            return (ActionReport { outcome: ActionOutcome::WouldApply, ..report }, None);
        }
        self.applied(&action, report, event, attempt).await
    }

    async fn applied(
        &self,
        action: &H::Action,
        mut report: ActionReport,
        event: &Event<'_>,
        attempt: &Attempt,
    ) -> Stepped {
        match self.may_act(&mut report, event, attempt).await {
            Ok(None) => {}
            Ok(Some(reason)) => {
                let report = report.left_alone(reason);
                return (ActionReport { outcome: ActionOutcome::Stopped, ..report }, None);
            }
            Err(trouble) => return failed(report, trouble),
        }
        // The last moment to begin is here: asking may have taken long.
        if let Some(left) = attempt.too_little() {
            let trouble = Trouble::TooLate(left);
            return (report.saying(&trouble.to_string()), Some(trouble));
        }
        match attempt.bounded(self.handler.apply(action)).await {
            Ok(Ok(())) => (ActionReport { outcome: ActionOutcome::Applied, ..report }, None),
            Ok(Err(error)) => failed(report, error.into()),
            Err(cut) => {
                let trouble = Trouble::Cut(cut);
                let report = ActionReport { outcome: ActionOutcome::InDoubt, ..report };
                (report.saying(&trouble.to_string()), Some(trouble))
            }
        }
    }

    /// Why the circuit breaker keeps the action from being done, if it does.
    async fn may_act(
        &self,
        report: &mut ActionReport,
        event: &Event<'_>,
        attempt: &Attempt,
    ) -> Result<Option<Reason>, Trouble> {
        let (Some(breaker), Some(ledger)): (_, Option<&Ledger>) = (&self.breaker, self.ledger.as_ref()) else {
            return Ok(None);
        };
        let asked = breaker.ask(ledger, &report.description, event.id.as_deref());
        Ok(attempt.bounded(asked).await??.map(|open| {
            report.notes.extend(open.note);
            open.reason
        }))
    }
}

fn failed(report: ActionReport, trouble: Trouble) -> Stepped {
    let report = ActionReport { outcome: ActionOutcome::Failed, ..report };
    (report.saying(&trouble.to_string()), Some(trouble))
}
