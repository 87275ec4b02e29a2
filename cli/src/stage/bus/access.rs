//! Whether EventBridge may do what a rule asks of it. In AWS such a mistake deploys without an error,
//! and is seen only by who looks at the metrics.
//!
//! Learned from <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html>. A log
//! group needs both principals: without `delivery.logs.amazonaws.com` every delivery fails.

use super::told::Undelivered;
use crate::template::{Permission, Policy, QueueResource, ServiceCall, Stack, TemplateError, allowed};

const EVENTS: &str = "events.amazonaws.com";

/// Who lets EventBridge in, from the template.
#[derive(Debug)]
pub(super) struct Access {
    account: String,
    permissions: Vec<Permission>,
    log_policies: Vec<Policy>,
    queues: Vec<QueueResource>,
}

impl Access {
    pub(super) fn of(stack: &Stack) -> Result<Access, TemplateError> {
        Ok(Access {
            account: stack.deployment().account.clone(),
            permissions: stack.permissions()?,
            log_policies: stack.log_policies()?,
            queues: stack.queues()?,
        })
    }

    /// Whether a function may be invoked for this rule.
    pub(super) fn function(&self, function_arn: &str, rule_arn: &str) -> Result<(), Undelivered> {
        if self.permissions.iter().any(|permission| permission.lets_rule_invoke(function_arn, rule_arn)) {
            return Ok(());
        }
        Err(refused(format!("no AWS::Lambda::Permission lets {EVENTS} invoke {function_arn} for {rule_arn}")))
    }

    /// Whether a log group may be written to for this rule.
    pub(super) fn log_group(&self, group_arn: &str, rule_arn: &str) -> Result<(), Undelivered> {
        let resource = format!("{group_arn}:log-stream:any");
        for service in [EVENTS, "delivery.logs.amazonaws.com"] {
            for action in ["logs:CreateLogStream", "logs:PutLogEvents"] {
                if !allowed(&self.log_policies, &self.call(service, action, &resource, rule_arn)) {
                    let message = format!("no AWS::Logs::ResourcePolicy lets {service} do {action} on {group_arn}:*");
                    return Err(refused(message));
                }
            }
        }
        Ok(())
    }

    /// Whether a dead letter of this rule may be sent to a queue.
    pub(super) fn dead_letter_queue(&self, queue_arn: &str, rule_arn: &str) -> Result<(), String> {
        let Some(queue) = self.queues.iter().find(|queue| queue.arn == queue_arn) else {
            return Err(format!("the template makes no queue {queue_arn}"));
        };
        if allowed(&queue.policy, &self.call(EVENTS, "sqs:SendMessage", queue_arn, rule_arn)) {
            return Ok(());
        }
        Err(format!("no AWS::SQS::QueuePolicy lets {EVENTS} send messages to {queue_arn} for {rule_arn}"))
    }

    fn call<'a>(&'a self, service: &'a str, action: &'a str, resource: &'a str, rule_arn: &'a str) -> ServiceCall<'a> {
        ServiceCall { service, action, resource, source_arn: rule_arn, source_account: &self.account, log_group: "" }
    }
}

fn refused(message: String) -> Undelivered {
    Undelivered { code: "NO_PERMISSIONS", message, passes: false }
}
