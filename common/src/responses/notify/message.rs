//! A message to the topic: what each protocol gets, within SNS's size.
//!
//! `Publish` takes 262,144 bytes for everything together, so the record is left out of the story
//! when it does not fit, and what else a caller made too long after it. Each message attribute is for subscribers' filter policies.

use super::story::Story;
use super::summary::Summary;
use super::{chat, subject, text};
use crate::shown::one_line;
use crate::{EventHeader, Record};
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Below SNS's limit by what the attributes and the subject can take.
const LARGEST_MESSAGE: usize = 250_000;
const LONGEST_ATTRIBUTE: usize = 256;

/// A message to the topic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Notification {
    /// The topic.
    pub topic_arn: String,
    /// Under 100 characters of ASCII.
    pub subject: String,
    /// What e-mail subscribers read.
    pub email: String,
    /// A JSON object from protocol to text, for `MessageStructure: json`. Not part of the report,
    /// where it would be the event a second and a third time.
    #[serde(skip)]
    pub message: String,
    /// For filter policies: name to text.
    pub attributes: BTreeMap<&'static str, String>,
}

impl Notification {
    pub(super) fn new(topic_arn: &str, record: &Record, header: &EventHeader, summary: &Summary, chat: bool) -> Self {
        let email = text::text(record, header, summary);
        let chat = chat.then(|| chat::notification(record, header, summary).to_string());
        let with = |story: Story<'_>| message(&email, &story.json(), &summary.sentence, chat.as_deref());
        let mut message = with(Story::whole(summary, header, record));
        if message.len() > LARGEST_MESSAGE {
            message = with(Story::without_record(summary, header));
        }
        if message.len() > LARGEST_MESSAGE {
            message = with(Story::without_event(summary));
        }
        Notification {
            topic_arn: topic_arn.to_owned(),
            subject: subject::subject(&format!("{}{}", summary.severity.mark(), summary.sentence)),
            email,
            message,
            attributes: attributes(record, header, summary),
        }
    }
}

/// Chat is subscribed by https and reads the default, which then is its schema; queues, functions
/// and streams get the story by name. Without chat the story is the default, and is there once.
fn message(email: &str, story: &str, summary: &str, chat: Option<&str>) -> String {
    let mut protocols = Map::new();
    let mut put = |protocol: &str, text: &str| protocols.insert(protocol.to_owned(), Value::from(text));
    put("email", email);
    put("sms", &summary.chars().take(140).collect::<String>());
    match chat {
        None => {
            put("default", story);
        }
        Some(chat) => {
            put("default", chat);
            for protocol in ["sqs", "lambda", "firehose"] {
                put(protocol, story);
            }
        }
    }
    Value::Object(protocols).to_string()
}

fn attributes(record: &Record, header: &EventHeader, summary: &Summary) -> BTreeMap<&'static str, String> {
    let result = match record.error() {
        None => "succeeded",
        Some(code) if code.is_denied() => "denied",
        Some(_) => "failed",
    };
    let attributes = [
        ("eventSource", header.event_source.as_deref()),
        ("eventName", header.event_name.as_deref()),
        ("awsRegion", header.aws_region.as_deref()),
        ("account", header.account.as_deref()),
        ("actorKind", header.actor.as_ref().map(crate::Actor::kind)),
        ("result", Some(result)),
        ("severity", Some(summary.severity.as_str())),
    ];
    let cut = |value: &str| one_line(value, LONGEST_ATTRIBUTE);
    attributes.into_iter().filter_map(|(name, value)| Some((name, cut(value?)))).collect()
}
