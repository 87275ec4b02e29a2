//! Where the embedded services (winterbaume 0.2 and 0.3) differ from AWS, and what is done about it.
//!
//! All of it is here, so that each can go when upstream has it:
//!
//! 1. They find the Region in the host's name, and clients that are pointed at a local endpoint send
//!    its address there: [`uri`] writes the host that the SigV4 scope means.
//! 2. They know one account for the whole process, chosen once: [`home`] is the key to their state,
//!    and what the stage makes (queues, topics, log groups) is put there with the ARNs and URLs of
//!    the account that is meant.
//! 3. SQS names a queue that is missing, or is there with other attributes, as the old Query protocol
//!    did. Clients of the JSON protocol expect the shape's name, and the old one in
//!    `x-amzn-query-error`: [`corrected`].
//! 4. SQS forgets the attributes of encryption and of fast FIFO queues, and tells all attributes whichever
//!    are asked for: [`Forgotten`] remembers them, compares them where a queue is made that is there
//!    already, and tells what is asked.
//! 5. SNS forgets what is published: [`published`] reads it from the calls that came in.
//! 6. SNS hands no message on to the queues that subscribe to a topic, be it alone or in a batch:
//!    [`hand_on`].
//! 7. CloudWatch Logs keeps everything for ever, in memory: [`Shelves`] keeps the latest events.
//! 8. CloudWatch speaks CBOR and Query, and clients prefer JSON: [`in_json`]. It has no statistics of what is
//!    put there; those of bus and Lambda are the stage's own.
//! 9. SQS has no pages of queues, and no order: [`page`].
//! 10. SNS reads no form behind a question mark, where a URL that is signed beforehand has it, and gives every
//!     answer an id of its own: [`with_form`], [`with_id`].
//! 11. CloudWatch Logs takes every filter pattern for words: [`logs`] reads those for JSON, and [`unfiltered`]
//!     refuses what is not understood.
//! 12. DynamoDB lets another write in between a condition and its write, and never shows the item that a condition
//!     failed on; it makes the maps that a path leads through, takes what is missing for equal to anything, and
//!     returns nothing that an update had or changed, but for ALL_NEW: [`Turn`] takes the calls one after another
//!     and mends it. It copies all that it has after each call: [`dynamodb`] doesn't.
//! 13. SQS keeps what AddPermission adds apart from the policy that was set, and loses the one over the other:
//!     [`permissions`] keeps one policy.
//! 14. SQS doesn't count a message that was received and is there again, and hides for the queue's time what is
//!     received for none: [`Received`].
//! 15. CloudWatch Logs keeps no key of a log group: [`Encrypted`] tells it.
//!
//! SQS and CloudWatch Logs speak the JSON protocol only, which every SDK of today does.

mod encrypted;
mod filter;
mod forgotten;
mod form;
mod hand_on;
mod items;
mod json;
mod pages;
mod permissions;
mod received;
mod search;
mod shelves;

pub(super) use encrypted::Encrypted;
pub(super) use filter::unfiltered;
pub(super) use forgotten::Forgotten;
pub(super) use form::with_form;
pub(in crate::stage) use form::with_id;
pub(super) use hand_on::hand_on;
pub(super) use items::{Turn, dynamodb};
pub(super) use json::{as_cbor, as_json, in_json};
pub(super) use pages::page;
pub(super) use permissions::permissions;
pub(super) use received::Received;
pub(super) use search::logs;
pub(super) use shelves::Shelves;

use super::read::Published;
use crate::stage::front_door::ApiCallSeen;
use axum::http::HeaderValue;
use serde_json::Value;
use winterbaume_core::{MockResponse, default_account_id, parse_query_string, set_default_account_id};

/// The URL by which the services tell their Region.
pub(super) fn uri(service: &str, region: &str, path: &str) -> String {
    format!("https://{service}.{region}.amazonaws.com{path}")
}

/// Says which account the services are of; only the first word counts.
pub(in crate::stage) fn settle(account: &str) {
    set_default_account_id(account);
}

/// The account under which the services keep everything.
pub(super) fn home() -> &'static str {
    default_account_id()
}

/// The answer as AWS would give it.
pub(super) fn corrected(service: &str, mut answer: MockResponse) -> MockResponse {
    if service != "sqs" || answer.status != 400 {
        return answer;
    }
    let Ok(mut body) = serde_json::from_slice::<Value>(&answer.body) else { return answer };
    let (shape, both) = match body.get("__type").and_then(Value::as_str) {
        Some("AWS.SimpleQueueService.NonExistentQueue") => {
            ("com.amazonaws.sqs#QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue;Sender")
        }
        Some("QueueAlreadyExists") => ("com.amazonaws.sqs#QueueNameExists", "QueueAlreadyExists;Sender"),
        _ => return answer,
    };
    if let Some(object) = body.as_object_mut() {
        object.insert("__type".to_owned(), Value::from(shape));
        answer.body = body.to_string().into();
        answer.headers.insert("x-amzn-query-error", HeaderValue::from_static(both));
    }
    answer
}

/// What was published, in the order of the calls.
pub(super) fn published(seen: &[ApiCallSeen]) -> Vec<Published> {
    let calls = seen.iter().filter(|call| call.service == "sns" && call.action == "Publish" && call.status == 200);
    calls
        .map(|call| {
            let form = parse_query_string(std::str::from_utf8(&call.request).unwrap_or_default());
            let field = |name: &str| form.get(name).cloned();
            let attribute = |index: usize| {
                let entry = format!("MessageAttributes.entry.{index}");
                Some((field(&format!("{entry}.Name"))?, field(&format!("{entry}.Value.StringValue"))?))
            };
            Published {
                topic_arn: field("TopicArn").unwrap_or_default(),
                subject: field("Subject"),
                message: field("Message").unwrap_or_default(),
                structure: field("MessageStructure"),
                attributes: (1..).map_while(attribute).collect(),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use serde_json::json;

    #[test]
    fn a_missing_queue_is_named_for_both_protocols() {
        let old = json!({"__type": "AWS.SimpleQueueService.NonExistentQueue", "message": "m"});
        let answer = corrected("sqs", MockResponse::json(400, old.to_string()));
        let body: Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!(body["__type"], "com.amazonaws.sqs#QueueDoesNotExist");
        assert_eq!(answer.headers["x-amzn-query-error"], "AWS.SimpleQueueService.NonExistentQueue;Sender");
        let other = corrected("sns", MockResponse::json(400, old.to_string()));
        assert_eq!(other.body, old.to_string());
    }

    #[test]
    fn what_was_published_is_read_from_the_calls() {
        let form = "Action=Publish&TopicArn=arn%3At&Subject=a+b&Message=%7B%7D&MessageStructure=json\
                    &MessageAttributes.entry.1.Name=who&MessageAttributes.entry.1.Value.StringValue=alice";
        let call = |status| ApiCallSeen {
            service: "sns".to_owned(),
            action: "Publish".to_owned(),
            region: "eu-west-1".to_owned(),
            access_key_id: "test".to_owned(),
            request: Bytes::from(form),
            status,
        };
        let [message] = published(&[call(200), call(400)]).try_into().unwrap();
        assert_eq!((message.topic_arn.as_str(), message.subject.as_deref()), ("arn:t", Some("a b")));
        assert_eq!((message.message.as_str(), message.attributes["who"].as_str()), ("{}", "alice"));
    }
}
