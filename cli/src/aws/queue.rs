//! Where a queue is.

use super::{Aws, AwsError, arn, told};

/// A queue's URL, by its name or its ARN: SQS tells a name's in the caller's account only.
///
/// # Errors
/// There is none, or SQS does not tell.
pub async fn queue_url(aws: &Aws, queue: &str) -> Result<String, AwsError> {
    let account = Some(arn::account(queue)).filter(|account| !account.is_empty());
    let asked = aws.sqs.get_queue_url().queue_name(arn::name(queue));
    let asked = asked.set_queue_owner_aws_account_id(account.map(str::to_owned));
    let answer = told("sqs:GetQueueUrl", asked.send().await)?;
    Ok(answer.queue_url().unwrap_or_default().to_owned())
}
