//! A rule, ready to be held against events: its pattern compiled, and what it may do to its targets
//! looked up.

use super::BusError;
use super::access::Access;
use super::told::Undelivered;
use crate::template::{Destination, RetryPolicy, Rule, RuleState, Target};
use serde_json::Value;
use trailhook::pattern::Pattern;
use uuid::Uuid;

#[derive(Debug)]
pub(super) struct Route {
    pub(super) logical_id: String,
    /// Its name in EventBridge, for the metrics.
    pub(super) name: String,
    pub(super) arn: String,
    pub(super) stops: Vec<Stop>,
    state: RuleState,
    pattern: Pattern,
}

/// A target.
#[derive(Debug)]
pub(super) struct Stop {
    pub(super) id: String,
    pub(super) arn: String,
    pub(super) destination: Place,
    pub(super) retry: RetryPolicy,
    /// Why EventBridge may not.
    pub(super) refused: Option<Undelivered>,
    pub(super) dead_letters: Option<DeadLetters>,
}

/// Where a target is.
#[derive(Debug)]
pub(super) enum Place {
    /// A function, by its name in Lambda.
    Function(String),
    /// A log group.
    LogGroup {
        /// Its name.
        name: String,
        /// The stream that the events are put into. EventBridge chooses its streams itself; here a
        /// target has one, because the embedded CloudWatch Logs takes longer for each that is made.
        stream: String,
    },
}

/// A dead-letter queue.
#[derive(Debug)]
pub(super) struct DeadLetters {
    pub(super) queue_arn: String,
    /// Why EventBridge may not send to it.
    pub(super) refused: Option<String>,
}

impl Route {
    pub(super) fn new(rule: Rule, access: &Access) -> Result<Route, BusError> {
        let pattern = Pattern::from_value(&rule.pattern)
            .map_err(|problem| BusError::Pattern { rule: rule.logical_id.clone(), problem })?;
        let stops = rule.targets.into_iter().map(|target| Stop::new(target, &rule.arn, access)).collect();
        let Rule { logical_id, name, arn, state, .. } = rule;
        Ok(Route { logical_id, name, arn, stops, state, pattern })
    }

    /// Whether the rule's targets get the event.
    pub(super) fn takes(&self, envelope: &Value) -> bool {
        let in_reach = match self.state {
            RuleState::Disabled => false,
            RuleState::Enabled => !is_read_only(envelope),
            RuleState::EnabledWithReadOnlyCalls => true,
        };
        in_reach && self.pattern.matches(envelope)
    }
}

impl Stop {
    fn new(target: Target, rule_arn: &str, access: &Access) -> Stop {
        let (destination, verdict) = match target.destination {
            Destination::Function(function) => {
                let verdict = access.function(&function.arn, rule_arn);
                (Place::Function(function.name), verdict)
            }
            Destination::LogGroup(name) => {
                let stream = Uuid::new_v4().to_string();
                (Place::LogGroup { name, stream }, access.log_group(&target.arn, rule_arn))
            }
        };
        let dead_letters = target.dead_letter_queue.map(|queue_arn| {
            let refused = access.dead_letter_queue(&queue_arn, rule_arn).err();
            DeadLetters { queue_arn, refused }
        });
        let (id, arn, retry) = (target.id, target.arn, target.retry);
        Stop { id, arn, destination, retry, refused: verdict.err(), dead_letters }
    }
}

/// Whether it is a management call that rules get only in a state of their own. EventBridge goes by
/// the name, not by the record's `readOnly`
/// (<https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail-management.html>).
pub(crate) fn is_read_only(envelope: &Value) -> bool {
    let text = |path: &str| envelope.pointer(path).and_then(Value::as_str).unwrap_or_default();
    let name = text("/detail/eventName");
    text("/detail-type") == "AWS API Call via CloudTrail"
        && !matches!(text("/detail/eventCategory"), "Data" | "NetworkActivity")
        && ["Describe", "Get", "List"].iter().any(|beginning| name.starts_with(beginning))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn read_only_calls_are_known_by_their_names() {
        for (name, category, expected) in [
            ("ListQueues", json!("Management"), true),
            ("GetQueueAttributes", Value::Null, true),
            ("GetObject", json!("Data"), false),
            ("CreateQueue", json!("Management"), false),
        ] {
            let detail = json!({"eventName": name, "eventCategory": category});
            let event = json!({"detail-type": "AWS API Call via CloudTrail", "detail": detail});
            assert_eq!(is_read_only(&event), expected, "{name}");
        }
        assert!(!is_read_only(&json!({"detail-type": "GetWell", "detail": {"eventName": "GetWell"}})));
    }
}
