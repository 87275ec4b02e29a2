//! Users, their keys, their passwords and their policies.

use crate::calls::tags;
use crate::calls::text::TextMap;
use crate::calls::{Nothing, declare};
use serde::Deserialize;

declare! { "iam.amazonaws.com"
    /// A user was made.
    CreateUser(CreateUserRequest) -> Nothing,
        "IAM user" |request, _| Some(request?.user_name.clone());
    /// A user got an access key. Without a name in the request it is the caller's own.
    CreateAccessKey(MaybeUserRequest) -> CreateAccessKeyResponse,
        "IAM user" |request, response| {
            let of_key = || response?.access_key.user_name.clone();
            request.and_then(|request| request.user_name.clone()).or_else(of_key)
        };
    /// A user got a password for the console.
    CreateLoginProfile(LoginProfileRequest) -> Nothing,
        "IAM user" |request, _| Some(request?.user_name.clone());
    /// A user's password for the console was replaced.
    UpdateLoginProfile(LoginProfileRequest) -> Nothing,
        "IAM user" |request, _| Some(request?.user_name.clone());
    /// A managed policy was attached to a user, or was so before.
    AttachUserPolicy(AttachUserPolicyRequest) -> Nothing,
        "IAM user" |request, _| Some(request?.user_name.clone());
    /// A policy was written into a user, over the one of that name.
    PutUserPolicy(PutUserPolicyRequest) -> Nothing,
        "IAM user" |request, _| Some(request?.user_name.clone());
}

/// What `CreateUser` was asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateUserRequest {
    /// The user's name.
    pub user_name: String,
    /// The user's path; `/` if absent.
    pub path: Option<String>,
    /// The tags given.
    #[serde(default, deserialize_with = "tags::any")]
    pub tags: TextMap,
}

/// What `CreateAccessKey` was asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MaybeUserRequest {
    /// The user; the caller, if absent.
    pub user_name: Option<String>,
}

/// What `CreateAccessKey` answered.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateAccessKeyResponse {
    /// The key, without its secret.
    pub access_key: AccessKey,
}

/// An access key.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AccessKey {
    /// Its id.
    pub access_key_id: String,
    /// Whose it is.
    pub user_name: Option<String>,
}

/// What a call about a user's password was asked for; the password itself is never recorded.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LoginProfileRequest {
    /// The user.
    pub user_name: String,
    /// Whether the user has to choose another at once.
    pub password_reset_required: Option<bool>,
}

/// What `AttachUserPolicy` was asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AttachUserPolicyRequest {
    /// The user.
    pub user_name: String,
    /// The policy.
    pub policy_arn: String,
}

/// What `PutUserPolicy` was asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PutUserPolicyRequest {
    /// The user.
    pub user_name: String,
    /// The policy's name.
    pub policy_name: String,
    /// The policy, JSON in text.
    pub policy_document: Option<String>,
}
