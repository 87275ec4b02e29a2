//! The two channels: a message to the topic, a line in the journal.

use super::NotifyHandler;
use crate::ApplyError;
use aws_sdk_cloudwatchlogs::types::InputLogEvent;
use aws_sdk_sns::types::MessageAttributeValue;
use chrono::Utc;
use trailhook::responses::notify::{JournalLine, Notification};

impl NotifyHandler {
    /// Publishes a message.
    pub(super) async fn publish(&self, message: &Notification) -> Result<(), ApplyError> {
        let mut request = self
            .sns
            .publish()
            .topic_arn(&message.topic_arn)
            .subject(&message.subject)
            .message_structure("json")
            .message(message.message());
        for (name, value) in &message.attributes {
            let value = MessageAttributeValue::builder().data_type("String").string_value(value).build();
            let value = value.map_err(|error| refused("sns:Publish", &error))?;
            request = request.message_attributes(*name, value);
        }
        request.send().await.map(drop).map_err(|error| ApplyError::of("sns:Publish", error))
    }

    /// A stream for each day, made when the day's first line comes.
    pub(super) async fn write(&self, line: &JournalLine) -> Result<(), ApplyError> {
        let now = Utc::now();
        let stream = now.format("%Y/%m/%d").to_string();
        if self.put(line, &stream, now.timestamp_millis()).await? == Put::NoStream {
            let made =
                self.logs.create_log_stream().log_group_name(&line.log_group).log_stream_name(&stream).send().await;
            match made {
                Ok(_) => {}
                // Another of us was faster.
                Err(error) if error.as_service_error().is_some_and(|e| e.is_resource_already_exists_exception()) => {}
                Err(error) => return Err(ApplyError::of("logs:CreateLogStream", error)),
            }
            if self.put(line, &stream, now.timestamp_millis()).await? == Put::NoStream {
                let message = format!("the log stream {stream} of {} can't be found after it was made", line.log_group);
                return Err(ApplyError::Transient { call: "logs:PutLogEvents", message });
            }
        }
        Ok(())
    }

    async fn put(&self, line: &JournalLine, stream: &str, at: i64) -> Result<Put, ApplyError> {
        let event = InputLogEvent::builder().timestamp(at).message(&line.message).build();
        let event = event.map_err(|error| refused("logs:PutLogEvents", &error))?;
        let request =
            self.logs.put_log_events().log_group_name(&line.log_group).log_stream_name(stream).log_events(event);
        match request.send().await {
            Ok(answer) => match answer.rejected_log_events_info {
                None => Ok(Put::Done),
                Some(rejected) => {
                    let message = format!("CloudWatch Logs rejected the line: {rejected:?}");
                    Err(ApplyError::Refused { call: "logs:PutLogEvents", message })
                }
            },
            Err(error) if error.as_service_error().is_some_and(|error| error.is_resource_not_found_exception()) => {
                Ok(Put::NoStream)
            }
            Err(error) => Err(ApplyError::of("logs:PutLogEvents", error)),
        }
    }
}

#[derive(PartialEq, Eq)]
enum Put {
    Done,
    NoStream,
}

fn refused(call: &'static str, error: &dyn std::error::Error) -> ApplyError {
    ApplyError::Refused { call, message: error.to_string() }
}
