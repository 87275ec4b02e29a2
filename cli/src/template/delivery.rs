//! What EventBridge does with an event that it can't hand over: a target's `RetryPolicy` and its
//! `DeadLetterConfig`.

use super::error::{Problem, TemplateError};
use super::properties::Properties;
use std::time::Duration;

/// How long EventBridge tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// How often it tries again: 0 to 185.
    pub retries: u32,
    /// How long an event may wait: a minute to a day.
    pub max_age: Duration,
}

impl Default for RetryPolicy {
    /// EventBridge's: 185 retries within a day.
    fn default() -> Self {
        RetryPolicy { retries: 185, max_age: Duration::from_secs(86_400) }
    }
}

impl RetryPolicy {
    pub(super) fn read(target: &Properties<'_>) -> Result<RetryPolicy, TemplateError> {
        let (policy, default) = (target.member("RetryPolicy"), RetryPolicy::default());
        let retries = policy.member("MaximumRetryAttempts");
        let retries = retries.number(0..=185, "EventBridge tries again 0 to 185 times")?;
        let age = policy.member("MaximumEventAgeInSeconds");
        let age = age.number(60..=86_400, "an event waits for 60 to 86400 seconds")?;
        Ok(RetryPolicy {
            retries: retries.unwrap_or(default.retries),
            max_age: age.map_or(default.max_age, |seconds| Duration::from_secs(seconds.into())),
        })
    }
}

/// The ARN of a target's dead-letter queue.
pub(super) fn dead_letter_queue(target: &Properties<'_>) -> Result<Option<String>, TemplateError> {
    let config = target.member("DeadLetterConfig");
    if !config.is_there() {
        return Ok(None);
    }
    let arn = config.member("Arn").text()?;
    if arn.split(':').nth(2) != Some("sqs") || arn.ends_with(".fifo") {
        return Err(config.member("Arn").wrong(Problem::Refused("a dead-letter queue is a standard SQS queue")));
    }
    Ok(Some(arn))
}
