//! What several of the inverse calls share: the queue and the event they are about, and a value put back.

use super::rules::Asked;
use super::{CallName, RevertAction, RevertRules};
use crate::history::{Before, Known, QueueHistory, QueueSnapshot};
use crate::responses::{CalledQueue, called_queue};
use crate::{ApiCall, Call, QueueUrl, Reason, Verdict};
use serde::Serialize;

/// The call that is undone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UndoneCall {
    /// The queue, and when.
    #[serde(flatten)]
    pub queue: CalledQueue,
    /// The event's id; empty where the record has none.
    pub event_id: String,
    /// The rule that says so; `None` where there are no rules.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
}

/// A value as it was found and as it is wanted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PutBack {
    /// The live value; `None` where there is none.
    pub found: Option<String>,
    /// The value before the call; `None` where there was none.
    pub wanted: Option<String>,
    /// How that is known.
    pub from: String,
}

/// What a look says, and what it could not say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Looked {
    /// What to do.
    pub verdict: Verdict<RevertAction>,
    /// What is not known of the queue before the call, in sentences. Where there is any, more facts may
    /// change the verdict.
    pub unknown: Vec<String>,
    /// What somebody has changed since, in sentences: it may be undone in a moment, and then be this call's
    /// own again.
    pub changed: Vec<String>,
}

impl UndoneCall {
    /// The call, without a rule yet.
    pub(super) fn of<C: ApiCall>(call: &Call<C>, queue_url: &QueueUrl) -> Result<UndoneCall, Reason> {
        let queue = called_queue(&call.record, call.account(), queue_url)?;
        let event_id = call.record.event_id.text().unwrap_or_default().to_owned();
        Ok(UndoneCall { queue, event_id, rule: None })
    }

    /// The same, if a rule says that it is undone.
    pub(super) fn by(self, rules: &RevertRules, name: CallName, asked: Asked<'_>) -> Result<UndoneCall, Reason> {
        let rule = rules.of_call(name, self.queue.queue_url.name(), asked)?.map(str::to_owned);
        Ok(UndoneCall { rule, ..self })
    }

    /// What is known of the queue before the call.
    pub(super) fn before<'a>(&'a self, history: &'a QueueHistory) -> Before<'a> {
        history.before(&self.event_id, self.queue.event_time)
    }

    /// Whether the live queue is another one than the call was about: made after it.
    pub(super) fn replaced(&self, live: &QueueSnapshot) -> Option<Reason> {
        let created = live.created?;
        (created > self.queue.event_time.timestamp() + 1).then(|| {
            Reason::new("created-later", format!("the queue {} was made after this call", self.queue.queue_arn))
        })
    }
}

impl PutBack {
    pub(super) fn new(found: Option<&str>, known: Known) -> Self {
        PutBack { found: found.map(str::to_owned), wanted: known.value, from: known.from }
    }
}

impl Looked {
    pub(super) fn nothing(code: &'static str, message: impl Into<String>) -> Self {
        Looked::that(Verdict::nothing(Reason::new(code, message)))
    }

    pub(super) fn that(verdict: Verdict<RevertAction>) -> Self {
        Looked { verdict, unknown: Vec::new(), changed: Vec::new() }
    }

    /// Nothing, because what was there before is not known.
    pub(super) fn unknown(unknown: Vec<String>) -> Self {
        let message = format!("nobody knows what was there before the call: {}", unknown.join("; "));
        Looked {
            verdict: Verdict::nothing(Reason::new("unknown-previous-state", message)),
            unknown,
            changed: Vec::new(),
        }
    }

    /// Nothing, because it was changed since.
    pub(super) fn changed(changed: Vec<String>) -> Self {
        let verdict = Verdict::nothing(Reason::new("changed-since", changed.join("; ")));
        Looked { verdict, unknown: Vec::new(), changed }
    }
}
