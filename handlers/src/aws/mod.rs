//! How the functions reach AWS: Region, credentials and endpoint as Lambda sets them, nothing else.
//!
//! No credential chain: in a function there are only the variables, and looking further costs time
//! on every cold start. `AWS_ENDPOINT_URL` sends every call to the local stage or to an emulator.

mod https;
mod later;
mod trace;

pub use later::Later;
pub(crate) use later::later;
pub(crate) use trace::traced;

use crate::Environment;
use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_sqs::config::SharedCredentialsProvider;
use std::time::Duration;

/// The configuration that every client is made from.
pub fn configuration(environment: &mut Environment) -> SdkConfig {
    // A call that never answers is given up before the functions' minute is; many such calls are ended
    // by the deadline.
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(2))
        .operation_attempt_timeout(Duration::from_secs(5))
        .operation_timeout(Duration::from_secs(15))
        .build();
    let mut builder = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(trace::tracing(https::client(environment)))
        .credentials_provider(SharedCredentialsProvider::new(EnvironmentVariableCredentialsProvider::new()))
        .retry_config(RetryConfig::standard())
        .timeout_config(timeouts);
    builder.set_region(environment.get("AWS_REGION").map(Region::new));
    builder.set_endpoint_url(environment.get("AWS_ENDPOINT_URL"));
    builder.set_use_fips(environment.optional("AWS_USE_FIPS_ENDPOINT", yes_or_no));
    builder.set_use_dual_stack(environment.optional("AWS_USE_DUALSTACK_ENDPOINT", yes_or_no));
    builder.build()
}

/// As the SDKs read it, in any case: who asks for FIPS endpoints and is not understood must not be given others.
fn yes_or_no(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(format!("{text:?} is neither true nor false")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fips_and_dual_stack_are_true_or_false_in_any_case_and_anything_else_is_a_problem() {
        for (text, is_asked) in [("true", Some(true)), ("True", Some(true)), ("FALSE", Some(false)), ("", None)] {
            let mut environment =
                Environment::of([("AWS_USE_FIPS_ENDPOINT", text), ("AWS_USE_DUALSTACK_ENDPOINT", text)]);
            let configuration = configuration(&mut environment);
            assert_eq!((configuration.use_fips(), configuration.use_dual_stack()), (is_asked, is_asked), "{text:?}");
            assert!(environment.into_problems().is_empty(), "{text:?}");
        }
        let mut environment = Environment::of([("AWS_USE_FIPS_ENDPOINT", "1")]);
        configuration(&mut environment);
        let problems = environment.into_problems();
        let [problem] = problems.as_slice() else { panic!("{problems:?}") };
        assert_eq!(problem.variable, "AWS_USE_FIPS_ENDPOINT");
        assert_eq!(problem.message, "\"1\" is neither true nor false");
    }
}
