//! `CreateKeyPair`, `EnableSerialConsoleAccess`: new ways into instances.

use crate::calls::{List, Nothing, TagSpecification, declare};
use serde::Deserialize;

declare! { "ec2.amazonaws.com"
    /// A key pair was made; its private half went to the caller alone.
    CreateKeyPair(CreateKeyPairRequest) -> CreateKeyPairResponse,
        "key pair" |request, _| Some(request?.key_name.clone());
    /// The serial console was switched on for the whole account in this Region. There are no parameters:
    /// the record has `""` inside the wrapper.
    EnableSerialConsoleAccess(Nothing) -> Nothing,
        "serial console" |_, _| None;
}

/// What `CreateKeyPair` was asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateKeyPairRequest {
    /// The pair's name.
    pub key_name: String,
    /// The tags given.
    #[serde(default, rename = "tagSpecificationSet")]
    pub tags: List<TagSpecification>,
}

/// What `CreateKeyPair` answered.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateKeyPairResponse {
    /// The pair's id; absent in old records.
    pub key_pair_id: Option<String>,
}
