//! Calls that are kept in the journal and not published.
//!
//! A topic that tells of every tag is one that nobody reads. The list names calls, with or without their service;
//! it refuses a pattern that could never match, and one that covers every call: whoever wants no messages at all
//! turns the topic off.

use crate::arn::covers;
use std::fmt;
use std::str::FromStr;

/// One call, or all that a pattern covers: `TagQueue`, `sqs:TagQueue`, `sqs:*`, `Describe*`.
///
/// ```
/// use trailhook::responses::notify::QuietCall;
///
/// let quiet: QuietCall = "sqs:Tag*".parse()?;
/// assert!(quiet.covers("sqs.amazonaws.com", "TagQueue"));
/// assert!(!quiet.covers("sns.amazonaws.com", "TagResource"));
/// assert!("*".parse::<QuietCall>().is_err());
/// # Ok::<(), trailhook::responses::notify::QuietCallError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuietCall {
    service: String,
    name: String,
}

/// The text can't be a quiet call.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{text:?} {problem}: a quiet call is an event name as in TagQueue or sqs:TagQueue, where * stands for any run of characters"
)]
pub struct QuietCallError {
    text: String,
    problem: &'static str,
}

impl QuietCall {
    /// Whether it covers a call of this source and name.
    pub fn covers(&self, event_source: &str, event_name: &str) -> bool {
        let service = event_source.strip_suffix(".amazonaws.com").unwrap_or(event_source);
        covers(&self.service, service) && covers(&self.name, event_name)
    }
}

impl FromStr for QuietCall {
    type Err = QuietCallError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = |problem| QuietCallError { text: text.to_owned(), problem };
        let (service, name) = text.split_once(':').unwrap_or(("*", text));
        let of_service = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-*".contains(&byte);
        let of_name = |byte: u8| byte.is_ascii_alphanumeric() || b"_*".contains(&byte);
        if service.is_empty() || name.is_empty() {
            return Err(error("names nothing"));
        }
        if !service.bytes().all(of_service) {
            return Err(error("has a service that AWS could not have"));
        }
        if !name.bytes().all(of_name) {
            return Err(error("has a name that no call could have"));
        }
        if [service, name].iter().all(|part| part.bytes().all(|byte| byte == b'*')) {
            return Err(error("covers every call"));
        }
        Ok(QuietCall { service: service.to_owned(), name: name.to_owned() })
    }
}

impl fmt::Display for QuietCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.service, self.name)
    }
}
