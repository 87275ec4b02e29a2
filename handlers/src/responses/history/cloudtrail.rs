//! CloudTrail's event history: the management events of ninety days, by `LookupEvents`.
//!
//! It is asked for all calls of SQS and not by the queue's name: older records name no resource, and an
//! event that is overlooked would make an older value pass for the last one. For the same reason nothing
//! is believed before the history holds the very call that is undone: it lags minutes behind.

use crate::ApplyError;
use crate::aws::{Later, later};
use aws_config::SdkConfig;
use aws_sdk_cloudtrail::Client;
use aws_sdk_cloudtrail::primitives::DateTime as SdkTime;
use aws_sdk_cloudtrail::types::{Event, LookupAttribute, LookupAttributeKey};
use chrono::{DateTime, TimeDelta, Utc};
use std::time::Duration;
use trailhook::history::{Effect, Fact};
use trailhook::{Arn, Record, UserIdentity};

/// How far back it goes.
const DAYS: TimeDelta = TimeDelta::days(90);
/// Two requests in a second are allowed, for the account and the Region together.
const BETWEEN: Duration = Duration::from_millis(500);
/// The longest that is searched: the function has other things to do.
const LONGEST: Duration = Duration::from_secs(25);
/// How old an event is at Lambda's last try, about: until then the history may still catch up.
pub(in crate::responses) const CAUGHT_UP: TimeDelta = TimeDelta::seconds(150);

/// The event history of this account and Region.
#[derive(Debug)]
pub(in crate::responses) struct EventHistory {
    client: Later<Client>,
}

/// What a search came to.
#[derive(Debug)]
pub(in crate::responses) enum Lookup {
    /// These calls of the queue, up to the one that is undone.
    Found(Vec<Fact>),
    /// The history does not have that call yet.
    Behind,
    /// Something in it can't be read, in a sentence.
    Unreadable(String),
}

impl EventHistory {
    /// The history that this configuration's clients see.
    pub(in crate::responses) fn new(aws: &SdkConfig) -> Self {
        EventHistory { client: later(aws, Client::new) }
    }

    /// The calls of a queue before an event, newest first, until they are `enough`, the time is up or the
    /// history ends.
    pub(in crate::responses) async fn of(
        &self,
        queue: &Arn,
        event_id: &str,
        event_time: DateTime<Utc>,
        enough: impl Fn(&[Fact]) -> bool,
    ) -> Result<Lookup, ApplyError> {
        let (mut facts, mut caught_up, mut token) = (Vec::new(), false, None);
        let began = tokio::time::Instant::now();
        loop {
            let page = self.page(event_time, token).await?;
            for event in page.0 {
                match fact(&event, queue) {
                    Ok(Some(fact)) => {
                        caught_up |= matches!(&fact, Fact::Called { event_id: id, .. } if id == event_id);
                        facts.push(fact);
                    }
                    Ok(None) => {}
                    Err(why) => return Ok(Lookup::Unreadable(why)),
                }
            }
            token = page.1;
            if token.is_none() || (caught_up && enough(&facts)) || began.elapsed() > LONGEST {
                return Ok(if caught_up { Lookup::Found(facts) } else { Lookup::Behind });
            }
            tokio::time::sleep(BETWEEN).await;
        }
    }

    async fn page(
        &self,
        until: DateTime<Utc>,
        token: Option<String>,
    ) -> Result<(Vec<Event>, Option<String>), ApplyError> {
        const CALL: &str = "cloudtrail:LookupEvents";
        let of_sqs = LookupAttribute::builder()
            .attribute_key(LookupAttributeKey::EventSource)
            .attribute_value(trailhook::calls::sqs::EVENT_SOURCE)
            .build()
            .map_err(|error| ApplyError::Refused { call: CALL, message: error.to_string() })?;
        let seconds = |time: DateTime<Utc>| SdkTime::from_secs(time.timestamp());
        let request = self
            .client
            .lookup_events()
            .lookup_attributes(of_sqs)
            .start_time(seconds(until - DAYS))
            .end_time(seconds(until + TimeDelta::seconds(1)))
            .max_results(50)
            .set_next_token(token);
        let page = request.send().await.map_err(|error| ApplyError::of(CALL, error))?;
        Ok((page.events.unwrap_or_default(), page.next_token))
    }
}

/// What an event says of the queue, if it is about it.
fn fact(event: &Event, queue: &Arn) -> Result<Option<Fact>, String> {
    let id = event.event_id().unwrap_or("without an id");
    let unreadable = |why: String| format!("the event {id} of CloudTrail's event history can't be read: {why}");
    let json = event.cloud_trail_event().ok_or_else(|| unreadable("it has no record".to_owned()))?;
    let record: Record = serde_json::from_str(json).map_err(|error| unreadable(error.to_string()))?;
    let (queue_url, effect) = match Effect::of(&record) {
        Ok(Some(told)) => told,
        Ok(None) => return Ok(None),
        // Of another queue for all that is known; of this one, it would be missed.
        Err(error) if json.contains(queue.resource()) => return Err(unreadable(error.to_string())),
        Err(_) => return Ok(None),
    };
    // Without a queue it may be about this one.
    if queue_url.is_some_and(|url| url.arn(queue.region()) != *queue) {
        return Ok(None);
    }
    let at = record.time().ok_or_else(|| unreadable("it has no time".to_owned()))?;
    let event_id = record.event_id.text().unwrap_or(id).to_owned();
    let by = record.user_identity.get().and_then(UserIdentity::principal_arn).map(str::to_owned);
    Ok(Some(Fact::Called { at, event_id, effect, by }))
}
