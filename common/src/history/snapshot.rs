//! A queue as it was seen: what somebody can set, and when it was made.

use crate::calls::TextMap;
use crate::responses::epoch_seconds;
use serde::{Deserialize, Serialize};

/// The attributes that can be set, from the reference of `SetQueueAttributes` and `CreateQueue`. The
/// others are counts and times.
const SETTABLE: [&str; 15] = [
    "ContentBasedDeduplication",
    "DeduplicationScope",
    "DelaySeconds",
    "FifoQueue",
    "FifoThroughputLimit",
    "KmsDataKeyReusePeriodSeconds",
    "KmsMasterKeyId",
    "MaximumMessageSize",
    "MessageRetentionPeriod",
    "Policy",
    "ReceiveMessageWaitTimeSeconds",
    "RedriveAllowPolicy",
    "RedrivePolicy",
    "SqsManagedSseEnabled",
    "VisibilityTimeout",
];

/// What was set on a queue, and its tags.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct QueueSnapshot {
    /// `CreatedTimestamp`, in seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<i64>,
    /// The attributes that can be set and are; an empty one is not set.
    pub attributes: TextMap,
    /// The tags.
    pub tags: TextMap,
}

impl QueueSnapshot {
    /// Of what `GetQueueAttributes` (all of them) and `ListQueueTags` answered.
    pub fn of(attributes: &TextMap, tags: TextMap) -> Self {
        let created = attributes.get("CreatedTimestamp").and_then(|text| epoch_seconds(text));
        let set = attributes.iter().filter(|(name, value)| is_settable(name) && !value.is_empty());
        let attributes = set.map(|(name, value)| (name.clone(), value.clone())).collect();
        QueueSnapshot { created, attributes, tags }
    }

    /// An attribute's value, if it is set.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }
}

/// Whether an attribute is one that somebody sets.
pub(crate) fn is_settable(name: &str) -> bool {
    SETTABLE.contains(&name)
}

/// The attributes that can be set.
pub(super) fn settable() -> impl Iterator<Item = &'static str> {
    SETTABLE.into_iter()
}
