//! The text for e-mail.
//!
//! A person reads it on a telephone: the sentence first, then one fact a line. Every value is kept
//! on its line, so that a caller can't write lines of their own with a user agent.

use super::story::resource_arns;
use super::summary::Summary;
use crate::shown::one_line;
use crate::{EventHeader, Record, shown_json};
use serde_json::Value;

/// Longer request parameters are cut: the rest is in the record.
const LONGEST_REQUEST: usize = 4_000;
const LONGEST_VALUE: usize = 500;

pub(super) fn text(record: &Record, header: &EventHeader, summary: &Summary) -> String {
    let mut lines = vec![format!("{}.", summary.sentence), String::new()];
    let mut fact = |name: &str, value: Option<&str>| {
        if let Some(value) = value {
            lines.push(format!("{name:<12}{}", one_line(value, LONGEST_VALUE)));
        }
    };
    fact("Severity", Some(summary.severity.as_str()));
    fact("Call", header.event_name.as_deref());
    fact("Service", header.event_source.as_deref());
    fact("When", header.event_time.as_deref());
    fact("Region", header.aws_region.as_deref());
    fact("Account", header.account.as_deref());
    fact("Who", header.actor.as_ref().map(ToString::to_string).as_deref());
    fact("Principal", record.user_identity.get().and_then(|identity| identity.arn.text()));
    fact("From", header.source_ip_address.as_deref());
    fact("With", record.user_agent.text());
    fact("Error", record.error_code.text());
    fact("Message", record.error_message.text());
    for arn in resource_arns(record) {
        fact("Resource", Some(&arn));
    }
    fact("Event id", header.event_id.as_deref());
    // A link that is cut leads nowhere.
    for (name, link) in [("Console", &summary.links.resource), ("History", &summary.links.event)] {
        if let Some(link) = link {
            lines.push(format!("{name:<12}{link}"));
        }
    }
    if let Some(request) = record.request_parameters.get() {
        lines.push(String::new());
        lines.push("Request parameters".to_owned());
        lines.push(indented(request.get()));
    }
    lines.push(String::new());
    lines.join("\n")
}

/// JSON as people read it; its strings keep their line breaks escaped.
fn indented(json: &str) -> String {
    let pretty = serde_json::from_str::<Value>(json)
        .map_or_else(|_| one_line(json, LONGEST_REQUEST), |value| shown_json(&format!("{value:#}")));
    if pretty.chars().count() <= LONGEST_REQUEST {
        return pretty;
    }
    let cut: String = pretty.chars().take(LONGEST_REQUEST).collect();
    format!("{cut}\n… cut: the whole is in the record of this event")
}
