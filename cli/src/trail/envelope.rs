//! The envelope that EventBridge puts around a record: learned from "AWS service events delivered
//! via CloudTrail", its members in the order of real events.

use super::record::Record;
use serde::Serialize;
use trailhook::DetailType;
use uuid::Uuid;

/// An event on the default bus.
///
/// Serialized it is what a rule's targets get; [`trailhook::decode`] reads it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Envelope {
    /// Always `0`.
    pub version: &'static str,
    /// The event's own id, which is not the record's.
    pub id: Uuid,
    /// `AWS API Call via CloudTrail`.
    pub detail_type: String,
    /// `aws.` and the service's prefix, as in `aws.sqs`.
    pub source: String,
    /// The account whose bus it is on.
    pub account: String,
    /// The record's `eventTime`.
    pub time: String,
    /// The Region whose bus it is on.
    pub region: String,
    /// Empty in every event that comes from CloudTrail; the record has its own.
    pub resources: [String; 0],
    /// The record.
    pub detail: Record,
}

impl Envelope {
    /// The envelope around a record.
    pub fn around(record: Record) -> Envelope {
        let prefix = record.event_source.split('.').next().unwrap_or_default();
        Envelope {
            version: "0",
            id: Uuid::new_v4(),
            detail_type: DetailType::ApiCall.as_str().to_owned(),
            source: format!("aws.{prefix}"),
            account: record.recipient_account_id.clone(),
            time: record.event_time.clone(),
            region: record.aws_region.clone(),
            resources: [],
            detail: record,
        }
    }
}
