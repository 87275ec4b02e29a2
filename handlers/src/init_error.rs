//! Telling Lambda why the function can't start.
//!
//! A process that just ends shows up as `Runtime.ExitError`, with nothing to go by. Reported to
//! `/runtime/init/error`, the reason is in the invocation's error and in the on-failure queue.

use crate::logs::Log;
use lambda_runtime::Diagnostic;
use lambda_runtime_api_client::{Client, body::Body};

pub(crate) async fn report(message: &str, log: &Log) {
    if std::env::var_os("AWS_LAMBDA_RUNTIME_API").is_none_or(|address| address.is_empty()) {
        return;
    }
    if let Err(error) = post(message).await {
        log.fatal(&format!("the init error could not be reported: {error}"));
    }
}

async fn post(message: &str) -> Result<(), lambda_runtime_api_client::BoxError> {
    let error_type = "Trailhook.Configuration";
    let diagnostic = Diagnostic { error_type: error_type.to_owned(), error_message: message.to_owned() };
    let request = http::Request::post("/2018-06-01/runtime/init/error")
        .header("lambda-runtime-function-error-type", error_type)
        .body(Body::from(serde_json::to_vec(&diagnostic)?))?;
    Client::builder().build()?.call(request).await?;
    Ok(())
}
