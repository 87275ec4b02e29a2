//! A line of the log as JSON: timestamp, level, target, where it comes from, and what it says.
//!
//! tracing's values are flat, and its own JSON format would write a report as a string inside a
//! string, which no query can look into. A field that is called `report` holds JSON, and is written
//! as what it is. What a caller put into a name to break a line, or to make it read differently, is
//! escaped.

use super::origin::Origin;
use chrono::{SecondsFormat, Utc};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::Number;
use serde_json::value::RawValue;
use std::fmt;
use std::sync::Arc;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

/// The field that holds JSON.
const REPORT: &str = "report";

/// What every line has. A library's field of such a name stands behind a dot: JSON with a name twice
/// says nothing for certain.
const OWN: [&str; 6] = ["timestamp", "level", "target", "service", "requestId", "xray_trace_id"];

pub(super) struct JsonLines(pub(super) Arc<Origin>);

impl<S, N> FormatEvent<S, N> for JsonLines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, _: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let line = line(event.metadata().level().as_str(), event.metadata().target(), &self.0, &fields);
        writeln!(writer, "{line}")
    }
}

/// The line that says why the function stops.
pub(super) fn fatal(message: &str, origin: &Origin) -> String {
    line("FATAL", env!("CARGO_CRATE_NAME"), origin, &Fields(vec![("message", Said::Text(message.to_owned()))]))
}

/// A line with these members, which are a map.
pub(super) fn line(level: &str, target: &str, origin: &Origin, members: &impl Serialize) -> String {
    let in_hand = origin.in_hand();
    let line = Line {
        timestamp: Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true),
        level,
        target,
        service: origin.service(),
        request_id: in_hand.as_ref().map(|in_hand| in_hand.request_id.as_str()),
        xray_trace_id: in_hand.as_ref().and_then(|in_hand| in_hand.trace_id.as_deref()),
        members,
    };
    match serde_json::to_string(&line) {
        Ok(json) => trailhook::shown_json(&json),
        // JSON values into memory can always be written; if not, this is still a line.
        Err(error) => format!(r#"{{"level":"ERROR","message":"a log line could not be written: {error}"}}"#),
    }
}

#[derive(Serialize)]
struct Line<'a, M> {
    timestamp: String,
    level: &'a str,
    target: &'a str,
    service: &'a str,
    #[serde(rename = "requestId", skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    xray_trace_id: Option<&'a str>,
    #[serde(flatten)]
    members: &'a M,
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

impl Serialize for Fields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            if OWN.contains(name) {
                map.serialize_entry(&format!(".{name}"), value)?;
            } else {
                map.serialize_entry(name, value)?;
            }
        }
        map.end()
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_of_somebody_elses_takes_no_name_of_ours() {
        let text = |text: &str| Said::Text(text.to_owned());
        let fields = Fields(vec![("level", text("high")), ("service", text("sqs")), ("message", text("sent"))]);
        let line = line("DEBUG", "a::library", &Origin::of("notify".to_owned()), &fields);
        let members = r#""level":"DEBUG","target":"a::library","service":"notify",".level":"high",".service":"sqs","message":"sent"}"#;
        assert!(line.ends_with(members), "{line}");
    }
}
