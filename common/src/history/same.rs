//! Whether two values of an attribute say the same.
//!
//! SQS keeps most values as they were set. Policies are JSON, and it may write a count as a number, one
//! principal without its list, an account as its root's ARN, or an action in another case. What can't be
//! read is compared letter for letter.

use crate::responses::policy::{account_of, listed};
use serde_json::{Map, Value};

/// Whether two values of this attribute say the same.
///
/// ```
/// use trailhook::history::same_value;
///
/// let set = r#"{"deadLetterTargetArn": "arn:aws:sqs:eu-west-1:111122223333:dead", "maxReceiveCount": "3"}"#;
/// let now = r#"{"maxReceiveCount":3,"deadLetterTargetArn":"arn:aws:sqs:eu-west-1:111122223333:dead"}"#;
/// assert!(same_value("RedrivePolicy", set, now));
/// assert!(!same_value("VisibilityTimeout", "30", "31"));
/// ```
pub fn same_value(name: &str, one: &str, other: &str) -> bool {
    if one == other {
        return true;
    }
    let object = |text: &str| serde_json::from_str::<Map<String, Value>>(text).ok();
    match (name, object(one), object(other)) {
        ("Policy", Some(one), Some(other)) => policy(one) == policy(other),
        (_, Some(one), Some(other)) => scalars(one) == scalars(other),
        _ => false,
    }
}

fn scalars(object: Map<String, Value>) -> Map<String, Value> {
    object.into_iter().map(|(name, value)| (name, as_text(value))).collect()
}

fn as_text(value: Value) -> Value {
    match value {
        Value::Number(number) => Value::String(number.to_string()),
        Value::Bool(flag) => Value::String(flag.to_string()),
        Value::Array(values) => Value::Array(values.into_iter().map(as_text).collect()),
        other => other,
    }
}

fn policy(mut policy: Map<String, Value>) -> Map<String, Value> {
    if let Some(statements) = policy.remove("Statement") {
        let statements: Vec<Value> = listed(statements).into_iter().map(statement).collect();
        policy.insert("Statement".to_owned(), Value::Array(statements));
    }
    policy
}

fn statement(value: Value) -> Value {
    let Value::Object(members) = value else {
        return value;
    };
    let members = members.into_iter().map(|(name, value)| {
        let value = match (name.as_str(), value) {
            ("Principal" | "NotPrincipal", Value::Object(kinds)) => {
                Value::Object(kinds.into_iter().map(|(kind, who)| (kind, sorted(who, account))).collect())
            }
            // "Principal": "*" is {"AWS": "*"}.
            ("Principal", Value::String(everyone)) if everyone == "*" => {
                serde_json::json!({ "AWS": sorted(Value::String(everyone), account) })
            }
            ("Action" | "NotAction", value) => sorted(value, |action| action.to_ascii_lowercase()),
            ("Resource" | "NotResource", value) => sorted(value, str::to_owned),
            ("Condition", Value::Object(operators)) => {
                let keys = |keys: Value| match keys {
                    Value::Object(keys) => Value::Object(
                        keys.into_iter().map(|(key, value)| (key, sorted(as_text(value), str::to_owned))).collect(),
                    ),
                    other => other,
                };
                Value::Object(operators.into_iter().map(|(operator, value)| (operator, keys(value))).collect())
            }
            (_, value) => value,
        };
        (name, value)
    });
    Value::Object(members.collect())
}

/// `111122223333` is its root's ARN, in whichever partition.
fn account(who: &str) -> String {
    account_of(who).to_owned()
}

fn sorted(value: Value, form: impl Fn(&str) -> String) -> Value {
    let mut texts: Vec<Value> = listed(value)
        .into_iter()
        .map(|value| match value {
            Value::String(text) => Value::String(form(&text)),
            other => other,
        })
        .collect();
    texts.sort_by_key(Value::to_string);
    Value::Array(texts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_says_the_same_in_the_words_of_sqs() {
        let set = r#"{"Version":"2012-10-17","Statement":{"Sid":"a","Effect":"Allow","Principal":{"AWS":"111122223333"},
            "Action":["SQS:SendMessage"],"Resource":"arn:aws:sqs:eu-west-1:111122223333:orders"}}"#;
        let now = r#"{"Version":"2012-10-17","Statement":[{"Sid":"a","Effect":"Allow",
            "Principal":{"AWS":["arn:aws:iam::111122223333:root"]},"Action":"sqs:sendmessage",
            "Resource":["arn:aws:sqs:eu-west-1:111122223333:orders"]}]}"#;
        assert!(same_value("Policy", set, now));
        let everyone = set.replace(r#"{"AWS":"111122223333"}"#, r#""*""#);
        assert!(!same_value("Policy", &everyone, now));
        assert!(same_value("Policy", &everyone, &set.replace("111122223333\"}", "*\"}")));
        let less = set.replace("\"Effect\":\"Allow\"", "\"Effect\":\"Deny\"");
        assert!(!same_value("Policy", &less, now));
        assert!(!same_value("Policy", "not json", now));
    }
}
