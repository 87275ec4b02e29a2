//! CloudTrail's event history: the newest management events, as `LookupEvents` gives them.
//!
//! In AWS it goes back ninety days and lags minutes behind; here it begins with the stage, holds the
//! newest few thousand events and lags behind nothing. It takes one lookup attribute, as CloudTrail does.

#[cfg(test)]
mod tests;

use super::back_end::action;
use crate::trail::Record;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::{HeaderValue, Request, Response, StatusCode, header};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How many events it holds.
const HELD: usize = 5_000;
/// The most on one page, as CloudTrail has it.
const PAGE: usize = 50;

/// The events of one stage, newest last.
#[derive(Debug, Default)]
pub(super) struct EventHistory(Mutex<Held>);

#[derive(Debug, Default)]
struct Held {
    /// With a number of its own each, so that a page goes on where the last one ended.
    events: VecDeque<(u64, String)>,
    next: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Asked {
    #[serde(default)]
    lookup_attributes: Vec<Attribute>,
    start_time: Option<f64>,
    end_time: Option<f64>,
    max_results: Option<usize>,
    next_token: Option<String>,
    #[serde(default)]
    event_category: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Attribute {
    attribute_key: String,
    attribute_value: String,
}

impl EventHistory {
    /// Keeps a record.
    pub(super) fn add(&self, record: &Record) {
        // A record is plain data, so it can always be written.
        let record = serde_json::to_string(record).unwrap_or_default();
        let mut held = self.held();
        let number = held.next;
        held.next += 1;
        held.events.push_back((number, record));
        if held.events.len() > HELD {
            held.events.pop_front();
        }
    }

    /// Answers a call of CloudTrail that searches the history. `None`: it is another call, and for others to
    /// answer.
    pub(super) fn answer(&self, request: &Request<Bytes>) -> Option<Response<Bytes>> {
        if action(request) != "LookupEvents" {
            return None;
        }
        let answer = serde_json::from_slice::<Asked>(request.body())
            .map_err(|error| ("InvalidParameterCombinationException", error.to_string()))
            .and_then(|asked| self.page(&asked));
        let (status, body) = match answer {
            Ok(page) => (StatusCode::OK, page),
            Err((code, message)) => (StatusCode::BAD_REQUEST, json!({ "__type": code, "message": message })),
        };
        let mut response = Response::new(Bytes::from(body.to_string()));
        *response.status_mut() = status;
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-amz-json-1.1"));
        Some(response)
    }

    fn page(&self, asked: &Asked) -> Result<Value, (&'static str, String)> {
        let most = asked.max_results.unwrap_or(PAGE);
        if !(1..=PAGE).contains(&most) {
            return Err(("InvalidMaxResultsException", format!("MaxResults is from 1 to {PAGE}")));
        }
        if asked.lookup_attributes.len() > 1 {
            return Err(("InvalidLookupAttributesException", "one lookup attribute is allowed".to_owned()));
        }
        if asked.event_category.is_some() {
            return Err(("InvalidEventCategoryException", "the stage has no insight events".to_owned()));
        }
        let before = match &asked.next_token {
            None => u64::MAX,
            Some(token) => {
                token.parse().map_err(|_| ("InvalidNextTokenException", format!("{token:?} is no token")))?
            }
        };
        let held = self.held();
        let mut events = Vec::new();
        let mut last = before;
        for (number, record) in held.events.iter().rev().filter(|(number, _)| *number < before) {
            // It was written as JSON.
            let record: Value = serde_json::from_str(record).unwrap_or_default();
            if !is_asked_for(asked, &record)? {
                continue;
            }
            if events.len() == most {
                return Ok(page_of(&events, Some(last)));
            }
            last = *number;
            events.push(record);
        }
        Ok(page_of(&events, None))
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_asked_for(asked: &Asked, record: &Value) -> Result<bool, (&'static str, String)> {
    let time = seconds(record);
    // Event times are whole seconds, and both ends belong to the time that is asked for.
    let in_time = asked.start_time.is_none_or(|start| time >= start.floor())
        && asked.end_time.is_none_or(|end| time <= end.ceil());
    let Some(attribute) = asked.lookup_attributes.first() else {
        return Ok(in_time);
    };
    let of_resources = |member: &str| resources(record).iter().map(|resource| text(resource, member)).collect();
    let of_record: Vec<String> = match attribute.attribute_key.as_str() {
        "EventId" => vec![text(record, "/eventID")],
        "EventName" => vec![text(record, "/eventName")],
        "EventSource" => vec![text(record, "/eventSource")],
        "ReadOnly" => vec![text(record, "/readOnly")],
        "AccessKeyId" => vec![text(record, "/userIdentity/accessKeyId")],
        "Username" => vec![user_name(record)],
        "ResourceName" => of_resources("/ARN"),
        "ResourceType" => of_resources("/type"),
        other => return Err(("InvalidLookupAttributesException", format!("there is no attribute {other:?}"))),
    };
    Ok(in_time && of_record.contains(&attribute.attribute_value))
}

fn page_of(events: &[Value], token: Option<u64>) -> Value {
    let events: Vec<Value> = events
        .iter()
        .map(|record| {
            let named = |resource: &Value| {
                json!({ "ResourceType": text(resource, "/type"), "ResourceName": text(resource, "/ARN") })
            };
            json!({
                "EventId": text(record, "/eventID"),
                "EventName": text(record, "/eventName"),
                "EventSource": text(record, "/eventSource"),
                "EventTime": seconds(record),
                "ReadOnly": text(record, "/readOnly"),
                "Username": user_name(record),
                "Resources": resources(record).iter().map(named).collect::<Vec<_>>(),
                "CloudTrailEvent": record.to_string(),
            })
        })
        .collect();
    match token {
        Some(token) => json!({ "Events": events, "NextToken": token.to_string() }),
        None => json!({ "Events": events }),
    }
}

/// A member as text; empty where it is not there.
fn text(value: &Value, pointer: &str) -> String {
    match value.pointer(pointer) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => String::new(),
        Some(other) => other.to_string(),
    }
}

fn seconds(record: &Value) -> f64 {
    let time = text(record, "/eventTime").parse::<DateTime<Utc>>().ok();
    // Seconds since 1970 are exact in a float for some millions of years.
    #[allow(clippy::cast_precision_loss)]
    time.map_or(0.0, |time| time.timestamp() as f64)
}

fn user_name(record: &Value) -> String {
    let names = ["/userIdentity/userName", "/userIdentity/sessionContext/sessionIssuer/userName", "/userIdentity/type"];
    let mut names = names.into_iter().map(|pointer| text(record, pointer));
    names.find(|name| !name.is_empty()).unwrap_or_default()
}

fn resources(record: &Value) -> &[Value] {
    record.get("resources").and_then(Value::as_array).map_or(&[], Vec::as_slice)
}
