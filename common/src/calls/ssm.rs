//! Calls of AWS Systems Manager.
//!
//! The value of a parameter is hidden. No public record of the call was at hand; its shape is the one that others have
//! described, with the parameter's ARN in `resources`.

use super::text::{self, TextMap};
use super::{declare, tags};
use serde::Deserialize;

declare! { "ssm.amazonaws.com"
    /// A parameter was made or changed: the answer's version tells which.
    PutParameter(PutParameterRequest) -> PutParameterResponse,
        "parameter" |request, _| Some(request?.name.clone());
}

/// What `PutParameter` was asked for.
#[derive(Clone, Debug, Deserialize)]
pub struct PutParameterRequest {
    /// The parameter's name, with its path.
    pub name: String,
    /// `String`, `StringList` or `SecureString`; absent where it stays what it was.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// Whether it may replace one that is there.
    pub overwrite: Option<bool>,
    /// The tags given.
    #[serde(default, deserialize_with = "tags::any")]
    pub tags: TextMap,
}

/// What `PutParameter` answered.
#[derive(Clone, Debug, Deserialize)]
pub struct PutParameterResponse {
    /// 1 for a parameter that is new.
    #[serde(default, deserialize_with = "text::number")]
    pub version: Option<i64>,
}
