//! What a `SetQueueAttributes` changed, where it is known what the queue was before.
//!
//! The console sends every attribute on every edit, so the call alone doesn't say it. What is not known
//! before is said to be so; and where nothing is, nothing is added.

use super::Addition;
use crate::calls::TextMap;
use crate::calls::sqs::SetQueueAttributesRequest;
use crate::history::{Previous, QueueHistory, same_value};
use crate::responses::policy::statements;
use crate::responses::{CalledQueue, called_queue};
use crate::{Record, is_hidden};
use serde_json::{Map, Value, json};

const HEADING: &str = "What changed";

/// What a call set on a queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttributesSet {
    /// The queue, and when.
    pub queue: CalledQueue,
    /// The event's id.
    pub event_id: String,
    attributes: TextMap,
}

impl AttributesSet {
    /// Of a record, if it is of such a call that had an effect.
    pub(super) fn of(record: &Record) -> Option<AttributesSet> {
        let named = record.event_source.text().zip(record.event_name.text());
        if named != Some(("sqs.amazonaws.com", "SetQueueAttributes")) || !record.error_code.is_absent() {
            return None;
        }
        let request: SetQueueAttributesRequest = serde_json::from_str(record.request_parameters.get()?.get()).ok()?;
        let queue = called_queue(record, record.recipient_account_id.text()?, &request.queue_url).ok()?;
        let event_id = record.event_id.text()?.to_owned();
        Some(AttributesSet { queue, event_id, attributes: request.attributes })
    }

    /// What changed, as far as the queue's history tells.
    pub fn held_against(&self, history: &QueueHistory) -> Option<Addition> {
        let before = history.before(&self.event_id, self.queue.event_time);
        let (mut lines, mut unknown, mut data, mut known) = (Vec::new(), Vec::new(), Map::new(), false);
        for (name, after) in &self.attributes {
            match before.attribute(name) {
                _ if is_hidden(after) => unknown.push(format!("{name}: CloudTrail hides what it was set to")),
                Previous::Unknown(why) => unknown.push(format!("{name}: what it was before is not known ({why})")),
                Previous::Known(was) => {
                    known = true;
                    let was = was.value.unwrap_or_default();
                    if !same_value(name, &was, after) {
                        lines.extend(changes(name, &was, after));
                        data.insert(name.clone(), json!({"before": was, "after": after}));
                    }
                }
            }
        }
        if !known {
            return None;
        }
        if lines.is_empty() && unknown.is_empty() {
            lines.push("nothing: each attribute that the call set was so before".to_owned());
        }
        lines.extend(unknown);
        Some(Addition { heading: HEADING.to_owned(), lines, name: "changed", data: Value::Object(data) })
    }
}

/// A policy's statements come and go; any other value is there, and then another.
fn changes(name: &str, before: &str, after: &str) -> Vec<String> {
    let all = |policy: &str| if policy.is_empty() { Ok(Vec::new()) } else { statements(policy) };
    if name == "Policy"
        && let (Ok(before), Ok(after)) = (all(before), all(after))
    {
        let gone = before.iter().filter(|statement| !after.contains(statement));
        let come = after.iter().filter(|statement| !before.contains(statement));
        let gone = gone.map(|statement| format!("{name}, gone: {statement}"));
        let lines: Vec<String> = gone.chain(come.map(|statement| format!("{name}, new: {statement}"))).collect();
        if !lines.is_empty() {
            return lines;
        }
    }
    let said = |value: &str| if value.is_empty() { "not set".to_owned() } else { value.to_owned() };
    vec![format!("{name}: {} → {}", said(before), said(after))]
}
