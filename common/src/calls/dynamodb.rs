//! Calls of Amazon DynamoDB. Learned from a real record of 2023.

use super::text::TextMap;
use super::{declare, tags};
use serde::Deserialize;

declare! { "dynamodb.amazonaws.com"
    /// A table was made.
    CreateTable(CreateTableRequest) -> CreateTableResponse,
        "table" |request, _| Some(request?.table_name.clone());
}

/// What `CreateTable` was asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateTableRequest {
    /// The table's name.
    pub table_name: String,
    /// The tags given.
    #[serde(default, deserialize_with = "tags::any")]
    pub tags: TextMap,
}

/// What `CreateTable` answered.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateTableResponse {
    /// The table.
    pub table_description: TableDescription,
}

/// A table.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TableDescription {
    /// Its ARN.
    pub table_arn: Option<String>,
}
