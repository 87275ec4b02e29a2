//! `CreateQueue`, `DeleteQueue`, `PurgeQueue`.

use super::Nothing;
use crate::QueueUrl;
use crate::calls::declare;
use crate::calls::text::{self, TextMap};
use serde::Deserialize;

declare! { "sqs.amazonaws.com"
    /// A queue was asked for. CreateQueue is idempotent: a success does not mean that a queue was
    /// made, so compare the queue's `CreatedTimestamp` with the event's time.
    CreateQueue(CreateQueueRequest) -> CreateQueueResponse,
        "queue" |request, response| {
            let asked_for = request.map(|request| request.queue_name.clone());
            asked_for.or_else(|| Some(response?.queue_url.name().to_owned()))
        };
    /// A queue was deleted, with everything in it.
    DeleteQueue(QueueRequest) -> Nothing,
        "queue" |request, _| Some(request?.queue_url.name().to_owned());
    /// All messages of a queue were deleted.
    PurgeQueue(QueueRequest) -> Nothing,
        "queue" |request, _| Some(request?.queue_url.name().to_owned());
}

/// What `CreateQueue` was asked for.
///
/// ```
/// use trailhook::calls::sqs::CreateQueueRequest;
///
/// let of_2019: CreateQueueRequest = serde_json::from_str(
///     r#"{"queueName": "orders", "attribute": {"DelaySeconds": "5"}}"#,
/// )?;
/// assert_eq!(of_2019.attributes["DelaySeconds"], "5");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Deserialize)]
#[serde(from = "Spellings")]
pub struct CreateQueueRequest {
    /// The queue's name.
    pub queue_name: String,
    /// The attributes given, by name; empty text where the console left one unset.
    pub attributes: TextMap,
    /// The tags given.
    pub tags: TextMap,
}

/// What `CreateQueue` answered.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateQueueResponse {
    /// The queue's URL.
    pub queue_url: QueueUrl,
}

/// What `DeleteQueue` and `PurgeQueue` were asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct QueueRequest {
    /// The queue's URL.
    pub queue_url: QueueUrl,
}

/// The plural came with the JSON protocol (2023); the singular is the Query protocol's, with a
/// capital in 2017. Clients of both are in use today.
#[derive(Deserialize)]
struct Spellings {
    #[serde(rename = "queueName")]
    queue_name: String,
    #[serde(default, deserialize_with = "text::map")]
    attributes: Option<TextMap>,
    #[serde(default, deserialize_with = "text::map")]
    attribute: Option<TextMap>,
    #[serde(default, rename = "Attribute", deserialize_with = "text::map")]
    attribute_upper: Option<TextMap>,
    #[serde(default, deserialize_with = "text::map")]
    tags: Option<TextMap>,
    #[serde(default, deserialize_with = "text::map")]
    tag: Option<TextMap>,
    #[serde(default, rename = "Tag", deserialize_with = "text::map")]
    tag_upper: Option<TextMap>,
}

impl From<Spellings> for CreateQueueRequest {
    fn from(spellings: Spellings) -> Self {
        let attributes = spellings.attributes.or(spellings.attribute).or(spellings.attribute_upper);
        let tags = spellings.tags.or(spellings.tag).or(spellings.tag_upper);
        CreateQueueRequest {
            queue_name: spellings.queue_name,
            attributes: attributes.unwrap_or_default(),
            tags: tags.unwrap_or_default(),
        }
    }
}
