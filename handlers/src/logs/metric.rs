//! Metrics as lines of the log, in CloudWatch's embedded metric format
//! (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>).
//!
//! Each combination of dimensions is a metric that is paid for, so there are two, and both are ours to
//! choose from: the response and the outcome. What a caller has a say in is a property of the line.

use super::level::Level;
use super::line::line;
use super::origin::Origin;
use chrono::{DateTime, Utc};
use serde::Serialize;
use std::collections::BTreeMap;
use trailhook::Report;

const TARGET: &str = "trailhook::metric";
const BY_RESPONSE: &[&[&str]] = &[&["Response"]];
const BY_OUTCOME: &[&[&str]] = &[&["Response", "Outcome"], &["Response"]];

/// How the metrics are written.
#[derive(Debug)]
pub(super) struct Metrics {
    namespace: String,
    level: Level,
}

impl Metrics {
    /// Metrics in this namespace. To Lambda's filter they are lines like any other, so they are as
    /// severe as it takes for getting through.
    pub(super) fn new(namespace: String, filter: Option<Level>) -> Metrics {
        Metrics { namespace, level: filter.unwrap_or(Level::Info).max(Level::Info) }
    }

    /// The line of a decision.
    pub(super) fn decided(&self, report: &Report, origin: &Origin) -> String {
        let now = Utc::now();
        let event = report.event.as_ref();
        let latency = event.and_then(|event| latency(event.event_time.as_deref()?, now));
        let cold_start = origin.in_hand().filter(|in_hand| in_hand.cold_start).map(|_| 1);
        let once = [latency.map(|_| LATENCY), cold_start.map(|_| COLD_START)];
        let mut directives = vec![self.directive(BY_OUTCOME, vec![DECISIONS])];
        let once: Vec<Definition<'_>> = once.into_iter().flatten().collect();
        if !once.is_empty() {
            directives.push(self.directive(BY_RESPONSE, once));
        }
        let members = Decided {
            aws: Metadata { timestamp: now.timestamp_millis(), directives },
            response: report.response,
            outcome: report.outcome.as_str(),
            decisions: 1,
            latency,
            cold_start,
            reason: report.reason.as_deref(),
            event_id: event.and_then(|event| event.event_id.as_deref()),
            event_source: event.and_then(|event| event.event_source.as_deref()),
            event_name: event.and_then(|event| event.event_name.as_deref()),
            aws_region: event.and_then(|event| event.aws_region.as_deref()),
        };
        line(self.level.as_str(), TARGET, origin, &members)
    }

    /// The line that counts one of something.
    pub(super) fn counted(&self, metric: &str, response: &str, origin: &Origin) -> String {
        let directives = vec![self.directive(BY_RESPONSE, vec![Definition { name: metric, unit: "Count" }])];
        let aws = Metadata { timestamp: Utc::now().timestamp_millis(), directives };
        line(self.level.as_str(), TARGET, origin, &Counted { aws, response, count: BTreeMap::from([(metric, 1)]) })
    }

    fn directive<'a>(&'a self, dimensions: &'a [&'a [&'a str]], metrics: Vec<Definition<'a>>) -> Directive<'a> {
        Directive { namespace: &self.namespace, dimensions, metrics }
    }
}

/// From the call to now, in milliseconds. CloudTrail's times are whole seconds, and clocks differ: who
/// would have answered before the call has answered at once.
fn latency(event_time: &str, now: DateTime<Utc>) -> Option<i64> {
    let called = DateTime::parse_from_rfc3339(event_time).ok()?;
    Some(now.signed_duration_since(called).num_milliseconds().max(0))
}

const DECISIONS: Definition<'_> = Definition { name: "Decisions", unit: "Count" };
const LATENCY: Definition<'_> = Definition { name: "Latency", unit: "Milliseconds" };
const COLD_START: Definition<'_> = Definition { name: "ColdStart", unit: "Count" };

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Definition<'a> {
    name: &'a str,
    unit: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Directive<'a> {
    namespace: &'a str,
    dimensions: &'a [&'a [&'a str]],
    metrics: Vec<Definition<'a>>,
}

#[derive(Serialize)]
struct Metadata<'a> {
    #[serde(rename = "Timestamp")]
    timestamp: i64,
    #[serde(rename = "CloudWatchMetrics")]
    directives: Vec<Directive<'a>>,
}

/// The metrics and their dimensions in CloudWatch's case, the properties in that of the decision line.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Decided<'a> {
    #[serde(rename = "_aws")]
    aws: Metadata<'a>,
    #[serde(rename = "Response")]
    response: &'a str,
    #[serde(rename = "Outcome")]
    outcome: &'a str,
    #[serde(rename = "Decisions")]
    decisions: u8,
    #[serde(rename = "Latency", skip_serializing_if = "Option::is_none")]
    latency: Option<i64>,
    #[serde(rename = "ColdStart", skip_serializing_if = "Option::is_none")]
    cold_start: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event_source: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    aws_region: Option<&'a str>,
}

#[derive(Serialize)]
struct Counted<'a> {
    #[serde(rename = "_aws")]
    aws: Metadata<'a>,
    #[serde(rename = "Response")]
    response: &'a str,
    #[serde(flatten)]
    count: BTreeMap<&'a str, u8>,
}
