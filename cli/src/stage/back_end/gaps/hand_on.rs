//! What a topic hands on to the queues that subscribe to it.
//!
//! No queue policy is looked at, and no filter policy.

use super::super::services::Services;
use super::home;
use crate::stage::front_door::Scope;
use chrono::{SecondsFormat, Utc};
use quick_xml::escape::escape;
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use uuid::Uuid;
use winterbaume_core::{StatefulService, parse_query_string};

/// Sends what was published to every queue that subscribes to its topic.
pub(in crate::stage) async fn hand_on(services: &Services, scope: &Scope, publish: &[u8], answer: &[u8]) {
    let form = parse_query_string(std::str::from_utf8(publish).unwrap_or_default());
    let Some(topic) = form.get("TopicArn").cloned() else { return };
    let messages = messages(form, std::str::from_utf8(answer).unwrap_or_default());
    let subscriptions = services.sns.snapshot(home(), &scope.region).await.subscriptions;
    for subscription in subscriptions.into_values().filter(|one| one.topic_arn == topic && one.protocol == "sqs") {
        let raw = subscription.attributes.get("RawMessageDelivery").is_some_and(|raw| raw == "true");
        // arn:aws:sqs:eu-west-1:111122223333:orders; SQS looks at the URL's last part only.
        let [_, _, _, region, account, name] = subscription.endpoint.splitn(6, ':').collect::<Vec<_>>()[..] else {
            continue;
        };
        let url = format!("https://sqs.{region}.amazonaws.com/{account}/{name}");
        for form in &messages {
            let (body, attributes) = if raw { raw_message(form) } else { (notification(form), Map::new()) };
            let message = json!({ "QueueUrl": url, "MessageBody": body, "MessageAttributes": attributes });
            // SNS too drops what a queue that is gone does not take.
            services.json("sqs", region, "SendMessage", &message).await;
        }
    }
}

/// Each message that was taken, as a Publish would have it: the one, or those of a batch that the answer
/// calls successful.
fn messages(form: HashMap<String, String>, answer: &str) -> Vec<HashMap<String, String>> {
    if form.get("Action").is_none_or(|action| action != "PublishBatch") {
        return vec![form];
    }
    let taken = answer.split_once("<Successful>").and_then(|(_, rest)| rest.split_once("</Successful>"));
    let (taken, _) = taken.unwrap_or_default();
    let entry = |number: usize| {
        let prefix = format!("PublishBatchRequestEntries.member.{number}.");
        let own = |(name, value): (&String, &String)| Some((name.strip_prefix(&prefix)?.to_owned(), value.clone()));
        let mut entry: HashMap<String, String> = form.iter().filter_map(own).collect();
        let id = format!("<Id>{}</Id>", escape(entry.get("Id")?.as_str()));
        entry.extend(form.get("TopicArn").map(|topic| ("TopicArn".to_owned(), topic.clone())));
        Some((id, entry))
    };
    (1..).map_while(entry).filter(|(id, _)| taken.contains(id)).map(|(_, entry)| entry).collect()
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
    use crate::stage::endpoint::{json_request, query_request};

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

    #[tokio::test]
    async fn a_batch_is_handed_on_message_by_message() {
        let services = Services::default();
        let [sns, sqs] = ["sns", "sqs"].map(|service| Scope::new("alice", "eu-west-1", service));
        let publish = async |action: &str, fields: &[(&str, &str)]| {
            let answer = services.call(&sns, &query_request(&sns, action, fields)).await.unwrap();
            assert_eq!(answer.status(), 200, "{answer:?}");
            String::from_utf8(answer.into_body().to_vec()).unwrap()
        };
        let queue = services.json("sqs", "eu-west-1", "CreateQueue", &json!({"QueueName": "q"})).await.unwrap();
        let queue: Value = serde_json::from_slice(queue.body()).unwrap();
        let made = publish("CreateTopic", &[("Name", "t")]).await;
        let topic = made.split_once("<TopicArn>").unwrap().1.split_once('<').unwrap().0.to_owned();
        let endpoint = topic.replace(":sns:", ":sqs:").replace(":t", ":q");
        publish("Subscribe", &[("TopicArn", &topic), ("Protocol", "sqs"), ("Endpoint", &endpoint)]).await;
        let entries = "PublishBatchRequestEntries.member";
        let fields =
            [("1.Id", "a"), ("1.Message", "one"), ("2.Id", "b"), ("2.Message", "two"), ("2.Subject", "second")];
        let mut fields: Vec<(String, &str)> =
            fields.into_iter().map(|(name, value)| (format!("{entries}.{name}"), value)).collect();
        fields.push(("TopicArn".to_owned(), &topic));
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), *value)).collect();
        publish("PublishBatch", &fields).await;
        let receive = json!({"QueueUrl": queue["QueueUrl"], "MaxNumberOfMessages": 10});
        let received = services.call(&sqs, &json_request(&sqs, "ReceiveMessage", &receive)).await.unwrap();
        let received: Value = serde_json::from_slice(received.body()).unwrap();
        let told = received["Messages"].as_array().unwrap().iter().map(|message| {
            let body: Value = serde_json::from_str(message["Body"].as_str().unwrap()).unwrap();
            (body["Message"].clone(), body["Subject"].clone(), body["TopicArn"] == topic)
        });
        let told: Vec<_> = told.collect();
        assert_eq!(told, [(json!("one"), Value::Null, true), (json!("two"), json!("second"), true)]);
    }

    #[test]
    fn of_a_batch_only_what_was_taken_is_handed_on() {
        let fields = ["a", "b"]
            .iter()
            .zip(1..)
            .map(|(id, number)| (format!("PublishBatchRequestEntries.member.{number}.Id"), (*id).to_owned()));
        let mut form: HashMap<String, String> = fields.collect();
        form.insert("Action".to_owned(), "PublishBatch".to_owned());
        let answer = "<Successful><member><Id>b</Id></member></Successful><Failed><member><Id>a</Id></member></Failed>";
        let [taken] = messages(form, answer).try_into().unwrap();
        assert_eq!(taken["Id"], "b");
    }
}
