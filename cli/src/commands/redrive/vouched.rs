//! Whether an event is one that CloudTrail has recorded.
//!
//! Who gets an event from the bus knows that AWS put it there. A dead letter is written by whoever may send to the queue, and
//! a function that is invoked by itself can't tell the difference: it would undo a call that nobody made. So the record in
//! the letter is held against the event history, which nobody but AWS writes.

use crate::aws::{Aws, AwsError, told};
use aws_sdk_cloudtrail::types::{LookupAttribute, LookupAttributeKey};
use serde_json::Value;

/// What a function decides by.
const MEMBERS: [&str; 10] = [
    "eventID",
    "eventSource",
    "eventName",
    "eventTime",
    "awsRegion",
    "recipientAccountId",
    "userIdentity",
    "requestParameters",
    "responseElements",
    "errorCode",
];

/// Why nobody vouches for an event.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unvouched {
    /// There is nothing to look it up by.
    #[error("its record has no eventID, so nobody can say that CloudTrail wrote it")]
    NoId,
    /// It is not there.
    #[error("the event history of this Region has no event {0}: somebody else may have written it")]
    NotThere(String),
    /// It is there, and says something else.
    #[error("the event history says something else about {0}: somebody has changed it")]
    Other(&'static str),
    /// It could not be asked.
    #[error("the event history was not told: {0}")]
    Aws(#[from] AwsError),
}

/// Holds the event of a dead letter against the event history.
///
/// # Errors
/// Nobody vouches for it.
pub(super) async fn vouched(aws: &Aws, event: &str) -> Result<(), Unvouched> {
    // What is no JSON was not read as a letter.
    let envelope: Value = serde_json::from_str(event).unwrap_or_default();
    let detail = envelope.get("detail").unwrap_or(&Value::Null);
    let id = detail.get("eventID").and_then(Value::as_str).ok_or(Unvouched::NoId)?;
    let by_id = LookupAttribute::builder().attribute_key(LookupAttributeKey::EventId).attribute_value(id).build();
    // Only what lacks a member can't be built, and it has both.
    let by_id = by_id.map_err(|_| Unvouched::NoId)?;
    let answer = told("cloudtrail:LookupEvents", aws.cloudtrail.lookup_events().lookup_attributes(by_id).send().await)?;
    let records =
        answer.events().iter().filter_map(|found| serde_json::from_str::<Value>(found.cloud_trail_event()?).ok());
    let recorded = records.into_iter().find(|record| record.get("eventID").and_then(Value::as_str) == Some(id));
    same(&recorded.ok_or_else(|| Unvouched::NotThere(id.to_owned()))?, &envelope)
}

/// Whether an envelope is around this record, and says of it what AWS says.
fn same(recorded: &Value, envelope: &Value) -> Result<(), Unvouched> {
    let detail = envelope.get("detail").unwrap_or(&Value::Null);
    // What is null in the one may be missing in the other.
    let of = |record: &Value, name: &str| record.get(name).cloned().unwrap_or_default();
    if let Some(other) = MEMBERS.into_iter().find(|name| of(recorded, name) != of(detail, name)) {
        return Err(Unvouched::Other(other));
    }
    let around = |name: &str| envelope.get(name).and_then(Value::as_str);
    let source = of(recorded, "eventSource");
    let source = source.as_str().and_then(|source| source.split('.').next()).map(|service| format!("aws.{service}"));
    match () {
        () if around("source").map(str::to_owned) != source => Err(Unvouched::Other("source")),
        () if of(recorded, "recipientAccountId").as_str() != around("account") => Err(Unvouched::Other("account")),
        () if of(recorded, "awsRegion").as_str() != around("region") => Err(Unvouched::Other("region")),
        () => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_member_that_a_function_goes_by_is_compared() {
        let record = json!({"eventID": "e-1", "eventSource": "sqs.amazonaws.com", "eventName": "CreateQueue",
            "eventTime": "2026-11-02T09:30:31Z", "awsRegion": "eu-west-1", "recipientAccountId": "111122223333",
            "userIdentity": {"type": "IAMUser"}, "requestParameters": {"queueName": "q"}, "responseElements": null});
        let envelope = json!({"source": "aws.sqs", "account": "111122223333", "region": "eu-west-1", "detail": record});
        assert!(same(&record, &envelope).is_ok());
        for name in MEMBERS {
            let mut forged = envelope.clone();
            forged["detail"][name] = json!("forged");
            assert!(matches!(same(&record, &forged), Err(Unvouched::Other(other)) if other == name), "{name}");
        }
        for name in ["source", "account", "region"] {
            let mut forged = envelope.clone();
            forged[name] = json!("forged");
            assert!(matches!(same(&record, &forged), Err(Unvouched::Other(other)) if other == name), "{name}");
        }
    }
}
