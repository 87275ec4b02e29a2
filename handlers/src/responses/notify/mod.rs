//! Publishes to the topic, and writes the journal.
//!
//! Before that it looks up what a queue was before it was set, where snapshot has kept it, and whether so
//! many calls like this one were told of a moment ago that it waits for those that follow.

mod send;
mod settings;

use super::history::QueueHistories;
use crate::ledger::{Brought, Ledger, Turn};
use crate::{ApplyError, Handler, Start};
use trailhook::responses::notify::{Addition, AttributesSet, DigestLimit, Notify, NotifyAction};
use trailhook::{Reason, Verdict};

/// [`Notify`] with clients.
#[derive(Debug)]
pub struct NotifyHandler {
    response: Notify,
    sns: aws_sdk_sns::Client,
    logs: aws_sdk_cloudwatchlogs::Client,
    /// Our own snapshots, and whose queues are in them; `None` where there is no table.
    snapshots: Option<Snapshots>,
    /// Where events that are alike are gathered; `None` where each is told of alone.
    digests: Option<(Ledger, DigestLimit)>,
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
        let digests = table.zip(settings.digest).map(|(table, limit)| (Ledger::new(table, start.aws), limit));
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
        let (sns, logs) = (aws_sdk_sns::Client::new(start.aws), aws_sdk_cloudwatchlogs::Client::new(start.aws));
        Some(NotifyHandler { response, sns, logs, snapshots, digests })
    }

    /// What a call changed, if that is known; why it could not be looked up is for the report.
    async fn changed(&self, set: &AttributesSet) -> Result<Option<Addition>, ApplyError> {
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
        let (NotifyAction::Topic(message), Some((ledger, limit))) = (action, &self.digests) else {
            return Ok(Verdict::proceed());
        };
        let Some(alike) = &message.alike else {
            return Ok(Verdict::proceed());
        };
        let many = || {
            let (at_once, seconds) = (limit.at_once, limit.window.num_seconds());
            format!("{at_once} calls like this one were told of within {seconds} seconds")
        };
        let turn = match ledger.turn(alike, *limit, again).await {
            Ok(turn) => turn,
            Err(error @ ApplyError::Transient { .. }) => return Err(error),
            // It will be so at the next try too, and telling is what this is for.
            Err(error) => {
                return Ok(
                    Verdict::proceed().noting([format!("it is told of alone, for it could not be counted: {error}")])
                );
            }
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
            Turn::Bring(Brought { told, more }) => match Addition::others(&told, more) {
                Some(others) => Verdict::amend(action.with(&others)),
                None => Verdict::proceed(),
            },
        })
    }

    async fn apply(&self, action: &NotifyAction) -> Result<(), ApplyError> {
        match action {
            NotifyAction::Journal(line) => self.write(line).await,
            NotifyAction::Topic(message) => self.publish(message).await,
        }
    }
}
