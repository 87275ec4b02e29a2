//! Who lets EventBridge in: the functions' permissions, the log groups' and the queues' policies.

use super::Stack;
use super::error::TemplateError;
use super::intrinsics::Place;
use super::policy::{Policy, arn_matches};
use super::properties::Properties;

/// A permission to invoke a function: `AWS::Lambda::Permission`.
#[derive(Clone, Debug)]
pub struct Permission {
    /// Its name in the template.
    pub logical_id: String,
    /// The function's name or ARN, as the template says it.
    pub function: String,
    /// As in `events.amazonaws.com`.
    pub principal: String,
    /// The rule, where it is said; may have wildcards.
    pub source_arn: Option<String>,
    /// The account, where it is said.
    pub source_account: Option<String>,
}

impl Permission {
    /// Whether it lets EventBridge invoke the function for this rule. One with a `SourceAccount`
    /// never does: EventBridge's call names no account
    /// (<https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-troubleshooting.html>).
    pub fn lets_rule_invoke(&self, function_arn: &str, rule_arn: &str) -> bool {
        let name = function_arn.rsplit(':').next().unwrap_or(function_arn);
        let is_function = self.function == function_arn || self.function.rsplit(':').next() == Some(name);
        let is_source = self.source_arn.as_deref().is_none_or(|pattern| arn_matches(pattern, rule_arn));
        is_function && self.principal == "events.amazonaws.com" && is_source && self.source_account.is_none()
    }
}

impl Stack {
    /// The permissions to invoke functions.
    ///
    /// # Errors
    /// Something in one can't be resolved.
    pub fn permissions(&self) -> Result<Vec<Permission>, TemplateError> {
        let mut permissions = Vec::new();
        for id in self.ids_of(&["AWS::Lambda::Permission"])? {
            let resolved = self.properties(id)?;
            let properties = Properties::new(&resolved, Place::new(format!("Resources.{id}.Properties")));
            if !["lambda:InvokeFunction", "lambda:*", "*"].contains(&properties.member("Action").text()?.as_str()) {
                continue;
            }
            permissions.push(Permission {
                logical_id: id.to_owned(),
                function: properties.member("FunctionName").text()?,
                principal: properties.member("Principal").text()?,
                source_arn: properties.member("SourceArn").optional_text()?,
                source_account: properties.member("SourceAccount").optional_text()?,
            });
        }
        Ok(permissions)
    }

    /// The resource policies of CloudWatch Logs.
    ///
    /// # Errors
    /// Something in one can't be resolved, or judged.
    pub fn log_policies(&self) -> Result<Vec<Policy>, TemplateError> {
        let mut policies = Vec::new();
        for id in self.ids_of(&["AWS::Logs::ResourcePolicy"])? {
            let resolved = self.properties(id)?;
            let properties = Properties::new(&resolved, Place::new(format!("Resources.{id}.Properties")));
            policies.push(Policy::read(&properties.member("PolicyDocument"))?);
        }
        Ok(policies)
    }
}
