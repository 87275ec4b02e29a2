//! Events that somebody puts on the bus of a stage that is up, without a call: `POST /_trailhook/events`.
//!
//! EventBridge itself takes no event in a service's name (`PutEvents` refuses a source that begins with `aws.`),
//! so this is no API of AWS's. It refuses what a web page in a browser could send unasked: only JSON that says so
//! is taken.

use super::house::House;
use super::listener::Came;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use std::sync::Arc;

/// Where they are put.
pub(in crate::stage) const PATH: &str = "/_trailhook/events";

/// Takes one event, an envelope, and answers with the rules that match it: `{"rules": ["…"]}`.
pub(super) async fn put(State(house): State<Arc<House>>, headers: HeaderMap, body: Bytes) -> Response {
    let answer = |status: StatusCode, body: Value| {
        (status, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
    };
    let refused = |status: StatusCode, message: &str| answer(status, json!({ "message": message }));
    let is_json = |kind: &str| kind.split(';').next().is_some_and(|kind| kind.trim() == "application/json");
    if !headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).is_some_and(is_json) {
        return refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, "expected content-type: application/json");
    }
    let event = match serde_json::from_slice::<Value>(&body) {
        Ok(event) if event.get("detail").is_some_and(Value::is_object) => event,
        Ok(_) => return refused(StatusCode::BAD_REQUEST, "expected an EventBridge event, with a detail"),
        Err(error) => return refused(StatusCode::BAD_REQUEST, &error.to_string()),
    };
    let (wants_to_know, rules) = tokio::sync::oneshot::channel();
    if !house.listener.put(Came::Event { event, answer: wants_to_know }) {
        return refused(StatusCode::NOT_FOUND, "this stage takes no events");
    }
    match rules.await {
        Ok(rules) => answer(StatusCode::OK, json!({ "rules": rules })),
        Err(_) => refused(StatusCode::SERVICE_UNAVAILABLE, "the stage is ending"),
    }
}
