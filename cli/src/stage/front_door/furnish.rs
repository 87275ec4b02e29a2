//! What a template makes, made by AWS calls behind the door: topics, log groups, queues and tables.
//!
//! What is there already stays as it is. None of these calls is in a record: it is CloudFormation that
//! makes them, before anybody is on the stage.

use super::{FrontDoor, Scope};
use crate::stage::endpoint::{json_request, passes, query_request};
use crate::template::{LogGroupResource, Stack, TableResource, TemplateError};
use axum::http::{Request, Response};
use bytes::Bytes;
use serde_json::{Value, json};
use std::time::Duration;

/// What the template makes can't be made.
#[derive(Debug, thiserror::Error)]
pub enum FurnishError {
    /// The template can't be resolved.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// A call was refused.
    #[error("the AWS behind the stage does not do {action}: {answer}")]
    Refused {
        /// As in `sns:CreateTopic`.
        action: String,
        /// The answer.
        answer: String,
    },
}

/// How often a call is tried that a fault may have met.
const TRIES: u32 = 12;

/// DynamoDB's word for a table that is there.
const IN_USE: &str = "ResourceInUseException";

/// CloudWatch Logs' word for a log group that is there.
const ALREADY: &str = "ResourceAlreadyExists";

impl FrontDoor {
    /// Makes the topics, log groups, queues and tables of a stack.
    ///
    /// # Errors
    /// The template can't be resolved, or a call is refused.
    pub async fn furnish(&self, stack: &Stack) -> Result<(), FurnishError> {
        for (arn, id) in stack.topics()?.iter().zip(stack.resources("AWS::SNS::Topic")?) {
            let name = arn.rsplit(':').next().unwrap_or(arn);
            self.query("sns", "CreateTopic", &[("Name", name)]).await?;
            if let Some(key) = stack.properties(id)?.get("KmsMasterKeyId").and_then(Value::as_str) {
                self.topic_attribute(arn, "KmsMasterKeyId", key).await?;
            }
        }
        for policy in stack.resources("AWS::SNS::TopicPolicy")? {
            self.topic_policy(&stack.properties(policy)?).await?;
        }
        for group in stack.log_group_resources()? {
            self.create_log_group(&group).await?;
        }
        for queue in stack.queues()? {
            let body = json!({ "QueueName": queue.name, "Attributes": queue.attributes });
            self.json("sqs", "CreateQueue", &body).await?;
        }
        for table in stack.tables()? {
            self.create_table(&table).await?;
        }
        Ok(())
    }

    /// Puts a policy on the topics that it is of.
    async fn topic_policy(&self, properties: &Value) -> Result<(), FurnishError> {
        let document = properties.get("PolicyDocument").map(Value::to_string).unwrap_or_default();
        for topic in properties.get("Topics").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
        {
            self.topic_attribute(topic, "Policy", &document).await?;
        }
        Ok(())
    }

    async fn topic_attribute(&self, topic: &str, name: &str, value: &str) -> Result<(), FurnishError> {
        let parameters = [("TopicArn", topic), ("AttributeName", name), ("AttributeValue", value)];
        self.query("sns", "SetTopicAttributes", &parameters).await.map(drop)
    }

    /// Makes a log group; one that is there already stays, with its retention.
    async fn create_log_group(&self, group: &LogGroupResource) -> Result<(), FurnishError> {
        let mut body = json!({ "logGroupName": group.name });
        if let (Some(key), Some(members)) = (&group.key, body.as_object_mut()) {
            members.insert("kmsKeyId".to_owned(), json!(key));
        }
        let answer = self.json("logs", "CreateLogGroup", &body).await?;
        let Some(days) = group.retention_days.filter(|_| !String::from_utf8_lossy(&answer).contains(ALREADY)) else {
            return Ok(());
        };
        let body = json!({ "logGroupName": group.name, "retentionInDays": days });
        self.json("logs", "PutRetentionPolicy", &body).await.map(drop)
    }

    /// Makes a table; one that is there already stays, with its time to live.
    async fn create_table(&self, table: &TableResource) -> Result<(), FurnishError> {
        let answer = self.json("dynamodb", "CreateTable", &table.request).await?;
        let Some(attribute) =
            table.time_to_live.as_ref().filter(|_| !String::from_utf8_lossy(&answer).contains(IN_USE))
        else {
            return Ok(());
        };
        let expires = json!({ "AttributeName": attribute, "Enabled": true });
        let body = json!({ "TableName": table.name, "TimeToLiveSpecification": expires });
        self.json("dynamodb", "UpdateTimeToLive", &body).await.map(drop)
    }

    /// Makes a queue that gets what is published to a topic; the subscription's ARN.
    ///
    /// # Errors
    /// A call is refused.
    pub async fn subscribe(&self, topic_arn: &str, queue: &str) -> Result<String, FurnishError> {
        self.json("sqs", "CreateQueue", &json!({ "QueueName": queue })).await?;
        let partition = trailhook::partition_of(&self.region);
        let queue_arn = format!("arn:{partition}:sqs:{}:{}:{queue}", self.region, self.account);
        let fields = [("TopicArn", topic_arn), ("Protocol", "sqs"), ("Endpoint", &queue_arn)];
        let answer = self.query("sns", "Subscribe", &fields).await?;
        let answer = String::from_utf8_lossy(&answer);
        let arn = answer.split_once("<SubscriptionArn>").and_then(|(_, rest)| Some(rest.split_once('<')?.0.trim()));
        Ok(arn.unwrap_or_default().to_owned())
    }

    /// Ends a subscription.
    ///
    /// # Errors
    /// The call is refused.
    pub async fn unsubscribe(&self, subscription_arn: &str) -> Result<(), FurnishError> {
        self.query("sns", "Unsubscribe", &[("SubscriptionArn", subscription_arn)]).await.map(drop)
    }

    async fn json(&self, service: &str, action: &str, body: &Value) -> Result<Bytes, FurnishError> {
        let scope = Scope::new("stage", &self.region, service);
        self.surely(&scope, action, || json_request(&scope, action, body)).await
    }

    async fn query(&self, service: &str, action: &str, fields: &[(&str, &str)]) -> Result<Bytes, FurnishError> {
        let scope = Scope::new("stage", &self.region, service);
        self.surely(&scope, action, || query_request(&scope, action, fields)).await
    }

    async fn surely(
        &self,
        scope: &Scope,
        action: &str,
        request: impl Fn() -> Request<Bytes>,
    ) -> Result<Bytes, FurnishError> {
        let mut tries = 1;
        loop {
            let answer = self.house.call(scope, request()).await;
            if is_there(action, &answer) {
                return Ok(answer.into_body());
            }
            if tries == TRIES || !passes(&answer) {
                let answer = format!("{} {}", answer.status(), String::from_utf8_lossy(answer.body()));
                return Err(FurnishError::Refused { action: format!("{}:{action}", scope.service), answer });
            }
            tokio::time::sleep(Duration::from_millis(20) * tries).await;
            tries += 1;
        }
    }
}

/// Made now, or before: then with the attributes that it had then.
fn is_there(action: &str, answer: &Response<Bytes>) -> bool {
    let text = || String::from_utf8_lossy(answer.body());
    let codes: &[&str] = match action {
        "CreateTable" => &[IN_USE],
        _ => &[ALREADY, "QueueNameExists", "QueueAlreadyExists"],
    };
    answer.status().is_success() || codes.iter().any(|code| text().contains(code))
}
