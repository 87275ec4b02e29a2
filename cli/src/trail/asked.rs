//! What was asked for: the protocol that a request speaks, its action, and its parameters in the
//! shape of `requestParameters`.
//!
//! AWS has a handful of protocols. JSON 1.0 and 1.1 name the action in `X-Amz-Target`; Query has it
//! in a form; REST hides it in method and path, which takes a table. The CBOR protocol names it in
//! the path; its parameters are not read, and are null in the record.

use super::call::AnsweredCall;
use super::{names, query, rest, sqs};
use serde_json::Value;
use std::borrow::Cow;

/// How a service is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protocol {
    /// JSON in and out.
    Json,
    /// A form in, XML out.
    Query,
    /// REST with JSON.
    RestJson,
    /// REST with XML.
    RestXml,
    /// CBOR in and out.
    Cbor,
}

/// What a call asks for.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) protocol: Protocol,
    /// The API's action.
    pub(super) action: String,
    /// The name that CloudTrail writes: the action, for a few services with a date behind it.
    pub(super) event_name: String,
    /// In CloudTrail's shape, nothing hidden yet; null where there are none.
    pub(super) parameters: Value,
}

pub(super) fn asked(call: &AnsweredCall) -> Option<Asked> {
    let plain = |protocol, action: &str, parameters| Asked {
        protocol,
        action: action.to_owned(),
        event_name: action.to_owned(),
        parameters,
    };
    if let Some((_, action)) = call.asked_in("x-amz-target").and_then(|target| target.rsplit_once('.')) {
        return named(action).then(|| plain(Protocol::Json, action, json(call.request.body())));
    }
    // /service/<name>/operation/<action>
    if let Some((service, action)) = call.request.uri().path().rsplit_once("/operation/")
        && service.starts_with("/service/")
    {
        return named(action).then(|| plain(Protocol::Cbor, action, Value::Null));
    }
    let form = form(call);
    if let Some((_, action)) = form.iter().find(|(name, _)| name == "Action") {
        let parameters = query::parameters(&form);
        let parameters = if call.service == "sqs" { sqs::from_query(action, parameters) } else { parameters };
        let parameters = query::typed(&call.service, parameters);
        return named(action).then(|| plain(Protocol::Query, action, nothing_is_null(parameters)));
    }
    rest::asked(call)
}

/// A JSON body in CloudTrail's shape; null if it is none.
pub(super) fn json(body: &[u8]) -> Value {
    let body = serde_json::from_slice::<Value>(body).ok().filter(Value::is_object);
    body.map_or(Value::Null, |body| nothing_is_null(names::recorded(body)))
}

/// An object without members is null to CloudTrail.
pub(super) fn nothing_is_null(value: Value) -> Value {
    if value.as_object().is_some_and(serde_json::Map::is_empty) { Value::Null } else { value }
}

/// An action is a name; anything else is somebody playing.
fn named(action: &str) -> bool {
    !action.is_empty() && action.len() <= 128 && action.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// The form of a Query call: its body, or what stands behind the question mark of a GET.
fn form(call: &AnsweredCall) -> Vec<(Cow<'_, str>, Cow<'_, str>)> {
    let body = call.request.body();
    let query = call.request.uri().query().unwrap_or_default();
    let from_body = call.asked_in("content-type").is_some_and(|kind| kind.starts_with("application/x-www-form"));
    let bytes = if from_body { body.as_ref() } else { query.as_bytes() };
    form_urlencoded::parse(bytes).collect()
}
