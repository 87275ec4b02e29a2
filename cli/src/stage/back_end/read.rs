//! What is in the back end: for the stage's report, and for tests.

use super::BackEnd;
use super::gaps;
use crate::stage::Message;
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use winterbaume_core::StatefulService;

/// A queue as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct QueueFound {
    /// Its name.
    pub name: String,
    /// Its URL.
    pub url: String,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// A message that a topic took.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Published {
    /// The topic.
    pub topic_arn: String,
    /// What e-mails are headed with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The message; JSON with a text for each protocol when the structure is `json`.
    pub message: String,
    /// `json`, or nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub structure: Option<String>,
    /// What filter policies look at.
    pub attributes: BTreeMap<String, String>,
}

/// An event of a log group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LogEvent {
    /// The stream it is in.
    pub stream: String,
    /// Milliseconds since 1970.
    pub timestamp: i64,
    /// The message.
    pub message: String,
}

impl BackEnd {
    /// A queue, if there is one of this name.
    pub async fn queue(&self, name: &str) -> Option<QueueFound> {
        let mut view = self.services.sqs.snapshot(gaps::home(), &self.door.region).await;
        let queue = view.queues.remove(name)?;
        Some(QueueFound { name: queue.name, url: queue.url, tags: queue.tags.into_iter().collect() })
    }

    /// What was published, in the order of the calls.
    pub fn published(&self) -> Vec<Published> {
        gaps::published(&self.calls())
    }

    /// The messages of a queue, with their attributes; they are deleted, as who works on them would.
    /// None when there is no such queue.
    pub async fn take_messages(&self, queue: &str) -> Vec<Message> {
        let body = json!({ "QueueUrl": queue, "MaxNumberOfMessages": 10, "MessageAttributeNames": ["All"] });
        let mut taken = Vec::new();
        loop {
            let answer = self.services.json("sqs", &self.door.region, "ReceiveMessage", &body).await;
            let answer: Value =
                answer.and_then(|answer| serde_json::from_slice(answer.body()).ok()).unwrap_or_default();
            let messages = answer.get("Messages").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            if messages.is_empty() {
                return taken;
            }
            for message in messages {
                let text = |path: &str| message.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned();
                let attributes = message.get("MessageAttributes").and_then(Value::as_object).into_iter().flatten();
                let attributes = attributes.map(|(name, value)| {
                    let value = value.get("StringValue").and_then(Value::as_str).unwrap_or_default();
                    (name.clone(), value.to_owned())
                });
                taken.push(Message { body: text("/Body"), attributes: attributes.collect() });
                let deleted = json!({ "QueueUrl": queue, "ReceiptHandle": text("/ReceiptHandle") });
                // Not deleted, it would come again when it is visible again, not in this loop.
                self.services.json("sqs", &self.door.region, "DeleteMessage", &deleted).await;
            }
        }
    }

    /// The events of a log group; none when there is no such group.
    pub async fn log_events(&self, group: &str) -> Vec<LogEvent> {
        let body = json!({ "logGroupName": group });
        let answer = self.services.json("logs", &self.door.region, "FilterLogEvents", &body).await;
        let answer: Value = answer.and_then(|answer| serde_json::from_slice(answer.body()).ok()).unwrap_or_default();
        let text = |event: &Value, name: &str| event.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let events = answer.get("events").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        events
            .iter()
            .map(|event| LogEvent {
                stream: text(event, "logStreamName"),
                timestamp: event.get("timestamp").and_then(Value::as_i64).unwrap_or_default(),
                message: text(event, "message"),
            })
            .collect()
    }
}
