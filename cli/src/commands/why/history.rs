//! CloudTrail's event history: the record of an event, though no rule ever matched it.

use super::super::progress_bar;
use super::queue::Queue;
use crate::aws::{Aws, AwsError, told};
use aws_sdk_cloudtrail::primitives::DateTime as SdkTime;
use aws_sdk_cloudtrail::types::{LookupAttribute, LookupAttributeKey};
use chrono::{DateTime, Utc};
use serde_json::Value;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until};

const CALL: &str = "cloudtrail:LookupEvents";
/// So many pages of fifty are read about a queue.
const PAGES: usize = 40;
/// Two requests in a second are allowed, in an account and Region.
const PACE: Duration = Duration::from_millis(500);

/// The history, asked no faster than it answers.
pub(super) struct History<'a> {
    aws: &'a Aws,
    /// When it may be asked next.
    next: Mutex<Option<Instant>>,
}

/// What the history says of a queue.
pub(super) struct OfQueue {
    /// The records about it, the newest first.
    pub(super) records: Vec<Value>,
    /// What was not read.
    pub(super) rest: Rest,
}

/// What was not read of the history.
pub(super) enum Rest {
    /// Nothing that was wanted.
    Nothing,
    /// There is more than is looked through.
    More,
    /// It stopped telling, before anything or in the middle.
    Failed(AwsError),
}

/// The record of an event.
pub(in super::super) async fn record(aws: &Aws, event_id: &str) -> Result<Option<Value>, AwsError> {
    let (records, _) = page(aws, LookupAttributeKey::EventId, event_id, None, None).await?;
    Ok(records.into_iter().find(|record| record.get("eventID").and_then(Value::as_str) == Some(event_id)))
}

impl<'a> History<'a> {
    pub(super) fn of(aws: &'a Aws) -> History<'a> {
        History { aws, next: Mutex::new(None) }
    }

    /// The record of an event.
    pub(super) async fn record(&self, event_id: &str) -> Result<Option<Value>, AwsError> {
        self.wait().await;
        record(self.aws, event_id).await
    }

    /// The newest records of SQS about a queue, up to so many. The history is not asked by the queue's name, which not all
    /// records have in the place where it looks.
    pub(super) async fn of_queue(&self, queue: &Queue, since: DateTime<Utc>, most: usize) -> OfQueue {
        let (mut records, mut token) = (Vec::new(), None);
        let bar = progress_bar(PAGES, "reading the event history");
        let mut rest = Rest::More;
        for _ in 0..PAGES {
            self.wait().await;
            let source = trailhook::calls::sqs::EVENT_SOURCE;
            match page(self.aws, LookupAttributeKey::EventSource, source, Some(since), token.take()).await {
                Ok((all, next)) => {
                    records.extend(all.into_iter().filter(|record| queue.is_in(record)));
                    token = next;
                }
                Err(error) => {
                    rest = Rest::Failed(error);
                    break;
                }
            }
            if token.is_none() || records.len() >= most {
                rest = Rest::Nothing;
                break;
            }
            bar.inc(1);
        }
        bar.finish_and_clear();
        OfQueue { records, rest }
    }

    async fn wait(&self) {
        let mut next = self.next.lock().await;
        if let Some(next) = *next {
            sleep_until(next).await;
        }
        *next = Some(Instant::now() + PACE);
    }
}

async fn page(
    aws: &Aws,
    key: LookupAttributeKey,
    value: &str,
    since: Option<DateTime<Utc>>,
    token: Option<String>,
) -> Result<(Vec<Value>, Option<String>), AwsError> {
    let wrong =
        |error: aws_sdk_cloudtrail::error::BuildError| AwsError { call: CALL, code: None, message: error.to_string() };
    let attribute = LookupAttribute::builder().attribute_key(key).attribute_value(value).build().map_err(wrong)?;
    let asked = aws.cloudtrail.lookup_events().lookup_attributes(attribute).set_next_token(token);
    let asked = asked.set_start_time(since.map(|since| SdkTime::from_secs(since.timestamp())));
    let answer = told(CALL, asked.send().await)?;
    // A record that is no JSON is not CloudTrail's.
    let records = answer.events().iter().filter_map(|event| serde_json::from_str(event.cloud_trail_event()?).ok());
    Ok((records.collect(), answer.next_token().map(str::to_owned)))
}
