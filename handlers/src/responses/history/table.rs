//! The histories of queues in the functions' table: one item for each queue, as JSON.
//!
//! Several functions may add to one at the same time, so each writes over the very version that it has
//! read, or reads again. It refuses to begin anew where an item can't be read: that would lose what is
//! known.

use crate::ApplyError;
use crate::aws::{Later, later};
use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{TimeDelta, Utc};
use std::time::Duration;
use trailhook::Arn;
use trailhook::history::{Fact, QueueHistory};

/// How often another writer may be first.
const TRIES: u32 = 8;
/// The waits for snapshot.
const WAITS: [Duration; 4] = [
    Duration::from_millis(200),
    Duration::from_millis(500),
    Duration::from_millis(1_000),
    Duration::from_millis(2_000),
];
/// How long what is known of a deleted queue is kept: as long as CloudTrail's event history is.
const DELETED: TimeDelta = TimeDelta::days(90);

/// The table.
#[derive(Debug)]
pub(in crate::responses) struct QueueHistories {
    client: Later<Client>,
    table: String,
}

/// A history as it was read.
struct Read {
    history: QueueHistory,
    /// None where there is no item yet.
    version: Option<i64>,
}

impl QueueHistories {
    /// The histories in this table.
    pub(in crate::responses) fn new(table: String, aws: &SdkConfig) -> Self {
        QueueHistories { client: later(aws, Client::new), table }
    }

    /// What is known of a queue; nothing, for one that was never seen.
    pub(in crate::responses) async fn of(&self, queue: &Arn) -> Result<QueueHistory, ApplyError> {
        Ok(self.read(queue).await?.history)
    }

    /// What is known of a queue, once this call is known too: snapshot has the same event, a moment
    /// earlier or later. Who asks sees in the history itself whether the wait was long enough.
    pub(in crate::responses) async fn with(&self, queue: &Arn, event_id: &str) -> Result<QueueHistory, ApplyError> {
        let mut waits = WAITS.iter();
        loop {
            let history = self.of(queue).await?;
            match waits.next() {
                Some(wait) if !history.knows(event_id) => tokio::time::sleep(*wait).await,
                _ => return Ok(history),
            }
        }
    }

    /// Adds to what is known of a queue.
    pub(in crate::responses) async fn add(&self, queue: &Arn, facts: Vec<Fact>) -> Result<(), ApplyError> {
        for _ in 0..TRIES {
            let Read { mut history, version } = self.read(queue).await?;
            history.add(facts.clone());
            history.keep_newest();
            if self.write(queue, &history, version).await? {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(fastrand::u64(20..200))).await;
        }
        let message = format!("{TRIES} times another writer was first with the history of {queue}");
        Err(ApplyError::Transient { call: "dynamodb:UpdateItem", message })
    }

    async fn read(&self, queue: &Arn) -> Result<Read, ApplyError> {
        const CALL: &str = "dynamodb:GetItem";
        let found = self.client.get_item().table_name(&self.table).key("id", id(queue)).consistent_read(true).send();
        let found = found.await.map_err(|error| ApplyError::of(CALL, error))?;
        let Some(item) = found.item.filter(|item| !item.is_empty()) else {
            return Ok(Read { history: QueueHistory::default(), version: None });
        };
        let unreadable = |what: &str| {
            let message = format!("the history of {queue} can't be read: {what}");
            ApplyError::Refused { call: CALL, message }
        };
        let json =
            item.get("history").and_then(|value| value.as_s().ok()).ok_or_else(|| unreadable("it has no text"))?;
        let history = serde_json::from_str(json).map_err(|error| unreadable(&error.to_string()))?;
        let version = item.get("version").and_then(|value| value.as_n().ok()?.parse().ok());
        Ok(Read { history, version: Some(version.ok_or_else(|| unreadable("it has no version"))?) })
    }

    /// Whether it was written; not, when another was first.
    async fn write(&self, queue: &Arn, history: &QueueHistory, version: Option<i64>) -> Result<bool, ApplyError> {
        // Facts are text and times, so they can always be written.
        let json = serde_json::to_string(history).unwrap_or_default();
        let number = |number: i64| AttributeValue::N(number.to_string());
        // What is known of a queue stays for as long as the queue, and a while.
        let update = if history.ends_with_deletion() {
            "SET history = :history, version = :next, expires = :expires"
        } else {
            "SET history = :history, version = :next REMOVE expires"
        };
        let mut request = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("id", id(queue))
            .update_expression(update)
            .expression_attribute_values(":history", AttributeValue::S(json))
            .expression_attribute_values(":next", number(version.unwrap_or(0) + 1));
        if history.ends_with_deletion() {
            let expires = (Utc::now() + DELETED).timestamp();
            request = request.expression_attribute_values(":expires", number(expires));
        }
        request = match version {
            None => request.condition_expression("attribute_not_exists(id)"),
            Some(version) => request
                .condition_expression("version = :version")
                .expression_attribute_values(":version", number(version)),
        };
        match request.send().await {
            Ok(_) => Ok(true),
            Err(error)
                if matches!(error.as_service_error(), Some(UpdateItemError::ConditionalCheckFailedException(_))) =>
            {
                Ok(false)
            }
            Err(error) => Err(ApplyError::of("dynamodb:UpdateItem", error)),
        }
    }
}

fn id(queue: &Arn) -> AttributeValue {
    AttributeValue::S(format!("queue#{queue}"))
}
