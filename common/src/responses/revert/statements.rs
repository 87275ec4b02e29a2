//! A queue's policy, as far as single statements go. It refuses to read what is not a JSON object.

use crate::responses::policy::statements;
use serde_json::{Map, Value, json};

/// The statement of this id.
///
/// # Errors
/// The policy can't be read, in a sentence; or more than one statement has the id.
pub(super) fn statement_of(policy: Option<&str>, label: &str) -> Result<Option<Value>, String> {
    let Some(policy) = policy else {
        return Ok(None);
    };
    let mut of_label = statements(policy)?.into_iter().filter(|statement| sid(statement) == Some(label));
    match (of_label.next(), of_label.next()) {
        (statement, None) => Ok(statement),
        _ => Err(format!("the policy has more than one statement {label:?}")),
    }
}

/// The policy with this statement behind the others, or with nothing else where the others are not to
/// be kept.
pub(super) fn with_statement(policy: Option<&str>, keep: bool, statement: Value) -> String {
    let read = policy.and_then(|policy| serde_json::from_str::<Map<String, Value>>(policy).ok());
    let mut policy = read.unwrap_or_else(|| Map::from_iter([("Version".to_owned(), json!("2012-10-17"))]));
    let mut statements = match policy.remove("Statement") {
        Some(Value::Array(statements)) if keep => statements,
        Some(one @ Value::Object(_)) if keep => vec![one],
        _ => Vec::new(),
    };
    statements.push(statement);
    policy.insert("Statement".to_owned(), Value::Array(statements));
    Value::Object(policy).to_string()
}

/// `SQS:SendMessage` and `sendmessage` are one action.
pub(super) fn without_service(action: &str) -> String {
    let action = action.to_ascii_lowercase();
    action.strip_prefix("sqs:").unwrap_or(&action).to_owned()
}

fn sid(statement: &Value) -> Option<&str> {
    statement.get("Sid")?.as_str()
}
