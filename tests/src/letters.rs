//! Dead letters that somebody has made up.

use serde_json::{Value, json};

/// What Lambda keeps of an event that this function gave up on.
pub fn record(function: &str, event: &Value) -> String {
    let context = json!({"functionArn": format!("{function}:$LATEST"), "condition": "RetriesExhausted"});
    let error = json!({"errorType": "Trailhook.Denied", "errorMessage": "no sqs:DeleteQueue\u{1b}[2J"});
    json!({"version": "1.0", "requestContext": context, "requestPayload": event, "responsePayload": error}).to_string()
}

/// A call by somebody, so many minutes ago, that nobody made.
pub fn event(id: &str, minutes_ago: i64) -> std::io::Result<Value> {
    let time = chrono::Utc::now() - chrono::TimeDelta::minutes(minutes_ago);
    let mut event = crate::world::event("orders", time)?;
    if let Some(record) = event.get_mut("detail").and_then(Value::as_object_mut) {
        record.insert("eventID".to_owned(), id.into());
    }
    Ok(event)
}
