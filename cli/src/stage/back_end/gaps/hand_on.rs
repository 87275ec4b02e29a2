//! What a topic hands on to the queues that subscribe to it.
//!
//! No queue policy is looked at, and no filter policy.

use super::super::services::Services;
use super::home;
use crate::stage::front_door::Scope;
use chrono::{SecondsFormat, Utc};
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use uuid::Uuid;
use winterbaume_core::{StatefulService, parse_query_string};

/// Sends a message that was published to every queue that subscribes to its topic.
pub(in crate::stage) async fn hand_on(services: &Services, scope: &Scope, publish: &[u8]) {
    let form = parse_query_string(std::str::from_utf8(publish).unwrap_or_default());
    let Some(topic) = form.get("TopicArn") else { return };
    let subscriptions = services.sns.snapshot(home(), &scope.region).await.subscriptions;
    for subscription in subscriptions.into_values().filter(|one| one.topic_arn == *topic && one.protocol == "sqs") {
        let raw = subscription.attributes.get("RawMessageDelivery").is_some_and(|raw| raw == "true");
        // arn:aws:sqs:eu-west-1:111122223333:orders; SQS looks at the URL's last part only.
        let [_, _, _, region, account, name] = subscription.endpoint.splitn(6, ':').collect::<Vec<_>>()[..] else {
            continue;
        };
        let url = format!("https://sqs.{region}.amazonaws.com/{account}/{name}");
        let (body, attributes) = if raw { raw_message(&form) } else { (notification(&form), Map::new()) };
        let message = json!({ "QueueUrl": url, "MessageBody": body, "MessageAttributes": attributes });
        // SNS too drops what a queue that is gone does not take.
        services.json("sqs", region, "SendMessage", &message).await;
    }
}

fn raw_message(form: &HashMap<String, String>) -> (String, Map<String, Value>) {
    let attribute =
        |(name, kind, value): (String, String, String)| (name, json!({ "DataType": kind, "StringValue": value }));
    (text(form), attributes(form).into_iter().map(attribute).collect())
}

/// As on the page "Amazon SNS message and JSON formats"; nothing is signed here.
fn notification(form: &HashMap<String, String>) -> String {
    let mut notification = json!({
        "Type": "Notification",
        "MessageId": Uuid::new_v4(),
        "TopicArn": form.get("TopicArn"),
        "Message": text(form),
        "Timestamp": Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true),
        "SignatureVersion": "1",
    });
    if let Some(members) = notification.as_object_mut() {
        if let Some(subject) = form.get("Subject") {
            members.insert("Subject".to_owned(), json!(subject));
        }
        let attribute = |(name, kind, value): (String, String, String)| (name, json!({ "Type": kind, "Value": value }));
        let attributes: Map<String, Value> = attributes(form).into_iter().map(attribute).collect();
        if !attributes.is_empty() {
            members.insert("MessageAttributes".to_owned(), Value::Object(attributes));
        }
    }
    notification.to_string()
}

/// The message, or what a structured one has for queues.
fn text(form: &HashMap<String, String>) -> String {
    let message = form.get("Message").cloned().unwrap_or_default();
    if form.get("MessageStructure").is_none_or(|structure| structure != "json") {
        return message;
    }
    let texts: Value = serde_json::from_str(&message).unwrap_or_default();
    let text = ["sqs", "default"].iter().find_map(|name| texts.get(name)?.as_str());
    text.map_or(message, str::to_owned)
}

/// Name, kind and value of the attributes that have a text.
fn attributes(form: &HashMap<String, String>) -> Vec<(String, String, String)> {
    let field = |name: String| form.get(&name).cloned();
    let attribute = |index: usize| {
        let entry = format!("MessageAttributes.entry.{index}");
        let (kind, value) = (format!("{entry}.Value.DataType"), format!("{entry}.Value.StringValue"));
        Some((field(format!("{entry}.Name"))?, field(kind)?, field(value)?))
    };
    (1..).map_while(attribute).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_gets_the_notification_with_the_text_that_is_meant_for_it() {
        let fields = [
            ("TopicArn", "arn:t"),
            ("Subject", "a queue"),
            ("Message", r#"{"default": "for all", "email": "for people", "sqs": "for queues"}"#),
            ("MessageStructure", "json"),
            ("MessageAttributes.entry.1.Name", "who"),
            ("MessageAttributes.entry.1.Value.DataType", "String"),
            ("MessageAttributes.entry.1.Value.StringValue", "alice"),
        ];
        let mut form = fields.map(|(name, value)| (name.to_owned(), value.to_owned())).into_iter().collect();
        let notification: Value = serde_json::from_str(&notification(&form)).unwrap();
        assert_eq!((&notification["Type"], &notification["Subject"]), (&json!("Notification"), &json!("a queue")));
        assert_eq!((&notification["Message"], &notification["TopicArn"]), (&json!("for queues"), &json!("arn:t")));
        assert_eq!(notification["MessageAttributes"], json!({"who": {"Type": "String", "Value": "alice"}}));
        let (message, attributes) = raw_message(&form);
        assert_eq!(message, "for queues");
        assert_eq!(attributes["who"], json!({"DataType": "String", "StringValue": "alice"}));
        form.remove("MessageStructure");
        assert!(text(&form).starts_with('{'));
    }
}
