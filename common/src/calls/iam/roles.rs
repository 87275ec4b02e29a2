//! Roles, their policies, and who may take them on.

use crate::calls::tags;
use crate::calls::text::TextMap;
use crate::calls::{Nothing, declare};
use serde::Deserialize;

declare! { "iam.amazonaws.com"
    /// A role was made.
    CreateRole(CreateRoleRequest) -> CreateRoleResponse,
        "IAM role" |request, _| Some(request?.role_name.clone());
    /// A managed policy was attached to a role, or was so before.
    AttachRolePolicy(AttachRolePolicyRequest) -> Nothing,
        "IAM role" |request, _| Some(request?.role_name.clone());
    /// A policy was written into a role, over the one of that name.
    PutRolePolicy(PutRolePolicyRequest) -> Nothing,
        "IAM role" |request, _| Some(request?.role_name.clone());
    /// It was changed who may take on a role.
    UpdateAssumeRolePolicy(UpdateAssumeRolePolicyRequest) -> Nothing,
        "IAM role" |request, _| Some(request?.role_name.clone());
}

/// What `CreateRole` was asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateRoleRequest {
    /// The role's name.
    pub role_name: String,
    /// The role's path; `/` if absent.
    pub path: Option<String>,
    /// Who may take it on, JSON in text.
    pub assume_role_policy_document: Option<String>,
    /// The tags given.
    #[serde(default, deserialize_with = "tags::any")]
    pub tags: TextMap,
}

/// What `CreateRole` answered.
#[derive(Clone, Debug, Deserialize)]
pub struct CreateRoleResponse {
    /// The role.
    pub role: Role,
}

/// A role.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Role {
    /// Its ARN, with its path.
    pub arn: String,
}

/// What `AttachRolePolicy` was asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AttachRolePolicyRequest {
    /// The role.
    pub role_name: String,
    /// The policy.
    pub policy_arn: String,
}

/// What `PutRolePolicy` was asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PutRolePolicyRequest {
    /// The role.
    pub role_name: String,
    /// The policy's name.
    pub policy_name: String,
    /// The policy, JSON in text.
    pub policy_document: Option<String>,
}

/// What `UpdateAssumeRolePolicy` was asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UpdateAssumeRolePolicyRequest {
    /// The role.
    pub role_name: String,
    /// Who may take it on from now on, JSON in text.
    pub policy_document: Option<String>,
}
