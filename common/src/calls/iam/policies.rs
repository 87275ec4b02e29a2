//! Managed policies.

use crate::calls::tags;
use crate::calls::text::TextMap;
use crate::calls::{Nothing, declare, last_of};
use serde::Deserialize;

declare! { "iam.amazonaws.com"
    /// A managed policy was made.
    CreatePolicy(CreatePolicyRequest) -> CreatePolicyResponse,
        "IAM policy" |request, _| Some(request?.policy_name.clone());
    /// A managed policy got a new version, for everything that it is attached to if that is the default.
    CreatePolicyVersion(CreatePolicyVersionRequest) -> Nothing,
        "IAM policy" |request, _| Some(last_of(&request?.policy_arn, '/').to_owned());
}

/// What `CreatePolicy` was asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreatePolicyRequest {
    /// The policy's name.
    pub policy_name: String,
    /// The policy, JSON in text.
    pub policy_document: Option<String>,
    /// The tags given.
    #[serde(default, deserialize_with = "tags::any")]
    pub tags: TextMap,
}

/// What `CreatePolicy` answered.
#[derive(Clone, Debug, Deserialize)]
pub struct CreatePolicyResponse {
    /// The policy.
    pub policy: Policy,
}

/// A managed policy.
#[derive(Clone, Debug, Deserialize)]
pub struct Policy {
    /// Its ARN, with its path.
    pub arn: String,
}

/// What `CreatePolicyVersion` was asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreatePolicyVersionRequest {
    /// The policy.
    pub policy_arn: String,
    /// The new version, JSON in text.
    pub policy_document: Option<String>,
    /// Whether it holds at once.
    pub set_as_default: Option<bool>,
}
