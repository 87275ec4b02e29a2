//! The event: it is looked for where every event that matched is kept.

use super::super::Row;
use super::super::seen::log_group;
use super::{Event, Try, because, may_answer};
use crate::aws::{AwsError, lines};
use serde_json::Value;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// So far may the clock here be ahead of AWS's: what is looked for has a name of its own, so an older line is never it.
pub(super) const CLOCKS: Duration = Duration::from_secs(900);

/// What keeps an event from its log group.
const IN_THE_WAY: [&str; 11] = [
    "trail",
    "trail-logging",
    "trail-selectors",
    "rule",
    "rule-state",
    "rule-bus",
    "rule-pattern",
    "target-arn",
    "target-region",
    "target-permission",
    "target",
];

impl<T: FnMut(&str)> Try<'_, T> {
    /// Waits for the event of the call in each log group that is a target.
    pub(super) async fn event(&mut self, before: &[Row]) -> Option<Event> {
        let rules = self.seen.told_rules().filter(|rule| may_answer(rule));
        let targets = rules.flat_map(|rule| &rule.targets);
        let groups: BTreeSet<String> = targets.filter_map(|target| log_group(&target.arn)).collect();
        let mut found: Option<Event> = None;
        for group in &groups {
            self.waiting(&format!("waiting for the event in {group}"));
            let queue = self.queue.clone();
            let words = [queue.clone(), "CreateQueue".to_owned()];
            let wanted = |line: &Value| {
                line.pointer("/detail/requestParameters/queueName").and_then(Value::as_str) == Some(&queue)
                    && line.pointer("/detail/eventName").and_then(Value::as_str) == Some("CreateQueue")
            };
            match self.line(group, &words, wanted).await {
                Ok(Some(envelope)) => {
                    let id = envelope.pointer("/detail/eventID").and_then(Value::as_str).unwrap_or_default().to_owned();
                    self.push(Row::good("event-log", group, format!("the event {id}")));
                    found = found.or(Some(Event { id, envelope }));
                }
                Ok(None) => {
                    let waited = self.settings.patience.as_secs();
                    let (cause, fix) = because(
                        before,
                        &IN_THE_WAY,
                        "wait longer (--wait 900): CloudTrail is late at times; then look at TriggeredRules of the rule",
                    );
                    let cause = format!("the event did not come in {waited} seconds; {cause}");
                    self.push(Row::bad("event-log", group, cause, fix));
                }
                Err(error) => self.push(Row::not_told("event-log", group, &error)),
            }
        }
        if groups.is_empty() {
            let cause = "no target is a log group, so nothing keeps the events that match";
            let fix = "let a log group be a target of the rule, as our template has it";
            self.push(Row::untold("event-log", self.queue.clone(), cause, fix));
        }
        found
    }

    /// Waits for a line of a log group that is JSON and fits.
    pub(super) async fn line(
        &mut self,
        group: &str,
        words: &[String],
        wanted: impl Fn(&Value) -> bool,
    ) -> Result<Option<Value>, AwsError> {
        let (asked_at, mut looks) = (Instant::now(), 0);
        loop {
            let lines = lines(self.aws, group, words, self.since - CLOCKS).await?;
            if let Some(line) = lines.into_iter().rev().find(&wanted) {
                return Ok(Some(line));
            }
            if !self.again(asked_at, &mut looks).await {
                return Ok(None);
            }
        }
    }
}
