//! Whether an AWS is behind the stage: asked once, before anything is made in it, so that a wrong
//! `--aws-endpoint` is told as that and not as the first call that failed.

use super::endpoint::{Endpoint, EndpointUrlError, Unreachable, json_request};
use super::front_door::Scope;
use axum::http::StatusCode;
use serde_json::{Map, Value, json};

/// There is no AWS at the URL.
#[derive(Debug, thiserror::Error)]
pub enum BehindError {
    /// The URL is none.
    #[error(transparent)]
    Url(#[from] EndpointUrlError),
    /// Nothing listens there.
    #[error("--aws-endpoint: {0}; start the AWS that is to be there, or leave --aws-endpoint out")]
    Unreachable(#[from] Unreachable),
    /// Something listens there, and it does not speak AWS.
    #[error(
        "--aws-endpoint: {url} answers sqs:ListQueues with {status} and not as an AWS does; \
         say where moto, ministack, LocalStack or the like listens"
    )]
    NoAws {
        /// The URL.
        url: String,
        /// Its answer's status.
        status: StatusCode,
    },
}

/// Asks for the queues.
pub(super) async fn ask(url: &str, region: &str) -> Result<(), BehindError> {
    let scope = Scope::new("stage", region, "sqs");
    let answer = Endpoint::new(url)?.call(json_request(&scope, "ListQueues", &json!({}))).await?;
    // An AWS answers with an object even when it refuses, or is not ready yet: that is for the calls to see.
    match serde_json::from_slice::<Map<String, Value>>(answer.body()) {
        Ok(_) => Ok(()),
        Err(_) => Err(BehindError::NoAws { url: url.to_owned(), status: answer.status() }),
    }
}
