//! What a try came to, as Lambda tells it: an answer, or an error with Lambda's own words for what a
//! function can't say itself.

use super::super::invocation::{Invocation, StartError};
use super::super::runtime_api::FunctionError;
use serde_json::Value;

/// What a try came to.
pub(super) type Outcome = Result<Value, Failure>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) error: FunctionError,
    /// As in a REPORT line: `timeout` or `error`.
    pub(super) status: &'static str,
    /// Whether it is Lambda that says so, because the function could not answer.
    pub(super) by_lambda: bool,
}

/// With which words a process ends that was killed: by whom they do not say.
const KILLED: &str = "Runtime exited with error: signal: killed";

pub(super) fn outcome(request_id: &str, invocation: Result<Invocation, StartError>) -> Outcome {
    let own = |error_type: &str, status, message: &str| {
        let error_message = format!("RequestId: {request_id} Error: {message}");
        let error = FunctionError { error_type: error_type.to_owned(), error_message };
        Err(Failure { error, status, by_lambda: true })
    };
    match invocation {
        Ok(Invocation::Response(response)) => Ok(response),
        Ok(Invocation::Error(error)) => Err(Failure { error, status: "error", by_lambda: false }),
        Ok(Invocation::InitError(error)) => Err(Failure { error, status: "error", by_lambda: true }),
        Ok(Invocation::Exited(how)) => own("Runtime.ExitError", "error", &exited(&how)),
        Ok(Invocation::OutOfMemory(_)) => own("Runtime.OutOfMemory", "error", KILLED),
        Ok(Invocation::TimedOut(limit)) => {
            let message = format!("Task timed out after {:.2} seconds", limit.as_secs_f64());
            own("Sandbox.Timedout", "timeout", &message)
        }
        Err(error) => own("Runtime.InvalidEntrypoint", "error", &error.to_string()),
    }
}

/// `exit status: 3` and `signal: 9 (SIGKILL)` in Lambda's words.
fn exited(how: &str) -> String {
    match how.split_once(": ") {
        Some(("exit status", "0")) => "Runtime exited without providing a reason".to_owned(),
        Some(("exit status", code)) => format!("Runtime exited with error: exit status {code}"),
        Some(("signal", "9 (SIGKILL)")) => KILLED.to_owned(),
        _ => format!("Runtime exited with error: {how}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn what_a_function_cannot_say_is_said_as_lambda_says_it() {
        let said = |invocation| match outcome("r", Ok(invocation)) {
            Ok(response) => panic!("{response}"),
            Err(failure) => (failure.error.error_type, failure.error.error_message),
        };
        let exited = |how: &str| said(Invocation::Exited(how.to_owned())).1;
        assert_eq!(exited("exit status: 3"), "RequestId: r Error: Runtime exited with error: exit status 3");
        assert_eq!(exited("exit status: 0"), "RequestId: r Error: Runtime exited without providing a reason");
        assert_eq!(exited("signal: 9 (SIGKILL)"), "RequestId: r Error: Runtime exited with error: signal: killed");
        let late = said(Invocation::TimedOut(Duration::from_secs(3)));
        let expected = ("Sandbox.Timedout", "RequestId: r Error: Task timed out after 3.00 seconds");
        assert_eq!((late.0.as_str(), late.1.as_str()), expected);
        let large = said(Invocation::OutOfMemory(128));
        let expected = ("Runtime.OutOfMemory", "RequestId: r Error: Runtime exited with error: signal: killed");
        assert_eq!((large.0.as_str(), large.1.as_str()), expected);
    }
}
