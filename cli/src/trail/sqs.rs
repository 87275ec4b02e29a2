//! What is SQS's own in a record.
//!
//! SQS spoke Query until late 2023 and speaks JSON since; old SDKs still speak Query, and the names
//! differ: `Attribute.1.Name` against `Attributes`. A record of the Query era says `attribute` and
//! `tags` or `tag` for CreateQueue, but `attributes`, `actions` and `aWSAccountIds` for other calls
//! (real records of 2019). So the names here are from a table, not from a rule.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value};

/// The calls whose response is kept. SendMessage's is documented, the batch's follows it.
const WITH_RESPONSE: [&str; 5] =
    ["CancelMessageMoveTask", "CreateQueue", "SendMessage", "SendMessageBatch", "StartMessageMoveTask"];

/// The JSON protocol's error shapes, and the codes that the Query protocol and CloudTrail have for
/// them, where they differ. (SQS names both in its answer, some who stand in for it only the first.)
const CODES: [(&str, &str); 10] = [
    ("BatchEntryIdsNotDistinct", "AWS.SimpleQueueService.BatchEntryIdsNotDistinct"),
    ("EmptyBatchRequest", "AWS.SimpleQueueService.EmptyBatchRequest"),
    ("MessageNotInflight", "AWS.SimpleQueueService.MessageNotInflight"),
    ("PurgeQueueInProgress", "AWS.SimpleQueueService.PurgeQueueInProgress"),
    ("QueueDeletedRecently", "AWS.SimpleQueueService.QueueDeletedRecently"),
    ("QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"),
    ("QueueNameExists", "QueueAlreadyExists"),
    ("TooManyEntriesInBatchRequest", "AWS.SimpleQueueService.TooManyEntriesInBatchRequest"),
    ("UnsupportedOperation", "AWS.SimpleQueueService.UnsupportedOperation"),
    ("InvalidBatchEntryId", "AWS.SimpleQueueService.InvalidBatchEntryId"),
];

/// Whether CloudTrail keeps the response of this call.
pub(super) fn has_response(action: &str) -> bool {
    WITH_RESPONSE.contains(&action)
}

/// The code that CloudTrail writes for an error of this shape.
pub(super) fn error_code(shape: &str) -> Option<&'static str> {
    CODES.iter().find(|(name, _)| *name == shape).map(|(_, code)| *code)
}

/// The parameters of a Query call, under the names that a record has.
pub(super) fn from_query(action: &str, parameters: Value) -> Value {
    let Value::Object(members) = parameters else { return parameters };
    Value::Object(members.into_iter().map(|(name, value)| member(action, &name, value)).collect::<Map<_, _>>())
}

/// The answer of a Query call, under the names that a record has: a batch's entries are flattened
/// lists, of which a single one looks like a structure.
pub(super) fn from_query_answer(elements: Value) -> Value {
    let Value::Object(members) = elements else { return elements };
    let list = |value: Value| if value.is_array() { value } else { Value::Array(vec![value]) };
    let named = members.into_iter().map(|(name, value)| match name.as_str() {
        "sendMessageBatchResultEntry" => ("successful".to_owned(), list(value)),
        "batchResultErrorEntry" => ("failed".to_owned(), list(value)),
        _ => (name, value),
    });
    Value::Object(named.collect::<Map<_, _>>())
}

/// The queue's ARN in the handle of a message move task: `{"taskId": …, "sourceArn": …}` in base 64.
pub(super) fn arn_in_handle(handle: &str) -> Option<String> {
    let handle = BASE64_STANDARD.decode(handle).ok()?;
    let handle: Value = serde_json::from_slice(&handle).ok()?;
    Some(handle.get("sourceArn")?.as_str()?.to_owned())
}

fn member(action: &str, name: &str, value: Value) -> (String, Value) {
    let batch = name.ends_with("BatchRequestEntry");
    let (name, value) = match name {
        "attribute" if action == "CreateQueue" => ("attribute", map(value)),
        "attribute" => ("attributes", map(value)),
        "tag" => ("tag", map(value)),
        "messageAttribute" => ("messageAttributes", map(value)),
        "messageSystemAttribute" => ("messageSystemAttributes", map(value)),
        "aWSAccountId" => ("aWSAccountIds", value),
        "actionName" => ("actions", value),
        "attributeName" => ("attributeNames", value),
        "messageAttributeName" => ("messageAttributeNames", value),
        _ if batch => {
            let Value::Array(entries) = value else { return ("entries".to_owned(), value) };
            ("entries", Value::Array(entries.into_iter().map(|entry| from_query(action, entry)).collect()))
        }
        name => (name, value),
    };
    (name.to_owned(), value)
}

/// A flattened map: `Attribute.1.Name`, `Attribute.1.Value`, or `Tag.1.Key`, `Tag.1.Value`.
fn map(value: Value) -> Value {
    let Value::Array(pairs) = value else { return value };
    let mut entries = Map::new();
    for mut pair in pairs {
        let key = pair.get("name").or_else(|| pair.get("key")).and_then(Value::as_str).map(str::to_owned);
        if let Some(key) = key {
            entries.insert(key, pair.get_mut("value").map(Value::take).unwrap_or_default());
        }
    }
    Value::Object(entries)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_names_of_the_query_era() {
        let pairs = json!([{"name": "DelaySeconds", "value": "5"}]);
        let tags = json!([{"key": "team", "value": "payments"}]);
        let asked = json!({"queueName": "orders", "attribute": pairs, "tag": tags});
        let written = json!({"queueName": "orders", "attribute": {"DelaySeconds": "5"}, "tag": {"team": "payments"}});
        assert_eq!(from_query("CreateQueue", asked), written);
        let written = json!({"attributes": {"DelaySeconds": "5"}});
        assert_eq!(from_query("SetQueueAttributes", json!({"attribute": pairs})), written);
        let asked = json!({"aWSAccountId": ["444455556666"], "actionName": ["SendMessage"], "label": "a"});
        let written = json!({"aWSAccountIds": ["444455556666"], "actions": ["SendMessage"], "label": "a"});
        assert_eq!(from_query("AddPermission", asked), written);
        let asked = json!({"sendMessageBatchRequestEntry": [{"id": "1", "messageAttribute": pairs}]});
        let written = json!({"entries": [{"id": "1", "messageAttributes": {"DelaySeconds": "5"}}]});
        assert_eq!(from_query("SendMessageBatch", asked), written);
        let answered = json!({"sendMessageBatchResultEntry": {"id": "1"}, "batchResultErrorEntry": [{"id": "2"}]});
        assert_eq!(from_query_answer(answered), json!({"successful": [{"id": "1"}], "failed": [{"id": "2"}]}));
    }

    #[test]
    fn a_handle_names_its_queue() {
        let handle = BASE64_STANDARD.encode(r#"{"taskId":"1","sourceArn":"arn:aws:sqs:eu-west-1:111122223333:dead"}"#);
        assert_eq!(arn_in_handle(&handle).as_deref(), Some("arn:aws:sqs:eu-west-1:111122223333:dead"));
        assert_eq!(arn_in_handle("MQ=="), None);
        assert_eq!(arn_in_handle("no base 64"), None);
    }
}
