//! Permissions and policy of a queue: SQS keeps one policy, the embedded one keeps two that don't know of
//! each other.

use super::super::services::Services;
use crate::stage::front_door::Scope;
use bytes::Bytes;
use serde_json::{Map, Value, json};
use winterbaume_core::{MockRequest, MockResponse, MockService};

/// Adds a statement to the policy, or takes one out of it, as SQS does: beside whatever else is in it.
pub(in crate::stage) async fn permissions(
    services: &Services,
    scope: &Scope,
    action: &str,
    asked: MockRequest,
) -> MockResponse {
    let request: Value = serde_json::from_slice(&asked.body).unwrap_or_default();
    let queue_url = request.get("QueueUrl").cloned().unwrap_or_default();
    let label = request.get("Label").and_then(Value::as_str).unwrap_or_default();
    let look = json!({ "QueueUrl": queue_url, "AttributeNames": ["Policy", "QueueArn"] });
    let Some(found) = services.json("sqs", &scope.region, "GetQueueAttributes", &look).await else {
        return services.sqs.handle(asked).await;
    };
    let found: Value = serde_json::from_slice(found.body()).unwrap_or_default();
    let attribute = |name: &str| {
        let value = found.get("Attributes").and_then(|attributes| attributes.get(name)?.as_str());
        value.unwrap_or_default().to_owned()
    };
    let mut policy: Map<String, Value> = serde_json::from_str(&attribute("Policy")).unwrap_or_default();
    let mut statements = match policy.remove("Statement") {
        Some(Value::Array(statements)) => statements,
        Some(one) => vec![one],
        None => Vec::new(),
    };
    let is_there = statements.iter().any(|statement| statement.get("Sid").and_then(Value::as_str) == Some(label));
    // It checks what is asked, and its own policy is written over.
    let answer = services.sqs.handle(asked).await;
    match (action, is_there, answer.status) {
        ("AddPermission", true, 200) => {
            write(services, scope, &queue_url, policy, statements).await;
            let message = format!("Value {label} for parameter Label is invalid. Reason: Already exists.");
            return MockResponse::json(
                400,
                json!({ "__type": "InvalidParameterValue", "message": message }).to_string(),
            );
        }
        ("AddPermission", false, 200) => statements.push(statement(&request, label, &attribute("QueueArn"))),
        ("RemovePermission", true, _) => {
            statements.retain(|statement| statement.get("Sid").and_then(Value::as_str) != Some(label))
        }
        _ => return answer,
    }
    write(services, scope, &queue_url, policy, statements).await;
    MockResponse::json(200, Bytes::from_static(b"{}"))
}

/// As SQS writes it.
fn statement(request: &Value, label: &str, queue_arn: &str) -> Value {
    let list = |name: &str, form: &dyn Fn(&str) -> String| {
        let texts = request.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        let mut texts: Vec<Value> = texts.map(|text| json!(form(text))).collect();
        if texts.len() == 1 { texts.remove(0) } else { Value::Array(texts) }
    };
    json!({
        "Sid": label,
        "Effect": "Allow",
        "Principal": { "AWS": list("AWSAccountIds", &|account| format!("arn:aws:iam::{account}:root")) },
        "Action": list("Actions", &|action| format!("SQS:{action}")),
        "Resource": queue_arn,
    })
}

async fn write(
    services: &Services,
    scope: &Scope,
    queue_url: &Value,
    mut policy: Map<String, Value>,
    statements: Vec<Value>,
) {
    let policy = if statements.is_empty() {
        String::new()
    } else {
        policy.entry("Version").or_insert_with(|| json!("2008-10-17"));
        policy.insert("Statement".to_owned(), Value::Array(statements));
        Value::Object(policy).to_string()
    };
    let set = json!({ "QueueUrl": queue_url, "Attributes": { "Policy": policy } });
    // The queue was there a moment ago; whoever deleted it since has no use for its policy.
    drop(services.json("sqs", &scope.region, "SetQueueAttributes", &set).await);
}
