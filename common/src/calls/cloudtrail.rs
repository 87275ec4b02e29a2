//! Calls of AWS CloudTrail that decide what is recorded at all.
//!
//! A trail is called by its name or by its ARN, in `name` here and in `trailName` there. Learned from real records of
//! 2024, but for `CreateTrail` and `UpdateTrail`, which follow the samples that AWS documents.

use super::{Nothing, declare, last_of};
use serde::Deserialize;

declare! { "cloudtrail.amazonaws.com"
    /// A trail was made.
    CreateTrail(TrailRequest) -> TrailResponse,
        "trail" |request, _| Some(last_of(&request?.name, '/').to_owned());
    /// A trail's settings were changed.
    UpdateTrail(TrailRequest) -> TrailResponse,
        "trail" |request, _| Some(last_of(&request?.name, '/').to_owned());
    /// A trail records nothing any more. If it was the only one, no further event comes.
    StopLogging(TrailRequest) -> Nothing,
        "trail" |request, _| Some(last_of(&request?.name, '/').to_owned());
    /// A trail was deleted.
    DeleteTrail(TrailRequest) -> Nothing,
        "trail" |request, _| Some(last_of(&request?.name, '/').to_owned());
    /// It was changed which events a trail records.
    PutEventSelectors(PutEventSelectorsRequest) -> Nothing,
        "trail" |request, _| Some(last_of(&request?.trail_name, '/').to_owned());
}

/// What a call about one trail was asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TrailRequest {
    /// The trail's name or its ARN.
    pub name: String,
    /// The bucket, where it was given.
    pub s3_bucket_name: Option<String>,
    /// Whether the trail is for all Regions, where that was given.
    pub is_multi_region_trail: Option<bool>,
    /// Whether its files can be checked, where that was given.
    pub enable_log_file_validation: Option<bool>,
}

/// What `CreateTrail` and `UpdateTrail` answered.
#[derive(Clone, Debug, Deserialize)]
pub struct TrailResponse {
    /// The trail's ARN.
    #[serde(rename = "trailARN", alias = "trailArn")]
    pub trail_arn: Option<String>,
}

/// What `PutEventSelectors` was asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PutEventSelectorsRequest {
    /// The trail's name or its ARN.
    pub trail_name: String,
    /// What is recorded, in the older form; absent where the advanced one was given.
    #[serde(default)]
    pub event_selectors: Vec<EventSelector>,
}

/// What is recorded.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EventSelector {
    /// `All`, `ReadOnly` or `WriteOnly`.
    pub read_write_type: Option<String>,
    /// Whether management events are recorded at all.
    pub include_management_events: Option<bool>,
}

impl EventSelector {
    /// Whether calls that change something are recorded.
    pub fn records_writes(&self) -> bool {
        self.include_management_events != Some(false) && self.read_write_type.as_deref() != Some("ReadOnly")
    }
}
