//! Publishes to the topic, and writes the journal.

use crate::configuration::topic;
use crate::{ApplyError, Handler, Start};
use aws_sdk_cloudwatchlogs::types::InputLogEvent;
use aws_sdk_sns::types::MessageAttributeValue;
use chrono::Utc;
use trailhook::responses::notify::{JournalLine, Notification, Notify, NotifyAction, NotifySettings, QuietCall};
use trailhook::{FailedCalls, Verdict};

/// [`Notify`] with clients.
#[derive(Debug)]
pub struct NotifyHandler {
    response: Notify,
    sns: aws_sdk_sns::Client,
    logs: aws_sdk_cloudwatchlogs::Client,
}

impl NotifyHandler {
    /// Reads `TRAILHOOK_TOPIC_ARN`, `TRAILHOOK_JOURNAL_LOG_GROUP`, `TRAILHOOK_CHAT`,
    /// `TRAILHOOK_NOTIFY_FAILED_CALLS` and `TRAILHOOK_NOTIFY_QUIET`.
    pub fn build(start: &mut Start<'_>) -> Option<Self> {
        let environment = &mut *start.environment;
        let off = environment.get("TRAILHOOK_TOPIC_ARN").is_none()
            && environment.get("TRAILHOOK_JOURNAL_LOG_GROUP").is_none();
        let region = environment.get("AWS_REGION").unwrap_or_default();
        let settings = NotifySettings {
            topic_arn: environment.optional("TRAILHOOK_TOPIC_ARN", |arn| topic(arn, &region)),
            journal_log_group: environment.optional("TRAILHOOK_JOURNAL_LOG_GROUP", log_group),
            chat: environment.optional("TRAILHOOK_CHAT", on_or_off).unwrap_or(false),
            failed_calls: environment
                .optional("TRAILHOOK_NOTIFY_FAILED_CALLS", failed_calls)
                .unwrap_or(FailedCalls::AdmitDenied),
            quiet: environment.list("TRAILHOOK_NOTIFY_QUIET", str::parse::<QuietCall>),
        };
        if settings.chat && environment.get("TRAILHOOK_TOPIC_ARN").is_none() {
            environment.problem("TRAILHOOK_CHAT", "it is on, and there is no topic that chat could listen to");
        }
        let response = match Notify::new(settings) {
            Ok(response) => response,
            Err(no_channel) => {
                // A channel that is set and can't be read has been told of already.
                if off {
                    environment.problem("TRAILHOOK_TOPIC_ARN", no_channel.to_string());
                }
                return None;
            }
        };
        let (sns, logs) = (aws_sdk_sns::Client::new(start.aws), aws_sdk_cloudwatchlogs::Client::new(start.aws));
        Some(NotifyHandler { response, sns, logs })
    }

    async fn publish(&self, message: &Notification) -> Result<(), ApplyError> {
        let mut request = self
            .sns
            .publish()
            .topic_arn(&message.topic_arn)
            .subject(&message.subject)
            .message_structure("json")
            .message(&message.message);
        for (name, value) in &message.attributes {
            let value = MessageAttributeValue::builder().data_type("String").string_value(value).build();
            let value = value.map_err(|error| refused("sns:Publish", &error))?;
            request = request.message_attributes(*name, value);
        }
        request.send().await.map(drop).map_err(|error| ApplyError::of("sns:Publish", error))
    }

    /// A stream for each day, made when the day's first line comes.
    async fn write(&self, line: &JournalLine) -> Result<(), ApplyError> {
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

decides_as!(NotifyHandler, Notify, response);

impl Handler for NotifyHandler {
    const IAM_ACTIONS: &'static [&'static str] = &["logs:CreateLogStream", "logs:PutLogEvents", "sns:Publish"];

    /// There is no live state to look at: telling takes nothing from anyone.
    async fn confirm(&self, _: &NotifyAction) -> Result<Verdict<NotifyAction>, ApplyError> {
        Ok(Verdict::proceed())
    }

    async fn apply(&self, action: &NotifyAction) -> Result<(), ApplyError> {
        match action {
            NotifyAction::Journal(line) => self.write(line).await,
            NotifyAction::Topic(message) => self.publish(message).await,
        }
    }
}

fn refused(call: &'static str, error: &dyn std::error::Error) -> ApplyError {
    ApplyError::Refused { call, message: error.to_string() }
}

/// What CloudWatch Logs takes as a group's name.
fn log_group(text: &str) -> Result<String, String> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_-/.#".contains(&byte);
    if text.len() <= 512 && text.bytes().all(allowed) {
        Ok(text.to_owned())
    } else {
        Err(format!("{text:?} is not the name of a log group (not its arn: up to 512 letters, digits and _ - / . #)"))
    }
}

fn on_or_off(text: &str) -> Result<bool, String> {
    match text {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err(format!("{text:?} is neither on nor off")),
    }
}

fn failed_calls(text: &str) -> Result<FailedCalls, String> {
    match text {
        "none" => Ok(FailedCalls::Skip),
        "denied" => Ok(FailedCalls::AdmitDenied),
        "all" => Ok(FailedCalls::Admit),
        _ => Err(format!("{text:?} is none of none, denied, all")),
    }
}
