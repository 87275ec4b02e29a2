//! A log group, and its lines.

use super::{Aws, AwsError, Pages, told};
use aws_sdk_cloudwatchlogs::types::FilteredLogEvent;
use chrono::{DateTime, Utc};
use serde_json::Value;

/// A log group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogGroup {
    /// Its ARN, without the `:*` that CloudWatch Logs puts behind it.
    pub arn: String,
    /// How long it keeps events, in days; `None` is for ever.
    pub retention_days: Option<i32>,
    /// The ARN of the key that encrypts it; none where CloudWatch's own does.
    pub key: Option<String>,
}

/// A line of a log group.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LogLine {
    /// The stream that it is in.
    pub stream: String,
    /// What it says.
    pub said: Value,
}

/// What the lines of a log group say since then that are JSON and have all these words, in their order.
///
/// # Errors
/// There is no such group, or CloudWatch Logs does not tell.
pub async fn lines(aws: &Aws, group: &str, words: &[String], since: DateTime<Utc>) -> Result<Vec<Value>, AwsError> {
    let lines = lines_in_streams(aws, group, words, since).await?;
    Ok(lines.into_iter().map(|line| line.said).collect())
}

/// The same lines with their streams.
///
/// They are searched up to now: nobody can say until when a line about an event may come. EventBridge tries for a day, Lambda
/// for hours more, a dead letter can be sent again for as long as its queue keeps it, and an archive replays what it likes.
/// With an end, an answer that came late would be none.
///
/// # Errors
/// There is no such group, or CloudWatch Logs does not tell.
pub async fn lines_in_streams(
    aws: &Aws,
    group: &str,
    words: &[String],
    since: DateTime<Utc>,
) -> Result<Vec<LogLine>, AwsError> {
    let pattern: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
    let (mut all, mut pages) = (Vec::new(), Pages::of("logs:FilterLogEvents"));
    loop {
        let asked = aws.logs.filter_log_events().log_group_name(group).filter_pattern(pattern.join(" "));
        let asked = asked.start_time(since.timestamp_millis()).set_next_token(pages.token());
        let answer = told("logs:FilterLogEvents", asked.send().await)?;
        // A line that is no JSON is not ours: Lambda's own, where they are text.
        let line = |event: &FilteredLogEvent| {
            let stream = event.log_stream_name().unwrap_or_default().to_owned();
            Some(LogLine { stream, said: serde_json::from_str(event.message()?).ok()? })
        };
        all.extend(answer.events().iter().filter_map(line));
        if !pages.turn(answer.next_token())? {
            return Ok(all);
        }
    }
}

/// The log group of this name; `None` where there is none.
///
/// # Errors
/// CloudWatch Logs does not tell.
pub async fn log_group(aws: &Aws, name: &str) -> Result<Option<LogGroup>, AwsError> {
    let mut pages = Pages::of("logs:DescribeLogGroups");
    loop {
        // A prefix alone asks for all groups whose names go on behind it.
        let asked = aws.logs.describe_log_groups().log_group_name_prefix(name).set_next_token(pages.token());
        let answer = told("logs:DescribeLogGroups", asked.send().await)?;
        if let Some(group) = answer.log_groups().iter().find(|group| group.log_group_name() == Some(name)) {
            return Ok(Some(LogGroup {
                arn: group.arn().map(|arn| arn.trim_end_matches(":*").to_owned()).unwrap_or_default(),
                retention_days: group.retention_in_days(),
                key: group.kms_key_id().map(str::to_owned),
            }));
        }
        if !pages.turn(answer.next_token())? {
            return Ok(None);
        }
    }
}

/// How many days a log group keeps its lines; `None` where it keeps them for ever, and where there is no such group.
///
/// # Errors
/// CloudWatch Logs does not tell.
pub async fn retention_days(aws: &Aws, group: &str) -> Result<Option<i32>, AwsError> {
    Ok(log_group(aws, group).await?.and_then(|group| group.retention_days))
}
