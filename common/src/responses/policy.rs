//! Whom a policy lets in, as far as one look can tell.
//!
//! For a word in a sentence, its severity, and the rule that no queue is open to everyone: a statement with a condition
//! is taken to let nobody in that it should not, and a policy that can't be read to be unknown. Whoever wants to know asks IAM Access Analyzer.

use crate::{is_account_id, is_hidden};
use serde_json::{Map, Value};

/// Whom a resource's policy lets in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum LetsIn {
    /// Everyone, without a condition.
    Everyone,
    /// Other accounts, by their ids or ARNs.
    Others(Vec<String>),
    /// Nobody but this account and services.
    NobodyElse,
    /// It is hidden or can't be read.
    Unknown,
}

/// Whom this policy of a resource in this account lets in.
pub(crate) fn lets_in(json: &str, account: &str) -> LetsIn {
    let Some(allowed) = allowed(json) else { return LetsIn::Unknown };
    let mut others = Vec::new();
    for statement in allowed.iter().filter(|statement| statement.get("Condition").is_none()) {
        if statement.get("NotPrincipal").is_some() {
            return LetsIn::Everyone;
        }
        let Some(principal) = statement.get("Principal") else { continue };
        for name in texts(principal.get("AWS").unwrap_or(principal)) {
            if name == "*" {
                return LetsIn::Everyone;
            }
            if !is_of(name, account) {
                others.push(name.to_owned());
            }
        }
    }
    if others.is_empty() { LetsIn::NobodyElse } else { LetsIn::Others(others) }
}

/// Whether an account's id or an ARN is of this account. A role of another account may have our id for its name.
pub(crate) fn is_of(name: &str, account: &str) -> bool {
    account == if is_account_id(name) { name } else { name.split(':').nth(4).unwrap_or_default() }
}

/// Whether this policy of a principal lets it do everything.
pub(crate) fn allows_everything(json: &str) -> bool {
    let everything =
        |statement: &Value, member: &str| statement.get(member).is_some_and(|of| texts(of).any(|text| text == "*"));
    let allowed = allowed(json).unwrap_or_default();
    allowed.iter().any(|statement| everything(statement, "Action") && everything(statement, "Resource"))
}

/// The statements that allow something; `None` when there are none to be read.
fn allowed(json: &str) -> Option<Vec<Value>> {
    if is_hidden(json) {
        return None;
    }
    let mut policy: Value = serde_json::from_str(json).ok()?;
    let statements = listed(policy.get_mut("Statement")?.take());
    Some(
        statements
            .into_iter()
            .filter(|statement| statement.get("Effect").and_then(Value::as_str) == Some("Allow"))
            .collect(),
    )
}

/// All statements of a policy.
///
/// # Errors
/// The policy can't be read, in a sentence.
pub(crate) fn statements(policy: &str) -> Result<Vec<Value>, String> {
    let policy: Map<String, Value> =
        serde_json::from_str(policy).map_err(|error| format!("the policy can't be read: {error}"))?;
    Ok(policy.get("Statement").cloned().map(listed).unwrap_or_default())
}

/// One value, or those of a list: IAM's JSON takes either in most places.
pub(crate) fn listed(value: Value) -> Vec<Value> {
    match value {
        Value::Array(values) => values,
        one => vec![one],
    }
}

/// The account of a principal that is an account's root, or the account itself; anything else stays as it is.
pub(crate) fn account_of(principal: &str) -> &str {
    let root = principal.split_once(":iam::").and_then(|(_, rest)| rest.strip_suffix(":root"));
    root.unwrap_or(principal)
}

/// One text, or those of a list.
pub(crate) fn texts(value: &Value) -> impl Iterator<Item = &str> {
    let list = value.as_array().map(Vec::as_slice).unwrap_or_default();
    value.as_str().into_iter().chain(list.iter().filter_map(Value::as_str))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &str = "111122223333";

    fn with(principal: &str) -> LetsIn {
        lets_in(&format!(r#"{{"Statement": {{"Effect": "Allow", {principal}}}}}"#), OWN)
    }

    #[test]
    fn who_is_let_in_is_said() {
        for everyone in [r#""Principal": "*""#, r#""Principal": {"AWS": ["x", "*"]}"#, r#""NotPrincipal": {}"#] {
            assert_eq!(with(everyone), LetsIn::Everyone, "{everyone}");
        }
        assert_eq!(with(r#""Principal": {"AWS": "444455556666"}"#), LetsIn::Others(vec!["444455556666".to_owned()]));
        let disguised = with(r#""Principal": {"AWS": "arn:aws:iam::444455556666:role/111122223333"}"#);
        assert!(matches!(disguised, LetsIn::Others(_)), "{disguised:?}");
        for nobody in [
            r#""Principal": {"AWS": "arn:aws:iam::111122223333:root"}"#,
            r#""Principal": {"Service": "events.amazonaws.com"}"#,
            r#""Principal": "*", "Condition": {"StringEquals": {}}"#,
            r#""Action": "*""#,
        ] {
            assert_eq!(with(nobody), LetsIn::NobodyElse, "{nobody}");
        }
        for unknown in ["", "{", "{}", "HIDDEN_DUE_TO_SECURITY_REASONS"] {
            assert_eq!(lets_in(unknown, OWN), LetsIn::Unknown, "{unknown}");
        }
        let denied = r#"{"Statement": [{"Effect": "Deny", "Principal": "*"}]}"#;
        assert_eq!(lets_in(denied, OWN), LetsIn::NobodyElse);
    }

    #[test]
    fn a_policy_that_allows_everything_is_known() {
        assert!(allows_everything(r#"{"Statement": {"Effect": "Allow", "Action": ["*"], "Resource": "*"}}"#));
        assert!(!allows_everything(r#"{"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}"#));
        assert!(!allows_everything("{"));
    }
}
