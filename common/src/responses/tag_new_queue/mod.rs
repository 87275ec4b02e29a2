//! Tags a queue that a call really made with who, when, how and from where.
//!
//! It never overwrites: a tag given in the call, or found on the queue, stays as it is. (SQS has no
//! conditional TagQueue: a tag that someone puts on between the look and the call is lost.) It
//! refuses to tag a queue that was there before the call.

mod rules;
mod settings;
mod template;

pub use rules::{TagKeyError, clean_value, tag_key};
pub use settings::{TagProblem, TagSettings};
pub use template::TemplateError;

use crate::calls::sqs::CreateQueue;
use crate::{Arn, Call, Mode, Plan, QueueUrl, Reason, Response, Verdict};
use chrono::{DateTime, Utc};
use serde::Serialize;
use std::collections::BTreeMap;

/// The response.
#[derive(Debug)]
pub struct TagNewQueue {
    settings: TagSettings,
}

/// Put these tags on this queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TagQueueAction {
    /// The queue, as the call answered it.
    pub queue_url: QueueUrl,
    /// The same as an ARN.
    pub queue_arn: Arn,
    /// When the call was made: the queue must have been made then.
    pub event_time: DateTime<Utc>,
    /// Key to value.
    pub tags: BTreeMap<String, String>,
    /// The keys whose template failed on this record, with the reason.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub left_out: BTreeMap<String, String>,
    /// The keys that the queue must have, whoever puts them on: the report names those it lacks.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub required: Vec<String>,
}

impl TagNewQueue {
    /// The response with these settings.
    pub fn new(settings: TagSettings) -> Self {
        TagNewQueue { settings }
    }
}

impl Response for TagNewQueue {
    type Trigger = Call<CreateQueue>;
    type Action = TagQueueAction;
    const NAME: &'static str = "tag-new-queue";
    const IDEMPOTENT: bool = true;
    const DEFAULT_MODE: Mode = Mode::Enforce;

    fn describe(&self, action: &TagQueueAction) -> String {
        let keys: Vec<&str> = action.tags.keys().map(String::as_str).collect();
        if keys.is_empty() {
            return format!("see whether queue {} has the tags {}", action.queue_arn, action.required.join(", "));
        }
        format!("tag queue {} with {}", action.queue_arn, keys.join(", "))
    }

    fn resource(&self, action: &TagQueueAction) -> Option<Arn> {
        Some(action.queue_arn.clone())
    }

    fn plan(&self, call: &Call<CreateQueue>) -> Plan<TagQueueAction> {
        let queue = match super::queue_made(call) {
            Ok(queue) => queue,
            Err(reason) => return Plan::Nothing(reason),
        };
        let given = call.request.known().map(|request| &request.tags);
        let (mut tags, mut left_out) = self.settings.render(call);
        let none = tags.is_empty() && left_out.is_empty();
        for key in given.into_iter().flat_map(|given| given.keys()) {
            tags.remove(key);
            left_out.remove(key);
        }
        let required = self.settings.required.clone();
        if tags.is_empty() && left_out.is_empty() && required.is_empty() {
            return if none {
                Plan::nothing("no-value", "no tag has a value for this record")
            } else {
                Plan::nothing("already-tagged", "what tags there would be, the call itself gave the queue")
            };
        }
        let super::CalledQueue { queue_url, queue_arn, event_time } = queue;
        Plan::act(TagQueueAction { queue_url, queue_arn, event_time, tags, left_out, required })
    }
}

impl TagQueueAction {
    /// What the live queue says: only a queue made by this call is tagged, and only with keys that
    /// it doesn't have.
    pub fn judge(&self, created: &str, tags: &BTreeMap<String, String>) -> Verdict<TagQueueAction> {
        if let Err(reason) = super::created_by_this_call(self.event_time, created) {
            return Verdict::nothing(reason);
        }
        let missing: BTreeMap<String, String> =
            self.tags.iter().filter(|(key, _)| !tags.contains_key(*key)).map(|(k, v)| (k.clone(), v.clone())).collect();
        let lacking = self.lacking(tags, &missing);
        let nothing = |reason: Reason| match &lacking {
            None => Verdict::nothing(reason),
            Some(lacking) => Verdict::nothing(Reason::new("required-tags-missing", format!("{lacking}; {reason}"))),
        };
        if self.tags.is_empty() && !self.left_out.is_empty() {
            let failed: Vec<String> = self.left_out.iter().map(|(key, why)| format!("{key}: {why}")).collect();
            return nothing(Reason::new("no-value", format!("no tag has a value: {}", failed.join("; "))));
        }
        if missing.is_empty() {
            return nothing(Reason::new("already-tagged", "the queue has every tag that there is a value for"));
        }
        let verdict = if missing.len() == self.tags.len() {
            Verdict::proceed()
        } else {
            Verdict::amend(TagQueueAction { tags: missing, ..self.clone() })
        };
        verdict.noting(lacking)
    }

    /// What the queue lacks of the required tags, with those that it is about to get, in a sentence. A tag
    /// without a value is as good as none.
    fn lacking(&self, there: &BTreeMap<String, String>, coming: &BTreeMap<String, String>) -> Option<String> {
        let has = |key: &String| there.get(key).or_else(|| coming.get(key)).is_some_and(|value| !value.is_empty());
        let lacking: Vec<&str> = self.required.iter().filter(|key| !has(key)).map(String::as_str).collect();
        let words = if lacking.len() == 1 { "the required tag" } else { "the required tags" };
        (!lacking.is_empty()).then(|| format!("the queue {} lacks {words} {}", self.queue_arn, lacking.join(", ")))
    }
}
