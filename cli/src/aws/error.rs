//! What AWS says when it does not do what it was asked.

use aws_smithy_runtime_api::client::result::SdkError;
use std::error::Error;

/// A call that AWS did not answer as hoped.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{call}: {}{message}", code.as_ref().map(|code| format!("{code}: ")).unwrap_or_default())]
pub struct AwsError {
    /// The call, as IAM names it: `events:DescribeRule`.
    pub call: &'static str,
    /// The error's code, where the service answered with one: `ResourceNotFoundException`.
    pub code: Option<String>,
    /// The service's words, or what went wrong on the way.
    pub message: String,
}

impl AwsError {
    /// Whether what was asked for is not there.
    pub fn is_missing(&self) -> bool {
        let code = self.code.as_deref().unwrap_or_default();
        ["NotFound", "NonExistent", "NoSuch", "DoesNotExist"].iter().any(|word| code.contains(word))
            || (code == "ValidationError" && self.message.contains("does not exist"))
    }

    /// Whether it is not about what was asked: nobody answers, or nobody knows who asks.
    pub fn is_about_the_caller(&self) -> bool {
        let words =
            ["ExpiredToken", "InvalidClientTokenId", "UnrecognizedClient", "InvalidSignature", "SignatureDoesNotMatch"];
        self.code.as_ref().is_none_or(|code| words.iter().any(|word| code.contains(word)))
    }

    /// Whether the caller may not ask.
    pub fn is_denied(&self) -> bool {
        let code = self.code.as_deref().unwrap_or_default();
        ["AccessDenied", "AuthorizationError", "UnauthorizedOperation"].iter().any(|word| code.contains(word))
    }
}

/// An answer, or why there is none.
///
/// # Errors
/// The call failed.
pub fn told<T, E, R>(call: &'static str, answer: Result<T, SdkError<E, R>>) -> Result<T, AwsError>
where
    E: Error + aws_sdk_sqs::error::ProvideErrorMetadata + 'static,
    R: std::fmt::Debug,
{
    answer.map_err(|error| match error.as_service_error() {
        Some(service) => AwsError {
            call,
            code: service.code().map(|code| code.rsplit('#').next().unwrap_or(code).to_owned()),
            message: service.message().map_or_else(|| causes(service), str::to_owned),
        },
        None => AwsError { call, code: None, message: causes(&error) },
    })
}

/// An answer, or nothing where what was asked about is not there.
///
/// # Errors
/// The call failed for another reason.
pub fn there<T>(answer: Result<T, AwsError>) -> Result<Option<T>, AwsError> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if error.is_missing() => Ok(None),
        Err(error) => Err(error),
    }
}

/// An error with what is behind it: "connection refused" is never the first.
pub(crate) fn causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
