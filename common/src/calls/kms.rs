//! Calls of AWS KMS.
//!
//! A key is called by its id, its ARN or, in some calls, an alias; the record keeps what the caller wrote, and the
//! key's ARN is in `resources`. No public record of these was at hand: the shapes are those of AWS's own samples.

use super::text::TextMap;
use super::{Nothing, declare, last_of, tags};
use serde::Deserialize;

declare! { "kms.amazonaws.com"
    /// A key was made.
    CreateKey(CreateKeyRequest) -> CreateKeyResponse,
        "KMS key" |_, response| Some(response?.key_metadata.key_id.clone());
    /// A key will be deleted, and what it encrypted is lost then. Cancelling that leaves it disabled.
    ScheduleKeyDeletion(ScheduleKeyDeletionRequest) -> ScheduleKeyDeletionResponse,
        "KMS key" |request, _| Some(last_of(&request?.key_id, '/').to_owned());
    /// A key can't be used any more.
    DisableKey(KeyRequest) -> Nothing,
        "KMS key" |request, _| Some(last_of(&request?.key_id, '/').to_owned());
    /// A key's policy was replaced.
    PutKeyPolicy(PutKeyPolicyRequest) -> Nothing,
        "KMS key" |request, _| Some(last_of(&request?.key_id, '/').to_owned());
}

/// What `CreateKey` was asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateKeyRequest {
    /// What its maker wrote about it.
    pub description: Option<String>,
    /// The policy given, JSON in text.
    pub policy: Option<String>,
    /// The tags given.
    #[serde(default, deserialize_with = "tags::any")]
    pub tags: TextMap,
}

/// What `CreateKey` answered.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateKeyResponse {
    /// The key.
    pub key_metadata: KeyMetadata,
}

/// A key.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KeyMetadata {
    /// Its id.
    pub key_id: String,
    /// Its ARN.
    pub arn: Option<String>,
}

/// What a call that needs only the key was asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KeyRequest {
    /// The key's id, its ARN or its alias.
    pub key_id: String,
}

/// What `ScheduleKeyDeletion` was asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ScheduleKeyDeletionRequest {
    /// The key's id or its ARN.
    pub key_id: String,
    /// In how many days; 30 if absent.
    pub pending_window_in_days: Option<u32>,
}

/// What `ScheduleKeyDeletion` answered.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ScheduleKeyDeletionResponse {
    /// When, in the service's own writing.
    pub deletion_date: Option<String>,
}

/// What `PutKeyPolicy` was asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PutKeyPolicyRequest {
    /// The key's id or its ARN.
    pub key_id: String,
    /// The new policy, JSON in text.
    pub policy: Option<String>,
    /// Whether the caller may be locked out by it.
    pub bypass_policy_lockout_safety_check: Option<bool>,
}
