//! The record that an on-failure destination gets of an event that Lambda gave up on.
//!
//! Learned from <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html>. An
//! event that no process ever got has no response, so its record has neither of the last two members.

use super::super::runtime_api::FunctionError;
use super::told::Condition;
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

pub(super) struct Record<'a> {
    pub(super) at: DateTime<Utc>,
    pub(super) request_id: &'a str,
    pub(super) function_arn: &'a str,
    pub(super) condition: Condition,
    pub(super) attempts: u32,
    pub(super) payload: &'a [u8],
    pub(super) last_error: Option<&'a FunctionError>,
}

impl Record<'_> {
    pub(super) fn json(&self) -> Value {
        let text = || Value::String(String::from_utf8_lossy(self.payload).into_owned());
        let payload = serde_json::from_slice(self.payload).unwrap_or_else(|_| text());
        let mut record = json!({
            "version": "1.0",
            "timestamp": self.at.to_rfc3339_opts(SecondsFormat::Millis, true),
            "requestContext": {
                "requestId": self.request_id,
                "functionArn": format!("{}:$LATEST", self.function_arn),
                "condition": self.condition,
                "approximateInvokeCount": self.attempts,
            },
            "requestPayload": payload,
        });
        if let (Some(error), Some(members)) = (self.last_error, record.as_object_mut()) {
            let context = json!({ "statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled" });
            members.insert("responseContext".to_owned(), context);
            members.insert("responsePayload".to_owned(), json!(error));
        }
        record
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(condition: Condition, payload: &[u8], last_error: Option<&FunctionError>) -> Value {
        let at = DateTime::from_timestamp_millis(1_796_000_000_007).unwrap();
        let function_arn = "arn:aws:lambda:eu-west-1:111122223333:function:f";
        let attempts = if last_error.is_some() { 3 } else { 0 };
        Record { at, request_id: "r", function_arn, condition, attempts, payload, last_error }.json()
    }

    #[test]
    fn a_record_is_lambdas() {
        let error = FunctionError { error_type: "T".to_owned(), error_message: "m".to_owned() };
        let expected = json!({
            "version": "1.0",
            "timestamp": "2026-11-30T00:53:20.007Z",
            "requestContext": {
                "requestId": "r",
                "functionArn": "arn:aws:lambda:eu-west-1:111122223333:function:f:$LATEST",
                "condition": "RetriesExhausted",
                "approximateInvokeCount": 3,
            },
            "requestPayload": {"a": 1},
            "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
            "responsePayload": {"errorType": "T", "errorMessage": "m"},
        });
        assert_eq!(record(Condition::RetriesExhausted, br#"{"a": 1}"#, Some(&error)), expected);
    }

    #[test]
    fn an_event_that_was_never_tried_has_no_response() {
        let record = record(Condition::ZeroReservedConcurrency, b"not JSON", None);
        assert_eq!((&record["requestPayload"], record.get("responseContext")), (&json!("not JSON"), None));
        assert_eq!(record["requestContext"]["condition"], "ZeroReservedConcurrency");
    }
}
