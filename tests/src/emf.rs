//! CloudWatch's embedded metric format, held to what AWS publishes of it: the schema and the rules around it on
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>.

use crate::rules;
use chrono::{DateTime, TimeDelta, Utc};
use jsonschema::Validator;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// One value of a metric, as CloudWatch takes it out of a line.
#[derive(Clone, Debug, PartialEq)]
pub struct Extracted {
    /// The namespace.
    pub namespace: String,
    /// The metric's name.
    pub name: String,
    /// Its dimensions.
    pub dimensions: BTreeMap<String, String>,
    /// What it counts.
    pub unit: String,
    /// The value.
    pub value: f64,
}

/// The shape of a document. Where the page has had two limits over time (9 and 30 dimensions, 255 and 1,024 letters), the
/// newer one for dimensions and the narrower one for names: those the metrics' own API has.
fn schema() -> Value {
    let name = json!({ "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^(.*)$" });
    let scales = ["", "Kilo", "Mega", "Giga", "Tera"];
    let sizes = scales.iter().flat_map(|scale| [("Bytes", scale), ("Bits", scale)]).map(|(unit, scale)| match *scale {
        "" => unit.to_owned(),
        scale => format!("{scale}{}", unit.to_lowercase()),
    });
    let counted: Vec<String> = sizes.chain(["Count".to_owned()]).collect();
    let rates = counted.iter().map(|unit| format!("{unit}/Second"));
    let others = ["Seconds", "Microseconds", "Milliseconds", "Percent", "None"].map(str::to_owned);
    let units: Vec<String> = counted.iter().cloned().chain(rates).chain(others).collect();
    json!({
        "type": "object",
        "required": ["_aws"],
        "properties": { "_aws": {
            "type": "object",
            "required": ["Timestamp", "CloudWatchMetrics"],
            "additionalProperties": false,
            "properties": {
                "Timestamp": { "type": "integer" },
                "CloudWatchMetrics": { "type": "array", "items": {
                    "type": "object",
                    "required": ["Namespace", "Dimensions", "Metrics"],
                    "additionalProperties": false,
                    "properties": {
                        "Namespace": name,
                        "Dimensions": { "type": "array", "minItems": 1, "items": {
                            "type": "array", "maxItems": 30, "items": name,
                        } },
                        "Metrics": { "type": "array", "maxItems": 100, "items": {
                            "type": "object",
                            "required": ["Name"],
                            "additionalProperties": false,
                            "properties": {
                                "Name": name,
                                "Unit": { "enum": units },
                                "StorageResolution": { "enum": [1, 60] },
                            },
                        } },
                    },
                } },
            },
        } },
    })
}

/// Whether a line is meant to be a document.
pub fn is_embedded(line: &str) -> bool {
    line.contains("\"_aws\"") && serde_json::from_str::<Value>(line).is_ok_and(|line| line.get("_aws").is_some())
}

/// What CloudWatch takes out of a line, or what it would not take.
///
/// # Errors
/// The line is no document in the format.
pub fn extracted(line: &str) -> Result<Vec<Extracted>, String> {
    static VALIDATOR: OnceLock<Result<Validator, String>> = OnceLock::new();
    let validator = VALIDATOR.get_or_init(|| jsonschema::validator_for(&schema()).map_err(|error| error.to_string()));
    rules::json_line(line)?;
    if line.len() > 256 * 1024 {
        return Err(format!("{} bytes", line.len()));
    }
    let document: Value = serde_json::from_str(line).map_err(|error| error.to_string())?;
    validator.as_ref().map_err(Clone::clone)?.validate(&document).map_err(|error| format!("{error}: {line}"))?;
    let at = |pointer: &str| document.pointer(pointer).cloned().unwrap_or_default();
    let time = at("/_aws/Timestamp").as_i64().and_then(DateTime::from_timestamp_millis);
    let age = time.map(|time| Utc::now().signed_duration_since(time));
    if age.is_none_or(|age| age > TimeDelta::days(14) || age < TimeDelta::hours(-2)) {
        return Err(format!("a time that CloudWatch Logs does not take: {line}"));
    }
    let mut all = Vec::new();
    for directive in at("/_aws/CloudWatchMetrics").as_array().into_iter().flatten() {
        let list = |name: &str| directive.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        for set in list("Dimensions") {
            let mut dimensions = BTreeMap::new();
            for name in set.as_array().into_iter().flatten().map(text) {
                let value = document.get(&name).and_then(Value::as_str).unwrap_or_default();
                if !(1..=1024).contains(&value.len()) || !value.is_ascii() || value.trim().is_empty() {
                    return Err(format!("the dimension {name} has no value that CloudWatch takes: {line}"));
                }
                dimensions.insert(name, value.to_owned());
            }
            for metric in list("Metrics") {
                let [name, unit] = ["Name", "Unit"].map(|member| metric.get(member).map(text).unwrap_or_default());
                let value = document.get(&name).and_then(Value::as_f64);
                let value = value.ok_or_else(|| format!("the metric {name} has no value: {line}"))?;
                let (namespace, dimensions) = (directive.get("Namespace").map(text), dimensions.clone());
                all.push(Extracted { namespace: namespace.unwrap_or_default(), name, dimensions, unit, value });
            }
        }
    }
    Ok(all)
}
