//! What the calls share of their parameters. A form has only text, JSON and CBOR have numbers: each
//! type reads both.

use crate::stage::metrics::MetricName;
use chrono::DateTime;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// A point in time, in seconds since 1970.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, PartialOrd)]
#[serde(try_from = "Value")]
pub(super) struct Time(pub(super) f64);

/// An integer.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(try_from = "Value")]
pub(super) struct Whole(pub(super) i64);

/// Yes or no.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(try_from = "Value")]
pub(super) struct Flag(pub(super) bool);

/// One dimension of a metric.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Dimension {
    pub(super) name: String,
    pub(super) value: String,
}

impl TryFrom<Value> for Time {
    type Error = String;

    fn try_from(value: Value) -> Result<Time, String> {
        let seconds = match &value {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => DateTime::parse_from_rfc3339(text).ok().map(|time| {
                // Milliseconds fit into a double for as long as chrono counts.
                time.timestamp_millis() as f64 / 1000.0
            }),
            _ => None,
        };
        // Further away no calendar reaches.
        seconds.filter(|seconds| seconds.abs() < 1e11).map(Time).ok_or_else(|| format!("{value} is not a time"))
    }
}

impl TryFrom<Value> for Whole {
    type Error = String;

    fn try_from(value: Value) -> Result<Whole, String> {
        let number = match &value {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.parse().ok(),
            _ => None,
        };
        number.map(Whole).ok_or_else(|| format!("{value} is not an integer"))
    }
}

impl TryFrom<Value> for Flag {
    type Error = String;

    fn try_from(value: Value) -> Result<Flag, String> {
        let flag = match &value {
            Value::Bool(flag) => Some(*flag),
            Value::String(text) => text.parse().ok(),
            _ => None,
        };
        flag.map(Flag).ok_or_else(|| format!("{value} is neither true nor false"))
    }
}

/// The metric that is meant.
pub(super) fn metric(namespace: &str, name: &str, dimensions: &[Dimension]) -> MetricName {
    let dimensions: BTreeMap<_, _> =
        dimensions.iter().map(|dimension| (dimension.name.clone(), dimension.value.clone())).collect();
    MetricName { namespace: namespace.to_owned(), name: name.to_owned(), dimensions }
}
