//! Calls of Amazon ECS. Learned from a real record of 2022.

use super::text::TextMap;
use super::{declare, tags};
use serde::Deserialize;

declare! { "ecs.amazonaws.com"
    /// A cluster was asked for, by the name `default` where the caller gave none.
    CreateCluster(CreateClusterRequest) -> CreateClusterResponse,
        "ECS cluster" |request, response| {
            let made = response.and_then(|response| response.cluster.cluster_name.clone());
            made.or_else(|| request?.cluster_name.clone())
        };
}

/// What `CreateCluster` was asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateClusterRequest {
    /// The cluster's name.
    pub cluster_name: Option<String>,
    /// The tags given.
    #[serde(default, deserialize_with = "tags::any")]
    pub tags: TextMap,
}

/// What `CreateCluster` answered.
#[derive(Clone, Debug, Deserialize)]
pub struct CreateClusterResponse {
    /// The cluster.
    pub cluster: Cluster,
}

/// A cluster.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cluster {
    /// Its name.
    pub cluster_name: Option<String>,
    /// Its ARN.
    pub cluster_arn: Option<String>,
}
