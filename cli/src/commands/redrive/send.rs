//! One dead letter, sent: its event is handed to whom it was for, and only then is the message deleted.

use super::Fate;
use super::held::HOLD_SECONDS;
use super::letter::{Letter, Message, Target};
use crate::aws::{Aws, AwsError, arn, told};
use aws_sdk_cloudwatchlogs::types::InputLogEvent;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::InvocationType;
use chrono::Utc;

/// The stream that events get into; EventBridge has its own.
const STREAM: &str = "trailhook-redrive";

/// An event was not handed over.
#[derive(Debug, thiserror::Error)]
enum NotSent {
    #[error(transparent)]
    Aws(#[from] AwsError),
    #[error("Lambda answered {0} and not 202")]
    NotAccepted(i32),
    #[error("CloudWatch Logs does not take it: it is older than 14 days, or than the group keeps its events")]
    TooOld,
    #[error("the event can't be put into a log: {0}")]
    NoLine(String),
    #[error("nobody knows how an event is sent to {0}")]
    NoWay(String),
}

/// Sends it.
pub(super) async fn send(aws: &Aws, url: &str, message: &Message, letter: &Letter) -> Fate {
    // The table may have been read for long: a message that somebody else has by now is theirs.
    let asked = aws.sqs.change_message_visibility().queue_url(url).receipt_handle(&message.receipt);
    let held = told("sqs:ChangeMessageVisibility", asked.visibility_timeout(HOLD_SECONDS).send().await);
    if let Err(error) = held {
        return Fate::Failed { why: format!("it could not be held any longer: {error}") };
    }
    let sent = match &letter.target {
        Target::Function { arn, qualifier } => invoke(aws, arn, qualifier.as_deref(), &letter.event).await,
        Target::LogGroup { arn } => log(aws, arn, letter).await,
        Target::Other(arn) => Err(NotSent::NoWay(arn.clone())),
    };
    if let Err(error) = sent {
        return Fate::Failed { why: error.to_string() };
    }
    let asked = aws.sqs.delete_message().queue_url(url).receipt_handle(&message.receipt);
    match told("sqs:DeleteMessage", asked.send().await) {
        Ok(_) => Fate::Sent,
        Err(error) => Fate::NotDeleted { why: error.to_string() },
    }
}

async fn invoke(aws: &Aws, arn: &str, qualifier: Option<&str>, event: &str) -> Result<(), NotSent> {
    let asked = aws.lambda.invoke().function_name(arn).set_qualifier(qualifier.map(str::to_owned));
    let asked = asked.invocation_type(InvocationType::Event).payload(Blob::new(event));
    let answer = told("lambda:Invoke", asked.send().await)?;
    if answer.status_code() == 202 { Ok(()) } else { Err(NotSent::NotAccepted(answer.status_code())) }
}

async fn log(aws: &Aws, arn: &str, letter: &Letter) -> Result<(), NotSent> {
    let group = arn::name(arn);
    let made = aws.logs.create_log_stream().log_group_name(group).log_stream_name(STREAM).send().await;
    match told("logs:CreateLogStream", made) {
        Ok(_) => {}
        Err(error) if error.code.as_deref() == Some("ResourceAlreadyExistsException") => {}
        Err(error) => return Err(error.into()),
    }
    let time = letter.time.unwrap_or_else(Utc::now).timestamp_millis();
    let line = InputLogEvent::builder().timestamp(time).message(&letter.event).build();
    let line = line.map_err(|error| NotSent::NoLine(error.to_string()))?;
    let asked = aws.logs.put_log_events().log_group_name(group).log_stream_name(STREAM).log_events(line);
    let answer = told("logs:PutLogEvents", asked.send().await)?;
    if answer.rejected_log_events_info().is_some() { Err(NotSent::TooOld) } else { Ok(()) }
}
