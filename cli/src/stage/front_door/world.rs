//! What is behind the door as the world of the bus and of Lambda: it goes through no door, so it is in
//! no record, as AWS's own calls are not.

use super::{FrontDoor, Scope};
use crate::stage::endpoint::json_request;
use crate::stage::world::{Doing, LogEntry, Message, World, WorldError};
use serde_json::{Value, json};

impl World for FrontDoor {
    fn put_log_events<'a>(&'a self, group: &'a str, stream: &'a str, lines: &'a [LogEntry]) -> Doing<'a> {
        Box::pin(async move {
            let event = |line: &LogEntry| json!({ "timestamp": line.at.timestamp_millis(), "message": line.message });
            let events: Vec<Value> = lines.iter().map(event).collect();
            let put = json!({ "logGroupName": group, "logStreamName": stream, "logEvents": events });
            match self.done("logs", "PutLogEvents", &put).await {
                Err(WorldError::NoResource(_)) => {}
                done => return done,
            }
            let stream = json!({ "logGroupName": group, "logStreamName": stream });
            match self.done("logs", "CreateLogStream", &stream).await {
                // Somebody else was faster.
                Err(WorldError::Refused(message)) if message.contains("already exists") => {}
                made => made?,
            }
            self.done("logs", "PutLogEvents", &put).await
        })
    }

    fn send_message<'a>(&'a self, queue_arn: &'a str, message: &'a Message) -> Doing<'a> {
        Box::pin(async move {
            // arn:aws:sqs:eu-west-1:111122223333:orders; the services look at the URL's last part only.
            let name = queue_arn.rsplit(':').next().unwrap_or(queue_arn);
            let url = format!("https://sqs.{}.amazonaws.com/{}/{name}", self.region, self.account);
            let text = |text: &String| json!({ "DataType": "String", "StringValue": text });
            let attributes: serde_json::Map<String, Value> =
                message.attributes.iter().map(|(name, value)| (name.clone(), text(value))).collect();
            let body = json!({ "QueueUrl": url, "MessageBody": message.body, "MessageAttributes": attributes });
            self.done("sqs", "SendMessage", &body).await
        })
    }
}

impl FrontDoor {
    async fn done(&self, service: &str, action: &str, body: &Value) -> Result<(), WorldError> {
        let scope = Scope::new("stage", &self.region, service);
        let answer = self.house.call(&scope, json_request(&scope, action, body)).await;
        if answer.status().is_success() {
            return Ok(());
        }
        let body: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
        let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
        let code = text("__type").rsplit('#').next().unwrap_or_default();
        let message = format!("{service}:{action}: {code}: {}", text("message"));
        Err(match (code, answer.status().as_u16()) {
            ("ResourceNotFoundException" | "QueueDoesNotExist", _) => WorldError::NoResource(message),
            ("AccessDeniedException" | "AccessDenied", _) => WorldError::NoPermissions(message),
            ("ThrottlingException" | "RequestThrottled", _) => WorldError::Throttled(message),
            (_, 500..) => WorldError::Unavailable(message),
            _ => WorldError::Refused(message),
        })
    }
}
