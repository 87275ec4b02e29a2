//! Lines of a log group.

use super::{Aws, AwsError, told};
use chrono::{DateTime, Utc};
use serde_json::Value;

/// The lines of a log group since then that are JSON and have all these words, in their order.
///
/// # Errors
/// There is no such group, or CloudWatch Logs does not tell.
pub async fn lines(aws: &Aws, group: &str, words: &[String], since: DateTime<Utc>) -> Result<Vec<Value>, AwsError> {
    let pattern: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
    let (mut all, mut page) = (Vec::new(), None);
    loop {
        let asked = aws.logs.filter_log_events().log_group_name(group).filter_pattern(pattern.join(" "));
        let asked = asked.start_time(since.timestamp_millis()).set_next_token(page);
        let answer = told("logs:FilterLogEvents", asked.send().await)?;
        let json =
            |event: &aws_sdk_cloudwatchlogs::types::FilteredLogEvent| serde_json::from_str(event.message()?).ok();
        // A line that is no JSON is not ours: Lambda's own, where they are text.
        all.extend(answer.events().iter().filter_map(json));
        page = answer.next_token().map(str::to_owned);
        if page.is_none() {
            return Ok(all);
        }
    }
}
