//! The report: what became of one event, the decision line and the function's answer in one.
//!
//! Every event ends in exactly one. It says which event, who called, what was done or why not, and
//! lists every action as the same JSON in a dry run as when it is carried out.

use crate::shown::cut;
use crate::{Actor, Envelope, Mode, Reason, Record, Skip};
use serde::Serialize;
use serde_json::Value;

/// What became of one event.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// The response.
    pub response: &'static str,
    /// Whether it may change anything.
    pub mode: Mode,
    /// What became of the event.
    pub outcome: Outcome,
    /// Why, in one word; absent where the actions say it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What became of it, in a sentence.
    pub message: String,
    /// The event, as far as it could be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<EventHeader>,
    /// What went wrong beside it and is for people to know: an answer that could not be noted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// The actions planned, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<ActionReport>,
}

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// At least one action was carried out, and none failed.
    Acted,
    /// What would be done, in dry run.
    DryRun,
    /// The response found nothing to do.
    Nothing,
    /// A guard left the event alone.
    Skipped,
    /// The event has been answered before, by another delivery of it.
    Duplicate,
    /// The circuit breaker is open: the action was not done.
    Stopped,
    /// It is too early: retried by Lambda in a minute.
    Postponed,
    /// The event could not be decided, or an action failed: retried by Lambda, then kept in the
    /// on-failure queue.
    Failed,
}

/// One action, and what became of it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ActionReport {
    /// What became of it.
    pub outcome: ActionOutcome,
    /// What it does, in words that follow "would".
    pub description: String,
    /// The reason for doing nothing, in one word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
    /// The reason or the error in a sentence, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// What was seen on the way and is for people to know: a tag that was to exempt and doesn't.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// The action, as data.
    pub action: Value,
    /// What was there when it was looked at again afterwards, where the response looks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
}

/// What became of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ActionOutcome {
    /// Carried out, by this try or by an earlier one of the same event.
    Applied,
    /// Would be carried out.
    WouldApply,
    /// The live state says there is nothing to do.
    Nothing,
    /// Another event has taken it over, or an earlier try left it to one.
    LeftToAnother,
    /// Dealt with before, by another delivery of the event.
    Duplicate,
    /// Not done: the circuit breaker is open.
    Stopped,
    /// Not done yet: it is too early, and left to the next try.
    Postponed,
    /// Tried, and failed; or the look at the live state failed.
    Failed,
    /// Begun, and cut short: whether it was done, nobody here can tell. The next try looks.
    InDoubt,
    /// Not tried: an earlier one failed, another try has the event in hand, or there was no time left.
    NotReached,
}

/// Which event a report is about.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EventHeader {
    /// CloudTrail's id of the event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_id: Option<String>,
    /// The service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_source: Option<String>,
    /// The call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_name: Option<String>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_time: Option<String>,
    /// In which account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// In which Region.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aws_region: Option<String>,
    /// From where.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_ip_address: Option<String>,
    /// Why the call failed, if it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_code: Option<String>,
    /// By whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<Actor>,
    /// The archive replay that delivered it, if one did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replay_name: Option<String>,
}

impl EventHeader {
    /// The header of an envelope.
    pub fn of(envelope: &Envelope) -> EventHeader {
        let mut header = EventHeader::of_record(&envelope.detail);
        header.account = header.account.or_else(|| envelope.account.as_deref().map(cut));
        header.replay_name = crate::replay_name(envelope).map(cut);
        header
    }

    /// The header of a record.
    pub fn of_record(record: &Record) -> EventHeader {
        let own = |text: Option<&str>| text.map(cut);
        EventHeader {
            event_id: own(record.event_id.text()),
            event_source: own(record.event_source.text()),
            event_name: own(record.event_name.text()),
            event_time: own(record.event_time.text()),
            account: own(record.recipient_account_id.text()),
            aws_region: own(record.aws_region.text()),
            source_ip_address: own(record.source_ip_address.text()),
            error_code: own(record.error_code.text()),
            actor: record.user_identity.get().map(Actor::of),
            replay_name: None,
        }
    }
}

impl Report {
    /// A report with no actions.
    pub fn without_actions(
        response: &'static str,
        mode: Mode,
        event: Option<EventHeader>,
        outcome: Outcome,
        reason: &str,
        message: impl Into<String>,
    ) -> Report {
        let reason = Some(reason.to_owned());
        Report {
            response,
            mode,
            outcome,
            reason,
            message: cut(&message.into()),
            event,
            notes: Vec::new(),
            actions: Vec::new(),
        }
    }

    /// The report of an event that a guard left alone.
    pub fn skipped(response: &'static str, mode: Mode, event: EventHeader, skip: &Skip) -> Report {
        Report::without_actions(response, mode, Some(event), Outcome::Skipped, skip.code(), skip.to_string())
    }

    /// The report of actions, each with what became of it.
    pub fn of_actions(response: &'static str, mode: Mode, event: EventHeader, actions: Vec<ActionReport>) -> Report {
        let any = |outcome| actions.iter().any(|action| action.outcome == outcome);
        let order = [
            (ActionOutcome::Failed, Outcome::Failed),
            (ActionOutcome::InDoubt, Outcome::Failed),
            (ActionOutcome::Postponed, Outcome::Postponed),
            (ActionOutcome::NotReached, Outcome::Failed),
            (ActionOutcome::Stopped, Outcome::Stopped),
            (ActionOutcome::Applied, Outcome::Acted),
            (ActionOutcome::WouldApply, Outcome::DryRun),
            (ActionOutcome::Duplicate, Outcome::Duplicate),
        ];
        let first = order.into_iter().find(|(of_action, _)| any(*of_action));
        let outcome = first.map_or(Outcome::Nothing, |(_, outcome)| outcome);
        let message = cut(&actions.iter().map(ActionReport::sentence).collect::<Vec<_>>().join("; "));
        let of = match outcome {
            Outcome::Nothing => Some(ActionOutcome::Nothing),
            Outcome::Stopped => Some(ActionOutcome::Stopped),
            Outcome::Postponed => Some(ActionOutcome::Postponed),
            _ => None,
        };
        let is = |action: &&ActionReport| {
            Some(action.outcome) == of
                || (outcome == Outcome::Nothing && action.outcome == ActionOutcome::LeftToAnother)
        };
        let reason = actions.iter().filter(is).find_map(|action| action.reason);
        let reason = reason.map(str::to_owned);
        Report { response, mode, outcome, reason, message, event: Some(event), notes: Vec::new(), actions }
    }

    /// The report with this reason, for counting.
    pub fn because(mut self, reason: impl Into<String>) -> Report {
        self.reason = Some(reason.into());
        self
    }
}

impl Outcome {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::Acted => "acted",
            Outcome::DryRun => "dry-run",
            Outcome::Nothing => "nothing",
            Outcome::Skipped => "skipped",
            Outcome::Duplicate => "duplicate",
            Outcome::Stopped => "stopped",
            Outcome::Postponed => "postponed",
            Outcome::Failed => "failed",
        }
    }
}

impl ActionReport {
    /// The same with this sentence.
    #[must_use]
    pub fn saying(mut self, message: &str) -> ActionReport {
        self.message = Some(message.to_owned());
        self
    }

    /// The action was left alone, for this reason.
    #[must_use]
    pub fn left_alone(mut self, reason: Reason) -> ActionReport {
        self.outcome = ActionOutcome::Nothing;
        self.reason = Some(reason.code);
        self.message = Some(reason.message);
        self
    }

    fn sentence(&self) -> String {
        let (what, why) = (&self.description, self.message.as_deref().unwrap_or_default());
        match self.outcome {
            ActionOutcome::Applied if why.is_empty() => format!("done: {what}"),
            ActionOutcome::Applied => format!("done: {what}; {why}"),
            ActionOutcome::WouldApply => format!("would {what}"),
            ActionOutcome::Nothing => format!("nothing to do: {why}"),
            ActionOutcome::LeftToAnother => format!("left to another event to {what}: {why}"),
            ActionOutcome::Duplicate => format!("did not {what} again: {why}"),
            ActionOutcome::Stopped => format!("did not {what}: {why}"),
            ActionOutcome::Postponed => format!("did not {what} yet: {why}"),
            ActionOutcome::Failed => format!("could not {what}: {why}"),
            ActionOutcome::InDoubt => format!("was to {what}, and may have: {why}"),
            ActionOutcome::NotReached => format!("did not {what}: {why}"),
        }
    }
}
