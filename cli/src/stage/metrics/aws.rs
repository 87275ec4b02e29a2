//! Which metrics AWS counts under which dimensions.
//!
//! Learned from <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html> and
//! <https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html>. On the default bus the
//! rule's metrics have `RuleName` alone.

use super::{MetricName, Metrics, Unit};

/// What EventBridge counts only by rule. The others are counted without a dimension too.
const BY_RULE_ONLY: [&str; 4] =
    ["FailedInvocations", "InvocationsFailedToBeSentToDlq", "InvocationsSentToDlq", "MatchedEvents"];

impl Metrics {
    /// Counts one of a rule.
    pub(in crate::stage) fn of_rule(&self, rule: &str, name: &str) {
        self.add(&MetricName::new("AWS/Events", name, [("RuleName", rule)]), Unit::COUNT, 1.0);
        if !BY_RULE_ONLY.contains(&name) {
            self.add(&MetricName::new("AWS/Events", name, []), Unit::COUNT, 1.0);
        }
    }

    /// Counts something of a function, and of all functions.
    pub(in crate::stage) fn of_function(&self, function: &str, name: &str, unit: Unit, value: f64) {
        self.add(&MetricName::new("AWS/Lambda", name, [("FunctionName", function)]), unit, value);
        self.add(&MetricName::new("AWS/Lambda", name, []), unit, value);
    }
}
