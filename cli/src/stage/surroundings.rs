//! The variables that Lambda sets for a function.

use crate::template::FunctionResource;
use chrono::Utc;
use std::collections::BTreeMap;
use uuid::Uuid;

/// What a function is given, the template's variables included: what Lambda sets (AWS's page
/// "Defined runtime environment variables"), credentials that are obviously no credentials, and the
/// endpoint that all its AWS calls go to. The access key id names the function, so that the front
/// door knows who calls; a process that Lambda runs gets a session token of its own in the place of this one.
pub fn surroundings(function: &FunctionResource, region: &str, endpoint_url: &str) -> BTreeMap<String, String> {
    let stream = log_stream(function);
    let mut variables = function.variables.clone();
    let mut set = |name: &str, value: &str| variables.insert(name.to_owned(), value.to_owned());
    set("AWS_LAMBDA_FUNCTION_NAME", &function.name);
    set("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST");
    set("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", &function.memory_mb.to_string());
    set("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand");
    set("AWS_LAMBDA_LOG_GROUP_NAME", &function.log_group);
    set("AWS_LAMBDA_LOG_STREAM_NAME", &stream);
    set("AWS_LAMBDA_LOG_FORMAT", &function.log_format);
    if let Some(level) = &function.log_level {
        set("AWS_LAMBDA_LOG_LEVEL", level);
    }
    set("AWS_REGION", region);
    set("AWS_DEFAULT_REGION", region);
    set("AWS_ACCESS_KEY_ID", &format!("test-{}", function.logical_id));
    set("AWS_SECRET_ACCESS_KEY", "testing");
    set("AWS_SESSION_TOKEN", "testing");
    set("AWS_ENDPOINT_URL", endpoint_url);
    set("_HANDLER", &function.handler);
    set("LAMBDA_TASK_ROOT", "/var/task");
    set("LAMBDA_RUNTIME_DIR", "/var/runtime");
    set("LANG", "en_US.UTF-8");
    set("TZ", ":UTC");
    set("PATH", "/usr/local/bin:/usr/bin/:/bin:/opt/bin");
    variables
}

/// A new log stream, called as Lambda calls it: in a log group that is not the function's own it has the function's name.
pub(in crate::stage) fn log_stream(function: &FunctionResource) -> String {
    let is_own = function.log_group.strip_prefix("/aws/lambda/") == Some(function.name.as_str());
    let name = if is_own { "" } else { function.name.as_str() };
    format!("{}/{name}[$LATEST]{}", Utc::now().format("%Y/%m/%d"), Uuid::new_v4().simple())
}
