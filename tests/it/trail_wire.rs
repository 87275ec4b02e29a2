//! AWS API calls as they go over the wire, for the trail to make records of.
//!
//! Who calls, when and from where is taken from a sample event, so that the record made of the call
//! can be held against the sample.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use serde_json::{Value, json};
use trailhook::decode;
use trailhook_cli::trail::{AnsweredCall, Envelope, Principals, TlsConnection, Trail};
use trailhook_tests::root;

/// An answer: its status, its headers, its body.
#[derive(Clone, Debug)]
pub struct Answer {
    /// As 200.
    pub status: u16,
    /// Beside the request's id.
    pub headers: Vec<(&'static str, String)>,
    /// JSON or XML.
    pub body: String,
}

impl Answer {
    /// A success with this body.
    pub fn of(body: impl Into<String>) -> Answer {
        Answer { status: 200, headers: Vec::new(), body: body.into() }
    }

    /// A refusal with this body.
    pub fn refusal(status: u16, body: impl Into<String>) -> Answer {
        Answer { status, ..Answer::of(body) }
    }

    /// With a header.
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Answer {
        self.headers.push((name, value.into()));
        self
    }
}

/// A trail of the sample events' account, whose people have the samples' keys.
pub fn trail() -> Trail {
    let people = "
        ASIAIOSFODNN7EXAMPLE: {role: Developer, session: alice}
        AKIAIOSFODNN7EXAMPLE: {user: bob}
    ";
    let since = "2026-11-02T08:55:12Z".parse().expect("a time");
    let principals = Principals::built_in("111122223333", "eu-west-1", since);
    Trail::new("111122223333", principals.with_text(people, "people.yaml").expect("principals"))
}

/// A sample event; the file as in `sqs/CreateQueue.success.json`.
pub fn sample(file: &str) -> Value {
    serde_json::from_slice(&std::fs::read(root().join("events").join(file)).unwrap()).unwrap()
}

/// The event of a call, as a target gets it.
pub fn event(call: &AnsweredCall) -> Value {
    let record = trail().record(call).expect("a record");
    let bytes = serde_json::to_vec(&Envelope::around(record)).unwrap();
    decode(&bytes).expect("it decodes");
    serde_json::from_slice(&bytes).unwrap()
}

/// Everything but the ids that are new each time, and those that are made of an ARN.
pub fn comparable(mut event: Value) -> Value {
    let masked = ["/id", "/detail/eventID", "/detail/userIdentity/principalId"];
    let issuer = "/detail/userIdentity/sessionContext/sessionIssuer/principalId";
    for path in masked.into_iter().chain([issuer]) {
        if let Some(place) = event.pointer_mut(path) {
            assert!(place.as_str().is_some_and(|id| id.len() > 9), "{path}: {place}");
            *place = json!("…");
        }
    }
    event
}

/// A call of the JSON protocol.
pub fn json_call(sample: &Value, action: &str, body: &Value, answer: Answer) -> AnsweredCall {
    let target = ("x-amz-target", format!("Amazon.{action}"));
    call(sample, &[target, ("content-type", "application/x-amz-json-1.0".to_owned())], body.to_string(), answer)
}

/// A call of the Query protocol; the form without `Action` and `Version`.
pub fn query_call(sample: &Value, action: &str, form: &str, answer: Answer) -> AnsweredCall {
    let body = format!("Action={action}&Version=2012-11-05&{form}");
    let kind = "application/x-www-form-urlencoded; charset=utf-8".to_owned();
    call(sample, &[("content-type", kind)], body, answer)
}

fn call(sample: &Value, headers: &[(&'static str, String)], body: String, answer: Answer) -> AnsweredCall {
    let detail = &sample["detail"];
    let text = |path: &str| detail.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut request = Request::new(Bytes::from(body));
    *request.method_mut() = http::Method::POST;
    let host = ("host", text("/tlsDetails/clientProvidedHostHeader"));
    let agent = ("user-agent", text("/userAgent"));
    set(request.headers_mut(), headers.iter().cloned().chain([host, agent]));
    let mut response = Response::new(Bytes::from(answer.body));
    *response.status_mut() = answer.status.try_into().expect("a status");
    set(response.headers_mut(), answer.headers.into_iter().chain([("x-amzn-requestid", text("/requestID"))]));
    let tls = |version: &Value| TlsConnection {
        version: version.as_str().unwrap_or_default().to_owned(),
        cipher_suite: text("/tlsDetails/cipherSuite"),
    };
    AnsweredCall {
        service: text("/eventSource").trim_end_matches(".amazonaws.com").to_owned(),
        region: text("/awsRegion"),
        access_key_id: text("/userIdentity/accessKeyId"),
        request,
        response,
        at: text("/eventTime").parse().expect("a time"),
        client: text("/sourceIPAddress").parse().expect("an address"),
        tls: detail.pointer("/tlsDetails/tlsVersion").map(tls),
    }
}

fn set(headers: &mut HeaderMap, all: impl Iterator<Item = (&'static str, String)>) {
    for (name, value) in all.filter(|(_, value)| !value.is_empty()) {
        let value = HeaderValue::from_str(&value).expect("a header's value");
        headers.insert(HeaderName::from_static(name), value);
    }
}
