//! CloudTrail's event history: the record of an event, though no rule ever matched it.

use super::about::is_of_queue;
use crate::aws::{Aws, AwsError, told};
use aws_sdk_cloudtrail::primitives::DateTime as SdkTime;
use aws_sdk_cloudtrail::types::{LookupAttribute, LookupAttributeKey};
use chrono::{DateTime, Utc};
use serde_json::Value;
use std::time::Duration;

const CALL: &str = "cloudtrail:LookupEvents";
/// So many pages of fifty are read about a queue.
const PAGES: usize = 40;
/// Two requests in a second are allowed.
const BETWEEN: Duration = Duration::from_millis(500);

/// What the history says of a queue.
pub(super) struct OfQueue {
    /// The records about it, the newest first.
    pub(super) records: Vec<Value>,
    /// Whether there is more in the history than was read.
    pub(super) more: bool,
}

/// The record of an event.
pub(in super::super) async fn record(aws: &Aws, event_id: &str) -> Result<Option<Value>, AwsError> {
    let (records, _) = page(aws, LookupAttributeKey::EventId, event_id, None, None).await?;
    Ok(records.into_iter().find(|record| record.get("eventID").and_then(Value::as_str) == Some(event_id)))
}

/// The newest records of SQS about a queue, up to so many. The history is not asked by the queue's name, which not all
/// records have in the place where it looks.
pub(super) async fn of_queue(aws: &Aws, name: &str, since: DateTime<Utc>, most: usize) -> Result<OfQueue, AwsError> {
    let (mut records, mut token) = (Vec::new(), None);
    for number in 0..PAGES {
        if number > 0 {
            tokio::time::sleep(BETWEEN).await;
        }
        let source = trailhook::calls::sqs::EVENT_SOURCE;
        let (all, next) = page(aws, LookupAttributeKey::EventSource, source, Some(since), token).await?;
        records.extend(all.into_iter().filter(|record| is_of_queue(record, name)));
        token = next;
        if token.is_none() || records.len() >= most {
            return Ok(OfQueue { records, more: false });
        }
    }
    Ok(OfQueue { records, more: true })
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
