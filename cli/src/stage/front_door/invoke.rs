//! Lambda's `Invoke`, as far as it is asynchronous: the stage's own Lambda takes the event as it takes one of the bus,
//! with its tries, its logs and its on-failure queue.
//!
//! It refuses to wait for an answer. Nothing on the stage needs one, and whoever asks for one is to know that none comes.

use super::house::{Behind, House};
use super::listener::Came;
use super::refusal::Refusal;
use super::scope::Scope;
use crate::stage::lambda::InvokeError;
use axum::http::{HeaderValue, Method, Request, Response, StatusCode};
use bytes::Bytes;
use percent_encoding::percent_decode_str;
use serde::de::IgnoredAny;

/// The most that Lambda takes of an event that nobody waits for.
const MOST_BYTES: usize = 1024 * 1024;

/// Whether a call of Lambda is an invocation.
pub(super) fn is_invocation(request: &Request<Bytes>) -> bool {
    request.method() == Method::POST && function(request).is_some()
}

impl House {
    /// The answer to an invocation. `None` where another AWS has functions of its own, or no functions are hosted.
    pub(super) async fn invoked(&self, scope: &Scope, request: &Request<Bytes>, id: &str) -> Option<Response<Bytes>> {
        let described = self.described.as_ref().filter(|_| matches!(self.behind, Behind::Embedded(_)))?;
        let asked = function(request)?;
        let function = match described.function(scope, &asked, qualifier(request).as_deref()) {
            Ok(function) => function,
            Err((code, message)) => {
                return Some(Refusal::new(StatusCode::NOT_FOUND, code, message).answer(request, id));
            }
        };
        Some(match self.invoke(function, request).await {
            Ok(response) => response,
            Err(refusal) => refusal.answer(request, id),
        })
    }

    async fn invoke(&self, function: &str, request: &Request<Bytes>) -> Result<Response<Bytes>, Refusal> {
        let kind = request.headers().get("x-amz-invocation-type").map_or("RequestResponse", |kind| {
            // What is no text is no kind either.
            kind.to_str().unwrap_or_default()
        });
        match kind {
            "DryRun" => return Ok(empty(StatusCode::NO_CONTENT)),
            "Event" => {}
            "RequestResponse" => {
                let message = "the local stage does not wait for a function's answer: say --invocation-type Event, and \
                               look for its decision in the log";
                return Err(Refusal::new(StatusCode::NOT_IMPLEMENTED, "NotImplemented", message));
            }
            _ => {
                let message = "the invocation type is none of Event, RequestResponse and DryRun";
                return Err(Refusal::new(StatusCode::BAD_REQUEST, "InvalidParameterValueException", message));
            }
        }
        let (answer, taken) = tokio::sync::oneshot::channel();
        let (function, event) = (function.to_owned(), event(request.body())?);
        let closed = || Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "ServiceException", "the stage is ending");
        if !self.listener.put(Came::Invocation { function, event, answer }) {
            return Err(closed());
        }
        match taken.await {
            Ok(Ok(request_id)) => Ok(accepted(&request_id)),
            Ok(Err(error @ InvokeError::NoSuchFunction(_))) => {
                Err(Refusal::new(StatusCode::NOT_FOUND, "ResourceNotFoundException", error.to_string()))
            }
            Ok(Err(InvokeError::Closed)) | Err(_) => Err(closed()),
        }
    }
}

/// `/2015-03-31/functions/<function>/invocations`: what the function is called.
fn function(request: &Request<Bytes>) -> Option<String> {
    let path: Vec<&str> = request.uri().path().trim_matches('/').split('/').collect();
    let [_, "functions", name, "invocations"] = path.as_slice() else { return None };
    Some(percent_decode_str(name).decode_utf8_lossy().into_owned())
}

fn qualifier(request: &Request<Bytes>) -> Option<String> {
    let mut asked = form_urlencoded::parse(request.uri().query()?.as_bytes());
    asked.find(|(name, _)| name == "Qualifier").map(|(_, qualifier)| qualifier.into_owned())
}

/// The event; nothing at all is an empty one.
fn event(body: &Bytes) -> Result<Bytes, Refusal> {
    if body.len() > MOST_BYTES {
        let message = format!(
            "{} byte payload is too large for the Event invocation type (limit {MOST_BYTES} bytes)",
            body.len()
        );
        return Err(Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLargeException", message));
    }
    if body.is_empty() {
        return Ok(Bytes::from_static(b"{}"));
    }
    match serde_json::from_slice::<IgnoredAny>(body) {
        Ok(IgnoredAny) => Ok(body.clone()),
        Err(error) => {
            let message = format!("Could not parse request body into json: {error}");
            Err(Refusal::new(StatusCode::BAD_REQUEST, "InvalidRequestContentException", message))
        }
    }
}

/// The function's request id is that of the call.
fn accepted(request_id: &str) -> Response<Bytes> {
    let mut response = empty(StatusCode::ACCEPTED);
    // A UUID is always a header's value.
    if let Ok(id) = HeaderValue::from_str(request_id) {
        response.headers_mut().insert("x-amzn-requestid", id);
    }
    response
}

fn empty(status: StatusCode) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = status;
    response
}
