//! What CloudWatch counted: the rule triggered, its targets were invoked, nothing failed. Metrics come minutes late.

use super::super::Row;
use super::{Event, Try, surely_answers};
use crate::aws::{AwsError, Rule, told};
use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{Dimension, Statistic};
use chrono::Utc;
use std::time::Instant;

impl<T: FnMut(&str)> Try<'_, T> {
    /// The metrics of the rules that let the event through; of those that surely would, where nobody knows it. What was
    /// waited for already is not waited for once more.
    pub(super) async fn metrics(&mut self, event: Option<&Event>, wait: bool) {
        let rules = match event {
            Some(event) => self.matching(event),
            // What a disabled one does is its own row.
            None => {
                let would = |rule: &&Rule| rule.state != "DISABLED" && surely_answers(rule);
                self.seen.told_rules().filter(would).cloned().collect()
            }
        };
        for rule in rules {
            let row = self.of_rule(&rule, wait).await;
            self.push(row);
        }
    }

    async fn of_rule(&mut self, rule: &Rule, wait: bool) -> Row {
        let name = &rule.name;
        self.waiting(&format!("waiting for the metrics of {name}"));
        let (asked_at, mut looks) = (Instant::now(), 0);
        loop {
            let mut sums = [0.0; 3];
            for (metric, sum) in ["TriggeredRules", "Invocations", "FailedInvocations"].into_iter().zip(&mut sums) {
                match self.sum("AWS/Events", metric, "RuleName", name).await {
                    Ok(told) => *sum = told.unwrap_or_default(),
                    Err(error) => return Row::not_told("rule-metrics", name, &error),
                }
            }
            let [triggered, invoked, failed] = sums;
            let seen = format!("TriggeredRules {triggered}, Invocations {invoked}, FailedInvocations {failed}");
            let wanted = f64::from(u32::try_from(rule.targets.len()).unwrap_or(u32::MAX));
            if failed > 0.0 {
                let fix = "the rows of the targets say which and why; their dead-letter queue has the events";
                return Row::bad("rule-metrics", name, format!("{seen}: a target could not be handed an event"), fix);
            }
            if triggered >= 1.0 && invoked >= wanted {
                return Row::good("rule-metrics", name, seen);
            }
            if !wait && triggered < 1.0 {
                let cause = format!("{seen}: the rule has seen no call lately");
                return Row::bad("rule-metrics", name, cause, "the rows of the trail and the rule say why");
            }
            if !wait || !self.again(asked_at, &mut looks).await {
                let late = "metrics come minutes late: look again, or --wait longer";
                if triggered < 1.0 && !rule.targets.iter().any(|target| self.got.contains(&target.arn)) {
                    let cause =
                        format!("{seen}: no target of it was seen to get the event, and CloudWatch has counted none");
                    return Row::untold("rule-metrics", name, cause, late);
                }
                let cause = format!("{seen}: CloudWatch has not counted all of it yet");
                return Row::note("rule-metrics", name, cause, late);
            }
        }
    }

    /// A metric's sum since a little before the call; `None` where CloudWatch has nothing.
    pub(super) async fn sum(
        &self,
        namespace: &str,
        metric: &str,
        dimension: &str,
        value: &str,
    ) -> Result<Option<f64>, AwsError> {
        // CloudWatch counts by the minute.
        let from = self.since.timestamp().div_euclid(60) * 60;
        let asked = self.aws.cloudwatch.get_metric_statistics().namespace(namespace).metric_name(metric);
        let asked = asked.dimensions(Dimension::builder().name(dimension).value(value).build());
        let asked =
            asked.start_time(DateTime::from_secs(from)).end_time(DateTime::from_secs(Utc::now().timestamp() + 60));
        let answer = told("cloudwatch:GetMetricStatistics", asked.period(60).statistics(Statistic::Sum).send().await)?;
        let sums: Vec<f64> = answer.datapoints().iter().filter_map(|point| point.sum()).collect();
        Ok((!sums.is_empty()).then(|| sums.iter().sum()))
    }
}
