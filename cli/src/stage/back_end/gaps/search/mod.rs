//! What CloudWatch Logs finds by a JSON pattern, as in `{ $.detail.eventName = "CreateQueue" }`. The
//! service takes it for terms, and finds nothing.

mod pattern;
mod reader;

use super::super::services::{Services, action};
use crate::stage::front_door::Scope;
use axum::http::Request;
use bytes::Bytes;
use pattern::Pattern;
use serde_json::{Value, json};
use winterbaume_core::{MockRequest, MockResponse};

/// Lets a call of CloudWatch Logs happen. A search by a JSON pattern asks the service for all events, and
/// takes from them those that match.
pub(in crate::stage) async fn logs(
    services: &Services,
    scope: &Scope,
    request: &Request<Bytes>,
    mut asked: MockRequest,
) -> MockResponse {
    let search = match Search::of(request) {
        None => return services.shelves.around(&services.logs, scope, request, asked).await,
        Some(Err(why)) => {
            let message = format!("Invalid filter pattern: {why}");
            let refusal = json!({ "__type": "InvalidParameterException", "message": message });
            return MockResponse::json(400, refusal.to_string());
        }
        Some(Ok(search)) => search,
    };
    asked.body = search.wider.to_string().into();
    let mut answer = services.shelves.around(&services.logs, scope, request, asked).await;
    if answer.status == 200
        && let Ok(mut body) = serde_json::from_slice::<Value>(&answer.body)
        && let Some(events) = body.get_mut("events").and_then(Value::as_array_mut)
    {
        events.retain(|event| {
            event.get("message").and_then(Value::as_str).is_some_and(|text| search.pattern.finds(text))
        });
        events.truncate(search.limit);
        answer.body = body.to_string().into();
    }
    answer
}

struct Search {
    pattern: Pattern,
    limit: usize,
    /// The request without the pattern, and without the limit.
    wider: Value,
}

impl Search {
    /// A search by a JSON pattern, or what is wrong with the pattern.
    fn of(request: &Request<Bytes>) -> Option<Result<Search, String>> {
        if action(request) != "FilterLogEvents" {
            return None;
        }
        let mut wider: Value = serde_json::from_slice(request.body()).ok()?;
        let members = wider.as_object_mut()?;
        let pattern = members.get("filterPattern")?.as_str()?.trim();
        if !pattern.starts_with('{') {
            return None;
        }
        let pattern = match Pattern::read(pattern) {
            Ok(pattern) => pattern,
            Err(why) => return Some(Err(why)),
        };
        members.remove("filterPattern");
        let limit = members.remove("limit").and_then(|limit| usize::try_from(limit.as_u64()?).ok());
        Some(Ok(Search { pattern, limit: limit.unwrap_or(usize::MAX), wider }))
    }
}

#[cfg(test)]
mod tests {
    use crate::stage::back_end::services::Services;
    use crate::stage::endpoint::json_request;
    use crate::stage::front_door::Scope;
    use serde_json::{Value, json};

    #[tokio::test]
    async fn events_are_found_by_json_patterns_and_by_terms() {
        let services = Services::default();
        let scope = Scope::new("alice", "eu-west-1", "logs");
        let call = async |action: &str, body: Value| {
            let answer = services.call(&scope, &json_request(&scope, action, &body)).await.unwrap();
            (answer.status().as_u16(), serde_json::from_slice::<Value>(answer.body()).unwrap_or_default())
        };
        let of = json!({"logGroupName": "g", "logStreamName": "s"});
        call("CreateLogGroup", json!({"logGroupName": "g"})).await;
        call("CreateLogStream", of).await;
        let messages = [
            r#"{"name": "CreateQueue", "n": 1}"#,
            r#"{"name": "DeleteQueue"}"#,
            "CreateQueue",
            r#"{"name": "CreateQueue", "n": 2}"#,
        ];
        let events: Vec<Value> = messages
            .iter()
            .zip(1_796_000_000_000_u64..)
            .map(|(message, at)| json!({"timestamp": at, "message": message}))
            .collect();
        call("PutLogEvents", json!({"logGroupName": "g", "logStreamName": "s", "logEvents": events})).await;
        let found = async |pattern: &str, limit: Option<u32>| {
            let (status, body) =
                call("FilterLogEvents", json!({"logGroupName": "g", "filterPattern": pattern, "limit": limit})).await;
            assert_eq!(status, 200, "{body}");
            let events = body["events"].as_array().unwrap().clone();
            events
                .iter()
                .map(|event| messages.iter().position(|message| event["message"] == **message).unwrap())
                .collect::<Vec<_>>()
        };
        assert_eq!(found(r#"{ $.name = "CreateQueue" }"#, None).await, [0, 3]);
        assert_eq!(found(r#" {$.name = "CreateQueue"} "#, Some(1)).await, [0]);
        assert_eq!(found("{ $.name = *Queue && $.n NOT EXISTS }", None).await, [1]);
        assert_eq!(found("CreateQueue", None).await, [0, 2, 3]);
        assert_eq!(found("", None).await, [0, 1, 2, 3]);
        let (status, refused) =
            call("FilterLogEvents", json!({"logGroupName": "g", "filterPattern": "{ $.name = %Q% }"})).await;
        assert_eq!((status, &refused["__type"]), (400, &json!("InvalidParameterException")));
    }
}
