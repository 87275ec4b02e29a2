//! Stories of events.

use crate::commands::why::{Line, Story};
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};
use std::fmt::Write;
use trailhook::shown_line;

/// Each story in lines, with what it comes to at its end.
pub fn why(stories: &[Story], untold: &[String]) -> String {
    let mut text = String::new();
    for (number, story) in stories.iter().enumerate() {
        if number > 0 {
            text.push('\n');
        }
        line(&mut text, "event", &story.event_id);
        for one in &story.lines {
            line(&mut text, one.hop, &told(one, story.began()));
        }
        line(&mut text, if story.found { "so" } else { "nothing" }, &story.conclusion);
    }
    for what in untold {
        line(&mut text, "untold", what);
    }
    text
}

/// All of it for programs.
pub fn why_json(stories: &[Story], untold: &[String]) -> Value {
    json!({ "stories": stories, "untold": untold })
}

fn told(line: &Line, began: Option<DateTime<Utc>>) -> String {
    let mut before = Vec::new();
    if !line.of.is_empty() {
        before.push(line.of.clone());
    }
    match (line.at, began) {
        (Some(at), _) if line.hop == "call" => before.push(at.to_rfc3339_opts(SecondsFormat::Secs, true)),
        (Some(at), Some(began)) => before.push(after(at, began)),
        (Some(at), None) => before.push(at.to_rfc3339_opts(SecondsFormat::Millis, true)),
        (None, _) => {}
    }
    if before.is_empty() { line.told.clone() } else { format!("{}: {}", before.join(", "), line.told) }
}

/// Records have whole seconds, so a decision may seem to come a little before its call.
fn after(at: DateTime<Utc>, began: DateTime<Utc>) -> String {
    let seconds = at.signed_duration_since(began).as_seconds_f64().max(0.0);
    if seconds < 120.0 {
        format!("{seconds:.1} s after the call")
    } else {
        format!("{:.0} min after the call", seconds / 60.0)
    }
}

fn line(text: &mut String, label: &str, content: &str) {
    // Writing into a text can't fail. What a record says is its caller's: on a terminal it must not move the cursor.
    writeln!(text, "{label:9} {}", shown_line(content)).ok();
}
