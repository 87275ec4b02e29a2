//! `TagQueue`, `UntagQueue`.

use super::{Missing, Nothing};
use crate::QueueUrl;
use crate::calls::declare;
use crate::calls::text::{self, TextMap};
use serde::Deserialize;

declare! { "sqs.amazonaws.com"
    /// Tags were put on a queue; a tag that was there already got the new value.
    TagQueue(TagQueueRequest) -> Nothing,
        "queue" |request, _| Some(request?.queue_url.name().to_owned());
    /// Tags were taken off a queue.
    UntagQueue(UntagQueueRequest) -> Nothing,
        "queue" |request, _| Some(request?.queue_url.name().to_owned());
}

/// What `TagQueue` was asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "TagSpellings")]
pub struct TagQueueRequest {
    /// The queue's URL.
    pub queue_url: QueueUrl,
    /// The tags put on it.
    pub tags: TextMap,
}

/// What `UntagQueue` was asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "UntagSpellings")]
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
    #[serde(default, rename = "Tag", deserialize_with = "text::map")]
    tag_upper: Option<TextMap>,
}

#[derive(Deserialize)]
struct UntagSpellings {
    #[serde(rename = "queueUrl")]
    queue_url: QueueUrl,
    #[serde(rename = "tagKeys")]
    tag_keys: Option<Vec<String>>,
    #[serde(rename = "tagKey")]
    tag_key: Option<Vec<String>>,
    #[serde(rename = "TagKey")]
    tag_key_upper: Option<Vec<String>>,
}

impl TryFrom<TagSpellings> for TagQueueRequest {
    type Error = Missing;

    fn try_from(spellings: TagSpellings) -> Result<Self, Missing> {
        let tags = spellings.tags.or(spellings.tag).or(spellings.tag_upper);
        Ok(TagQueueRequest { queue_url: spellings.queue_url, tags: tags.ok_or(Missing("tags"))? })
    }
}

impl TryFrom<UntagSpellings> for UntagQueueRequest {
    type Error = Missing;

    fn try_from(spellings: UntagSpellings) -> Result<Self, Missing> {
        let tag_keys = spellings.tag_keys.or(spellings.tag_key).or(spellings.tag_key_upper);
        Ok(UntagQueueRequest { queue_url: spellings.queue_url, tag_keys: tag_keys.ok_or(Missing("tagKeys"))? })
    }
}
