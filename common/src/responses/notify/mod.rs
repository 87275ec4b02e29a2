//! Tells people and programs about a call, and keeps a journal.
//!
//! One notification has three forms, so that every kind of subscriber reads something made for it:
//! a text for e-mail, the whole story as JSON for queues and functions, and the chat service's own
//! schema where chat listens. It refuses nothing and changes nothing but the two channels: SNS and
//! a CloudWatch Logs group. Values from the record are shown, never interpreted: line breaks and
//! chat mark-up in a user agent stay text.

mod addition;
mod alike;
mod chat;
mod diff;
mod journal;
mod message;
mod place;
mod quiet;
mod severity;
mod story;
mod subject;
mod summary;
mod tell;
mod text;
mod tool;

pub use addition::Addition;
pub use alike::{Alike, DigestLimit};
pub use diff::AttributesSet;
pub use journal::JournalLine;
pub use message::Notification;
pub use quiet::{QuietCall, QuietCallError};
pub use severity::Severity;

use crate::{EventHeader, FailedCalls, Mode, Plan, Record, Replayed, Response};
use serde::Serialize;
use summary::Summary;

/// The response.
#[derive(Clone, Debug)]
pub struct Notify {
    settings: NotifySettings,
}

/// Which channels, and for what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotifySettings {
    /// The SNS topic; `None` for no notifications.
    pub topic_arn: Option<String>,
    /// The log group of the journal; `None` for no journal.
    pub journal_log_group: Option<String>,
    /// Whether a chat service is subscribed to the topic.
    pub chat: bool,
    /// Which failed calls are told of.
    pub failed_calls: FailedCalls,
    /// The calls that are kept in the journal and not published.
    pub quiet: Vec<QuietCall>,
    /// How many calls that are alike are told of one by one; `None` for all of them.
    pub digest: Option<DigestLimit>,
}

/// Tell, or note down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "channel", rename_all = "kebab-case")]
pub enum NotifyAction {
    /// Put a line into the journal.
    Journal(JournalLine),
    /// Publish to the topic.
    Topic(Notification),
}

/// Both channels are off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("neither a topic nor a journal log group is set: notify would have nothing to do")]
pub struct NoChannel;

impl Notify {
    /// The response with these settings.
    ///
    /// # Errors
    /// [`NoChannel`] when both channels are off.
    pub fn new(settings: NotifySettings) -> Result<Self, NoChannel> {
        if settings.topic_arn.is_none() && settings.journal_log_group.is_none() {
            return Err(NoChannel);
        }
        Ok(Notify { settings })
    }

    /// Which channels hear of it, and what: the log group's line, from the topic that is notified and whether the call
    /// is quiet, and the topic's message.
    fn told(
        &self,
        record: &Record,
        line: impl FnOnce(&str, Option<&str>, bool) -> JournalLine,
        message: impl FnOnce(&str) -> Notification,
    ) -> Plan<NotifyAction> {
        let quiet = self.is_quiet(record);
        let topic_arn = self.settings.topic_arn.as_deref().filter(|_| !quiet);
        let log_group = self.settings.journal_log_group.as_deref();
        let line = log_group.map(|log_group| NotifyAction::Journal(line(log_group, topic_arn, quiet)));
        let message = topic_arn.map(|topic_arn| NotifyAction::Topic(message(topic_arn)));
        let actions: Vec<NotifyAction> = line.into_iter().chain(message).collect();
        if actions.is_empty() {
            return Plan::nothing("quiet", "the call is on the quiet list, and there is no journal to keep it in");
        }
        Plan::Act(actions)
    }

    fn is_quiet(&self, record: &Record) -> bool {
        let named = record.event_source.text().zip(record.event_name.text());
        named.is_some_and(|(source, name)| self.settings.quiet.iter().any(|quiet| quiet.covers(source, name)))
    }
}

impl NotifyAction {
    /// What the call set, where it can be held against what was there before.
    pub fn set(&self) -> Option<&AttributesSet> {
        match self {
            NotifyAction::Journal(line) => line.set.as_ref(),
            NotifyAction::Topic(message) => message.set.as_deref(),
        }
    }

    /// The same with this added.
    #[must_use]
    pub fn with(&self, addition: &Addition) -> NotifyAction {
        match self {
            NotifyAction::Journal(line) => NotifyAction::Journal(line.with(addition)),
            NotifyAction::Topic(message) => NotifyAction::Topic(message.with(addition)),
        }
    }
}

impl Response for Notify {
    type Trigger = Record;
    type Action = NotifyAction;
    const NAME: &'static str = "notify";
    const IDEMPOTENT: bool = false;
    /// Telling takes nothing from anyone.
    const DESTRUCTIVE: bool = false;
    /// A journal that can't be written is no reason not to tell anyone.
    const ORDERED: bool = false;
    const DEFAULT_MODE: Mode = Mode::Enforce;
    /// Whoever replays an archive wants to hear what was missed.
    const DEFAULT_REPLAYED: Replayed = Replayed::Act;
    /// It tells what the record says, and touches no resource that the call was about.
    const ELSEWHERE: bool = true;

    fn failed_calls(&self) -> FailedCalls {
        self.settings.failed_calls
    }

    fn describe(&self, action: &NotifyAction) -> String {
        match action {
            NotifyAction::Journal(line) => format!("write to the journal {}", line.log_group),
            NotifyAction::Topic(message) => format!("publish {:?} to {}", message.subject, message.topic_arn),
        }
    }

    /// The journal first: it stays when a subscriber's message can't be sent.
    fn plan(&self, record: &Record) -> Plan<NotifyAction> {
        let header = EventHeader::of_record(record);
        let summary = Summary::of(record, &header);
        let chat = self.settings.chat;
        self.told(
            record,
            |log_group, topic_arn, quiet| {
                JournalLine::new(log_group, &summary, &header, topic_arn, quiet, AttributesSet::of(record))
            },
            |topic_arn| Notification::new(topic_arn, record, &header, &summary, chat),
        )
    }

    /// Without the texts.
    fn outline(&self, record: &Record) -> Plan<NotifyAction> {
        self.told(record, |log_group, _, _| JournalLine::empty(log_group), Notification::empty)
    }
}
