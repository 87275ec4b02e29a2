//! A message to the topic: what each protocol gets, within SNS's size.
//!
//! `Publish` takes 262,144 bytes for everything together, so the record is left out of the story
//! when it does not fit, and what else a caller made too long after it. Each message attribute is for subscribers' filter policies.

use super::story::Story;
use super::summary::Summary;
use super::{Alike, AttributesSet, chat, subject, text};
use crate::shown::one_line;
use crate::{EventHeader, Record};
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Below SNS's limit by what the attributes and the subject can take.
const LARGEST_MESSAGE: usize = 250_000;
/// A byte takes no more than this as part of a text in JSON: `\u001f`.
const MOST_ESCAPED: usize = 6;
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
    // The other forms are not part of the report, where they would be the event a second and a third time.
    #[serde(skip)]
    pub(super) sms: String,
    #[serde(skip)]
    pub(super) story: String,
    /// Without the record.
    #[serde(skip)]
    pub(super) short_story: String,
    #[serde(skip)]
    pub(super) chat: Option<Value>,
    /// The calls that this one is alike; `None` for one that is told of alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alike: Option<Alike>,
    /// What the call set, where it can be held against what was there before.
    #[serde(skip)]
    pub set: Option<Box<AttributesSet>>,
    /// For filter policies: name to text.
    pub attributes: BTreeMap<&'static str, String>,
}

impl Notification {
    pub(super) fn new(topic_arn: &str, record: &Record, header: &EventHeader, summary: &Summary, chat: bool) -> Self {
        let mut message = Notification {
            topic_arn: topic_arn.to_owned(),
            subject: subject::subject(&format!("{}{}", summary.severity.mark(), summary.sentence)),
            email: text::text(record, header, summary),
            sms: summary.sentence.chars().take(140).collect(),
            story: Story::whole(summary, header, record).json(),
            short_story: Story::without_record(summary, header).json(),
            chat: chat.then(|| chat::notification(record, header, summary)),
            alike: Alike::of(record, header, summary),
            set: AttributesSet::of(record).map(Box::new),
            attributes: attributes(record, header, summary),
        };
        if !message.fits() {
            message.story.clone_from(&message.short_story);
        }
        if !message.fits() {
            message.short_story = Story::without_event(summary).json();
            message.story.clone_from(&message.short_story);
        }
        message
    }

    /// A message in which nothing is written.
    pub(super) fn empty(topic_arn: &str) -> Self {
        Notification {
            topic_arn: topic_arn.to_owned(),
            subject: String::new(),
            email: String::new(),
            sms: String::new(),
            story: String::new(),
            short_story: String::new(),
            chat: None,
            alike: None,
            set: None,
            attributes: BTreeMap::new(),
        }
    }

    /// A JSON object from protocol to text, for `MessageStructure: json`.
    ///
    /// Chat is subscribed by https and reads the default, which then is its schema; queues, functions
    /// and streams get the story by name. Without chat the story is the default, and is there once.
    pub fn message(&self) -> String {
        let mut protocols = Map::new();
        let mut put = |protocol: &str, text: &str| protocols.insert(protocol.to_owned(), Value::from(text));
        put("email", &self.email);
        put("sms", &self.sms);
        match &self.chat {
            None => {
                put("default", &self.story);
            }
            Some(chat) => {
                put("default", &chat.to_string());
                for protocol in ["sqs", "lambda", "firehose"] {
                    put(protocol, &self.story);
                }
            }
        }
        Value::Object(protocols).to_string()
    }

    pub(super) fn fits(&self) -> bool {
        // Most are far from too large, whatever must be escaped in them.
        let chat = self.chat.as_ref().map_or(0, |chat| chat.to_string().len() + 2 * self.story.len());
        let parts = self.email.len() + self.sms.len() + self.story.len() + chat;
        parts.saturating_mul(MOST_ESCAPED) < LARGEST_MESSAGE / 2 || self.message().len() <= LARGEST_MESSAGE
    }
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
