//! AWS as the command line asks it about what is deployed: the stack, its rules and functions.
//!
//! Whoever runs the command asks with their own credentials, found as the AWS CLI finds them. Nothing here changes
//! anything; what changes something is done by the command that says so.

pub mod arn;
mod error;
mod function;
mod logs;
mod pages;
mod queue;
mod refused;
mod rule;
mod stack;

pub(crate) use error::causes;
pub use error::{AwsError, there, told};
pub use function::Function;
pub use logs::{LogGroup, LogLine, lines, lines_in_streams, log_group, retention_days};
pub use pages::Pages;
pub use queue::queue_url;
pub use rule::{Rule, Target};
pub use stack::DeployedStack;

use crate::args::AwsArguments;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region};
use aws_sdk_sqs::config::ProvideCredentials;
use std::time::Duration;

/// The services, as clients.
#[derive(Clone, Debug)]
pub struct Aws {
    /// The Region that is asked.
    pub region: String,
    /// Stacks.
    pub cloudformation: aws_sdk_cloudformation::Client,
    /// Trails, and the event history.
    pub cloudtrail: aws_sdk_cloudtrail::Client,
    /// Metrics.
    pub cloudwatch: aws_sdk_cloudwatch::Client,
    /// Tables.
    pub dynamodb: aws_sdk_dynamodb::Client,
    /// Rules.
    pub events: aws_sdk_eventbridge::Client,
    /// Keys.
    pub kms: aws_sdk_kms::Client,
    /// Functions.
    pub lambda: aws_sdk_lambda::Client,
    /// Log groups.
    pub logs: aws_sdk_cloudwatchlogs::Client,
    /// Topics.
    pub sns: aws_sdk_sns::Client,
    /// Queues.
    pub sqs: aws_sdk_sqs::Client,
}

/// AWS can't be asked at all.
#[derive(Debug, thiserror::Error)]
pub enum NoAws {
    /// Nobody says which Region.
    #[error("which Region the stack is in is not known: say --region, or set AWS_REGION")]
    Region,
    /// Nobody is to ask.
    #[error(
        "there are no credentials to ask AWS with ({0}); sign in as for the AWS CLI, or name a --profile. A local stage takes any: AWS_ACCESS_KEY_ID=alice AWS_SECRET_ACCESS_KEY=anything"
    )]
    Credentials(String),
}

impl Aws {
    /// The clients that these arguments ask for.
    ///
    /// # Errors
    /// No Region or no credentials are found.
    pub async fn of(arguments: &AwsArguments) -> Result<Aws, NoAws> {
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .retry_config(RetryConfig::standard().with_max_attempts(5))
            .timeout_config(timeouts());
        if let Some(profile) = &arguments.profile {
            // Who names one means its credentials, whatever the environment has: as with the AWS CLI.
            let of_profile = ProfileFileCredentialsProvider::builder().profile_name(profile).build();
            loader = loader.profile_name(profile).credentials_provider(of_profile);
        }
        if let Some(region) = &arguments.region {
            loader = loader.region(Region::new(region.clone()));
        }
        if let Some(endpoint) = &arguments.endpoint_url {
            loader = loader.endpoint_url(endpoint);
        }
        let config = loader.load().await;
        let region = config.region().map(ToString::to_string).ok_or(NoAws::Region)?;
        let provider = config.credentials_provider().ok_or_else(|| NoAws::Credentials("no way to any".to_owned()))?;
        provider.provide_credentials().await.map_err(|error| NoAws::Credentials(causes(&error)))?;
        let nobody_listens = refused::NobodyListens::default();
        macro_rules! client {
            ($sdk:ident) => {{
                let config = $sdk::config::Builder::from(&config).retry_classifier(nobody_listens.clone());
                $sdk::Client::from_conf(config.build())
            }};
        }
        Ok(Aws {
            region,
            cloudformation: client!(aws_sdk_cloudformation),
            cloudtrail: client!(aws_sdk_cloudtrail),
            cloudwatch: client!(aws_sdk_cloudwatch),
            dynamodb: client!(aws_sdk_dynamodb),
            events: client!(aws_sdk_eventbridge),
            kms: client!(aws_sdk_kms),
            lambda: client!(aws_sdk_lambda),
            logs: client!(aws_sdk_cloudwatchlogs),
            sns: client!(aws_sdk_sns),
            sqs: client!(aws_sdk_sqs),
        })
    }
}

/// Nothing that is asked here takes longer; an endpoint that takes calls and never answers is given up.
fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(5))
        .operation_attempt_timeout(Duration::from_secs(30))
        .operation_timeout(Duration::from_secs(90))
        .build()
}
