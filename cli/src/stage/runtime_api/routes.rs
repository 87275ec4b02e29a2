//! The four routes of the Runtime API.

use super::FunctionError;
use super::desk::{Answer, Desk, Refused};
use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use bytes::Bytes;
use serde_json::{Value, json};
use std::sync::Arc;

/// The most that Lambda takes as an answer.
const MOST_BYTES: usize = 6 * 1024 * 1024;

pub(super) fn router(desk: Arc<Desk>) -> Router {
    Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
        .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
        .route("/2018-06-01/runtime/init/error", post(init_error))
        .layer(DefaultBodyLimit::max(MOST_BYTES))
        .with_state(desk)
}

async fn next(State(desk): State<Arc<Desk>>) -> Response {
    let Some(next) = desk.next().await else {
        return refuse(StatusCode::INTERNAL_SERVER_ERROR, "ContainerError", "there will be no more invocations");
    };
    let headers = [
        ("content-type", "application/json".to_owned()),
        ("lambda-runtime-aws-request-id", next.request_id),
        ("lambda-runtime-invocation-id", next.invocation_id),
        ("lambda-runtime-deadline-ms", next.deadline_ms.to_string()),
        ("lambda-runtime-invoked-function-arn", desk.function_arn.clone()),
        ("lambda-runtime-trace-id", next.trace_id),
    ];
    (headers, next.payload).into_response()
}

async fn response(State(desk): State<Arc<Desk>>, Path(id): Path<String>, headers: HeaderMap, body: Bytes) -> Response {
    accepted(desk.answer(&id, echoed(&headers), Answer::Response(body)))
}

async fn error(State(desk): State<Arc<Desk>>, Path(id): Path<String>, headers: HeaderMap, body: Bytes) -> Response {
    let error = function_error(&headers, &body);
    accepted(desk.answer(&id, echoed(&headers), Answer::Error(error)))
}

async fn init_error(State(desk): State<Arc<Desk>>, headers: HeaderMap, body: Bytes) -> Response {
    if desk.fail_init(function_error(&headers, &body)) {
        return accepted(Ok(()));
    }
    let message = "the function has asked for an invocation already";
    refuse(StatusCode::FORBIDDEN, "InvalidStateTransition", message)
}

fn accepted(taken: Result<(), Refused>) -> Response {
    match taken {
        Ok(()) => json_of(StatusCode::ACCEPTED, &json!({ "status": "OK" })),
        Err(Refused::RequestId) => {
            refuse(StatusCode::BAD_REQUEST, "InvalidRequestID", "no invocation with this request id is open")
        }
        Err(Refused::InvocationId) => {
            refuse(StatusCode::BAD_REQUEST, "InvalidInvocationId", "the invocation id is another invocation's")
        }
    }
}

fn refuse(status: StatusCode, error_type: &str, message: &str) -> Response {
    json_of(status, &json!({ "errorType": error_type, "errorMessage": message }))
}

fn json_of(status: StatusCode, body: &Value) -> Response {
    (status, [("content-type", "application/json")], body.to_string()).into_response()
}

fn echoed(headers: &HeaderMap) -> Option<&str> {
    headers.get("lambda-runtime-invocation-id")?.to_str().ok()
}

/// The body says it; where it doesn't, the header has the type.
fn function_error(headers: &HeaderMap, body: &Bytes) -> FunctionError {
    let mut error: FunctionError = serde_json::from_slice(body).unwrap_or_default();
    if error.error_type.is_empty() {
        let header = headers.get("lambda-runtime-function-error-type").and_then(|value| value.to_str().ok());
        header.unwrap_or("Runtime.Unknown").clone_into(&mut error.error_type);
    }
    error
}
