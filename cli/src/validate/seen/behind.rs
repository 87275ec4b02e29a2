//! What rules and functions write to: who may write to log groups, queues with their keys, topics, tables.

use crate::aws::{Aws, AwsError, Pages, queue_url, there, told};
use aws_sdk_cloudwatchlogs::types::PolicyScope;
use aws_sdk_sqs::types::QueueAttributeName;

/// A queue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Queue {
    /// Where it is.
    pub url: String,
    /// Who may send to it, a resource policy as JSON.
    pub policy: Option<String>,
    /// Its key, as it knows it; none where SQS's own encrypts it.
    pub key: Option<String>,
    /// So many messages are in it, about.
    pub messages: u64,
}

/// A key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Key {
    /// Its ARN.
    pub arn: String,
    /// As in `Enabled`.
    pub state: String,
    /// Whether AWS manages it: then its policy can't be changed.
    pub is_of_aws: bool,
    /// Who may use it, a resource policy as JSON.
    pub policy: String,
}

/// A topic.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Topic {
    /// Its key, as it knows it.
    pub key: Option<String>,
    /// Who may publish to it, a resource policy as JSON.
    pub policy: Option<String>,
    /// So many get its messages.
    pub confirmed: u64,
    /// So many have not confirmed yet.
    pub pending: u64,
}

/// A table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// As in `ACTIVE`.
    pub state: String,
}

/// The policies of the account, or those of the log group with this ARN and of nothing else.
pub(super) async fn log_policies(aws: &Aws, group: Option<&str>) -> Result<Vec<String>, AwsError> {
    let (mut all, mut pages) = (Vec::new(), Pages::of("logs:DescribeResourcePolicies"));
    let scope = group.map(|_| PolicyScope::Resource);
    loop {
        let asked = aws.logs.describe_resource_policies().set_next_token(pages.token());
        let asked = asked.set_resource_arn(group.map(str::to_owned)).set_policy_scope(scope.clone());
        let answer = told("logs:DescribeResourcePolicies", asked.send().await)?;
        all.extend(answer.resource_policies().iter().filter_map(|policy| policy.policy_document().map(str::to_owned)));
        if !pages.turn(answer.next_token())? {
            return Ok(all);
        }
    }
}

pub(super) async fn queue(aws: &Aws, arn: &str) -> Result<Option<Queue>, AwsError> {
    let Some(url) = there(queue_url(aws, arn).await)? else { return Ok(None) };
    let asked = aws.sqs.get_queue_attributes().queue_url(&url).attribute_names(QueueAttributeName::All).send().await;
    let Some(answer) = there(told("sqs:GetQueueAttributes", asked))? else { return Ok(None) };
    let attribute = |name: QueueAttributeName| {
        let text = answer.attributes().and_then(|all| all.get(&name));
        text.filter(|text| !text.is_empty()).cloned()
    };
    Ok(Some(Queue {
        policy: attribute(QueueAttributeName::Policy),
        key: attribute(QueueAttributeName::KmsMasterKeyId),
        messages: count(attribute(QueueAttributeName::ApproximateNumberOfMessages))
            + count(attribute(QueueAttributeName::ApproximateNumberOfMessagesNotVisible)),
        url,
    }))
}

pub(super) async fn topic(aws: &Aws, arn: &str) -> Result<Option<Topic>, AwsError> {
    let asked = aws.sns.get_topic_attributes().topic_arn(arn).send().await;
    let Some(answer) = there(told("sns:GetTopicAttributes", asked))? else { return Ok(None) };
    let attribute = |name: &str| answer.attributes().and_then(|all| all.get(name)).filter(|text| !text.is_empty());
    Ok(Some(Topic {
        key: attribute("KmsMasterKeyId").cloned(),
        policy: attribute("Policy").cloned(),
        confirmed: count(attribute("SubscriptionsConfirmed").cloned()),
        pending: count(attribute("SubscriptionsPending").cloned()),
    }))
}

pub(super) async fn table(aws: &Aws, name: &str) -> Result<Option<Table>, AwsError> {
    let asked = aws.dynamodb.describe_table().table_name(name).send().await;
    let Some(answer) = there(told("dynamodb:DescribeTable", asked))? else { return Ok(None) };
    let state = answer.table().and_then(|table| table.table_status()).map(|state| state.as_str().to_owned());
    Ok(Some(Table { state: state.unwrap_or_default() }))
}

pub(super) async fn key(aws: &Aws, id: &str) -> Result<Key, AwsError> {
    let described = told("kms:DescribeKey", aws.kms.describe_key().key_id(id).send().await)?;
    let metadata = described.key_metadata();
    let arn = metadata.and_then(|key| key.arn()).unwrap_or(id).to_owned();
    let policy = told("kms:GetKeyPolicy", aws.kms.get_key_policy().key_id(&arn).send().await)?;
    Ok(Key {
        arn,
        state: metadata.and_then(|key| key.key_state()).map(|state| state.as_str().to_owned()).unwrap_or_default(),
        is_of_aws: metadata.and_then(|key| key.key_manager()).is_some_and(|by| by.as_str() == "AWS"),
        policy: policy.policy().unwrap_or_default().to_owned(),
    })
}

fn count(text: Option<String>) -> u64 {
    // What is no number is none.
    text.and_then(|text| text.parse().ok()).unwrap_or_default()
}
