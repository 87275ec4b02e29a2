//! The event where nobody can read what a rule let through: CloudTrail's event history has the calls of the account, some
//! minutes late, whether a trail records them or not.

use super::event::{CLOCKS, is_wanted};
use super::{Event, Try};
use crate::aws::{AwsError, Pages, told};
use crate::input::around;
use aws_sdk_cloudtrail::primitives::DateTime;
use aws_sdk_cloudtrail::types::{LookupAttribute, LookupAttributeKey};
use serde_json::Value;
use std::time::{Duration, Instant};

const CALL: &str = "cloudtrail:LookupEvents";
/// Two requests in a second are allowed, in an account and Region.
const PACE: Duration = Duration::from_millis(500);
/// So many pages of fifty are read in a look.
const PAGES: usize = 20;

impl<T: FnMut(&str)> Try<'_, T> {
    /// Waits until the event history tells of the call; `None` where it does not in time.
    pub(super) async fn in_history(&mut self) -> Result<Option<Event>, AwsError> {
        self.waiting("waiting for the event in the event history");
        let (asked_at, mut looks) = (Instant::now(), 0);
        loop {
            if let Some(event) = self.at_once().await? {
                return Ok(Some(event));
            }
            if !self.again(asked_at, &mut looks).await {
                return Ok(None);
            }
        }
    }

    /// The event as the history has it now.
    pub(super) async fn at_once(&self) -> Result<Option<Event>, AwsError> {
        let Some(record) = self.record().await? else { return Ok(None) };
        let id = record.get("eventID").and_then(Value::as_str).unwrap_or_default().to_owned();
        Ok(Some(Event { id, envelope: around(record), came: false }))
    }

    /// The record of the call, if the history has it by now.
    async fn record(&self) -> Result<Option<Value>, AwsError> {
        let attribute = LookupAttribute::builder().attribute_key(LookupAttributeKey::EventName);
        let attribute = attribute.attribute_value("CreateQueue").build();
        let attribute = attribute.map_err(|error| AwsError { call: CALL, code: None, message: error.to_string() })?;
        let from = DateTime::from_secs((self.since - CLOCKS).timestamp());
        let mut pages = Pages::of(CALL);
        for _ in 0..PAGES {
            let asked = self.aws.cloudtrail.lookup_events().lookup_attributes(attribute.clone()).start_time(from);
            let answer = told(CALL, asked.set_next_token(pages.token()).send().await)?;
            // A record that is no JSON is not CloudTrail's.
            let mut records = answer.events().iter().filter_map(|event| {
                let record: Value = serde_json::from_str(event.cloud_trail_event()?).ok()?;
                is_wanted(&record, &self.queue).then_some(record)
            });
            if let Some(record) = records.next() {
                return Ok(Some(record));
            }
            tokio::time::sleep(PACE).await;
            if !pages.turn(answer.next_token())? {
                break;
            }
        }
        Ok(None)
    }
}
