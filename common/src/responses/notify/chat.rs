//! The custom notification of Amazon Q Developer in chat applications.
//!
//! A message in any other schema is dropped there without a word. Learned from "Custom
//! notifications using Amazon Q Developer in chat applications": version, source and description
//! are required, the lengths are the service's. What a caller chose stands in code spans, where neither
//! mentions nor links nor bare addresses mean anything; `<`, `>` and `&` are written as entities. A
//! title and a keyword can't have spans: of them only what calls and errors are named with is left.

use super::story::resource_arns;
use super::summary::Summary;
use crate::shown::one_line;
use crate::{EventHeader, Record};
use serde_json::{Value, json};

const LONGEST_TITLE: usize = 250;
const LONGEST_KEYWORD: usize = 75;
const LONGEST_DESCRIPTION: usize = 8_000;
const LONGEST_VALUE: usize = 500;

pub(super) fn notification(record: &Record, header: &EventHeader, summary: &Summary) -> Value {
    let say = |text: &str| escaped(&one_line(text, LONGEST_VALUE));
    let facts = [
        ("Severity", Some(summary.severity.as_str())),
        ("When", header.event_time.as_deref()),
        ("Region", header.aws_region.as_deref()),
        ("Account", header.account.as_deref()),
        ("From", header.source_ip_address.as_deref()),
        ("With", record.user_agent.text()),
        ("Error", record.error_code.text()),
        ("Message", record.error_message.text()),
        ("Event id", header.event_id.as_deref()),
    ];
    let mut description = format!("`{}`", say(&summary.sentence));
    // A link stands outside of a span, where it can be followed: each of its signs is ours or encoded.
    for (name, link) in [("Console", &summary.links.resource), ("History", &summary.links.event)] {
        if let Some(link) = link {
            description.push_str(&format!("\n*{name}* {link}"));
        }
    }
    for (name, value) in facts {
        let fact = value.map(|value| format!("\n*{name}* `{}`", say(value))).unwrap_or_default();
        // A whole fact or none of it: half of one could leave a span open.
        if description.chars().count() + fact.chars().count() <= LONGEST_DESCRIPTION {
            description.push_str(&fact);
        }
    }
    let name = header.event_name.as_deref().unwrap_or("AWS API call");
    let mark = summary.severity.mark();
    let title = match &header.error_code {
        Some(code) => format!("{mark}{name}: {code}"),
        None => format!("{mark}{name}"),
    };
    let keywords: Vec<String> = [header.event_name.as_deref(), header.aws_region.as_deref(), header.account.as_deref()]
        .into_iter()
        .flatten()
        .map(|keyword| plain(keyword, LONGEST_KEYWORD))
        .collect();
    let arns: Vec<String> = resource_arns(record).iter().map(|arn| say(arn)).collect();
    let id = header.event_id.as_deref().map(say);
    // One thread for all that happens to one resource.
    let thread =
        summary.thread.as_deref().map(say).or_else(|| id.clone()).unwrap_or_else(|| plain(name, LONGEST_VALUE));
    json!({
        "version": "1.0",
        "source": "custom",
        "id": id,
        "content": {
            "textType": "client-markdown",
            "title": plain(&title, LONGEST_TITLE),
            "description": description,
            "keywords": keywords,
        },
        "metadata": {
            "threadId": thread,
            "summary": format!("`{}`", say(&summary.sentence)),
            "eventType": plain(name, LONGEST_KEYWORD),
            "relatedResources": arns,
        },
    })
}

/// The same with more lines, as many as there is room for.
pub(super) fn add(notification: &mut Value, heading: &str, lines: &[String]) {
    let Some(Value::String(description)) = notification.pointer_mut("/content/description") else {
        return;
    };
    const CUT: &str = "\n`… cut: the other forms of this message have all`";
    let mut room = LONGEST_DESCRIPTION.saturating_sub(description.chars().count() + CUT.chars().count());
    for line in std::iter::once(heading).chain(lines.iter().map(String::as_str)) {
        let line = format!("\n`{}`", escaped(&one_line(line, LONGEST_VALUE)));
        let length = line.chars().count();
        if length > room {
            description.push_str(CUT);
            return;
        }
        room -= length;
        description.push_str(&line);
    }
}

/// Only what names of calls, error codes, Regions and accounts are written with.
fn plain(text: &str, most: usize) -> String {
    let of_names = |character: char| character.is_ascii_alphanumeric() || " .:_-".contains(character);
    text.chars().map(|character| if of_names(character) { character } else { '?' }).take(most).collect()
}

/// Without what begins a mention, a link or the end of a code span.
fn escaped(text: &str) -> String {
    let plain = text.replace('[', "(").replace(']', ")").replace('`', "'");
    plain.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
