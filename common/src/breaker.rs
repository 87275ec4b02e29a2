//! The circuit breaker's pure half: how much a response may do in how much time, and what people are
//! told when it has done so much.
//!
//! A response that takes things away and is wrong is wrong at the speed of a machine. So it stops
//! after so many actions in a window, and a person looks. It refuses to count: that is done in the
//! functions' table, where all of them see it.

use crate::shown::one_line;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use std::fmt;

/// The longest name of a response in a subject.
const LONGEST_NAME: usize = 30;

/// How many actions in how much time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BreakerLimit {
    /// At most so many, from 1 to [`BreakerLimit::MOST`].
    pub actions: u32,
    /// In any stretch of this length.
    pub window: TimeDelta,
}

/// What people are told when a breaker opens, once for each window.
///
/// ```
/// use trailhook::{BreakerLimit, BreakerNotice};
///
/// let notice = BreakerNotice {
///     response: "revert",
///     account: "111122223333",
///     region: "eu-west-1",
///     limit: BreakerLimit::default(),
///     until: "2026-11-02T10:30:00Z".parse()?,
///     stopped: "delete queue arn:aws:sqs:eu-west-1:111122223333:orders",
///     event_id: Some("a1b2"),
/// };
/// assert_eq!(notice.subject(), "trailhook: revert has stopped itself in 111122223333, eu-west-1");
/// assert!(notice.email().contains("10 actions in 60 minutes"));
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct BreakerNotice<'a> {
    /// The response that has stopped.
    pub response: &'a str,
    /// In this account.
    pub account: &'a str,
    /// In this Region.
    pub region: &'a str,
    /// What it may do.
    pub limit: BreakerLimit,
    /// When it may act again.
    pub until: DateTime<Utc>,
    /// The first action that was not done, in words that follow "would".
    pub stopped: &'a str,
    /// The event that asked for it.
    pub event_id: Option<&'a str>,
}

impl BreakerLimit {
    /// More are not counted: the places are members of one item in the table.
    pub const MOST: u32 = 100;
}

impl Default for BreakerLimit {
    /// Ten in an hour.
    fn default() -> Self {
        BreakerLimit { actions: 10, window: TimeDelta::hours(1) }
    }
}

impl fmt::Display for BreakerLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let actions = if self.actions == 1 { "action" } else { "actions" };
        match self.window.num_seconds() {
            1 => write!(f, "{} {actions} in a second", self.actions),
            60 => write!(f, "{} {actions} in a minute", self.actions),
            seconds if seconds % 60 == 0 => write!(f, "{} {actions} in {} minutes", self.actions, seconds / 60),
            seconds => write!(f, "{} {actions} in {seconds} seconds", self.actions),
        }
    }
}

impl BreakerNotice<'_> {
    /// For e-mail: under 100 characters of ASCII.
    pub fn subject(&self) -> String {
        let response: String = self.response.chars().take(LONGEST_NAME).collect();
        format!("trailhook: {response} has stopped itself in {}, {}", self.account, self.region)
    }

    /// For people who read e-mail.
    pub fn email(&self) -> String {
        let (event, stopped) = (one_line(self.event_id.unwrap_or("unknown"), 100), one_line(self.stopped, 500));
        format!(
            "{} did {}, as many as it may, and has stopped itself.\n\n\
             Not done: {stopped}\nEvent id: {event}\n\n\
             From {} on it acts again, on new events. What it leaves alone until then stays as it is: each such event \
             ends in a decision line with the outcome \"stopped\". If the calls were meant, raise the limit or exempt who \
             makes them; if they were not, somebody is making many of them.\n",
            self.response,
            self.limit,
            self.until.format("%Y-%m-%dT%H:%M:%SZ")
        )
    }

    /// For SNS, with `MessageStructure: json`: e-mail in words, everyone else as JSON in the schema
    /// that Amazon Q Developer in chat applications reads.
    pub fn message(&self) -> Value {
        // What comes from a record can neither end the block nor begin a mention.
        let text = self.email().replace('`', "'").replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let chat = json!({
            "version": "1.0",
            "source": "custom",
            "content": {
                "textType": "client-markdown",
                "title": self.subject(),
                "description": format!("```{text}```"),
            },
            "metadata": { "threadId": format!("trailhook-breaker-{}", self.response), "eventType": "BreakerOpen" },
        });
        json!({ "default": chat.to_string(), "email": self.email() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_record_says_is_shown_and_not_read() {
        let notice = BreakerNotice {
            response: "revert",
            account: "111122223333",
            region: "eu-west-1",
            limit: BreakerLimit::default(),
            until: DateTime::UNIX_EPOCH,
            stopped: "delete queue arn:aws:sqs:eu-west-1:111122223333:orders",
            event_id: Some("x\nEvent id: y\u{202e}```<!channel>"),
        };
        assert_eq!(notice.email().lines().filter(|line| line.starts_with("Event id: ")).count(), 1);
        let message = notice.message();
        let chat = message["default"].as_str().unwrap_or_default();
        assert!(!chat.contains(['\u{202e}', '<']), "{chat}");
        assert_eq!(chat.matches("```").count(), 2, "{chat}");
    }
}
