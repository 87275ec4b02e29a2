//! Calls of Amazon SNS.
//!
//! `CreateTopic` is learned from a real record of 2025. Of `SetTopicAttributes` none was at hand: it has the API's
//! members with a lower first letter.

use super::text::{self, TextMap};
use super::{Nothing, declare, last_of, tags};
use serde::Deserialize;

declare! { "sns.amazonaws.com"
    /// A topic was asked for. A success does not mean that one was made.
    CreateTopic(CreateTopicRequest) -> CreateTopicResponse,
        "topic" |request, _| Some(request?.name.clone());
    /// An attribute of a topic was set; `Policy` says who may use it.
    SetTopicAttributes(SetTopicAttributesRequest) -> Nothing,
        "topic" |request, _| Some(last_of(&request?.topic_arn, ':').to_owned());
}

/// What `CreateTopic` was asked for.
#[derive(Clone, Debug, Deserialize)]
pub struct CreateTopicRequest {
    /// The topic's name.
    pub name: String,
    /// The attributes given; `Policy` is JSON in text.
    #[serde(default, deserialize_with = "text::map")]
    pub attributes: Option<TextMap>,
    /// The tags given.
    #[serde(default, deserialize_with = "tags::any")]
    pub tags: TextMap,
}

/// What `CreateTopic` answered.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateTopicResponse {
    /// The topic's ARN.
    pub topic_arn: String,
}

/// What `SetTopicAttributes` was asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SetTopicAttributesRequest {
    /// The topic.
    pub topic_arn: String,
    /// Which attribute.
    pub attribute_name: String,
    /// Its value.
    #[serde(default, deserialize_with = "text::json")]
    pub attribute_value: Option<String>,
}
