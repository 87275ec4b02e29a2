//! What was answered: response elements, or the error; and the request's id.
//!
//! Reads have no response elements, and neither have calls that answer nothing: both are null. An
//! error's code is the one that CloudTrail writes: `AccessDenied` plainly, and for SQS the code of
//! its Query protocol, which it also sends in `x-amzn-query-error`.

use super::asked::{Asked, Protocol, json, nothing_is_null};
use super::call::AnsweredCall;
use super::{class, query, sqs, xml};
use serde_json::Value;

/// What a call was answered.
#[derive(Debug, Default)]
pub(super) struct Answer {
    /// In CloudTrail's shape, nothing hidden yet; null where there are none.
    pub(super) elements: Value,
    pub(super) error: Option<Failure>,
    pub(super) request_id: Option<String>,
}

/// Why a call failed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) code: String,
    pub(super) message: Option<String>,
}

pub(super) fn answer(call: &AnsweredCall, asked: &Asked) -> Answer {
    let body = call.response.body();
    let document = match asked.protocol {
        Protocol::Query | Protocol::RestXml => std::str::from_utf8(body).ok().and_then(xml::read),
        Protocol::Json | Protocol::RestJson | Protocol::Cbor => None,
    };
    let request_id = ["x-amzn-requestid", "x-amz-request-id"].iter().find_map(|name| call.answered_in(name));
    let request_id = request_id.map(str::to_owned).or_else(|| request_id_in(&document.as_ref()?.value));
    if call.failed() {
        let body = match document {
            Some(document) => error_in(document.value),
            None => json(body),
        };
        return Answer { elements: Value::Null, error: Some(failure(call, &body)), request_id };
    }
    let unwritten = class::named_as_read(&asked.action)
        || call.service == "logs" && asked.action == "FilterLogEvents"
        || class::cryptographic(&call.service, &asked.action)
        || call.service == "sqs" && !sqs::has_response(&asked.action);
    if unwritten {
        return Answer { request_id, ..Answer::default() };
    }
    let elements = match (asked.protocol, document) {
        (Protocol::Json | Protocol::RestJson, _) => json(body),
        (Protocol::Query, Some(document)) => {
            let result = result_in(document.value, &asked.action);
            let result = if call.service == "sqs" { sqs::from_query_answer(result) } else { result };
            query::typed(&call.service, result)
        }
        _ => Value::Null,
    };
    Answer { elements: nothing_is_null(elements), error: None, request_id }
}

/// The error of a refused call; `body` is the error itself, names in CloudTrail's form.
fn failure(call: &AnsweredCall, body: &Value) -> Failure {
    // Moto writes `<Message>` and `<message>`, which are one name to CloudTrail.
    let one = |value: &Value| Some(value.as_str().or_else(|| value.get(0)?.as_str())?.to_owned());
    let text = |names: [&str; 3]| names.iter().find_map(|name| one(body.get(name)?)).filter(|text| !text.is_empty());
    let legacy = call.answered_in("x-amzn-query-error").and_then(|both| both.split(';').next());
    let named = text(["__type", "code", "Code"]);
    let named = named.as_deref().or_else(|| call.answered_in("x-amzn-errortype"));
    // `com.amazonaws.sqs#QueueDoesNotExist`, `ValidationException:http://internal.amazon.com/…`
    let shape = named.map(|name| name.rsplit('#').next().unwrap_or(name).split(':').next().unwrap_or(name));
    let code = match (legacy.filter(|code| !code.is_empty()), shape) {
        (Some(code), _) => code,
        (None, Some(shape)) if call.service == "sqs" => sqs::error_code(shape).unwrap_or(shape),
        (None, Some(shape)) => shape,
        (None, None) if call.response.status().is_server_error() => "InternalFailure",
        (None, None) => "UnknownError",
    };
    let code = if code == "AccessDeniedException" { "AccessDenied" } else { code };
    Failure { code: code.to_owned(), message: text(["message", "Message", "errorMessage"]) }
}

/// `<ErrorResponse><Error>…`, S3's `<Error>…`, EC2's `<Response><Errors><Error>…`
fn error_in(mut document: Value) -> Value {
    if let Some(error) = document.get_mut("error") {
        return error.take();
    }
    match document.pointer_mut("/errors/error") {
        Some(error) => error.take(),
        None => document,
    }
}

fn request_id_in(document: &Value) -> Option<String> {
    let places = ["/responseMetadata/requestId", "/requestId", "/requestID"];
    let id = places.iter().find_map(|place| document.pointer(place)?.as_str());
    id.filter(|id| !id.is_empty()).map(str::to_owned)
}

/// `<CreateTopicResponse><CreateTopicResult>…`
fn result_in(mut document: Value, action: &str) -> Value {
    let name = super::names::recorded_name(&format!("{action}Result"));
    let result = document.get_mut(&name).map(Value::take).unwrap_or_default();
    if result.is_object() { result } else { Value::Null }
}
