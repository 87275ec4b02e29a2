//! One action: held, confirmed, and then applied, unless it is a dry run.

use crate::attempt::Attempt;
use crate::breaker::Permit;
use crate::carry_out::Event;
use crate::function::Function;
use crate::ledger::{Begun, Held, Hold, Holding, LedgerError, Place};
use crate::trouble::Trouble;
use crate::{ApplyError, Handler};
use std::time::{Duration, Instant};
use trailhook::{ActionOutcome, ActionReport, Afterwards, Judgement, Mode, Verdict};

type Stepped = (ActionReport, Option<Trouble>);

/// A look at the live state that is older is taken again before something is destroyed.
const FRESH: Duration = Duration::from_secs(1);

/// What an action is dealt with in: whose event it is, and what this try holds.
struct Hands<'a> {
    event: &'a Event<'a>,
    attempt: &'a Attempt,
    held: Option<&'a Held<'a>>,
    /// Whether an earlier try had the event in hand.
    again: bool,
}

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
        let again = begun.is_some_and(|begun| begun.again);
        let hands = Hands { event, attempt, held: held.as_ref(), again };
        let (mut report, trouble) = self.confirmed(action, report, &hands).await;
        if let Some(held) = held {
            if held.marked && report.outcome == ActionOutcome::Nothing {
                report.notes.push("an earlier try of this event had begun this: it may have done it".to_owned());
            }
            // In doubt, the resource is this try's until its time is over.
            if report.outcome != ActionOutcome::InDoubt
                && let Err(error) = attempt.written(held.release()).await
            {
                report.notes.push(format!("others wait for this invocation's time to be over: {error}"));
            }
        }
        (report, trouble)
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
        let ordered = self.handler.keeps_order(action);
        let hold =
            Hold { response: H::NAME, resource: &resource, ordered, event_id, event_time, holder: &begun.holder };
        Ok(Some(attempt.bounded(ledger.hold(&hold, attempt)).await??))
    }

    async fn confirmed(&self, action: H::Action, report: ActionReport, hands: &Hands<'_>) -> Stepped {
        let looked = Instant::now();
        let verdict = match self.look(&action, hands).await {
            Ok(verdict) => verdict,
            Err(trouble) => return failed(report, trouble),
        };
        let (action, report) = match self.judged(action, report, verdict) {
            Ok(judged) => judged,
            Err(stepped) => return *stepped,
        };
        if self.mode == Mode::DryRun {
            return (ActionReport { outcome: ActionOutcome::WouldApply, ..report }, None);
        }
        let (report, place) = match self.permitted(report, hands).await {
            Ok(permitted) => permitted,
            Err(stepped) => return *stepped,
        };
        let (mut report, trouble) = self.applied(action, report, looked, hands).await;
        // A try that may have had an effect counts; one that surely had none does not.
        let without_effect = match report.outcome {
            ActionOutcome::Nothing
            | ActionOutcome::LeftToAnother
            | ActionOutcome::NotReached
            | ActionOutcome::Postponed => true,
            ActionOutcome::Failed => {
                trouble.as_ref().is_some_and(|trouble| trouble.is_permanent() || !trouble.of_call())
            }
            _ => false,
        };
        if let (Some(place), true, Some(breaker), Some(ledger)) = (place, without_effect, &self.breaker, &self.ledger)
            && let Err(error) = hands.attempt.written(breaker.give_back(ledger, &place)).await
        {
            report.notes.push(format!("it counts for the circuit breaker, though it was not done: {error}"));
        }
        (report, trouble)
    }

    async fn look(&self, action: &H::Action, hands: &Hands<'_>) -> Result<Verdict<H::Action>, Trouble> {
        Ok(hands.attempt.bounded(self.handler.confirm(action)).await??)
    }

    /// The action that is left, or the report of none.
    fn judged(
        &self,
        action: H::Action,
        report: ActionReport,
        verdict: Verdict<H::Action>,
    ) -> Result<(H::Action, ActionReport), Box<Stepped>> {
        match verdict.judgement {
            Judgement::Proceed => Ok((action, ActionReport { notes: verdict.notes, ..report })),
            Judgement::Amend(less) => {
                let report = self.report(&less, report.outcome);
                Ok((less, ActionReport { notes: verdict.notes, ..report }))
            }
            Judgement::Nothing(reason) => {
                Err(Box::new((ActionReport { notes: verdict.notes, ..report.left_alone(reason) }, None)))
            }
            Judgement::Undecided(reason) => {
                let mut report = ActionReport { notes: verdict.notes, ..report.left_alone(reason.clone()) };
                if self.mode == Mode::DryRun {
                    report.notes.push("it would fail, and be kept in the queue of failed events".to_owned());
                    return Err(Box::new((report, None)));
                }
                report.outcome = ActionOutcome::Failed;
                Err(Box::new((report, Some(Trouble::Undecided(reason)))))
            }
            Judgement::Later(later, reason) => {
                let report = later.as_ref().map_or(report.clone(), |later| self.report(later, report.outcome));
                let mut report = ActionReport { notes: verdict.notes, ..report };
                match (later, self.mode) {
                    (Some(later), Mode::DryRun) => {
                        report.notes.push(format!("it would be put off: {reason}"));
                        return Ok((later, report));
                    }
                    (None, Mode::DryRun) => {
                        report.notes.push("it would be looked at again a minute later".to_owned());
                        return Err(Box::new((report.left_alone(reason), None)));
                    }
                    (_, Mode::Enforce) => {}
                }
                let report = report.left_alone(reason.clone());
                let report = ActionReport { outcome: ActionOutcome::Postponed, ..report };
                Err(Box::new((report, Some(Trouble::TooEarly(reason)))))
            }
        }
    }

    /// Whether the circuit breaker lets it be done, and with which place.
    async fn permitted(
        &self,
        mut report: ActionReport,
        hands: &Hands<'_>,
    ) -> Result<(ActionReport, Option<Place>), Box<Stepped>> {
        let Some(breaker) = &self.breaker else {
            return Ok((report, None));
        };
        let Some(ledger) = &self.ledger else {
            return Err(Box::new(failed(report, Trouble::NoTable)));
        };
        let asked = breaker.ask(ledger, &report.description, hands.event.id.as_deref());
        match hands.attempt.bounded(asked).await {
            Ok(Ok(Permit::Given(place))) => Ok((report, Some(place))),
            Ok(Ok(Permit::Open(open))) => {
                report.notes.extend(open.note);
                let report = report.left_alone(open.reason);
                Err(Box::new((ActionReport { outcome: ActionOutcome::Stopped, ..report }, None)))
            }
            // Of the table, and so of no call that was to be made: it is tried again.
            Ok(Err(error)) => Err(Box::new(failed(report, LedgerError::Unreachable(error).into()))),
            Err(cut) => Err(Box::new(failed(report, cut.into()))),
        }
    }

    async fn applied(
        &self,
        mut action: H::Action,
        mut report: ActionReport,
        looked: Instant,
        hands: &Hands<'_>,
    ) -> Stepped {
        if let Some(held) = hands.held {
            match hands.attempt.bounded(held.mark()).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => return failed(report, error.into()),
                Err(cut) => return failed(report, cut.into()),
            }
        }
        // Asking may have taken long: what is destroyed is what was seen a moment ago.
        if H::DESTRUCTIVE && looked.elapsed() > FRESH {
            let verdict = match self.look(&action, hands).await {
                Ok(verdict) => verdict,
                Err(trouble) => return failed(report, trouble),
            };
            (action, report) = match self.judged(action, report, verdict) {
                Ok(judged) => judged,
                Err(stepped) => return *stepped,
            };
        }
        let verdict = match hands.attempt.bounded(self.handler.beforehand(&action, hands.again)).await {
            Ok(Ok(Verdict { judgement, notes })) => {
                let seen = std::mem::take(&mut report.notes);
                if let Judgement::Nothing(reason) = judgement {
                    let report = ActionReport { outcome: ActionOutcome::LeftToAnother, ..report.left_alone(reason) };
                    return (ActionReport { notes: [seen, notes].concat(), ..report }, None);
                }
                Verdict { judgement, notes: seen }.noting(notes)
            }
            Ok(Err(error)) => return failed(report, error.into()),
            Err(cut) => return failed(report, cut.into()),
        };
        (action, report) = match self.judged(action, report, verdict) {
            Ok(judged) => judged,
            Err(stepped) => return *stepped,
        };
        if let Some(left) = hands.attempt.too_little() {
            let trouble = Trouble::TooLate(left);
            return (report.saying(&trouble.to_string()), Some(trouble));
        }
        match hands.attempt.bounded(self.handler.apply(&action)).await {
            Ok(Ok(())) => {
                let report = ActionReport { outcome: ActionOutcome::Applied, ..report };
                (self.looked_at_again(&action, report, hands).await, None)
            }
            Ok(Err(error)) => failed(report, error.into()),
            Err(cut) => {
                let trouble = Trouble::Cut(cut);
                let report = ActionReport { outcome: ActionOutcome::InDoubt, ..report };
                (report.saying(&trouble.to_string()), Some(trouble))
            }
        }
    }

    /// What is there afterwards; that nobody could look is told, and changes nothing.
    async fn looked_at_again(&self, action: &H::Action, mut report: ActionReport, hands: &Hands<'_>) -> ActionReport {
        if hands.attempt.too_little().is_some() {
            return report;
        }
        match hands.attempt.bounded(self.handler.afterwards(action)).await {
            Ok(Ok(Afterwards { state, notes })) => {
                report.after = Some(state).filter(|state| !state.is_null());
                report.notes.extend(notes);
            }
            Ok(Err(error)) => report.notes.push(format!("nobody looked at it afterwards: {error}")),
            Err(cut) => report.notes.push(format!("nobody looked at it afterwards: {}", Trouble::Cut(cut))),
        }
        report
    }
}

fn failed(report: ActionReport, trouble: Trouble) -> Stepped {
    let mut message = trouble.to_string();
    // What was seen on the way may be why: a tag that exempts nothing, and that a policy goes by.
    if matches!(trouble, Trouble::Call(ApplyError::Denied { .. })) && !report.notes.is_empty() {
        message = format!("{message}; seen before: {}", report.notes.join("; "));
    }
    (ActionReport { outcome: ActionOutcome::Failed, ..report }.saying(&message), Some(trouble))
}
