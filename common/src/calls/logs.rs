//! Calls of Amazon CloudWatch Logs.
//!
//! No public record of these was at hand; the shapes are those that AWS documents. `CreateLogGroup` answers nothing, so
//! the group's ARN is to be built.

use super::text::TextMap;
use super::{Nothing, declare, tags};
use serde::Deserialize;

declare! { "logs.amazonaws.com"
    /// A log group was made.
    CreateLogGroup(CreateLogGroupRequest) -> Nothing,
        "log group" |request, _| Some(request?.log_group_name.clone());
    /// A log group was deleted, with everything in it.
    DeleteLogGroup(LogGroupRequest) -> Nothing,
        "log group" |request, _| Some(request?.log_group_name.clone());
}

/// What `CreateLogGroup` was asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateLogGroupRequest {
    /// The group's name.
    pub log_group_name: String,
    /// The tags given.
    #[serde(default, deserialize_with = "tags::any")]
    pub tags: TextMap,
}

/// What `DeleteLogGroup` was asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LogGroupRequest {
    /// The group's name.
    pub log_group_name: String,
}
