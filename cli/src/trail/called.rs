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
