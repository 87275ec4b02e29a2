//! A line of the log as JSON: timestamp, level, target, message, and the event's fields.
//!
//! tracing's values are flat, and its own JSON format would write a report as a string inside a
//! string, which no query can look into. A field that is called `report` holds JSON, and is written
//! as what it is. What a caller put into a name to break a line, or to make it read differently, is
//! escaped.

use chrono::{SecondsFormat, Utc};
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::Number;
use serde_json::value::RawValue;
use std::fmt;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

/// The field that holds JSON.
const REPORT: &str = "report";

pub(super) struct JsonLines;

impl<S, N> FormatEvent<S, N> for JsonLines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, _: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let line = line(event.metadata().level().as_str(), event.metadata().target(), &fields.0);
        writeln!(writer, "{line}")
    }
}

/// The line that says why the function stops.
pub(super) fn fatal(message: &str) -> String {
    line("FATAL", env!("CARGO_CRATE_NAME"), &[("message", Said::Text(message.to_owned()))])
}

/// The line that counts one of something: with a time and a level, or Lambda's filter would take it for
/// something else.
pub(super) fn metric(metric: &str, response: &str) -> String {
    let now = Utc::now();
    serde_json::json!({
        "timestamp": now.to_rfc3339_opts(SecondsFormat::Millis, true),
        "level": "INFO",
        "target": "trailhook::metric",
        "_aws": {
            "Timestamp": now.timestamp_millis(),
            "CloudWatchMetrics": [{
                "Namespace": "Trailhook",
                "Dimensions": [["Response"]],
                "Metrics": [{ "Name": metric, "Unit": "Count" }],
            }],
        },
        "Response": response,
        metric: 1,
    })
    .to_string()
}

fn line(level: &str, target: &str, fields: &[(&'static str, Said)]) -> String {
    let mut bytes = Vec::with_capacity(512);
    let mut json = serde_json::Serializer::new(&mut bytes);
    let written = json.serialize_map(None).and_then(|mut map| {
        map.serialize_entry("timestamp", &Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true))?;
        map.serialize_entry("level", level)?;
        map.serialize_entry("target", target)?;
        for (name, value) in fields {
            map.serialize_entry(name, value)?;
        }
        map.end()
    });
    match written {
        Ok(()) => trailhook::shown_json(&String::from_utf8_lossy(&bytes)),
        // JSON values into memory can always be written; if not, this is still a line.
        Err(error) => format!(r#"{{"level":"ERROR","message":"a log line could not be written: {error}"}}"#),
    }
}

/// A field's value: JSON as it is, or text.
#[derive(Serialize)]
#[serde(untagged)]
enum Said {
    Json(Box<RawValue>),
    Number(Number),
    Bool(bool),
    Text(String),
}

#[derive(Default)]
struct Fields(Vec<(&'static str, Said)>);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.push((field.name(), Said::Text(format!("{value:?}"))));
    }

    fn record_str(&mut self, field: &Field, text: &str) {
        let json = (field.name() == REPORT).then(|| RawValue::from_string(text.to_owned()).ok()).flatten();
        self.0.push((field.name(), json.map_or_else(|| Said::Text(text.to_owned()), Said::Json)));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.0.push((field.name(), Said::Bool(value)));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.0.push((field.name(), Said::Number(value.into())));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.0.push((field.name(), Said::Number(value.into())));
    }
}
