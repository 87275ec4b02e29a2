//! The half of a response that acts.

use aws_sdk_sqs::config::http::HttpResponse;
use aws_sdk_sqs::error::{ProvideErrorMetadata, SdkError};
use std::error::Error;
use std::future::Future;
use trailhook::{Afterwards, Response, Verdict};

/// A response that can be carried out.
///
/// ```
/// use trailhook::{Call, Plan, Response, Verdict, calls::sqs::CreateQueue};
/// use trailhook_handlers::{ApplyError, Handler};
///
/// struct Greet;
///
/// impl Response for Greet {
///     type Trigger = Call<CreateQueue>;
///     type Action = String;
///     const NAME: &'static str = "greet";
///     const IDEMPOTENT: bool = true;
///
///     fn plan(&self, call: &Call<CreateQueue>) -> Plan<String> {
///         call.act_on(|request| format!("welcome, {}", request.queue_name))
///     }
/// }
///
/// impl Handler for Greet {
///     async fn confirm(&self, _: &String) -> Result<Verdict<String>, ApplyError> {
///         Ok(Verdict::proceed())
///     }
///
///     async fn apply(&self, greeting: &String) -> Result<(), ApplyError> {
///         println!("{greeting}");
///         Ok(())
///     }
/// }
/// ```
pub trait Handler: Response<Action: Send + Sync> + Send + Sync + 'static {
    /// The IAM actions that the function's role needs: a test holds them against the template.
    const IAM_ACTIONS: &'static [&'static str] = &[];

    /// Looks at the live state and changes nothing; runs in a dry run too.
    fn confirm(&self, action: &Self::Action) -> impl Future<Output = Result<Verdict<Self::Action>, ApplyError>> + Send;

    /// The last word before an action is applied, and the place to note down in the function's own table
    /// that it is about to be: an action may be put off here, changed, or left to another event, which then
    /// is final. Never asked in a dry run. `again` when an earlier try had the event in hand. What is put off
    /// needs Lambda's retries: a function without any would hand each such event to its on-failure queue.
    fn beforehand(
        &self,
        _action: &Self::Action,
        _again: bool,
    ) -> impl Future<Output = Result<Verdict<Self::Action>, ApplyError>> + Send {
        std::future::ready(Ok(Verdict::proceed()))
    }

    /// Does it.
    fn apply(&self, action: &Self::Action) -> impl Future<Output = Result<(), ApplyError>> + Send;

    /// Looks once more after an action was carried out, for the report; changes nothing. An error is
    /// reported and is no failure: the action is done.
    fn afterwards(&self, _action: &Self::Action) -> impl Future<Output = Result<Afterwards, ApplyError>> + Send {
        std::future::ready(Ok(Afterwards::default()))
    }
}

/// Why an AWS call did not do what it should.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// It may work later: throttling, a time-out, a fault of the service.
    #[error("{call} failed for now: {message}")]
    Transient {
        /// The call, as in `sqs:TagQueue`.
        call: &'static str,
        /// What the service said.
        message: String,
    },
    /// The role lacks a permission, or a policy takes it away for this resource.
    #[error(
        "{call} was denied: the function's role needs that permission on this resource, or a policy denies it there ({message})"
    )]
    Denied {
        /// The call, which is the IAM action too.
        call: &'static str,
        /// What the service said.
        message: String,
    },
    /// The service refuses the call as it is.
    #[error("{call} was refused: {message}")]
    Refused {
        /// The call.
        call: &'static str,
        /// What the service said.
        message: String,
    },
}

impl ApplyError {
    /// The error of an SDK call; `call` is the call's name as IAM writes it.
    pub fn of<E>(call: &'static str, error: SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        let status = error.raw_response().map(|response| response.status().as_u16());
        let code = error.as_service_error().and_then(|service| service.code()).unwrap_or_default().to_owned();
        let message = match error.as_service_error().and_then(|service| service.message()) {
            Some(message) => format!("{code}: {message}"),
            None => with_sources(&error),
        };
        if trailhook::ErrorCode(&code).is_denied() || is_credential_error(&code) {
            return ApplyError::Denied { call, message };
        }
        // It was there a moment ago, or is not there yet: the next look decides.
        let missing = trailhook::ErrorCode(&code).is_missing_queue();
        match (&error, status) {
            _ if missing => ApplyError::Transient { call, message },
            (SdkError::ServiceError(_), Some(400..=499)) if !is_throttling(&code) => {
                ApplyError::Refused { call, message }
            }
            (SdkError::ConstructionFailure(_), _) => ApplyError::Refused { call, message },
            _ => ApplyError::Transient { call, message },
        }
    }

    /// The kind, as Lambda's `errorType` names it.
    pub fn error_type(&self) -> &'static str {
        match self {
            ApplyError::Transient { .. } => "Trailhook.Transient",
            ApplyError::Denied { .. } => "Trailhook.Denied",
            ApplyError::Refused { .. } => "Trailhook.Refused",
        }
    }
}

/// The error and what it came from: the SDK's own text says no more than "dispatch failure".
fn with_sources(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let more = error.to_string();
        if !text.ends_with(&more) {
            text = format!("{text}: {more}");
        }
        source = error.source();
    }
    text
}

fn is_throttling(code: &str) -> bool {
    // Those of the SDK's own retries, which it keeps to itself, and KMS's behind an encrypted queue or topic.
    const CODES: [&str; 20] = [
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "KMSThrottling",
        "KMSThrottlingException",
        "LimitExceededException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "RequestTimeout",
        "RequestTimeoutException",
        "ServiceUnavailable",
        "SlowDown",
        "Throttled",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    ];
    CODES.contains(&trailhook::ErrorCode(code).last_segment())
}

fn is_credential_error(code: &str) -> bool {
    const CODES: [&str; 6] = [
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidClientTokenId",
        "UnrecognizedClientException",
        "InvalidSecurity",
        "KMSAccessDenied",
    ];
    CODES.contains(&code)
}
