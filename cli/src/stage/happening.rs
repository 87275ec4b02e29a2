//! Making an event happen: its time is now, and what its call made is there.
//!
//! The functions compare a queue's `CreatedTimestamp` with the event's time and leave old events
//! alone, so a recorded event can only be answered as if its call had just been made.

use super::QueueMade;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::Value;
use trailhook::calls::sqs::{CreateQueueRequest, CreateQueueResponse};

/// What a call made, as far as the local stage makes it too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happening {
    /// A queue.
    Queue(QueueMade),
    /// Nothing; why, in a sentence.
    Nothing(String),
}

impl Happening {
    /// What the call of this event made.
    pub fn of(envelope: &Value) -> Happening {
        let text = |path: &str| envelope.pointer(path).and_then(Value::as_str).filter(|text| !text.is_empty());
        let source = text("/detail/eventSource").unwrap_or("an unknown service");
        let name = text("/detail/eventName").unwrap_or("an unknown call");
        if (source, name) != ("sqs.amazonaws.com", "CreateQueue") {
            return Happening::Nothing(format!("what {name} of {source} does is not done in the back end"));
        }
        if let Some(error) = text("/detail/errorCode") {
            return Happening::Nothing(format!("the call failed with {error}, so no queue is made"));
        }
        let part = |path: &str| envelope.pointer(path).cloned().unwrap_or_default();
        let request = serde_json::from_value::<CreateQueueRequest>(part("/detail/requestParameters"));
        let response = serde_json::from_value::<CreateQueueResponse>(part("/detail/responseElements"));
        match (request, response) {
            (request, Ok(response)) => {
                let (attributes, tags) = match request {
                    Ok(request) => (request.attributes, request.tags),
                    // Omitted, or in a form of its own: the queue was made all the same.
                    Err(_) => Default::default(),
                };
                Happening::Queue(QueueMade {
                    name: response.queue_url.name().to_owned(),
                    url: Some(response.queue_url.to_string()),
                    attributes: attributes.into_iter().collect(),
                    tags: tags.into_iter().collect(),
                    at: text("/detail/eventTime").and_then(time),
                })
            }
            (_, Err(error)) => Happening::Nothing(format!("the record does not say which queue was made: {error}")),
        }
    }
}

/// Moves the event to now: `time` becomes this second, and `detail.eventTime` is moved by as much,
/// so that an event that came late stays as late as it was. Times that aren't ones are left alone.
pub fn move_to(envelope: &mut Value, now: DateTime<Utc>) {
    let read = |envelope: &Value, path: &str| envelope.pointer(path).and_then(Value::as_str).and_then(time);
    let (arrival, call) = (read(envelope, "/time"), read(envelope, "/detail/eventTime"));
    let Some(by) = arrival.or(call).map(|old| now.signed_duration_since(old)) else { return };
    for (path, old) in [("/time", arrival), ("/detail/eventTime", call)] {
        if let (Some(old), Some(place)) = (old, envelope.pointer_mut(path)) {
            *place = Value::String(moved(old, by));
        }
    }
}

fn moved(old: DateTime<Utc>, by: TimeDelta) -> String {
    old.checked_add_signed(by).unwrap_or(old).to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn time(text: &str) -> Option<DateTime<Utc>> {
    Some(DateTime::parse_from_rfc3339(text).ok()?.to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_event_is_moved_and_stays_as_late() {
        let now = time("2026-11-22T18:00:00Z").unwrap();
        let mut event = json!({"time": "2026-11-02T09:30:00Z", "detail": {"eventTime": "2026-11-02T09:28:30Z"}});
        move_to(&mut event, now);
        assert_eq!(event, json!({"time": "2026-11-22T18:00:00Z", "detail": {"eventTime": "2026-11-22T17:58:30Z"}}));
        let mut odd = json!({"time": "", "detail": {"eventTime": "yesterday"}});
        let before = odd.clone();
        move_to(&mut odd, now);
        assert_eq!(odd, before);
        let mut bare = json!({"detail": {"eventTime": "2026-11-02T09:28:30Z"}});
        move_to(&mut bare, now);
        assert_eq!(bare, json!({"detail": {"eventTime": "2026-11-22T18:00:00Z"}}));
    }

    #[test]
    fn only_a_queue_that_was_made_is_made() {
        let call = |name: &str, error: Value, response: Value| {
            Happening::of(&json!({"detail": {
                "eventSource": "sqs.amazonaws.com", "eventName": name, "errorCode": error,
                "eventTime": "2026-11-02T09:30:00Z",
                "requestParameters": {"queueName": "orders", "attribute": {"DelaySeconds": "5"}},
                "responseElements": response,
            }}))
        };
        let url = json!({"queueUrl": "https://sqs.eu-west-1.amazonaws.com/111122223333/orders"});
        let Happening::Queue(queue) = call("CreateQueue", Value::Null, url.clone()) else { panic!() };
        assert_eq!((queue.name.as_str(), queue.attributes["DelaySeconds"].as_str()), ("orders", "5"));
        assert!(matches!(call("DeleteQueue", Value::Null, url.clone()), Happening::Nothing(_)));
        assert!(matches!(call("CreateQueue", json!("AccessDenied"), url), Happening::Nothing(_)));
        assert!(matches!(call("CreateQueue", Value::Null, Value::Null), Happening::Nothing(_)));
    }
}
