//! The front door: where the functions' AWS calls come in.
//!
//! Which service is meant, in which Region, and who calls, is in the SigV4 header, as everywhere
//! in AWS. The signature itself is not checked: the credentials are invented. Every call is noted.

use super::services::{Request, Services};
use crate::trail::AnsweredCall;
use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, Method, Response, StatusCode, Uri, header};
use bytes::Bytes;
use chrono::Utc;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::mpsc::UnboundedSender;
use winterbaume_core::MockResponse;

/// More than any call of the services behind this door may have: PutLogEvents takes 1 MB.
const MOST_BYTES: usize = 8 * 1024 * 1024;

/// A call that came in by the front door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiCallSeen {
    /// As in `sqs`.
    pub service: String,
    /// As in `GetQueueAttributes`.
    pub action: String,
    /// As in `eu-west-1`.
    pub region: String,
    /// The access key id that it was signed with.
    pub access_key_id: String,
    /// The request's body.
    pub request: Bytes,
    /// The status it was answered with.
    pub status: u16,
}

/// What is behind the door.
#[derive(Debug, Default)]
pub(super) struct House {
    pub(super) services: Services,
    seen: Mutex<Vec<ApiCallSeen>>,
    told: Option<UnboundedSender<AnsweredCall>>,
}

/// What the SigV4 header says.
#[derive(Debug, PartialEq, Eq)]
struct Scope<'a> {
    access_key_id: &'a str,
    region: &'a str,
    service: &'a str,
}

impl House {
    /// One whose calls are told, and not kept: a stage that stays up would keep them for ever.
    pub(super) fn telling(told: UnboundedSender<AnsweredCall>) -> House {
        House { told: Some(told), ..House::default() }
    }

    pub(super) fn seen(&self) -> Vec<ApiCallSeen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

pub(super) fn router(house: Arc<House>) -> Router {
    Router::new().fallback(enter).layer(DefaultBodyLimit::max(MOST_BYTES)).with_state(house)
}

async fn enter(
    State(house): State<Arc<House>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let authorization = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let Some(scope) = authorization.and_then(scope_of) else {
        return refused(StatusCode::FORBIDDEN, "MissingAuthenticationToken: the request is not signed with SigV4");
    };
    let method_told = method.clone();
    let request = Request { service: scope.service, region: scope.region, method, uri: &uri, headers: &headers, body };
    let action = request.action();
    let (noted, service, region) = (request.body.clone(), scope.service.to_owned(), scope.region.to_owned());
    let Some(answer) = house.services.call(request).await else {
        return refused(StatusCode::NOT_IMPLEMENTED, "NotImplemented: the local stage does not have this service");
    };
    if let Some(told) = &house.told {
        // A stage that is ending listens no more.
        told.send(answered(scope, (method_told, &uri, &headers, noted), &answer)).ok();
        return given(answer);
    }
    let seen = ApiCallSeen {
        service,
        action,
        region,
        access_key_id: scope.access_key_id.to_owned(),
        request: noted,
        status: answer.status,
    };
    house.seen.lock().unwrap_or_else(PoisonError::into_inner).push(seen);
    given(answer)
}

/// The call as the trail takes it.
fn answered(
    scope: Scope<'_>,
    (method, uri, headers, body): (Method, &Uri, &HeaderMap, Bytes),
    answer: &MockResponse,
) -> AnsweredCall {
    let mut request = axum::http::Request::new(body);
    (*request.method_mut(), *request.uri_mut(), *request.headers_mut()) = (method, uri.clone(), headers.clone());
    let mut response = Response::new(answer.body.clone());
    *response.status_mut() = status(answer);
    *response.headers_mut() = answer.headers.clone();
    AnsweredCall {
        service: scope.service.to_owned(),
        region: scope.region.to_owned(),
        access_key_id: scope.access_key_id.to_owned(),
        request,
        response,
        at: Utc::now(),
        client: IpAddr::from(Ipv4Addr::LOCALHOST),
        tls: None,
    }
}

fn status(answer: &MockResponse) -> StatusCode {
    StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn given(answer: MockResponse) -> Response<Body> {
    let code = status(&answer);
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = code;
    *response.headers_mut() = answer.headers;
    response
}

fn refused(status: StatusCode, message: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::from(message));
    *response.status_mut() = status;
    response
}

/// `AWS4-HMAC-SHA256 Credential=<key>/<date>/<region>/<service>/aws4_request, SignedHeaders=…`
fn scope_of(authorization: &str) -> Option<Scope<'_>> {
    let credential = authorization.split_once("Credential=")?.1.split([',', ' ']).next()?;
    let mut parts = credential.rsplitn(5, '/');
    let (_, service, region, _) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    Some(Scope { access_key_id: parts.next()?, region, service })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_says_who_calls_what() {
        let header =
            "AWS4-HMAC-SHA256 Credential=test-A/20261122/eu-west-1/sqs/aws4_request, SignedHeaders=host, Signature=0";
        let expected = Scope { access_key_id: "test-A", region: "eu-west-1", service: "sqs" };
        assert_eq!(scope_of(header), Some(expected));
        assert_eq!(scope_of("Bearer x"), None);
        assert_eq!(scope_of("AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host"), None);
    }
}
