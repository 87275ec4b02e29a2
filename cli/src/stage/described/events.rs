//! EventBridge: the rules of the default bus, and their targets.

use super::{Refused, text};
use crate::template::{Rule, RuleState, Stack, Target, TemplateError};
use serde_json::{Value, json};

const BUS: &str = "default";

/// The rules.
#[derive(Debug, Default)]
pub(super) struct Rules {
    rules: Vec<Rule>,
    bus_arn: String,
}

impl Rules {
    pub(super) fn of(stack: &Stack) -> Result<Rules, TemplateError> {
        Ok(Rules { rules: stack.rules()?, bus_arn: stack.arn("events", "event-bus/default") })
    }

    pub(super) fn answer(&self, action: &str, asked: &Value) -> Option<Result<Value, Refused>> {
        let on_bus = || {
            let bus = text(asked, "EventBusName").unwrap_or(BUS);
            if bus == BUS || bus == self.bus_arn { Ok(()) } else { Err(no_bus(bus)) }
        };
        Some(match action {
            "DescribeEventBus" => {
                let bus = text(asked, "Name").unwrap_or(BUS);
                let known = bus == BUS || bus == self.bus_arn;
                if known { Ok(json!({ "Name": BUS, "Arn": self.bus_arn })) } else { Err(no_bus(bus)) }
            }
            "DescribeRule" => on_bus().and_then(|()| self.rule(asked, "Name")).map(described),
            "ListTargetsByRule" => on_bus()
                .and_then(|()| self.rule(asked, "Rule"))
                .map(|rule| json!({ "Targets": rule.targets.iter().map(target).collect::<Vec<_>>() })),
            "ListRules" => on_bus().map(|()| {
                let prefix = text(asked, "NamePrefix").unwrap_or_default();
                let rules = self.rules.iter().filter(|rule| rule.name.starts_with(prefix));
                json!({ "Rules": rules.map(described).collect::<Vec<_>>() })
            }),
            "ListRuleNamesByTarget" => on_bus().map(|()| {
                let arn = text(asked, "TargetArn").unwrap_or_default();
                let tells = |rule: &&Rule| rule.targets.iter().any(|target| target.arn == arn);
                let names = self.rules.iter().filter(tells).map(|rule| rule.name.as_str());
                json!({ "RuleNames": names.collect::<Vec<_>>() })
            }),
            _ => return None,
        })
    }

    fn rule(&self, asked: &Value, member: &str) -> Result<&Rule, Refused> {
        let missing = || ("ValidationException", format!("{member}: the name of a rule is missing"));
        let name = text(asked, member).ok_or_else(missing)?;
        let none = || ("ResourceNotFoundException", format!("Rule {name} does not exist on EventBus {BUS}."));
        self.rules.iter().find(|rule| rule.name == name).ok_or_else(none)
    }
}

fn described(rule: &Rule) -> Value {
    json!({
        "Name": rule.name,
        "Arn": rule.arn,
        "EventPattern": rule.pattern.to_string(),
        "State": match rule.state {
            RuleState::Enabled => "ENABLED",
            RuleState::EnabledWithReadOnlyCalls => "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS",
            RuleState::Disabled => "DISABLED",
        },
        "EventBusName": BUS,
    })
}

fn target(target: &Target) -> Value {
    let mut told = json!({
        "Id": target.id,
        "Arn": target.arn,
        "RetryPolicy": {
            "MaximumRetryAttempts": target.retry.retries,
            "MaximumEventAgeInSeconds": target.retry.max_age.as_secs(),
        },
    });
    if let (Some(queue), Some(members)) = (&target.dead_letter_queue, told.as_object_mut()) {
        members.insert("DeadLetterConfig".to_owned(), json!({ "Arn": queue }));
    }
    told
}

fn no_bus(name: &str) -> Refused {
    ("ResourceNotFoundException", format!("Event bus {name} does not exist."))
}
