//! Publishes to the topic, and writes the journal.
//!
//! Before that it looks up what a queue was before it was set, where snapshot has kept it, and whether so
//! many calls like this one were told of a moment ago that it waits for those that follow.

mod send;
mod settings;

use super::history::QueueHistories;
use crate::ledger::{Brought, Ledger, Turn};
use crate::{ApplyError, Handler, Later, Start};
use chrono::{TimeDelta, Utc};
use std::sync::{Mutex, PoisonError};
use trailhook::responses::notify::{Addition, Alike, AttributesSet, DigestLimit, Notify, NotifyAction};
use trailhook::{Afterwards, Reason, Response, Verdict};

/// Lambda's two retries come within three minutes, and a little.
const WAIT: TimeDelta = TimeDelta::minutes(5);

/// [`Notify`] with clients.
#[derive(Debug)]
pub struct NotifyHandler {
    response: Notify,
    sns: Later<aws_sdk_sns::Client>,
    logs: Later<aws_sdk_cloudwatchlogs::Client>,
    /// Our own snapshots, and whose queues are in them; `None` where there is no table.
    snapshots: Option<Snapshots>,
    /// Where events that are alike are gathered; `None` where there is no table.
    ledger: Option<Ledger>,
    /// How many of them are told of alone; `None` for all.
    limit: Option<DigestLimit>,
    max_age: TimeDelta,
    /// What a call changed, for the other channel.
    changed: Mutex<Option<(String, Option<Addition>)>>,
}

#[derive(Debug)]
struct Snapshots {
    histories: QueueHistories,
    account: String,
    region: String,
}

impl NotifyHandler {
    /// Reads `TRAILHOOK_TOPIC_ARN`, `TRAILHOOK_JOURNAL_LOG_GROUP`, `TRAILHOOK_CHAT`,
    /// `TRAILHOOK_NOTIFY_FAILED_CALLS`, `TRAILHOOK_NOTIFY_QUIET`, `TRAILHOOK_NOTIFY_AT_ONCE`,
    /// `TRAILHOOK_NOTIFY_WINDOW_SECONDS` and `TRAILHOOK_SNAPSHOTS`.
    pub fn build(start: &mut Start<'_>) -> Option<Self> {
        let environment = &mut *start.environment;
        let table = environment.get("TRAILHOOK_TABLE");
        let snapshots = environment.optional("TRAILHOOK_SNAPSHOTS", crate::configuration::table);
        let account = environment.get("TRAILHOOK_ACCOUNT_ID").unwrap_or_default();
        let region = environment.get("AWS_REGION").unwrap_or_default();
        let off = environment.get("TRAILHOOK_TOPIC_ARN").is_none()
            && environment.get("TRAILHOOK_JOURNAL_LOG_GROUP").is_none();
        let settings = settings::read(environment, &region);
        let (ledger, limit) = (table.map(|table| Ledger::new(table, start.aws)), settings.digest);
        // What is wrong with it is told where it is read for the guards.
        let max_age = environment.get("TRAILHOOK_MAX_EVENT_AGE_SECONDS");
        let max_age = max_age.and_then(|text| crate::configuration::max_age(&text).ok());
        let max_age = max_age.map_or(Notify::DEFAULT_MAX_AGE, |any| any.unwrap_or(TimeDelta::MAX));
        let snapshots =
            snapshots.map(|table| Snapshots { histories: QueueHistories::new(table, start.aws), account, region });
        let response = match Notify::new(settings) {
            Ok(response) => response,
            Err(no_channel) => {
                // A channel that is set and can't be read has been told of already.
                if off {
                    environment.problem("TRAILHOOK_TOPIC_ARN", no_channel.to_string());
                }
                return None;
            }
        };
        let (sns, logs) = (start.later(aws_sdk_sns::Client::new), start.later(aws_sdk_cloudwatchlogs::Client::new));
        Some(NotifyHandler { response, sns, logs, snapshots, ledger, limit, max_age, changed: Mutex::new(None) })
    }

    /// Whether an event can be put off without becoming stale on the way.
    fn may_wait(&self, alike: &Alike) -> bool {
        let age = alike.event_time.map(|time| Utc::now().signed_duration_since(time));
        age.and_then(|age| age.checked_add(&WAIT)).is_some_and(|age| age <= self.max_age)
    }

    /// What a call changed, if that is known; looked up once for both channels.
    async fn changed(&self, set: &AttributesSet) -> Result<Option<Addition>, ApplyError> {
        let known = self.changed.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((_, changed)) = known.filter(|(event_id, _)| *event_id == set.event_id) {
            return Ok(changed);
        }
        let changed = self.look_up(set).await?;
        let found = Some((set.event_id.clone(), changed.clone()));
        *self.changed.lock().unwrap_or_else(PoisonError::into_inner) = found;
        Ok(changed)
    }

    async fn look_up(&self, set: &AttributesSet) -> Result<Option<Addition>, ApplyError> {
        let Some(Snapshots { histories, account, region }) = &self.snapshots else {
            return Ok(None);
        };
        let queue = &set.queue.queue_arn;
        if queue.account() != account || queue.region() != region {
            return Ok(None);
        }
        let history = histories.with(queue, &set.event_id).await?;
        // Without this call in it, others before it may be missing too.
        Ok(if history.knows(&set.event_id) { set.held_against(&history) } else { None })
    }
}

decides_as!(NotifyHandler, Notify, response);

impl Handler for NotifyHandler {
    const IAM_ACTIONS: &'static [&'static str] =
        &["dynamodb:GetItem", "logs:CreateLogStream", "logs:PutLogEvents", "sns:Publish"];

    /// What more there is to tell. That it can't be found out is no reason not to tell of the call.
    async fn confirm(&self, action: &NotifyAction) -> Result<Verdict<NotifyAction>, ApplyError> {
        let Some(set) = action.set() else {
            return Ok(Verdict::proceed());
        };
        Ok(match self.changed(set).await {
            Ok(None) => Verdict::proceed(),
            Ok(Some(changed)) => Verdict::amend(action.with(&changed)),
            Err(error) => Verdict::proceed().noting([format!("what was there before could not be read: {error}")]),
        })
    }

    async fn beforehand(&self, action: &NotifyAction, again: bool) -> Result<Verdict<NotifyAction>, ApplyError> {
        let (NotifyAction::Topic(message), Some(ledger)) = (action, &self.ledger) else {
            return Ok(Verdict::proceed());
        };
        // Alone and at its first try there is nothing to ask for.
        let Some(alike) = message.alike.as_ref().filter(|_| again || self.limit.is_some()) else {
            return Ok(Verdict::proceed());
        };
        let turn = match ledger.turn(alike, self.limit, self.may_wait(alike), again).await {
            Ok(turn) => turn,
            Err(error @ ApplyError::Transient { .. }) => return Err(error),
            // It will be so at the next try too, and telling is what this is for.
            Err(error) => {
                let note = format!("it is told of alone, for it could not be counted: {error}");
                return Ok(Verdict::proceed().noting([note]));
            }
        };
        let many = || match self.limit {
            Some(DigestLimit { at_once, window }) => {
                let calls = if at_once == 1 { "call like this one was" } else { "calls like this one were" };
                format!("{at_once} {calls} told of within {} seconds", window.num_seconds())
            }
            None => "many calls like this one were told of".to_owned(),
        };
        Ok(match turn {
            Turn::Alone => Verdict::proceed(),
            Turn::CarriedBy(event) => {
                let message = format!("{}: the message about the event {event} tells of it", many());
                Verdict::nothing(Reason::new("in-digest", message))
            }
            Turn::Carrier => {
                let message = format!("{}: it is told of in a minute, with those that come until then", many());
                Verdict::later(action.clone(), Reason::new("digest", message))
            }
            Turn::Bring(Brought { told, more, carriers }) => {
                let others = Addition::others(&told, more);
                let mut message = others.map_or_else(|| message.clone(), |others| message.with(&others));
                message.alike = Some(Alike { brings: carriers, ..alike.clone() });
                Verdict::amend(NotifyAction::Topic(message))
            }
        })
    }

    /// What was brought is told, and needn't be brought again.
    async fn afterwards(&self, action: &NotifyAction) -> Result<Afterwards, ApplyError> {
        let mut afterwards = Afterwards::default();
        if let (NotifyAction::Topic(message), Some(ledger)) = (action, &self.ledger)
            && let Some(alike) = message.alike.as_ref().filter(|alike| !alike.brings.is_empty())
            && let Err(error) = ledger.told(alike, &alike.brings).await
        {
            afterwards.notes.push(format!("what it brought may be told of once more: {error}"));
        }
        Ok(afterwards)
    }

    async fn apply(&self, action: &NotifyAction) -> Result<(), ApplyError> {
        match action {
            NotifyAction::Journal(line) => self.write(line).await,
            NotifyAction::Topic(message) => self.publish(message).await,
        }
    }
}
