//! Calls of AWS Secrets Manager.
//!
//! The secret itself is never recorded. Its ARN is `arn` in some records and `aRN` in others. No public record of
//! the call was at hand; its shape is the one that others have described.

use super::text::TextMap;
use super::{declare, tags};
use serde::Deserialize;

declare! { "secretsmanager.amazonaws.com"
    /// A secret was made.
    CreateSecret(CreateSecretRequest) -> CreateSecretResponse,
        "secret" |request, _| Some(request?.name.clone());
}

/// What `CreateSecret` was asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateSecretRequest {
    /// The secret's name.
    pub name: String,
    /// What its maker wrote about it.
    pub description: Option<String>,
    /// The tags given.
    #[serde(default, deserialize_with = "tags::any")]
    pub tags: TextMap,
}

/// What `CreateSecret` answered.
#[derive(Clone, Debug, Deserialize)]
pub struct CreateSecretResponse {
    /// The secret's ARN: its name with six characters behind it.
    #[serde(alias = "aRN", alias = "ARN")]
    pub arn: Option<String>,
}
