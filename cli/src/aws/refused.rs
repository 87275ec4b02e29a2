//! An endpoint where nobody listens is told at once. The SDK tries a refused connection again for many seconds, which helps
//! where a service that has answered is away for a moment, and nobody before that.

use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::retries::classifiers::{ClassifyRetry, RetryAction, RetryClassifierPriority};
use std::error::Error;
use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Forbids to try a refused connection again for as long as no call of any client has got an answer.
#[derive(Clone, Debug, Default)]
pub(super) struct NobodyListens {
    answered: Arc<AtomicBool>,
}

impl ClassifyRetry for NobodyListens {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let refused = match context.output_or_error() {
            Some(Err(error)) => error.as_connector_error().map(|error| is_refused(error)),
            _ => None,
        };
        match refused {
            Some(true) if !self.answered.load(Ordering::Relaxed) => RetryAction::RetryForbidden,
            Some(_) => RetryAction::NoActionIndicated,
            None => {
                self.answered.fetch_or(context.response().is_some(), Ordering::Relaxed);
                RetryAction::NoActionIndicated
            }
        }
    }

    fn name(&self) -> &'static str {
        "nobody listens"
    }

    fn priority(&self) -> RetryClassifierPriority {
        RetryClassifierPriority::run_after(RetryClassifierPriority::transient_error_classifier())
    }
}

/// Whether a refused connection is behind an error.
fn is_refused(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == ErrorKind::ConnectionRefused) {
            return true;
        }
        cause = error.source();
    }
    false
}
