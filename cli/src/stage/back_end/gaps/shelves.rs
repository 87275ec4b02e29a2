//! What CloudWatch Logs keeps: of each log stream the latest events.
//!
//! A stage that stays up for days, or in a soak test, would need more and more memory otherwise. It
//! uses the service's own calls: a stream that has grown too long is read, deleted, and made again with
//! its latest events; no other call of CloudWatch Logs sees that.

use super::super::services::action;
use crate::stage::endpoint::json_request;
use crate::stage::front_door::Scope;
use axum::http::Request;
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use tokio::sync::RwLock;
use winterbaume_cloudwatchlogs::CloudWatchLogsService;
use winterbaume_core::{MockRequest, MockResponse, MockService};

/// How many events of a stream are kept at least; twice as many are never there for long.
const KEPT: usize = 1_000;

/// How many events each stream has.
#[derive(Debug, Default)]
pub(in crate::stage) struct Shelves {
    /// Held by whoever calls; by one alone who makes a stream anew.
    room: RwLock<()>,
    events: Mutex<HashMap<Stream, usize>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Stream {
    region: String,
    group: String,
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PutLogEvents {
    log_group_name: String,
    log_stream_name: String,
    log_events: Vec<serde::de::IgnoredAny>,
}

/// A stream that is deleted; without its name all of the group's.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Gone {
    log_group_name: String,
    log_stream_name: Option<String>,
}

impl Gone {
    fn has(&self, stream: &Stream, region: &str) -> bool {
        stream.region == region
            && stream.group == self.log_group_name
            && self.log_stream_name.as_ref().is_none_or(|name| *name == stream.name)
    }
}

impl Shelves {
    /// Lets a call of CloudWatch Logs happen, and clears up behind it where it is due.
    pub(in crate::stage) async fn around(
        &self,
        logs: &CloudWatchLogsService,
        scope: &Scope,
        request: &Request<Bytes>,
        asked: MockRequest,
    ) -> MockResponse {
        let answer = {
            let _room = self.room.read().await;
            logs.handle(asked).await
        };
        if answer.status != 200 {
            return answer;
        }
        let action = action(request);
        if matches!(action.as_str(), "DeleteLogGroup" | "DeleteLogStream")
            && let Ok(gone) = serde_json::from_slice::<Gone>(request.body())
        {
            self.all().retain(|stream, _| !gone.has(stream, &scope.region));
        }
        if action == "PutLogEvents"
            && let Ok(put) = serde_json::from_slice::<PutLogEvents>(request.body())
        {
            let (group, name) = (put.log_group_name, put.log_stream_name);
            let stream = Stream { region: scope.region.clone(), group, name };
            if self.has_more(&stream, put.log_events.len()) > 2 * KEPT {
                let _room = self.room.write().await;
                // Another call may have been faster.
                if self.has_more(&stream, 0) > 2 * KEPT {
                    clear(logs, &stream).await;
                    self.all().insert(stream, KEPT);
                }
            }
        }
        answer
    }

    fn has_more(&self, stream: &Stream, more: usize) -> usize {
        let mut all = self.all();
        let events = match all.get_mut(stream) {
            Some(events) => events,
            None => all.entry(stream.clone()).or_default(),
        };
        *events += more;
        *events
    }

    fn all(&self) -> std::sync::MutexGuard<'_, HashMap<Stream, usize>> {
        // Numbers are whole at any time.
        self.events.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Makes a stream anew with its latest events.
async fn clear(logs: &CloudWatchLogsService, stream: &Stream) {
    let of = json!({ "logGroupName": stream.group, "logStreamName": stream.name });
    let with = |name: &str, value: Value| {
        let mut body = of.clone();
        if let Some(members) = body.as_object_mut() {
            members.insert(name.to_owned(), value);
        }
        body
    };
    let read = call(logs, stream, "GetLogEvents", &with("startFromHead", json!(true))).await;
    let events: Value = serde_json::from_slice(&read.body).unwrap_or_default();
    let Some(events) = events.get("events").and_then(Value::as_array) else { return };
    let latest = events.get(events.len().saturating_sub(KEPT)..).unwrap_or_default();
    let kept = |event: &Value| json!({ "timestamp": event.get("timestamp"), "message": event.get("message") });
    let latest: Vec<Value> = latest.iter().map(kept).collect();
    for (action, body) in
        [("DeleteLogStream", &of), ("CreateLogStream", &of), ("PutLogEvents", &with("logEvents", json!(latest)))]
    {
        call(logs, stream, action, body).await;
    }
}

async fn call(logs: &CloudWatchLogsService, stream: &Stream, action: &str, body: &Value) -> MockResponse {
    let request = json_request(&Scope::new("stage", &stream.region, "logs"), action, body);
    let (head, body) = request.into_parts();
    let uri = super::uri("logs", &stream.region, "/");
    logs.handle(MockRequest { method: "POST".to_owned(), uri, headers: head.headers, body }).await
}

#[cfg(test)]
mod tests {
    use crate::stage::back_end::services::Services;
    use crate::stage::endpoint::json_request;
    use crate::stage::front_door::Scope;
    use serde_json::{Value, json};

    #[tokio::test]
    async fn the_latest_events_of_a_stream_are_kept_and_no_more() {
        let services = Services::default();
        let scope = Scope::new("alice", "eu-west-1", "logs");
        let call = async |action: &str, body: Value| {
            let answer = services.call(&scope, &json_request(&scope, action, &body)).await.unwrap();
            assert_eq!(answer.status(), 200, "{action}: {answer:?}");
            serde_json::from_slice::<Value>(answer.body()).unwrap_or_default()
        };
        let of = json!({"logGroupName": "g", "logStreamName": "s"});
        call("CreateLogGroup", json!({"logGroupName": "g"})).await;
        call("CreateLogStream", of.clone()).await;
        for number in 0..250 {
            let events: Vec<Value> = (0..10)
                .map(|i| json!({"timestamp": 1_796_000_000_000_u64 + number, "message": format!("{number}.{i}")}))
                .collect();
            call("PutLogEvents", json!({"logGroupName": "g", "logStreamName": "s", "logEvents": events})).await;
        }
        let kept = call("GetLogEvents", of).await;
        let kept: Vec<&str> =
            kept["events"].as_array().unwrap().iter().map(|e| e["message"].as_str().unwrap()).collect();
        assert!((1_000..=2_000).contains(&kept.len()), "{}", kept.len());
        assert_eq!((kept[0], *kept.last().unwrap()), (format!("{}.0", 250 - kept.len() / 10).as_str(), "249.9"));
    }

    #[tokio::test]
    async fn the_counts_of_what_is_deleted_are_dropped() {
        let services = Services::default();
        let scope = Scope::new("alice", "eu-west-1", "logs");
        let call = async |action: &str, body: Value| {
            let answer = services.call(&scope, &json_request(&scope, action, &body)).await.unwrap();
            answer.status()
        };
        for group in ["g", "h"] {
            call("CreateLogGroup", json!({"logGroupName": group})).await;
            for stream in ["s", "t"] {
                let of = json!({"logGroupName": group, "logStreamName": stream});
                call("CreateLogStream", of.clone()).await;
                let events = json!([{"timestamp": 1_796_000_000_000_u64, "message": "m"}]);
                let put = json!({"logGroupName": group, "logStreamName": stream, "logEvents": events});
                assert_eq!(call("PutLogEvents", put).await, 200);
            }
        }
        assert_eq!(services.shelves.all().len(), 4);
        assert_eq!(call("DeleteLogStream", json!({"logGroupName": "g", "logStreamName": "none"})).await, 400);
        assert_eq!(services.shelves.all().len(), 4);
        assert_eq!(call("DeleteLogStream", json!({"logGroupName": "g", "logStreamName": "s"})).await, 200);
        assert_eq!(services.shelves.all().len(), 3);
        assert_eq!(call("DeleteLogGroup", json!({"logGroupName": "h"})).await, 200);
        let left: Vec<String> =
            services.shelves.all().keys().map(|left| format!("{}/{}", left.group, left.name)).collect();
        assert_eq!(left, ["g/t"]);
    }
}
