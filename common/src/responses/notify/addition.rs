//! What is added to a message once more is known than the record says: what changed, and which calls
//! came together with this one.

use super::chat;
use super::subject;
use super::{JournalLine, Notification};
use crate::shown::one_line;
use crate::shown_json;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const LONGEST_LINE: usize = 600;

/// Lines for people, and the same as data for programs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addition {
    /// What the lines are, without a colon.
    pub heading: String,
    /// A fact each.
    pub lines: Vec<String>,
    /// The member of the story that has the data.
    pub name: &'static str,
    /// The same as data.
    pub data: Value,
}

impl Addition {
    /// Calls that are alike and told of here: event id to sentence, and how many more there were.
    pub fn others(told: &BTreeMap<String, String>, more: u64) -> Option<Addition> {
        let count = told.len() as u64 + more;
        let calls = if count == 1 { "call" } else { "calls" };
        // Each begins with its time.
        let mut lines: Vec<String> = told.values().cloned().collect();
        lines.sort();
        if more > 0 {
            lines.push(format!("and {more} more: the rule's log group has each of them"));
        }
        (count > 0).then(|| Addition {
            heading: format!("{count} more {calls} like this one, which no other message tells of"),
            lines,
            name: "others",
            data: json!({"count": count, "events": told}),
        })
    }

    /// How many lines there are, in words for a subject; only of other calls.
    fn count(&self) -> Option<u64> {
        self.data.get("count")?.as_u64()
    }

    /// The same with half of its lines.
    fn shorter(&self) -> Addition {
        let mut lines: Vec<String> = self.lines.iter().take(self.lines.len() / 2).cloned().collect();
        lines.push("… cut: the rule's log group has the rest".to_owned());
        Addition { lines, data: json!({"count": self.count(), "cut": true}), ..self.clone() }
    }
}

impl Notification {
    /// The message with this added in each of its forms. What would make it too long for SNS is left out:
    /// first the record, then lines.
    #[must_use]
    pub fn with(&self, addition: &Addition) -> Notification {
        let mut addition = addition.clone();
        loop {
            let mut whole = self.adding(&addition);
            if whole.fits() {
                return whole;
            }
            whole.story.clone_from(&whole.short_story);
            if whole.fits() {
                return whole;
            }
            // A message that nobody can send would tell of nothing at all.
            if addition.lines.len() < 2 {
                return self.clone();
            }
            addition = addition.shorter();
        }
    }

    fn adding(&self, addition: &Addition) -> Notification {
        let mut added = self.clone();
        let lines: Vec<String> = addition.lines.iter().map(|line| one_line(line, LONGEST_LINE)).collect();
        added.email = format!("{}\n{}\n", self.email, addition.heading);
        for line in &lines {
            added.email.push_str(&format!("  {line}\n"));
        }
        added.story = inserted(&self.story, addition.name, &addition.data);
        added.short_story = inserted(&self.short_story, addition.name, &addition.data);
        if let Some(chat) = &mut added.chat {
            chat::add(chat, &addition.heading, &lines);
        }
        if let Some(count) = addition.count() {
            added.subject = subject::subject(&format!("{} (+{count} like it)", one_line(&self.subject, 80)));
            added.sms = one_line(&format!("+{count} like it: {}", self.sms), 140);
        }
        added
    }
}

impl JournalLine {
    /// The line with this added as data.
    #[must_use]
    pub fn with(&self, addition: &Addition) -> JournalLine {
        let message = inserted(&self.message, addition.name, &addition.data);
        JournalLine { message, ..self.clone() }
    }
}

/// A JSON object with one more member; written behind the others, so that what is in it stays as it is.
fn inserted(object: &str, name: &str, data: &Value) -> String {
    let Some(members) = object.trim_end().strip_suffix('}') else {
        return object.to_owned();
    };
    let comma = if members.trim_end().ends_with('{') { "" } else { "," };
    format!("{members}{comma}{}:{}}}", json!(name), shown_json(&data.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_is_added_to_json_as_it_stands() {
        assert_eq!(inserted(r#"{"a":1e400}"#, "b", &json!([1])), r#"{"a":1e400,"b":[1]}"#);
        assert_eq!(inserted("{}", "b", &json!("\u{202e}")), r#"{"b":"\u202e"}"#);
    }
}
