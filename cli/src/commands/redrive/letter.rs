//! A dead letter, read: which event it is, for whom it was, and why it is there.
//!
//! There are three kinds. EventBridge puts the event itself into a target's queue, with what went wrong in the message's
//! attributes; Lambda puts a record around the event that a function gave up on into its on-failure destination, and into a
//! dead-letter queue of the function's own the event itself, with attributes that don't say which function it was. The event is kept to the letter, for
//! a function that knows it already compares. Whoever may send to the queue can write a letter, so nothing in it is
//! believed beyond what it says: [`choose`](super::choose) asks whether its function is one that was asked for.

use super::once::Once;
use crate::aws::arn;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::fmt;

/// A message, as it was received.
#[derive(Clone, Debug, Default)]
pub struct Message {
    /// Its id in the queue.
    pub id: String,
    /// What it is deleted by.
    pub receipt: String,
    /// Its body.
    pub body: String,
    /// Its attributes, as far as they are texts.
    pub attributes: BTreeMap<String, String>,
}

/// What a message says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// Why it is there.
    pub cause: Cause,
    /// For whom the event was.
    pub target: Target,
    /// The event, as it came.
    pub event: String,
    /// The id in the event's record.
    pub event_id: Option<String>,
    /// The id in its envelope.
    pub envelope_id: Option<String>,
    /// The call.
    pub event_name: Option<String>,
    /// When the call was made.
    pub time: Option<DateTime<Utc>>,
    /// Who put it there.
    pub origin: Origin,
}

/// Who put a dead letter where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// EventBridge, which could not hand the event over.
    Rule,
    /// Lambda, into an on-failure destination.
    Destination {
        /// How often the function was tried with it, about; 0 where it never ran.
        tries: u32,
    },
    /// Lambda, into a function's own dead-letter queue, without saying for which version it was and how often it was tried.
    Function,
}

/// Why an event is in a queue.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Cause {
    /// EventBridge's `ERROR_CODE`, the function's `errorType`, or Lambda's `condition` where no function was at work.
    pub code: String,
    /// In words.
    pub message: String,
}

/// For whom an event was.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// A function, by its ARN without the version, and the version where there is one.
    Function {
        /// As in `arn:aws:lambda:eu-west-1:111122223333:function:notify`.
        arn: String,
        /// As in `$LATEST`.
        qualifier: Option<String>,
    },
    /// A log group, by its ARN without what may stand behind it.
    LogGroup {
        /// As in `arn:aws:logs:eu-west-1:111122223333:log-group:/aws/events/trailhook`.
        arn: String,
    },
    /// Something else.
    Other(String),
}

/// A message is no dead letter that can be understood.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// It is no JSON, or says something twice.
    #[error("its body can't be read: {0}")]
    Form(#[from] serde_json::Error),
    /// It is of none of the three kinds.
    #[error("it is neither an event that EventBridge could not hand over, nor Lambda's record of one")]
    Stranger,
    /// Lambda does not say for which function it was, and no function that is known has the queue.
    #[error(
        "a function failed with it, which the message does not name, and no function that is known has this dead-letter queue"
    )]
    NoOwner,
    /// The same, and several have it.
    #[error("a function failed with it, which the message does not name, and several have this dead-letter queue: {0}")]
    Owners(String),
    /// There is nothing in it that could be sent.
    #[error("the event in it is no JSON object")]
    NoEvent,
}

/// What Lambda says of an event in a function's own dead-letter queue.
const OF_FUNCTIONS: [&str; 3] = ["RequestID", "ErrorCode", "ErrorMessage"];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record<'a> {
    request_context: Option<Context>,
    #[serde(borrow)]
    request_payload: Option<&'a RawValue>,
    response_payload: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Context {
    function_arn: String,
    approximate_invoke_count: Option<u32>,
    condition: Option<String>,
}

/// Reads a message; `owners` are the ARNs of the functions that have its queue for their own dead letters.
///
/// # Errors
/// It is no dead letter, there is no event in it, or nobody can say for which function it was.
pub fn read(message: &Message, owners: &[String]) -> Result<Letter, Unreadable> {
    let attribute = |name: &str| message.attributes.get(name).cloned().unwrap_or_default();
    if message.attributes.contains_key("TARGET_ARN") {
        let cause = Cause { code: attribute("ERROR_CODE"), message: attribute("ERROR_MESSAGE") };
        return letter(cause.or("UNKNOWN"), &attribute("TARGET_ARN"), &message.body);
    }
    if OF_FUNCTIONS.iter().all(|name| message.attributes.contains_key(*name)) {
        let cause = Cause { code: format!("ErrorCode {}", attribute("ErrorCode")), message: attribute("ErrorMessage") };
        return match owners {
            [owner] => Ok(Letter { origin: Origin::Function, ..letter(cause, owner, &message.body)? }),
            [] => Err(Unreadable::NoOwner),
            several => Err(Unreadable::Owners(several.iter().map(|arn| arn::name(arn)).collect::<Vec<_>>().join(", "))),
        };
    }
    let record: Record<'_> = serde_json::from_str(&message.body)?;
    let (Some(context), Some(event)) = (record.request_context, record.request_payload) else {
        return Err(Unreadable::Stranger);
    };
    let said = |name: &str| {
        let payload = record.response_payload.as_ref();
        payload.and_then(|payload| payload.get(name)?.as_str()).unwrap_or_default().to_owned()
    };
    let cause = Cause { code: said("errorType"), message: said("errorMessage") };
    let condition = context.condition.as_deref().filter(|condition| !condition.is_empty());
    let letter = letter(cause.or(condition.unwrap_or("UNKNOWN")), &context.function_arn, event.get())?;
    let tries = context.approximate_invoke_count.unwrap_or_default();
    Ok(Letter { origin: Origin::Destination { tries }, ..letter })
}

/// A version or alias, unless it is the newest by its other name.
pub fn not_newest(version: &str) -> Option<&str> {
    Some(version).filter(|version| *version != "$LATEST")
}

fn letter(cause: Cause, target: &str, event: &str) -> Result<Letter, Unreadable> {
    let Once = serde_json::from_str(event)?;
    let read: Value = serde_json::from_str(event)?;
    if !read.is_object() {
        return Err(Unreadable::NoEvent);
    }
    let text = |place: &str| {
        let text = read.pointer(place).and_then(Value::as_str).filter(|text| !text.is_empty());
        text.map(str::to_owned)
    };
    let time = text("/detail/eventTime").or_else(|| text("/time"));
    Ok(Letter {
        cause,
        target: Target::of(target),
        event: event.to_owned(),
        event_id: text("/detail/eventID"),
        envelope_id: text("/id"),
        event_name: text("/detail/eventName"),
        time: time.and_then(|time| Some(DateTime::parse_from_rfc3339(&time).ok()?.to_utc())),
        origin: Origin::Rule,
    })
}

impl Letter {
    /// How often the function was tried with it, about; 0 where it never ran, and `None` where nobody says.
    pub fn tries(&self) -> Option<u32> {
        match self.origin {
            Origin::Destination { tries } => Some(tries),
            Origin::Rule | Origin::Function => None,
        }
    }
}

impl Cause {
    fn or(self, code: &str) -> Cause {
        if self.code.is_empty() { Cause { code: code.to_owned(), ..self } } else { self }
    }
}

impl Target {
    /// What an ARN names.
    pub fn of(arn: &str) -> Target {
        if let Some((arn, qualifier)) = arn::function(arn) {
            return Target::Function { arn, qualifier: qualifier.map(str::to_owned) };
        }
        match arn::log_group(arn) {
            Some((arn, _)) => Target::LogGroup { arn },
            None => Target::Other(arn.to_owned()),
        }
    }

    /// The version or alias of a function, as in `$LATEST`.
    pub fn qualifier(&self) -> Option<&str> {
        match self {
            Target::Function { qualifier, .. } => qualifier.as_deref(),
            Target::LogGroup { .. } | Target::Other(_) => None,
        }
    }

    /// The same, where it is another than the newest.
    pub fn version(&self) -> Option<&str> {
        self.qualifier().and_then(not_newest)
    }

    /// The ARN, without a version.
    pub fn arn(&self) -> &str {
        match self {
            Target::Function { arn, .. } | Target::LogGroup { arn } | Target::Other(arn) => arn,
        }
    }
}

/// What it is called: the end of its ARN.
impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, arn) = match self {
            Target::Function { arn, .. } => ("", arn),
            Target::LogGroup { arn } => ("log group ", arn),
            Target::Other(arn) => return f.write_str(arn),
        };
        let version = self.version().map(|version| format!(":{version}")).unwrap_or_default();
        write!(f, "{kind}{}{version}", arn::name(arn))
    }
}

#[cfg(test)]
mod tests;
