//! CloudWatch Logs: the resource policies, by which EventBridge may write to a log group.

use super::text;
use crate::template::{Stack, TemplateError};
use serde_json::{Value, json};

/// The policies, by name.
#[derive(Debug, Default)]
pub(super) struct Policies(Vec<(String, String)>);

impl Policies {
    pub(super) fn of(stack: &Stack) -> Result<Policies, TemplateError> {
        let mut policies = Vec::new();
        for resource in stack.made()?.into_iter().filter(|made| made.kind == "AWS::Logs::ResourcePolicy") {
            let properties = stack.properties(&resource.logical_id)?;
            let document = match properties.get("PolicyDocument") {
                Some(Value::String(text)) => text.clone(),
                other => other.map(Value::to_string).unwrap_or_default(),
            };
            policies.push((resource.physical_id, document));
        }
        Ok(Policies(policies))
    }

    /// There are policies of the account only, and none of a single log group.
    pub(super) fn answer(&self, action: &str, asked: &Value) -> Option<Value> {
        let of_account = text(asked, "policyScope").is_none_or(|scope| scope == "ACCOUNT");
        let policy = |(name, document): &(String, String)| json!({ "policyName": name, "policyDocument": document });
        let all = || self.0.iter().filter(|_| of_account).map(policy).collect::<Vec<_>>();
        (action == "DescribeResourcePolicies").then(|| json!({ "resourcePolicies": all() }))
    }
}
