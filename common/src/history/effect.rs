//! What a call did to a queue, as far as its record tells.

use super::same_value;
use super::snapshot::QueueSnapshot;
use crate::call::Part;
use crate::calls::TextMap;
use crate::calls::sqs::{
    AddPermission, AddPermissionRequest, CreateQueue, CreateQueueRequest, CreateQueueResponse, DeleteQueue,
    EVENT_SOURCE, QueueRequest, RemovePermission, RemovePermissionRequest, SetQueueAttributes,
    SetQueueAttributesRequest, TagQueue, TagQueueRequest, UntagQueue, UntagQueueRequest,
};
use crate::{Admitted, FromRecord, QueueUrl, Record, ShapeError, Watched, WatchedCall};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a call did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "call", rename_all_fields = "camelCase")]
pub enum Effect {
    /// The queue was asked for with these; it may have been there before.
    CreateQueue {
        /// Attributes by name.
        attributes: TextMap,
        /// Tags by key.
        tags: TextMap,
    },
    /// The queue was deleted.
    DeleteQueue,
    /// These attributes were set; an empty value takes the attribute away.
    SetQueueAttributes {
        /// By name.
        attributes: TextMap,
    },
    /// A statement was added to the policy.
    AddPermission {
        /// Its id.
        label: String,
    },
    /// A statement was taken out of the policy.
    RemovePermission {
        /// Its id.
        label: String,
    },
    /// These tags were put on.
    TagQueue {
        /// By key.
        tags: TextMap,
    },
    /// These tags were taken off.
    UntagQueue {
        /// The keys.
        tag_keys: Vec<String>,
    },
    /// It set these, and to what is not kept: there were too many calls.
    Forgotten {
        /// The call.
        name: String,
        /// The names of the attributes.
        attributes: Vec<String>,
        /// The keys of the tags.
        tags: Vec<String>,
    },
    /// Something that the record doesn't tell, because CloudTrail left its parameters out.
    Untold {
        /// The call.
        name: String,
    },
}

/// An API call that changed a queue.
#[derive(Debug)]
pub struct QueueCall {
    /// The whole record.
    pub record: Record,
    /// The account that the event belongs to.
    pub account: String,
    /// The queue; `None` where the record doesn't tell.
    pub queue_url: Option<QueueUrl>,
    /// What it did.
    pub effect: Effect,
}

const CALLS: [WatchedCall; 7] = [
    WatchedCall::of::<AddPermission>(),
    WatchedCall::of::<CreateQueue>(),
    WatchedCall::of::<DeleteQueue>(),
    WatchedCall::of::<RemovePermission>(),
    WatchedCall::of::<SetQueueAttributes>(),
    WatchedCall::of::<TagQueue>(),
    WatchedCall::of::<UntagQueue>(),
];

impl Effect {
    /// What a successful call of SQS did, and to which queue; `None` for a failed call, a call of
    /// another service, and one that changes no queue's attributes or tags.
    ///
    /// # Errors
    /// A part of the record does not have the call's shape.
    pub fn of(record: &Record) -> Result<Option<(Option<QueueUrl>, Effect)>, ShapeError> {
        let (source, name) = (record.event_source.text(), record.event_name.text().unwrap_or_default());
        if source != Some(EVENT_SOURCE) || record.error().is_some() {
            return Ok(None);
        }
        let untold = || Effect::Untold { name: name.to_owned() };
        let (queue_url, effect) = match name {
            "CreateQueue" => {
                let answered: Part<CreateQueueResponse> = record.response_part()?;
                let queue_url = answered.known().map(|answer| answer.queue_url.clone());
                let effect = asked::<CreateQueueRequest>(record)?;
                let effect = effect.map(|asked| Effect::CreateQueue { attributes: asked.attributes, tags: asked.tags });
                return Ok(Some((queue_url, effect.unwrap_or_else(untold))));
            }
            "DeleteQueue" => asked::<QueueRequest>(record)?.map(|asked| (asked.queue_url, Effect::DeleteQueue)),
            "SetQueueAttributes" => asked::<SetQueueAttributesRequest>(record)?
                .map(|asked| (asked.queue_url, Effect::SetQueueAttributes { attributes: asked.attributes })),
            "AddPermission" => asked::<AddPermissionRequest>(record)?
                .map(|asked| (asked.queue_url, Effect::AddPermission { label: asked.label })),
            "RemovePermission" => asked::<RemovePermissionRequest>(record)?
                .map(|asked| (asked.queue_url, Effect::RemovePermission { label: asked.label })),
            "TagQueue" => {
                asked::<TagQueueRequest>(record)?.map(|asked| (asked.queue_url, Effect::TagQueue { tags: asked.tags }))
            }
            "UntagQueue" => asked::<UntagQueueRequest>(record)?
                .map(|asked| (asked.queue_url, Effect::UntagQueue { tag_keys: asked.tag_keys })),
            _ => return Ok(None),
        }
        .map_or_else(|| (None, untold()), |(queue_url, effect)| (Some(queue_url), effect));
        Ok(Some((queue_url, effect)))
    }

    /// The call.
    pub fn name(&self) -> &str {
        match self {
            Effect::CreateQueue { .. } => "CreateQueue",
            Effect::DeleteQueue => "DeleteQueue",
            Effect::SetQueueAttributes { .. } => "SetQueueAttributes",
            Effect::AddPermission { .. } => "AddPermission",
            Effect::RemovePermission { .. } => "RemovePermission",
            Effect::TagQueue { .. } => "TagQueue",
            Effect::UntagQueue { .. } => "UntagQueue",
            Effect::Forgotten { name, .. } | Effect::Untold { name } => name,
        }
    }

    /// The keys of the tags that it names.
    pub(super) fn tags_named(&self) -> Vec<&str> {
        match self {
            Effect::CreateQueue { tags, .. } | Effect::TagQueue { tags } => tags.keys().map(String::as_str).collect(),
            Effect::UntagQueue { tag_keys: keys } | Effect::Forgotten { tags: keys, .. } => {
                keys.iter().map(String::as_str).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Whether a look at the queue shows it: then what came before the call is past.
    pub fn shows_in(&self, queue: &QueueSnapshot) -> bool {
        let has = |name: &str, value: &str| match queue.attribute(name) {
            Some(now) => same_value(name, value, now),
            None => value.is_empty(),
        };
        match self {
            Effect::SetQueueAttributes { attributes } => attributes.iter().all(|(name, value)| has(name, value)),
            Effect::CreateQueue { attributes, tags } => {
                attributes.iter().all(|(name, value)| has(name, value)) && tagged(queue, tags)
            }
            Effect::TagQueue { tags } => tagged(queue, tags),
            Effect::UntagQueue { tag_keys } => tag_keys.iter().all(|key| !queue.tags.contains_key(key)),
            Effect::AddPermission { label } => has_statement(queue, label),
            Effect::RemovePermission { label } => !has_statement(queue, label),
            Effect::DeleteQueue | Effect::Forgotten { .. } | Effect::Untold { .. } => false,
        }
    }
}

impl FromRecord for QueueCall {
    fn watched() -> Watched {
        Watched::Calls(CALLS.to_vec())
    }

    fn from_record(admitted: Admitted) -> Result<Self, ShapeError> {
        let account = admitted.account().to_owned();
        let record = admitted.into_record();
        let Some((queue_url, effect)) = Effect::of(&record)? else {
            let source = serde::de::Error::custom("expected a successful call that changes a queue");
            return Err(ShapeError { path: "detail.eventName".to_owned(), source });
        };
        Ok(QueueCall { record, account, queue_url, effect })
    }
}

/// The request, where the record has it.
fn asked<T: serde::de::DeserializeOwned + Clone>(record: &Record) -> Result<Option<T>, ShapeError> {
    Ok(record.request_part::<T>()?.known().cloned())
}

fn tagged(queue: &QueueSnapshot, tags: &TextMap) -> bool {
    tags.iter().all(|(key, value)| queue.tags.get(key) == Some(value))
}

fn has_statement(queue: &QueueSnapshot, label: &str) -> bool {
    let policy = queue.attribute("Policy").and_then(|text| serde_json::from_str::<Value>(text).ok());
    let statements = policy.as_ref().and_then(|policy| policy.get("Statement")).and_then(Value::as_array);
    let mut sids = statements.into_iter().flatten().filter_map(|statement| statement.get("Sid")?.as_str());
    sids.any(|sid| sid == label)
}
