//! One event and one response: begun, done, or failed for good.
//!
//! Who begins an event has it in hand for as long as the invocation may last. Who comes then waits a
//! little and fails, to be tried again; who comes after it was answered is told what was answered. A
//! try that died leaves what it had begun to the next one, once its time is over. What is done is
//! noted action by action, so that the next try goes on where the last one ended.

use super::item::{Item, expires, number, text, time};
use super::{Change, Changed, Ledger, LedgerError, WAITS};
use crate::ApplyError;
use crate::attempt::Attempt;
use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

/// How long a permanent failure is remembered: longer than Lambda's two retries take (one minute, and two
/// more), so that nothing destructive is tried three times in vain, and short enough for who has mended it.
const FAILURE: TimeDelta = TimeDelta::minutes(5);
/// The waits before what was done is written once more, when the SDK has given up: what is not written may
/// be done again.
const AGAIN: [Duration; 2] = [Duration::from_millis(300), Duration::from_millis(1200)];
/// The longest message that is kept, in characters.
const LONGEST: usize = 1_000;

/// Which event, for which response.
#[derive(Debug)]
pub(crate) struct EventKey<'a> {
    pub(crate) response: &'static str,
    pub(crate) event_id: &'a str,
    /// Of the event's content.
    pub(crate) fingerprint: String,
}

/// What beginning an event comes to.
#[derive(Debug)]
pub(crate) enum Begin<'a> {
    /// It is this try's to answer.
    Ours(Begun<'a>),
    /// It was answered: when, by whom and how, in a sentence.
    Answered(String),
}

/// An event that this try has in hand.
#[derive(Debug)]
pub(crate) struct Begun<'a> {
    ledger: &'a Ledger,
    id: String,
    /// This try, and no other.
    pub(crate) holder: String,
    /// Whether an earlier try had it in hand.
    pub(crate) again: bool,
    /// By action: how it was settled, by an earlier try or by this one.
    applied: BTreeMap<String, Settled>,
}

/// What became of an action that needs no other try, and when.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Settled {
    /// It was done.
    Done(DateTime<Utc>),
    /// It was left to another event.
    Left(DateTime<Utc>),
}

impl Ledger {
    /// Takes an event in hand.
    ///
    /// # Errors
    /// Another try has it in hand or has failed for good not long ago, the id was seen with another
    /// content, or the table can't be reached.
    pub(crate) async fn begin(&self, key: &EventKey<'_>, attempt: &Attempt) -> Result<Begin<'_>, LedgerError> {
        let id = format!("event#{}#{}", key.response, key.event_id);
        let holder = format!("{}#{:016x}", attempt.request_id, fastrand::u64(..));
        let mut waits = WAITS.iter();
        loop {
            let now = Utc::now();
            let change = Change {
                update: "SET payload = :payload, holder = :holder, leaseUntil = :lease, #state = :begun, \
                         expires = :expires, applied = if_not_exists(applied, :nothing), \
                         tries = if_not_exists(tries, :none) + :one REMOVE failure",
                condition: "attribute_not_exists(id) OR (payload = :payload AND #state = :begun AND leaseUntil < :now)",
                names: &[("#state", "state")],
                values: vec![
                    (":payload", text(&key.fingerprint)),
                    (":holder", text(&holder)),
                    (":lease", time(attempt.lease_until())),
                    (":begun", text("in-progress")),
                    (":expires", expires(now)),
                    (":nothing", AttributeValue::M(HashMap::new())),
                    (":none", number(0)),
                    (":one", number(1)),
                    (":now", time(now)),
                ],
            };
            let ours = |item: &Item| {
                let applied = item.map("applied").into_iter().flatten();
                let applied = applied.filter_map(|(action, noted)| Some((action.clone(), Settled::read(noted)?)));
                let (id, holder, applied) = (id.clone(), holder.clone(), applied.collect());
                let again = item.number("tries").is_some_and(|tries| tries > 1);
                Begin::Ours(Begun { ledger: self, id, holder, again, applied })
            };
            let there = match self.change(&id, change).await? {
                Changed::Done(item) => return Ok(ours(&item)),
                // A try of the SDK whose answer was lost.
                Changed::Not(item) if item.text("holder") == Some(&holder) => return Ok(ours(&item)),
                Changed::Not(item) => item,
            };
            if let Some(answered) = judge(&there, key)? {
                return Ok(Begin::Answered(answered));
            }
            match waits.next() {
                Some(wait) if attempt.too_little().is_none() => tokio::time::sleep(*wait).await,
                _ => return Err(in_hand(&there)),
            }
        }
    }

    /// Whether an earlier try of this very delivery has begun an event and not ended it. Who sends it again by hand,
    /// later, has another request.
    ///
    /// # Errors
    /// The table can't be reached.
    pub(crate) async fn was_begun(&self, key: &EventKey<'_>, attempt: &Attempt) -> Result<bool, ApplyError> {
        let delivery = format!("{}#", attempt.request_id);
        let change = Change {
            update: "SET expires = :expires",
            condition: "payload = :payload AND #state = :begun AND begins_with(holder, :delivery)",
            names: &[("#state", "state")],
            values: vec![
                (":payload", text(&key.fingerprint)),
                (":begun", text("in-progress")),
                (":delivery", text(delivery.as_str())),
                (":expires", expires(Utc::now())),
            ],
        };
        let id = format!("event#{}#{}", key.response, key.event_id);
        match self.change(&id, change).await? {
            Changed::Done(item) => Ok(item.text("holder").is_some_and(|holder| holder.starts_with(&delivery))),
            Changed::Not(_) => Ok(false),
        }
    }
}

impl Begun<'_> {
    /// How an action was settled, if it was.
    pub(crate) fn settled(&self, action: &str) -> Option<Settled> {
        self.applied.get(action).copied()
    }

    /// Notes that an action was settled; it is written with the next change, at the latest with the last.
    pub(crate) fn note(&mut self, action: String, settled: Settled) {
        self.applied.insert(action, settled);
    }

    /// Writes what was applied.
    pub(crate) async fn save(&self) -> Result<(), ApplyError> {
        self.set("", Vec::new()).await
    }

    /// The event is answered, with this outcome.
    pub(crate) async fn complete(&self, outcome: &str, message: &str) -> Result<(), ApplyError> {
        let message: String = message.chars().take(LONGEST).collect();
        let values = vec![
            (":done", text("completed")),
            (":at", time(Utc::now())),
            (":outcome", text(outcome)),
            (":message", text(message)),
            (":over", number(0)),
        ];
        let set = ", #state = :done, completedAt = :at, outcome = :outcome, message = :message, leaseUntil = :over";
        self.set(set, values).await
    }

    /// The event is for another try, at once.
    pub(crate) async fn release(&self) -> Result<(), ApplyError> {
        self.set(", leaseUntil = :over", vec![(":over", number(0))]).await
    }

    /// The event has failed for good: tries of the next minutes are told so.
    pub(crate) async fn fail(&self, error_type: &'static str, message: &str) -> Result<(), ApplyError> {
        let message: String = message.chars().take(LONGEST).collect();
        let failure = [("type", text(error_type)), ("message", text(message)), ("at", time(Utc::now()))];
        let failure = failure.map(|(name, value)| (name.to_owned(), value)).into_iter().collect();
        let values = vec![(":failure", AttributeValue::M(failure)), (":until", time(Utc::now() + FAILURE))];
        self.set(", failure = :failure, leaseUntil = :until", values).await
    }

    async fn set(&self, more: &str, mut values: Vec<(&str, AttributeValue)>) -> Result<(), ApplyError> {
        let applied = self.applied.iter().map(|(action, settled)| (action.clone(), settled.written())).collect();
        values.push((":applied", AttributeValue::M(applied)));
        values.push((":holder", text(&self.holder)));
        let update = format!("SET applied = :applied{more}");
        let names: &[(&str, &str)] = if more.contains("#state") { &[("#state", "state")] } else { &[] };
        let mut waits = AGAIN.iter();
        loop {
            let change = Change { update: &update, condition: "holder = :holder", names, values: values.clone() };
            match (self.ledger.change(&self.id, change).await, waits.next()) {
                (Ok(Changed::Done(_)), _) => return Ok(()),
                (Ok(Changed::Not(item)), _) => {
                    let message = format!("{} is in the hands of {}", self.id, item.text("holder").unwrap_or("nobody"));
                    return Err(ApplyError::Refused { call: "dynamodb:UpdateItem", message });
                }
                (Err(ApplyError::Transient { .. }), Some(wait)) => tokio::time::sleep(*wait).await,
                (Err(error), _) => return Err(error),
            }
        }
    }
}

impl Settled {
    /// When.
    pub(crate) fn at(self) -> DateTime<Utc> {
        match self {
            Settled::Done(at) | Settled::Left(at) => at,
        }
    }

    /// What was done has a number, what was left a text of the same number.
    fn written(self) -> AttributeValue {
        match self {
            Settled::Done(at) => time(at),
            Settled::Left(at) => text(at.timestamp_millis().to_string()),
        }
    }

    fn read(noted: &AttributeValue) -> Option<Settled> {
        let at = |millis: &str| DateTime::from_timestamp_millis(millis.parse().ok()?);
        match noted {
            AttributeValue::N(millis) => Some(Settled::Done(at(millis)?)),
            AttributeValue::S(millis) => Some(Settled::Left(at(millis)?)),
            _ => None,
        }
    }
}

/// What an item that is there says: how it was answered, or that one has to wait.
fn judge(there: &Item, key: &EventKey<'_>) -> Result<Option<String>, LedgerError> {
    if there.text("payload") != Some(&key.fingerprint) {
        let message = format!(
            "the event id {} was seen before with another content: one of the two is not what CloudTrail wrote",
            key.event_id
        );
        return Err(LedgerError::OtherContent(message));
    }
    let by = there.text("holder").and_then(|holder| holder.split('#').next()).unwrap_or("unknown");
    if there.text("state") == Some("completed") {
        let at = seconds(there.time("completedAt"));
        let (outcome, message) =
            (there.text("outcome").unwrap_or("unknown"), there.text("message").unwrap_or_default());
        return Ok(Some(format!("answered at {at} by the request {by}, {outcome}: {message}")));
    }
    let over = there.time("leaseUntil").is_none_or(|until| until < Utc::now());
    match there.map("failure") {
        Some(failure) if !over => {
            let said = |name: &str| failure.get(name).and_then(|value| value.as_s().ok()).map_or("", String::as_str);
            let error_type = match said("type") {
                "Trailhook.Denied" => "Trailhook.Denied",
                _ => "Trailhook.Refused",
            };
            let until = seconds(there.time("leaseUntil"));
            let message =
                format!("{} (so it was at an earlier try; it is not tried again before {until})", said("message"));
            Err(LedgerError::FailedBefore { error_type, message })
        }
        _ => Ok(None),
    }
}

fn in_hand(there: &Item) -> LedgerError {
    let by = there.text("holder").and_then(|holder| holder.split('#').next()).unwrap_or("unknown");
    let until = seconds(there.time("leaseUntil"));
    LedgerError::InHand(format!("the request {by} has the event in hand until {until} at the latest"))
}

fn seconds(time: Option<DateTime<Utc>>) -> String {
    time.map_or_else(|| "an unknown time".to_owned(), |time| time.to_rfc3339_opts(SecondsFormat::Secs, true))
}
