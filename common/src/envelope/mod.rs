//! The envelope: what EventBridge hands to a rule's target.
//!
//! The envelope's type is [`EventBridgeEvent`] of `aws_lambda_events`; its `detail` is our own
//! [`Record`], because the published CloudTrail type fails on real records. Learned from "AWS
//! events" and "AWS service events delivered via CloudTrail" in the EventBridge user guide.

mod one_pass;

use crate::Record;
use one_pass::in_one_pass;
use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use std::collections::HashSet;
use std::fmt;

pub use aws_lambda_events::eventbridge::EventBridgeEvent;

/// An EventBridge event whose detail is a CloudTrail record.
pub type Envelope = EventBridgeEvent<Record>;

/// What kind of record an envelope carries: its `detail-type`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DetailType {
    /// `AWS API Call via CloudTrail`.
    ApiCall,
    /// `AWS Service Event via CloudTrail`.
    ServiceEvent,
    /// `AWS Console Action via CloudTrail`.
    ConsoleAction,
    /// `AWS Console Sign In via CloudTrail`; one page of the user guide prints `Signin`.
    ConsoleSignIn,
    /// `AWS Insight via CloudTrail`.
    Insight,
    /// `AWS Network Activity Event via CloudTrail`.
    NetworkActivity,
    /// Anything else.
    Other(String),
}

/// The payload is not an EventBridge event with a record in it.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// There is nothing at all.
    #[error("the payload is empty: expected an EventBridge event as JSON")]
    Empty,
    /// The payload, or one of its members, has the wrong form.
    #[error("{path}: {source}")]
    Form {
        /// The JSON path of the place; `payload` for the whole.
        path: String,
        /// What is wrong there.
        source: serde_json::Error,
    },
}

impl DecodeError {
    /// The kind of failure, as Lambda's `errorType` names it.
    pub const TYPE: &str = "Trailhook.Decode";
}

/// Decodes a payload.
///
/// ```
/// let payload = br#"{"detail-type": "AWS API Call via CloudTrail", "source": "aws.sqs",
///                    "detail": {"eventName": "CreateQueue"}}"#;
/// let envelope = trailhook::decode(payload)?;
/// assert_eq!(envelope.detail.event_name.text(), Some("CreateQueue"));
///
/// let error = trailhook::decode(br#"{"source": "aws.sqs", "detail": {}}"#).unwrap_err();
/// assert!(error.to_string().contains("missing field `detail-type`"));
/// # Ok::<(), trailhook::DecodeError>(())
/// ```
///
/// # Errors
/// [`DecodeError`] names the JSON path of what is missing or has the wrong form. A member that is named
/// twice is refused: nobody could tell which one counts.
pub fn decode(payload: &[u8]) -> Result<Envelope, DecodeError> {
    match in_one_pass(payload) {
        Some(envelope) => Ok(envelope),
        None => closely(payload),
    }
}

/// Decodes any payload, and says what is wrong with what is none.
fn closely(payload: &[u8]) -> Result<Envelope, DecodeError> {
    if payload.iter().all(u8::is_ascii_whitespace) {
        return Err(DecodeError::Empty);
    }
    let mut json = serde_json::Deserializer::from_slice(payload);
    let envelope = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        let path = if path == "." { "payload".to_owned() } else { path };
        DecodeError::Form { path, source: error.into_inner() }
    })?;
    let whole = |source| DecodeError::Form { path: "payload".to_owned(), source };
    json.end().map_err(whole)?;
    let Once = serde_json::from_slice(payload).map_err(whole)?;
    Ok(envelope)
}

/// An object in which every member is named once. The envelope's type keeps the last one of those it
/// has no field for, and `replay-name` is one of them.
struct Once;

impl<'de> Deserialize<'de> for Once {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Once;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Once, A::Error> {
                let mut names = HashSet::new();
                while let Some((name, IgnoredAny)) = map.next_entry::<String, IgnoredAny>()? {
                    if let Some(twice) = names.replace(name) {
                        return Err(Error::custom(format!("duplicate field `{twice}`")));
                    }
                }
                Ok(Once)
            }
        }
        deserializer.deserialize_map(Members)
    }
}

/// The name of the archive replay that delivered this event, if one did (`replay-name`).
pub fn replay_name(envelope: &Envelope) -> Option<&str> {
    envelope.other.get("replay-name")?.as_str()
}

impl DetailType {
    /// The detail-type of this text.
    pub fn of(text: &str) -> DetailType {
        match text {
            "AWS API Call via CloudTrail" => DetailType::ApiCall,
            "AWS Service Event via CloudTrail" => DetailType::ServiceEvent,
            "AWS Console Action via CloudTrail" => DetailType::ConsoleAction,
            "AWS Console Sign In via CloudTrail" | "AWS Console Signin via CloudTrail" => DetailType::ConsoleSignIn,
            "AWS Insight via CloudTrail" => DetailType::Insight,
            "AWS Network Activity Event via CloudTrail" => DetailType::NetworkActivity,
            other => DetailType::Other(other.to_owned()),
        }
    }

    /// The text as AWS writes it today.
    pub fn as_str(&self) -> &str {
        match self {
            DetailType::ApiCall => "AWS API Call via CloudTrail",
            DetailType::ServiceEvent => "AWS Service Event via CloudTrail",
            DetailType::ConsoleAction => "AWS Console Action via CloudTrail",
            DetailType::ConsoleSignIn => "AWS Console Sign In via CloudTrail",
            DetailType::Insight => "AWS Insight via CloudTrail",
            DetailType::NetworkActivity => "AWS Network Activity Event via CloudTrail",
            DetailType::Other(text) => text,
        }
    }
}
