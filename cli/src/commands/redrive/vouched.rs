//! Whether an event is one that CloudTrail has recorded.
//!
//! Who gets an event from the bus knows that AWS put it there, and that a rule matched it. A dead letter is written by whoever
//! may send to the queue, and a function that is invoked by itself can't tell the difference: it would undo a call that nobody
//! made. A log group would keep what nobody did. So the record in the letter is held against the event history, which nobody
//! but AWS writes. That the two are equal in every member is not verified outside a local stage: where AWS
//! writes one of them otherwise, the letter is left and the member named.

use super::super::why::recorded;
use super::letter::Letter;
use crate::aws::{Aws, AwsError};
use crate::input::around;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;
use trailhook::DetailType;

/// CloudTrail answers two such calls a second, in an account and Region, and revert asks it too.
const PACE: Duration = Duration::from_millis(500);

/// So late may CloudTrail be with a record.
const LATE: TimeDelta = TimeDelta::minutes(15);

/// Why nobody vouches for an event.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unvouched {
    /// There is nothing to look it up by.
    #[error("its record has no eventID, so nobody can say that CloudTrail wrote it")]
    NoId,
    /// Another account's history is not looked into.
    #[error("it is of account {0} in {1}, whose event history is not looked into")]
    Elsewhere(String, String),
    /// It is not there, and may still come.
    #[error(
        "the event history of this Region has no event {0} yet: the call is younger than about 15 minutes, and CloudTrail may \
         not have recorded it; try again later"
    )]
    NotYet(String),
    /// It is not there.
    #[error(
        "the event history of this Region has no event {0}: nobody made this call, it was made in another account or Region, it is \
         no management event, or CloudTrail is later than usual"
    )]
    NotThere(String),
    /// It is there, and says something else.
    #[error("the event history says something else about {0}: somebody may have changed it")]
    Other(String),
    /// It could not be asked.
    #[error("the event history was not told: {0}")]
    Aws(#[from] AwsError),
}

/// The event history, asked once about each event.
#[derive(Debug, Default)]
pub(super) struct History(BTreeMap<String, Option<Value>>);

impl History {
    /// Holds the record in a dead letter against the history.
    ///
    /// # Errors
    /// Nobody vouches for it.
    pub(super) async fn vouches(&mut self, aws: &Aws, letter: &Letter) -> Result<(), Unvouched> {
        // What is no JSON was not read as a letter.
        let envelope: Value = serde_json::from_str(&letter.event).unwrap_or_default();
        let detail = envelope.get("detail").unwrap_or(&Value::Null);
        let text = |name: &str| detail.get(name).and_then(Value::as_str).unwrap_or_default();
        if text("eventID").is_empty() {
            return Err(Unvouched::NoId);
        }
        let region = text("awsRegion");
        if !region.is_empty() && region != aws.region {
            return Err(Unvouched::Elsewhere(text("recipientAccountId").to_owned(), region.to_owned()));
        }
        let id = text("eventID").to_owned();
        if !self.0.contains_key(&id) {
            if !self.0.is_empty() {
                tokio::time::sleep(PACE).await;
            }
            let record = recorded(aws, &id).await?;
            self.0.insert(id.clone(), record);
        }
        match self.0.get(&id) {
            Some(Some(record)) => same(record, &envelope).map_err(Unvouched::Other),
            _ => Err(missing(id, letter.time, Utc::now())),
        }
    }
}

/// Why an event is not in the history.
fn missing(id: String, at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Unvouched {
    match at {
        Some(at) if now.signed_duration_since(at).abs() < LATE => Unvouched::NotYet(id),
        _ => Unvouched::NotThere(id),
    }
}

/// Whether an envelope is around this record, and says of it what AWS says.
///
/// # Errors
/// The first member that differs.
pub fn same(recorded: &Value, envelope: &Value) -> Result<(), String> {
    let detail = envelope.get("detail").unwrap_or(&Value::Null);
    let (recorded, detail) = (bare(recorded), bare(detail));
    let of = |record: &Value, name: &str| record.get(name).cloned().unwrap_or_default();
    let names = [&recorded, &detail].into_iter().filter_map(Value::as_object).flatten().map(|(name, _)| name);
    if let Some(other) = names.into_iter().find(|name| of(&recorded, name) != of(&detail, name)) {
        return Err(other.clone());
    }
    let wanted = around(recorded);
    let text = |envelope: &Value, name: &str| envelope.get(name).and_then(Value::as_str).map(str::to_owned);
    // AWS writes one of them in two ways.
    let kind = |envelope: &Value| text(envelope, "detail-type").as_deref().map(DetailType::of);
    if kind(envelope) != kind(&wanted) {
        return Err("detail-type".to_owned());
    }
    match ["source", "account", "region"].into_iter().find(|name| text(envelope, name) != text(&wanted, name)) {
        Some(name) => Err(name.to_owned()),
        None => Ok(()),
    }
}

/// A record without what says nothing: what is null or empty in the one may be missing in the other.
fn bare(value: &Value) -> Value {
    let says = |value: &Value| !value.is_null() && value.as_object().is_none_or(|members| !members.is_empty());
    match value {
        Value::Object(members) => {
            let bare = members.iter().map(|(name, value)| (name.clone(), bare(value)));
            Value::Object(bare.filter(|(_, value)| says(value)).collect())
        }
        Value::Array(elements) => elements.iter().map(bare).collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_missing_may_be_too_young_or_was_never_there() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let told = |at: Option<i64>| {
            missing("e-1".to_owned(), at.map(|minutes| now - TimeDelta::minutes(minutes)), now).to_string()
        };
        assert!([Some(0), Some(14), Some(-1)].into_iter().all(|at| told(at).contains("try again later")));
        assert!([Some(15), Some(-60), None].into_iter().all(|at| told(at).contains("nobody made this call")));
    }

    #[test]
    fn every_member_that_differs_is_named() {
        let record = json!({"eventID": "e-1", "eventSource": "sqs.amazonaws.com", "eventName": "CreateQueue",
            "awsRegion": "eu-west-1", "recipientAccountId": "111122223333", "sourceIPAddress": "192.0.2.1",
            "userIdentity": {"type": "IAMUser", "sessionContext": {"sessionIssuer": {}}},
            "requestParameters": {"queueName": "q"}, "responseElements": null});
        let envelope = json!({"source": "aws.sqs", "account": "111122223333", "region": "eu-west-1",
            "detail-type": "AWS API Call via CloudTrail", "detail": record});
        assert_eq!(same(&record, &envelope), Ok(()));
        for name in record.as_object().unwrap().keys().map(String::as_str).chain(["added"]) {
            let mut forged = envelope.clone();
            forged["detail"][name] = json!("forged");
            assert_eq!(same(&record, &forged), Err(name.to_owned()));
        }
        for name in ["source", "account", "region", "detail-type"] {
            let mut forged = envelope.clone();
            forged[name] = json!("forged");
            assert_eq!(same(&record, &forged), Err(name.to_owned()));
        }
        let mut bare = envelope.clone();
        bare["detail"]["userIdentity"] = json!({"type": "IAMUser"});
        assert_eq!(same(&record, &bare), Ok(()), "what is empty says nothing");

        // What is no API call is around its record as AWS has that.
        let mut sign_in = record.clone();
        sign_in["eventType"] = json!("AwsConsoleSignIn");
        sign_in["eventSource"] = json!("signin.amazonaws.com");
        for (kind, is_same) in [
            ("AWS Console Sign In via CloudTrail", true),
            ("AWS Console Signin via CloudTrail", true),
            ("AWS API Call via CloudTrail", false),
        ] {
            let envelope = json!({"source": "aws.signin", "account": "111122223333", "region": "eu-west-1",
                "detail-type": kind, "detail": sign_in});
            let told = if is_same { Ok(()) } else { Err("detail-type".to_owned()) };
            assert_eq!(same(&sign_in, &envelope), told, "{kind}");
        }
    }
}
