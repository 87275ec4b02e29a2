//! Metrics that functions write into their logs, taken out as CloudWatch Logs does: a line that is JSON in the
//! embedded metric format
//! (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>)
//! is a value of each metric that it names, under each set of dimensions.
//!
//! What a document names and does not have is left out, and so is a namespace of AWS's: nobody else may
//! write to those.

use super::{MetricName, Metrics, Unit};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

#[derive(Deserialize)]
struct Document {
    #[serde(rename = "_aws")]
    aws: Metadata,
    #[serde(flatten)]
    members: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Metadata {
    timestamp: i64,
    cloud_watch_metrics: Vec<Directive>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Directive {
    namespace: String,
    dimensions: Vec<Vec<String>>,
    metrics: Vec<Definition>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Definition {
    name: String,
    unit: Option<String>,
}

impl Metrics {
    /// Counts what a line of a log counts; a line that is none of metrics counts nothing.
    pub fn add_line(&self, line: &str) {
        let Some(Document { aws, members }) = document(line) else { return };
        for Directive { namespace, dimensions, metrics } in aws.cloud_watch_metrics {
            if namespace.starts_with("AWS/") {
                continue;
            }
            let sets: Vec<_> = dimensions.iter().filter_map(|names| valued(names, &members)).collect();
            for Definition { name, unit } in &metrics {
                let unit = unit.as_deref().and_then(Unit::named).unwrap_or(Unit::NONE);
                for (dimensions, value) in
                    sets.iter().flat_map(|set| values(members.get(name)).map(move |value| (set, value)))
                {
                    let metric =
                        MetricName { namespace: namespace.clone(), name: name.clone(), dimensions: dimensions.clone() };
                    self.add_at(&metric, unit, value, aws.timestamp.div_euclid(1000));
                }
            }
        }
    }
}

/// Whether a line of a log is one of metrics.
pub(in crate::stage) fn is_of_metrics(line: &str) -> bool {
    document(line).is_some()
}

fn document(line: &str) -> Option<Document> {
    // Most lines are none, and need not be read for it.
    line.contains("\"CloudWatchMetrics\"").then(|| serde_json::from_str(line).ok())?
}

/// The dimensions with their values, which are texts.
fn valued(names: &[String], members: &Map<String, Value>) -> Option<BTreeMap<String, String>> {
    names.iter().map(|name| Some((name.clone(), members.get(name)?.as_str()?.to_owned()))).collect()
}

/// A number, or a list of them.
fn values(of: Option<&Value>) -> impl Iterator<Item = f64> + '_ {
    let list = of.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    of.and_then(Value::as_f64).into_iter().chain(list.iter().filter_map(Value::as_f64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn directive(namespace: &str, dimensions: Value, metrics: Value) -> Value {
        json!({ "Namespace": namespace, "Dimensions": dimensions, "Metrics": metrics })
    }

    #[test]
    fn each_metric_is_counted_under_each_set_of_dimensions() {
        let metrics = Metrics::default();
        let named = json!([{ "Name": "Orders", "Unit": "Count" }, { "Name": "Sizes", "Unit": "Parsecs" }]);
        let line = json!({
            "_aws": { "Timestamp": 1_000_020_999, "CloudWatchMetrics": [
                directive("Shop", json!([["Till", "Kind"], ["Till"], []]), named),
                directive("Shop", json!([["Till"]]), json!([{ "Name": "Missing" }])),
                directive("Shop", json!([["Nowhere"]]), json!([{ "Name": "Orders" }])),
                directive("AWS/Lambda", json!([[]]), json!([{ "Name": "Orders" }])),
            ] },
            "Till": "2", "Kind": "cash", "Orders": 3, "Sizes": [1.5, 2.5], "message": "sold",
        });
        metrics.add_line(&line.to_string());
        let total = |name: &str, dimensions: &[(&str, &str)]| {
            metrics.total(&MetricName::new("Shop", name, dimensions.iter().copied()))
        };
        for dimensions in [&[("Till", "2"), ("Kind", "cash")][..], &[("Till", "2")], &[]] {
            assert_eq!((total("Orders", dimensions), total("Sizes", dimensions)), (Some(3.0), Some(4.0)));
        }
        assert_eq!(metrics.names().len(), 6, "{:?}", metrics.names());
        let of = MetricName::new("Shop", "Sizes", []);
        let [point] = metrics.statistics(&of, 1_000_020, 1_000_080, 60).try_into().unwrap();
        assert_eq!((point.sample_count, point.maximum, point.unit), (2.0, 2.5, Unit::NONE));
    }

    #[test]
    fn other_lines_count_nothing() {
        let metrics = Metrics::default();
        let document = json!({
            "_aws": { "Timestamp": 1, "CloudWatchMetrics": [directive("Shop", json!([[]]), json!([{ "Name": "A" }]))] },
            "A": 1,
        });
        metrics.add_line(&format!("INFO {document}"));
        metrics.add_line(&json!({ "message": document.to_string() }).to_string());
        metrics.add_line(&json!({ "_aws": { "CloudWatchMetrics": [] }, "A": 1 }).to_string());
        metrics.add_line("\"CloudWatchMetrics\"");
        assert_eq!(metrics.names(), []);
    }
}
