//! Answers of the front door's own: a call that is not signed, a service that isn't there, a fault
//! that was asked for. In the shape of the protocol that the client speaks, so that it tells people the
//! code and the message, and not that it can't read the answer.

use axum::http::{HeaderMap, HeaderValue, Request, Response, StatusCode, header};
use bytes::Bytes;
use serde_json::json;

/// An error, as AWS services give it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    pub(super) code: &'static str,
    pub(super) message: String,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Refusal {
        Refusal { status, code, message: message.into() }
    }

    /// The answer to this request.
    pub(super) fn answer<B>(&self, request: &Request<B>, request_id: &str) -> Response<Bytes> {
        let (kind, body) = match speaks(request.headers()) {
            Speaks::Json => ("application/x-amz-json-1.0", self.json()),
            Speaks::Xml => ("text/xml", self.xml(request_id)),
            // Status and request id are all that a CBOR client needs to try again.
            Speaks::Cbor => ("application/cbor", Bytes::from_static(b"\xa0")),
        };
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        response.headers_mut().insert("x-amzn-errortype", HeaderValue::from_static(self.code));
        if speaks(request.headers()) == Speaks::Cbor {
            response.headers_mut().insert("smithy-protocol", HeaderValue::from_static("rpc-v2-cbor"));
        }
        response
    }

    fn json(&self) -> Bytes {
        json!({ "__type": self.code, "message": self.message }).to_string().into()
    }

    fn xml(&self, request_id: &str) -> Bytes {
        let kind = if self.status.is_server_error() { "Receiver" } else { "Sender" };
        let message = quick_xml::escape::escape(&self.message);
        format!(
            "<ErrorResponse><Error><Type>{kind}</Type><Code>{}</Code><Message>{message}</Message></Error>\
             <RequestId>{request_id}</RequestId></ErrorResponse>",
            self.code
        )
        .into()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Speaks {
    Json,
    Xml,
    Cbor,
}

fn speaks(headers: &HeaderMap) -> Speaks {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if headers.contains_key("smithy-protocol") {
        Speaks::Cbor
    } else if kind.starts_with("application/x-www-form-urlencoded") {
        Speaks::Xml
    } else {
        Speaks::Json
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_client_is_answered_in_its_own_protocol() {
        let refusal = Refusal::new(StatusCode::BAD_REQUEST, "ThrottlingException", "a < b");
        let answer =
            |name: &str, value: &str| refusal.answer(&Request::post("/").header(name, value).body(()).unwrap(), "id");
        let json = answer("content-type", "application/x-amz-json-1.1");
        assert_eq!(json.body(), r#"{"__type":"ThrottlingException","message":"a < b"}"#);
        let xml = answer("content-type", "application/x-www-form-urlencoded; charset=utf-8");
        let text = String::from_utf8(xml.body().to_vec()).unwrap();
        assert!(text.contains("<Code>ThrottlingException</Code><Message>a &lt; b</Message>"), "{text}");
        assert!(text.ends_with("<RequestId>id</RequestId></ErrorResponse>"), "{text}");
        let cbor = answer("smithy-protocol", "rpc-v2-cbor");
        assert_eq!(
            (cbor.status(), &cbor.headers()["smithy-protocol"]),
            (StatusCode::BAD_REQUEST, &HeaderValue::from_static("rpc-v2-cbor"))
        );
    }
}
