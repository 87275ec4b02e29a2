//! The later steps: what the decisions promise is looked for with calls, as a person would.

use super::{Step, Walk};
use crate::template::{Destination, Stack, Target, TemplateError};
use chrono::Utc;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

/// How often something is looked for that may take its time.
const LOOKS: u32 = 20;

impl<F: FnMut(&Step)> Walk<'_, F> {
    /// Tags, notification and revert, each where a function decided about it.
    pub(super) async fn after_decisions(&mut self, inbox: Option<&str>) {
        let outcome = |report: &Value| report.get("outcome").and_then(Value::as_str).map(str::to_owned);
        let report = |name: &str| self.seen.decision_of(name).cloned();
        let (tagged, told, reverted) = (report("tag-new-queue"), report("notify"), report("revert"));
        let gone = reverted.as_ref().is_some_and(|report| outcome(report).as_deref() == Some("acted"));
        if let Some(report) = tagged.filter(|_| !gone) {
            self.tags(&report).await;
        }
        if let (Some(report), Some(inbox)) = (told, inbox) {
            match outcome(&report).as_deref() {
                Some("acted") => self.notification(inbox).await,
                Some("dry-run") => self.no_notification(inbox).await,
                _ => {}
            }
        }
        match reverted.as_ref().and_then(outcome).as_deref() {
            Some("dry-run") => {
                let there = self.client.queue_url(&self.queue).await.is_some();
                let detail =
                    if there { "a dry run: the queue is still there" } else { "a dry run, and the queue is gone" };
                self.step("dry run", there, detail.to_owned());
            }
            Some("acted") => {
                let there = self.client.queue_url(&self.queue).await.is_some();
                let detail =
                    if there { "revert deleted the queue, and it is still there" } else { "the queue is gone" };
                self.step("revert", !there, detail.to_owned());
            }
            _ => {}
        }
    }

    async fn tags(&mut self, report: &Value) {
        let outcome = report.get("outcome").and_then(Value::as_str);
        let wanted = report.pointer("/actions/0/action/tags").cloned().unwrap_or_else(|| json!({}));
        let url = self.client.queue_url(&self.queue).await.unwrap_or_default();
        let answer = self.client.json("sqs", "ListQueueTags", &json!({ "QueueUrl": url })).await;
        let (ok, detail) = match answer {
            Err(error) => (false, error),
            Ok(answer) => {
                let tags = answer.get("Tags").cloned().unwrap_or_else(|| json!({}));
                let written: BTreeMap<&str, &str> = tags
                    .as_object()
                    .into_iter()
                    .flatten()
                    .filter_map(|(key, tag)| Some((key.as_str(), tag.as_str()?)))
                    .collect();
                let text: Vec<String> = written.iter().map(|(key, tag)| format!("{key}={tag}")).collect();
                let has = if text.is_empty() { "the queue has no tags".to_owned() } else { text.join(", ") };
                match (outcome, text.is_empty()) {
                    (Some("acted"), none) => (tags == wanted && !none, has),
                    (Some("dry-run"), true) => (true, format!("a dry run, so nothing was tagged: {has}")),
                    (Some("dry-run"), false) => (false, format!("a dry run, and it was tagged: {has}")),
                    (_, none) => (none, format!("tag-new-queue has nothing to do here: {has}")),
                }
            }
        };
        self.step("tags", ok, detail);
    }

    async fn notification(&mut self, inbox: &str) {
        let url = self.client.queue_url(inbox).await.unwrap_or_default();
        let receive = json!({ "QueueUrl": url, "MaxNumberOfMessages": 1 });
        let mut detail = "the topic handed no notification of the queue on".to_owned();
        for _ in 0..LOOKS {
            match self.client.json("sqs", "ReceiveMessage", &receive).await {
                Err(error) => detail = error,
                Ok(answer) => {
                    let body = answer.pointer("/Messages/0/Body").and_then(Value::as_str);
                    let body = body.filter(|body| body.contains(&self.queue));
                    if let Some(notification) = body.and_then(|body| serde_json::from_str::<Value>(body).ok()) {
                        let text = |name: &str| notification.get(name).and_then(Value::as_str).map(str::to_owned);
                        let subject = text("Subject").or_else(|| text("Message")).unwrap_or_default();
                        return self.step("notification", true, format!("{subject:?} was delivered"));
                    }
                }
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        self.step("notification", false, detail);
    }

    /// Nothing is looked for twice: what would be published is published before the decision is told.
    async fn no_notification(&mut self, inbox: &str) {
        let url = self.client.queue_url(inbox).await.unwrap_or_default();
        let (ok, detail) = match self.client.json("sqs", "ReceiveMessage", &json!({ "QueueUrl": url })).await {
            Err(error) => (false, error),
            Ok(answer) if answer.get("Messages").is_none_or(|messages| messages == &json!([])) => {
                (true, "a dry run, so nothing was published".to_owned())
            }
            Ok(_) => (false, "a dry run, and a notification was published".to_owned()),
        };
        self.step("notification", ok, detail);
    }

    /// The event is in every log group that is a target.
    pub(super) async fn logs(&mut self, targets: &[Target]) {
        let id = self.seen.event_id().unwrap_or_default().to_owned();
        for target in targets {
            let Destination::LogGroup(group) = &target.destination else { continue };
            let filter = json!({ "logGroupName": group, "filterPattern": format!("\"{id}\"") });
            let (ok, detail) = match self.client.json("logs", "FilterLogEvents", &filter).await {
                Err(error) => (false, error),
                Ok(answer) => {
                    let events = answer.get("events").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
                    let message = |event: &Value| Some(event.get("message")?.as_str()?.contains(&id));
                    let found = events.iter().find(|event| message(event) == Some(true));
                    let stream = found.and_then(|event| event.get("logStreamName")?.as_str());
                    match stream {
                        Some(stream) => (true, format!("the event can be read in {group}, stream {stream}")),
                        None => (false, format!("the event is not in {group}")),
                    }
                }
            };
            self.step("log event", ok, detail);
        }
    }

    /// What CloudWatch counts: the rule triggered, its targets invoked, nothing failed.
    pub(super) async fn metrics(&mut self, stack: &Stack, targets: &[Target]) -> Result<(), TemplateError> {
        let mut rules = stack.rules()?;
        rules.retain(|rule| self.seen.is_matched(&rule.logical_id));
        for rule in rules {
            let names = ["TriggeredRules", "Invocations", "FailedInvocations"];
            let sums = self.sums("AWS/Events", "RuleName", &rule.name, &names).await;
            let wanted = rule.targets.iter().filter(|target| targets.iter().any(|one| one.id == target.id)).count();
            let (ok, detail) = match sums {
                Ok([triggered, invoked, failed]) => (
                    triggered >= 1.0
                        && invoked >= f64::from(u32::try_from(wanted).unwrap_or(u32::MAX))
                        && failed == 0.0,
                    format!(
                        "AWS/Events {}: TriggeredRules {triggered}, Invocations {invoked}, FailedInvocations {failed}",
                        rule.name
                    ),
                ),
                Err(error) => (false, error),
            };
            self.step("metrics", ok, detail);
        }
        for target in targets {
            let Destination::Function(function) = &target.destination else { continue };
            let sums = self.sums("AWS/Lambda", "FunctionName", &function.name, &["Invocations", "Errors"]).await;
            let (ok, detail) = match sums {
                // A try that failed was told, and is counted.
                Ok([invoked, errors]) => {
                    let good = errors == 0.0 || self.seen.is_failing();
                    (
                        invoked >= 1.0 && good,
                        format!("AWS/Lambda {}: Invocations {invoked}, Errors {errors}", function.name),
                    )
                }
                Err(error) => (false, error),
            };
            self.step("metrics", ok, detail);
        }
        Ok(())
    }

    async fn sums<const N: usize>(
        &self,
        namespace: &str,
        dimension: &str,
        value: &str,
        names: &[&str; N],
    ) -> Result<[f64; N], String> {
        let now = Utc::now().timestamp();
        let mut sums = [0.0; N];
        for (name, sum) in names.iter().zip(&mut sums) {
            let ask = json!({
                "Namespace": namespace, "MetricName": name, "Dimensions": [{ "Name": dimension, "Value": value }],
                "StartTime": now - 600, "EndTime": now + 60, "Period": 60, "Statistics": ["Sum"],
            });
            let answer = self.client.json("monitoring", "GetMetricStatistics", &ask).await?;
            let points = answer.get("Datapoints").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            *sum = points.iter().filter_map(|point| point.get("Sum")?.as_f64()).fold(0.0, |sum, point| sum + point);
        }
        Ok(sums)
    }
}
