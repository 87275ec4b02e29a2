//! `TagQueue`, `UntagQueue`.

use super::{Nothing, call};
use crate::QueueUrl;
use crate::calls::text::{self, TextMap};
use serde::Deserialize;

call! {
    /// Tags were put on a queue; a tag that was there already got the new value.
    TagQueue(TagQueueRequest) -> Nothing
}

call! {
    /// Tags were taken off a queue.
    UntagQueue(UntagQueueRequest) -> Nothing
}

/// What `TagQueue` was asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(from = "TagSpellings")]
pub struct TagQueueRequest {
    /// The queue's URL.
    pub queue_url: QueueUrl,
    /// The tags put on it.
    pub tags: TextMap,
}

/// What `UntagQueue` was asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(from = "UntagSpellings")]
pub struct UntagQueueRequest {
    /// The queue's URL.
    pub queue_url: QueueUrl,
    /// The keys taken off.
    pub tag_keys: Vec<String>,
}

#[derive(Deserialize)]
struct TagSpellings {
    #[serde(rename = "queueUrl")]
    queue_url: QueueUrl,
    #[serde(default, deserialize_with = "text::map")]
    tags: Option<TextMap>,
    #[serde(default, deserialize_with = "text::map")]
    tag: Option<TextMap>,
}

#[derive(Deserialize)]
struct UntagSpellings {
    #[serde(rename = "queueUrl")]
    queue_url: QueueUrl,
    #[serde(rename = "tagKeys")]
    tag_keys: Option<Vec<String>>,
    #[serde(rename = "tagKey")]
    tag_key: Option<Vec<String>>,
}

impl From<TagSpellings> for TagQueueRequest {
    fn from(spellings: TagSpellings) -> Self {
        TagQueueRequest { queue_url: spellings.queue_url, tags: spellings.tags.or(spellings.tag).unwrap_or_default() }
    }
}

impl From<UntagSpellings> for UntagQueueRequest {
    fn from(spellings: UntagSpellings) -> Self {
        UntagQueueRequest {
            queue_url: spellings.queue_url,
            tag_keys: spellings.tag_keys.or(spellings.tag_key).unwrap_or_default(),
        }
    }
}
