//! Calls of AWS Lambda.
//!
//! The API's date is a part of the event's name, with a `v2` behind it where the call has been renewed. A function
//! is called by its name, its ARN or a part of it. The code and the variables' values are not recorded.
//! Learned from real records of 2022 and 2024.

use super::text::{self, TextMap};
use super::{Nothing, declare, tags};
use serde::Deserialize;

declare! { "lambda.amazonaws.com"
    /// A function was made.
    CreateFunction["CreateFunction20150331"](CreateFunctionRequest) -> FunctionResponse,
        "Lambda function" |request, _| Some(name(&request?.function_name));
    /// A statement was added to a function's policy: somebody may call it.
    AddPermission["AddPermission20150331v2", "AddPermission20150331"](AddPermissionRequest) -> Nothing,
        "Lambda function" |request, _| Some(name(&request?.function_name));
    /// A function's code was replaced.
    UpdateFunctionCode["UpdateFunctionCode20150331v2", "UpdateFunctionCode20150331"](FunctionRequest) -> FunctionResponse,
        "Lambda function" |request, _| Some(name(&request?.function_name));
    /// A function's configuration was changed: its role, its variables, its layers.
    UpdateFunctionConfiguration["UpdateFunctionConfiguration20150331v2", "UpdateFunctionConfiguration20150331"](
        FunctionRequest
    ) -> FunctionResponse,
        "Lambda function" |request, _| Some(name(&request?.function_name));
}

/// What `CreateFunction` was asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateFunctionRequest {
    /// The function's name.
    pub function_name: String,
    /// As in `provided.al2023`; absent for an image.
    pub runtime: Option<String>,
    /// The role it runs under.
    pub role: Option<String>,
    /// The tags given.
    #[serde(default, deserialize_with = "tags::any")]
    pub tags: TextMap,
}

/// What a call about a function that is there was asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FunctionRequest {
    /// The function's name, its ARN or a part of it.
    pub function_name: String,
    /// The role it runs under from now on, where that was changed.
    pub role: Option<String>,
    /// The layers it has from now on, where they were changed.
    pub layers: Option<Vec<String>>,
}

/// What the calls about functions answered.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FunctionResponse {
    /// The function's ARN, with the version where one was published.
    pub function_arn: Option<String>,
}

/// What `AddPermission` was asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AddPermissionRequest {
    /// The function's name, its ARN or a part of it.
    pub function_name: String,
    /// The statement's id, by which it can be removed.
    pub statement_id: String,
    /// As in `lambda:InvokeFunction`.
    pub action: Option<String>,
    /// Who: a service, an account, an ARN, or `*` for everyone.
    #[serde(default, deserialize_with = "text::optional")]
    pub principal: Option<String>,
    /// Only through this resource.
    pub source_arn: Option<String>,
    /// Only through this account's resources.
    #[serde(default, deserialize_with = "text::optional")]
    pub source_account: Option<String>,
    /// Only from this organisation.
    #[serde(rename = "principalOrgID")]
    pub principal_org_id: Option<String>,
}

/// The name in a name, an ARN or a part of one, without the version behind it.
fn name(function: &str) -> String {
    let behind = function.rsplit_once("function:").map_or(function, |(_, name)| name);
    behind.split(':').next().unwrap_or(behind).to_owned()
}
