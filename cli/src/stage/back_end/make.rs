//! What the stage itself puts into the back end: the queue of the call, the template's topics, log groups
//! and tables, and the events in the log groups.

use super::{BackEnd, gaps};
use crate::template::TableResource;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use trailhook::partition_of;
use winterbaume_cloudwatchlogs::views::{LogGroupView, LogsStateView};
use winterbaume_core::{StateViewError, StatefulService};
use winterbaume_sns::views::{SnsStateView, TopicView};
use winterbaume_sqs::views::{QueueStateView, SqsStateView};

/// A queue as a CreateQueue call made it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QueueMade {
    /// Its name, `.fifo` included.
    pub name: String,
    /// Its URL, where it is known; as the SQS of the Region would write it otherwise.
    pub url: Option<String>,
    /// The attributes asked for.
    pub attributes: BTreeMap<String, String>,
    /// The tags asked for.
    pub tags: BTreeMap<String, String>,
    /// When: its `CreatedTimestamp`; now, where nothing is said.
    pub at: Option<DateTime<Utc>>,
}

/// The back end did not do what the stage asked for.
#[derive(Debug, thiserror::Error)]
pub enum BackEndError {
    /// Its state can't be set.
    #[error("the back end can't hold the {what}: {problem}")]
    State {
        /// What was to be put there.
        what: &'static str,
        /// Why not.
        problem: StateViewError,
    },
    /// A call was refused.
    #[error("{action}: {message}")]
    Refused {
        /// As in `logs:PutLogEvents`.
        action: &'static str,
        /// The answer's message.
        message: String,
    },
}

impl BackEnd {
    /// Makes a queue as if it had been made when the call was. A queue of this name that is there
    /// already is replaced.
    ///
    /// # Errors
    /// The back end can't hold it.
    pub async fn create_queue(&self, queue: &QueueMade) -> Result<(), BackEndError> {
        let (region, account, name) = (&self.door.region, &self.door.account, &queue.name);
        let text = |attribute: &str| queue.attributes.get(attribute).filter(|text| !text.is_empty()).cloned();
        // What is hidden or empty in the record is left at its default.
        let number =
            |attribute: &str, default: u32| text(attribute).and_then(|text| text.parse().ok()).unwrap_or(default);
        let at = queue.at.unwrap_or_else(Utc::now).to_rfc3339();
        let url = queue.url.clone().unwrap_or_else(|| format!("https://sqs.{region}.amazonaws.com/{account}/{name}"));
        let view = QueueStateView {
            name: name.clone(),
            url,
            arn: format!("arn:{}:sqs:{region}:{account}:{name}", partition_of(region)),
            region: region.clone(),
            account_id: account.clone(),
            created_timestamp: Some(at.clone()),
            last_modified_timestamp: Some(at),
            visibility_timeout: number("VisibilityTimeout", 30),
            delay_seconds: number("DelaySeconds", 0),
            maximum_message_size: number("MaximumMessageSize", 1_048_576),
            message_retention_period: number("MessageRetentionPeriod", 345_600),
            receive_wait_time_seconds: number("ReceiveMessageWaitTimeSeconds", 0),
            fifo_queue: name.ends_with(".fifo"),
            content_based_deduplication: text("ContentBasedDeduplication").as_deref() == Some("true"),
            tags: queue.tags.clone().into_iter().collect(),
            redrive_policy: text("RedrivePolicy"),
            policy: text("Policy"),
        };
        let attributes = queue.attributes.iter().map(|(name, value)| (name, Value::from(value.as_str())));
        self.services.forgotten.note(region, name, attributes);
        self.services.received.forget(region, name);
        let state = SqsStateView { queues: HashMap::from([(name.clone(), view)]), ..SqsStateView::default() };
        let merged = self.services.sqs.merge(gaps::home(), region, state).await;
        merged.map_err(|problem| BackEndError::State { what: "queue", problem })
    }

    /// Makes a topic.
    ///
    /// # Errors
    /// The back end can't hold it.
    pub async fn create_topic(&self, arn: &str) -> Result<(), BackEndError> {
        let topic = TopicView {
            arn: arn.to_owned(),
            name: arn.rsplit(':').next().unwrap_or(arn).to_owned(),
            attributes: HashMap::new(),
            tags: HashMap::new(),
            permissions: HashMap::new(),
            data_protection_policy: None,
        };
        let state = SnsStateView { topics: HashMap::from([(arn.to_owned(), topic)]), ..SnsStateView::default() };
        let merged = self.services.sns.merge(gaps::home(), &self.door.region, state).await;
        merged.map_err(|problem| BackEndError::State { what: "topic", problem })
    }

    /// Makes a log group.
    ///
    /// # Errors
    /// The back end can't hold it.
    pub async fn create_log_group(&self, name: &str) -> Result<(), BackEndError> {
        let group = LogGroupView {
            name: name.to_owned(),
            arn: format!(
                "arn:{}:logs:{}:{}:log-group:{name}:*",
                partition_of(&self.door.region),
                self.door.region,
                self.door.account
            ),
            creation_time: Utc::now().timestamp_millis(),
            retention_in_days: None,
            streams: HashMap::new(),
            tags: HashMap::new(),
            kms_key_id: None,
            data_protection_policy: None,
            deletion_protection_enabled: false,
        };
        let logs = &self.services.logs;
        let mut state: LogsStateView = logs.snapshot(gaps::home(), &self.door.region).await;
        state.log_groups = HashMap::from([(name.to_owned(), group)]);
        let merged = logs.merge(gaps::home(), &self.door.region, state).await;
        merged.map_err(|problem| BackEndError::State { what: "log group", problem })
    }

    /// Makes a table.
    ///
    /// # Errors
    /// The back end can't hold it.
    pub async fn create_table(&self, table: &TableResource) -> Result<(), BackEndError> {
        self.json("dynamodb", "CreateTable", "dynamodb:CreateTable", &table.request).await?;
        let Some(attribute) = &table.time_to_live else { return Ok(()) };
        let expires = json!({ "AttributeName": attribute, "Enabled": true });
        let body = json!({ "TableName": table.name, "TimeToLiveSpecification": expires });
        self.json("dynamodb", "UpdateTimeToLive", "dynamodb:UpdateTimeToLive", &body).await
    }

    /// Puts an event into a log group as EventBridge does: a stream of its own, the message as it
    /// is, the event's own time.
    ///
    /// # Errors
    /// There is no such group.
    pub async fn put_log_event(
        &self,
        group: &str,
        stream: &str,
        at: DateTime<Utc>,
        message: &str,
    ) -> Result<(), BackEndError> {
        let of = json!({ "logGroupName": group, "logStreamName": stream });
        match self.json("logs", "CreateLogStream", "logs:CreateLogStream", &of).await {
            // Delivered twice: the stream is there.
            Err(BackEndError::Refused { message, .. }) if message.contains("already exists") => {}
            made => made?,
        }
        let event = json!({ "timestamp": at.timestamp_millis(), "message": message });
        let put = json!({ "logGroupName": group, "logStreamName": stream, "logEvents": [event] });
        self.json("logs", "PutLogEvents", "logs:PutLogEvents", &put).await
    }

    async fn json(&self, service: &str, action: &str, name: &'static str, body: &Value) -> Result<(), BackEndError> {
        let answer = self.services.json(service, &self.door.region, action, body).await;
        match answer {
            Some(answer) if answer.status() == 200 => Ok(()),
            answer => {
                let body = answer.map(|answer| String::from_utf8_lossy(answer.body()).into_owned()).unwrap_or_default();
                let message = serde_json::from_str::<Value>(&body).ok();
                let message = message.and_then(|body| Some(body.get("message")?.as_str()?.to_owned()));
                Err(BackEndError::Refused { action: name, message: message.unwrap_or(body) })
            }
        }
    }
}
