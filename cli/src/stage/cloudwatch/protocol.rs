//! The three protocols of CloudWatch: AWS JSON 1.0, Query, and Smithy's RPC v2 with CBOR. Each has
//! its own place for the action, its own encoding and its own shape of an error.

use super::failure::Failure;
use super::shape::Shape;
use super::{cbor, form, xml};
use bytes::Bytes;
use flate2::read::MultiGzDecoder;
use http::{HeaderValue, Request, Response, StatusCode, header};
use serde_json::Value;
use std::borrow::Cow;
use std::io::Read;

/// What clients call the service: before the dot of `X-Amz-Target`, and in CBOR's path.
const TARGET: &str = "GraniteServiceVersion20100801";
const VERSION: &str = "2010-08-01";

/// More than any of the reads has.
const MOST_BYTES: u64 = 1024 * 1024;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Protocol {
    Json,
    Query,
    Cbor,
}

/// A call of CloudWatch.
#[derive(Debug)]
pub(super) struct Call {
    protocol: Protocol,
    pub(super) action: String,
}

impl Call {
    /// What a request calls; `None` if it is no call of CloudWatch, or none that can be read.
    pub(super) fn of(request: &Request<Bytes>) -> Option<Call> {
        let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
        if let Some(target) = header("x-amz-target") {
            let (service, action) = target.rsplit_once('.')?;
            return (service == TARGET).then(|| Call { protocol: Protocol::Json, action: action.to_owned() });
        }
        if header("smithy-protocol").is_some_and(|protocol| protocol == "rpc-v2-cbor") {
            let (service, action) = request.uri().path().rsplit_once("/operation/")?;
            let ours = service.ends_with(&format!("/service/{TARGET}"));
            return ours.then(|| Call { protocol: Protocol::Cbor, action: action.to_owned() });
        }
        let body = body(request).ok()?;
        let form = form_of(request, &body)?;
        let ours = form::parameter(&form, "Version").is_none_or(|version| version == VERSION);
        let action = form::parameter(&form, "Action").filter(|_| ours)?;
        Some(Call { protocol: Protocol::Query, action })
    }

    /// The call's parameters, as JSON has them.
    pub(super) fn parameters(&self, request: &Request<Bytes>) -> Result<Value, Failure> {
        let body = body(request)?;
        match self.protocol {
            // No parameters at all may be no body at all.
            Protocol::Json | Protocol::Cbor if body.is_empty() => Ok(Value::Object(serde_json::Map::new())),
            Protocol::Json => serde_json::from_slice(&body).map_err(|why| Failure::unreadable(&why)),
            Protocol::Cbor => cbor::read(&body).map_err(|why| Failure::unreadable(&why)),
            Protocol::Query => {
                let form = form_of(request, &body).ok_or_else(|| Failure::unreadable(&"the form is not UTF-8"))?;
                Ok(form::parameters(&form))
            }
        }
    }

    pub(super) fn response(&self, shape: Shape, request_id: &str) -> Response<Bytes> {
        let body = match self.protocol {
            Protocol::Json => shape.json().to_string().into_bytes(),
            Protocol::Query => xml::answer(&self.action, &shape, request_id).into_bytes(),
            Protocol::Cbor => cbor::written(&shape),
        };
        self.around(StatusCode::OK, body, request_id)
    }

    pub(super) fn refusal(&self, failure: &Failure, request_id: &str) -> Response<Bytes> {
        let message = Shape::text(failure.message.as_str());
        let shape = Shape::Structure(vec![("__type", Shape::Text(failure.code.shape())), ("message", message)]);
        let body = match self.protocol {
            Protocol::Json => shape.json().to_string().into_bytes(),
            Protocol::Query => xml::refusal(failure, request_id).into_bytes(),
            Protocol::Cbor => cbor::written(&shape),
        };
        let mut response = self.around(StatusCode::BAD_REQUEST, body, request_id);
        let old = HeaderValue::try_from(format!("{};Sender", failure.code.in_query()));
        if self.protocol != Protocol::Query
            && let Ok(old) = old
        {
            response.headers_mut().insert("x-amzn-query-error", old);
        }
        response
    }

    fn around(&self, status: StatusCode, body: Vec<u8>, request_id: &str) -> Response<Bytes> {
        let mut response = Response::new(Bytes::from(body));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        let kind = match self.protocol {
            Protocol::Json => "application/x-amz-json-1.0",
            Protocol::Query => "text/xml",
            Protocol::Cbor => "application/cbor",
        };
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        if self.protocol == Protocol::Cbor {
            headers.insert("smithy-protocol", HeaderValue::from_static("rpc-v2-cbor"));
        }
        // An id that no header can have is the caller's to wonder about; the body has it in XML.
        if let Ok(id) = HeaderValue::try_from(request_id) {
            headers.insert("x-amzn-requestid", id);
        }
        response
    }
}

/// The form: the body, or what stands behind the question mark of a GET.
fn form_of<'a>(request: &'a Request<Bytes>, body: &'a [u8]) -> Option<Cow<'a, str>> {
    if body.is_empty() {
        return request.uri().query().map(Cow::Borrowed);
    }
    std::str::from_utf8(body).ok().map(Cow::Borrowed)
}

/// The body, unzipped.
fn body(request: &Request<Bytes>) -> Result<Cow<'_, [u8]>, Failure> {
    let encoding = request.headers().get(header::CONTENT_ENCODING).map_or(&b"identity"[..], HeaderValue::as_bytes);
    match encoding {
        b"gzip" => {
            let mut unzipped = Vec::new();
            let read = MultiGzDecoder::new(request.body().as_ref()).take(MOST_BYTES + 1).read_to_end(&mut unzipped);
            match read {
                Ok(bytes) if bytes as u64 <= MOST_BYTES => Ok(Cow::Owned(unzipped)),
                Ok(_) => Err(Failure::unreadable(&format!("it has more than {MOST_BYTES} bytes"))),
                Err(why) => Err(Failure::unreadable(&why)),
            }
        }
        _ => Ok(Cow::Borrowed(request.body())),
    }
}
