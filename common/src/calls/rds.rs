//! Calls of Amazon RDS; Neptune and DocumentDB use the same ones.
//!
//! `DB` at the beginning of a member becomes `dB`, and passwords are `****`. Learned from real records of 2016 to
//! 2024.

use super::text::TextMap;
use super::{Nothing, declare, tags};
use serde::Deserialize;

declare! { "rds.amazonaws.com"
    /// A database instance was made.
    CreateDBInstance(CreateDBInstanceRequest) -> CreateDBInstanceResponse,
        "database" |request, _| Some(request?.identifier.clone());
    /// A database cluster was made.
    CreateDBCluster(CreateDBClusterRequest) -> CreateDBClusterResponse,
        "database cluster" |request, _| Some(request?.identifier.clone());
    /// It was changed who may restore a snapshot.
    ModifyDBSnapshotAttribute(ModifyDBSnapshotAttributeRequest) -> Nothing,
        "database snapshot" |request, _| Some(request?.identifier.clone());
}

/// What `CreateDBInstance` was asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateDBInstanceRequest {
    /// The instance's name.
    #[serde(rename = "dBInstanceIdentifier")]
    pub identifier: String,
    /// As in `db.t3.medium`.
    #[serde(rename = "dBInstanceClass")]
    pub class: Option<String>,
    /// As in `mysql`.
    pub engine: Option<String>,
    /// Whether it has an address that the internet can reach.
    pub publicly_accessible: Option<bool>,
    /// The tags given.
    #[serde(default, deserialize_with = "tags::any")]
    pub tags: TextMap,
}

/// What `CreateDBInstance` answered.
#[derive(Clone, Debug, Deserialize)]
pub struct CreateDBInstanceResponse {
    /// The instance's ARN; absent in old records.
    #[serde(rename = "dBInstanceArn")]
    pub arn: Option<String>,
}

/// What `CreateDBCluster` was asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateDBClusterRequest {
    /// The cluster's name.
    #[serde(rename = "dBClusterIdentifier")]
    pub identifier: String,
    /// As in `aurora-mysql`.
    pub engine: Option<String>,
    /// The tags given.
    #[serde(default, deserialize_with = "tags::any")]
    pub tags: TextMap,
}

/// What `CreateDBCluster` answered.
#[derive(Clone, Debug, Deserialize)]
pub struct CreateDBClusterResponse {
    /// The cluster's ARN.
    #[serde(rename = "dBClusterArn")]
    pub arn: Option<String>,
}

/// What `ModifyDBSnapshotAttribute` was asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ModifyDBSnapshotAttributeRequest {
    /// The snapshot's name.
    #[serde(rename = "dBSnapshotIdentifier")]
    pub identifier: String,
    /// `restore` for who may restore it.
    pub attribute_name: Option<String>,
    /// Who may from now on: accounts, or `all`.
    #[serde(default)]
    pub values_to_add: Vec<String>,
    /// Who may not any more.
    #[serde(default)]
    pub values_to_remove: Vec<String>,
}
