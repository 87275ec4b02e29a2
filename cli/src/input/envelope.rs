//! The envelope that EventBridge puts around a record of CloudTrail's.

use serde_json::{Value, json};
use trailhook::DetailType;
use uuid::Uuid;

/// A record in its envelope.
pub(crate) fn around(record: Value) -> Value {
    let text = |name: &str| record.get(name).and_then(Value::as_str).unwrap_or_default();
    let caller = record.pointer("/userIdentity/accountId").and_then(Value::as_str).unwrap_or_default();
    let account = Some(text("recipientAccountId")).filter(|account| !account.is_empty()).unwrap_or(caller);
    let kind = match text("eventType") {
        "AwsServiceEvent" => DetailType::ServiceEvent,
        "AwsConsoleAction" => DetailType::ConsoleAction,
        "AwsConsoleSignIn" => DetailType::ConsoleSignIn,
        "AwsCloudTrailInsight" => DetailType::Insight,
        "AwsVpceEvent" | "AwsVpceEvents" => DetailType::NetworkActivity,
        _ => DetailType::ApiCall,
    };
    // `sqs.amazonaws.com` is `aws.sqs`; insights come from CloudTrail itself.
    let service = match kind {
        DetailType::Insight => "cloudtrail",
        _ => text("eventSource").split('.').next().unwrap_or_default(),
    };
    // Ours is called after the event, so that it has the same name whenever it is read.
    let id = Uuid::parse_str(text("eventID")).unwrap_or_else(|_| Uuid::new_v4()).to_string();
    let (account, source) = (account.to_owned(), format!("aws.{service}"));
    let (time, region) = (text("eventTime").to_owned(), text("awsRegion").to_owned());
    json!({
        "version": "0",
        "id": id,
        "detail-type": kind.as_str(),
        "source": source,
        "account": account,
        "time": time,
        "region": region,
        "resources": [],
        "detail": record,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_gets_the_envelope_of_its_kind() {
        let record = json!({
            "eventSource": "sqs.amazonaws.com", "eventTime": "2026-11-02T09:30:00Z", "awsRegion": "eu-west-1",
            "userIdentity": {"accountId": "444455556666"}, "recipientAccountId": "111122223333",
        });
        let envelope = around(record.clone());
        assert_eq!(envelope["source"], "aws.sqs");
        assert_eq!(envelope["detail-type"], "AWS API Call via CloudTrail");
        assert_eq!((&envelope["account"], &envelope["region"]), (&json!("111122223333"), &json!("eu-west-1")));
        assert_eq!((&envelope["time"], &envelope["detail"]), (&json!("2026-11-02T09:30:00Z"), &record));
        let sign_in = around(json!({"eventType": "AwsConsoleSignIn", "eventSource": "signin.amazonaws.com"}));
        assert_eq!(sign_in["detail-type"], "AWS Console Sign In via CloudTrail");
        assert_eq!(sign_in["source"], "aws.signin");
    }
}
