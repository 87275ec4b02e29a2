//! Another AWS behind the stage, asked before anything is built or made: whether it is one, and whose
//! account it plays.

use super::endpoint::{Endpoint, EndpointUrlError, Unreachable, json_request, query_request};
use super::front_door::Scope;
use axum::http::StatusCode;
use serde_json::{Map, Value, json};

/// The other AWS can't be used.
#[derive(Debug, thiserror::Error)]
pub enum EndpointError {
    /// It has no URL.
    #[error(transparent)]
    Url(#[from] EndpointUrlError),
    /// It is not there.
    #[error("{0}; start the AWS that is to be there, or leave --aws-endpoint out")]
    Unreachable(#[from] Unreachable),
    /// Something is there, and it does not speak AWS.
    #[error(
        "{url} answers sqs:ListQueues with {status} and not as an AWS does; \
         say where moto, ministack, LocalStack or the like listens"
    )]
    NoAws {
        /// The URL.
        url: String,
        /// Its answer's status.
        status: StatusCode,
    },
}

/// Asks for the queues, to see whether an AWS answers.
///
/// # Errors
/// None does.
pub async fn is_aws(url: &str, region: &str) -> Result<(), EndpointError> {
    let scope = Scope::new("stage", region, "sqs");
    let answer = Endpoint::new(url)?.call(json_request(&scope, "ListQueues", &json!({}))).await?;
    // An AWS answers with an object even when it refuses, or is not ready yet: that is for the calls to see.
    match serde_json::from_slice::<Map<String, Value>>(answer.body()) {
        Ok(_) => Ok(()),
        Err(_) => Err(EndpointError::NoAws { url: url.to_owned(), status: answer.status() }),
    }
}

/// The account that another AWS plays: the stage's records and ARNs have to be of the same. None where
/// it has no STS to ask.
///
/// # Errors
/// It does not answer.
pub async fn account_of(url: &str, region: &str) -> Result<Option<String>, EndpointError> {
    let scope = Scope::new("stage", region, "sts");
    let request = query_request(&scope, "GetCallerIdentity", &[("Version", "2011-06-15")]);
    let answer = Endpoint::new(url)?.call(request).await?;
    let text = String::from_utf8_lossy(answer.body());
    let account = text.split_once("<Account>").and_then(|(_, rest)| Some(rest.split_once('<')?.0.trim()));
    Ok(account.filter(|account| trailhook::is_account_id(account)).map(str::to_owned))
}
