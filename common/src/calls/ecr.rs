//! Calls of Amazon ECR. Learned from a real record of 2024.

use super::text::TextMap;
use super::{declare, tags};
use serde::Deserialize;

declare! { "ecr.amazonaws.com"
    /// A repository for images was made.
    CreateRepository(CreateRepositoryRequest) -> CreateRepositoryResponse,
        "repository" |request, _| Some(request?.repository_name.clone());
}

/// What `CreateRepository` was asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateRepositoryRequest {
    /// The repository's name.
    pub repository_name: String,
    /// The tags given.
    #[serde(default, deserialize_with = "tags::any")]
    pub tags: TextMap,
}

/// What `CreateRepository` answered.
#[derive(Clone, Debug, Deserialize)]
pub struct CreateRepositoryResponse {
    /// The repository.
    pub repository: Repository,
}

/// A repository.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Repository {
    /// Its ARN.
    pub repository_arn: Option<String>,
}
