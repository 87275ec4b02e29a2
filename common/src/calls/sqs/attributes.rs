//! `SetQueueAttributes`.

use super::{Missing, Nothing};
use crate::QueueUrl;
use crate::calls::declare;
use crate::calls::text::{self, TextMap};
use serde::Deserialize;

declare! { "sqs.amazonaws.com"
    /// Attributes of a queue were set. The console sends all of them on every edit, so the event
    /// does not tell which ones changed.
    SetQueueAttributes(SetQueueAttributesRequest) -> Nothing,
        "queue" |request, _| Some(request?.queue_url.name().to_owned());
}

/// What `SetQueueAttributes` was asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "Spellings")]
pub struct SetQueueAttributesRequest {
    /// The queue's URL.
    pub queue_url: QueueUrl,
    /// The attributes set, by name; `Policy` is JSON in text.
    pub attributes: TextMap,
}

/// Real records have the plural in every era; the singular is the Query protocol's name for it.
#[derive(Deserialize)]
struct Spellings {
    #[serde(rename = "queueUrl")]
    queue_url: QueueUrl,
    #[serde(default, deserialize_with = "text::map")]
    attributes: Option<TextMap>,
    #[serde(default, deserialize_with = "text::map")]
    attribute: Option<TextMap>,
    #[serde(default, rename = "Attribute", deserialize_with = "text::map")]
    attribute_upper: Option<TextMap>,
}

impl TryFrom<Spellings> for SetQueueAttributesRequest {
    type Error = Missing;

    fn try_from(spellings: Spellings) -> Result<Self, Missing> {
        let attributes = spellings.attributes.or(spellings.attribute).or(spellings.attribute_upper);
        let attributes = attributes.ok_or(Missing("attributes"))?;
        Ok(SetQueueAttributesRequest { queue_url: spellings.queue_url, attributes })
    }
}
