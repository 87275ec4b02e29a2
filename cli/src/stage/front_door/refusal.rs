//! Answers of the front door's own: a call that is not signed, a service that isn't there, a fault
//! that was asked for. In the shape of the protocol that the client speaks, so that it tells people the
//! code and the message, and not that it can't read the answer.

use super::scope::Scope;
use crate::stage::cloudwatch::cbor;
use axum::http::{HeaderValue, Request, Response, StatusCode, header};
use bytes::Bytes;
use quick_xml::escape::escape;
use serde_json::{Value, json};

/// An error, as AWS services give it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::stage) struct Refusal {
    pub(super) status: StatusCode,
    pub(super) code: &'static str,
    pub(super) message: String,
}

impl Refusal {
    pub(in crate::stage) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Refusal {
        Refusal { status, code, message: message.into() }
    }

    /// The answer to this request.
    pub(in crate::stage) fn answer<B>(&self, request: &Request<B>, request_id: &str) -> Response<Bytes> {
        let speaks = speaks(request);
        let (kind, body) = match speaks {
            Speaks::Json => ("application/x-amz-json-1.0", self.json().to_string().into()),
            Speaks::Xml(form) => ("text/xml", self.xml(form, request_id)),
            Speaks::Cbor => ("application/cbor", cbor::of_json(&self.json()).into()),
        };
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        response.headers_mut().insert("x-amzn-errortype", HeaderValue::from_static(self.code));
        if speaks == Speaks::Cbor {
            response.headers_mut().insert("smithy-protocol", HeaderValue::from_static("rpc-v2-cbor"));
        }
        response
    }

    fn json(&self) -> Value {
        json!({ "__type": self.code, "message": self.message })
    }

    fn xml(&self, form: Form, id: &str) -> Bytes {
        let kind = if self.status.is_server_error() { "Receiver" } else { "Sender" };
        let text = format!("<Code>{}</Code><Message>{}</Message>", self.code, escape(&self.message));
        match form {
            Form::Query => format!(
                "<ErrorResponse><Error><Type>{kind}</Type>{text}</Error><RequestId>{id}</RequestId></ErrorResponse>"
            ),
            Form::Ec2 => {
                format!("<Response><Errors><Error>{text}</Error></Errors><RequestID>{id}</RequestID></Response>")
            }
            Form::S3 => format!("<Error>{text}<RequestId>{id}</RequestId></Error>"),
        }
        .into()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Speaks {
    Json,
    Xml(Form),
    Cbor,
}

/// How an error is spelled in XML: most services do as the Query protocol does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Query,
    Ec2,
    S3,
}

fn speaks<B>(request: &Request<B>) -> Speaks {
    let headers = request.headers();
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let service = Scope::of(request).map(|scope| scope.service).unwrap_or_default();
    match service.as_str() {
        _ if headers.contains_key("smithy-protocol") => Speaks::Cbor,
        "s3" | "s3express" => Speaks::Xml(Form::S3),
        "ec2" => Speaks::Xml(Form::Ec2),
        // A client of theirs says nothing of XML where it has nothing to send.
        "cloudfront" | "route53" => Speaks::Xml(Form::Query),
        _ if kind.starts_with("application/x-www-form-urlencoded") => Speaks::Xml(Form::Query),
        _ => Speaks::Json,
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
        for (service, begin) in [
            ("s3", "<Error><Code>ThrottlingException</Code>"),
            ("ec2", "<Response><Errors><Error><Code>ThrottlingException</Code>"),
            ("route53", "<ErrorResponse><Error><Type>Sender</Type><Code>ThrottlingException</Code>"),
        ] {
            let answer = answer("authorization", &Scope::new("alice", "eu-west-1", service).header());
            let text = String::from_utf8(answer.body().to_vec()).unwrap();
            assert!(text.starts_with(begin), "{service}: {text}");
        }
        let cbor = answer("smithy-protocol", "rpc-v2-cbor");
        let read = cbor::read(cbor.body()).unwrap();
        assert_eq!(read, json!({"__type": "ThrottlingException", "message": "a < b"}));
        assert_eq!(
            (cbor.status(), &cbor.headers()["smithy-protocol"]),
            (StatusCode::BAD_REQUEST, &HeaderValue::from_static("rpc-v2-cbor"))
        );
    }
}
