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
    builder.set_use_fips(environment.get("AWS_USE_FIPS_ENDPOINT").map(|value| value == "true"));
    builder.set_use_dual_stack(environment.get("AWS_USE_DUALSTACK_ENDPOINT").map(|value| value == "true"));
    builder.build()
}
