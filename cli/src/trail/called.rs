//! For tests: a call as it came through the front door, and the record made of it.

use super::{AnsweredCall, Principals, Trail};
use bytes::Bytes;
use http::Request;
use http::request::Builder;
use serde_json::Value;

/// The record of a call of this service, answered with this body.
pub(super) fn recorded(service: &str, request: Builder, body: &str, answer: &str) -> Option<Value> {
    let at = "2026-11-02T09:30:00Z".parse().unwrap();
    let call = AnsweredCall {
        service: service.to_owned(),
        region: "eu-west-1".to_owned(),
        access_key_id: "alice".to_owned(),
        request: request.body(Bytes::from(body.to_owned())).unwrap(),
        response: http::Response::new(Bytes::from(answer.to_owned())),
        at,
        client: "127.0.0.1".parse().unwrap(),
        tls: None,
    };
    let trail = Trail::new("111122223333", Principals::built_in("111122223333", "eu-west-1", at));
    Some(serde_json::to_value(trail.record(&call)?).unwrap())
}

/// The record of a call in the JSON protocol.
pub(super) fn json(service: &str, action: &str, body: &Value, answer: &Value) -> Value {
    let request = Request::post("/").header("x-amz-target", format!("Service.{action}"));
    recorded(service, request, &body.to_string(), &answer.to_string()).unwrap()
}

/// The record of a call in the Query protocol; `result` is what is in the result element.
pub(super) fn query(service: &str, action: &str, form: &str, result: &str) -> Value {
    let request = Request::post("/").header("content-type", "application/x-www-form-urlencoded");
    let answer = format!("<{action}Response><{action}Result>{result}</{action}Result></{action}Response>");
    recorded(service, request, &format!("Action={action}&Version=2010-05-08&{form}"), &answer).unwrap()
}
