//! Calls of Amazon EKS. Learned from a real record of 2022.

use super::text::TextMap;
use super::{declare, tags};
use serde::Deserialize;

declare! { "eks.amazonaws.com"
    /// A cluster was made.
    CreateCluster(CreateClusterRequest) -> CreateClusterResponse,
        "EKS cluster" |request, _| Some(request?.name.clone());
}

/// What `CreateCluster` was asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateClusterRequest {
    /// The cluster's name.
    pub name: String,
    /// How its control plane can be reached.
    #[serde(rename = "resourcesVpcConfig")]
    pub vpc: Option<VpcConfig>,
    /// The tags given.
    #[serde(default, deserialize_with = "tags::any")]
    pub tags: TextMap,
}

/// How a control plane can be reached.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VpcConfig {
    /// Whether it has an address on the internet; absent means that it has.
    pub endpoint_public_access: Option<bool>,
}

/// What `CreateCluster` answered.
#[derive(Clone, Debug, Deserialize)]
pub struct CreateClusterResponse {
    /// The cluster.
    pub cluster: Cluster,
}

/// A cluster.
#[derive(Clone, Debug, Deserialize)]
pub struct Cluster {
    /// Its ARN.
    pub arn: Option<String>,
}
