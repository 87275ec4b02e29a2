//! Lines of a log group, and how long it keeps them.

use super::{Aws, AwsError, told};
use aws_sdk_cloudwatchlogs::types::FilteredLogEvent;
use chrono::{DateTime, Utc};
use serde_json::Value;

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
    let (mut all, mut page) = (Vec::new(), None);
    loop {
        let asked = aws.logs.filter_log_events().log_group_name(group).filter_pattern(pattern.join(" "));
        let asked = asked.start_time(since.timestamp_millis()).set_next_token(page);
        let answer = told("logs:FilterLogEvents", asked.send().await)?;
        // A line that is no JSON is not ours: Lambda's own, where they are text.
        let line = |event: &FilteredLogEvent| {
            let stream = event.log_stream_name().unwrap_or_default().to_owned();
            Some(LogLine { stream, said: serde_json::from_str(event.message()?).ok()? })
        };
        all.extend(answer.events().iter().filter_map(line));
        page = answer.next_token().map(str::to_owned);
        if page.is_none() {
            return Ok(all);
        }
    }
}

/// How many days a log group keeps its lines; `None` where it keeps them for ever, and where there is no such group.
///
/// # Errors
/// CloudWatch Logs does not tell.
pub async fn retention_days(aws: &Aws, group: &str) -> Result<Option<i32>, AwsError> {
    let mut page = None;
    loop {
        let asked = aws.logs.describe_log_groups().log_group_name_prefix(group).set_next_token(page).send().await;
        let answer = told("logs:DescribeLogGroups", asked)?;
        if let Some(found) = answer.log_groups().iter().find(|found| found.log_group_name() == Some(group)) {
            return Ok(found.retention_in_days());
        }
        page = answer.next_token().map(str::to_owned);
        if page.is_none() {
            return Ok(None);
        }
    }
}
