//! An AWS endpoint that is somewhere else: moto, ministack, LocalStack, or this stage's own front door,
//! for the stage as its client.
//!
//! It speaks plain HTTP and signs with nothing, so the real AWS refuses whatever it sends; that is
//! meant.

use super::front_door::{PUT_PATH, Scope};
use crate::aws::causes;
use axum::body::Body;
use axum::http::uri::{PathAndQuery, Scheme};
use axum::http::{HeaderValue, Method, Request, Response, Uri, header};
use bytes::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use std::net::IpAddr;
use std::time::Duration;

/// No answer of an emulator is larger, but for objects, which pass as they come.
const MOST_BYTES: usize = 64 * 1024 * 1024;

/// Nothing that is there takes longer.
const LIMIT: Duration = Duration::from_secs(60);

/// An AWS endpoint.
#[derive(Clone, Debug)]
pub struct Endpoint {
    url: Uri,
    client: Client<HttpConnector, Body>,
}

/// A URL that can't be an endpoint.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{url} is no endpoint of a local AWS: {problem}")]
pub struct EndpointUrlError {
    url: String,
    problem: &'static str,
}

/// An endpoint does not answer.
#[derive(Debug, thiserror::Error)]
#[error("{url} does not answer: {problem}")]
pub struct Unreachable {
    url: String,
    problem: String,
}

impl Endpoint {
    /// The one at this URL: `http://HOST:PORT`, on this machine or near it.
    ///
    /// # Errors
    /// It is not such a URL.
    pub fn new(url: &str) -> Result<Endpoint, EndpointUrlError> {
        let wrong = |problem| EndpointUrlError { url: url.to_owned(), problem };
        let parsed: Uri = url.parse().map_err(|_| wrong("it can't be read; expected http://HOST:PORT"))?;
        if parsed.scheme() != Some(&Scheme::HTTP) {
            return Err(wrong("expected http://HOST:PORT (no TLS, and never the real AWS)"));
        }
        if !parsed.host().is_some_and(is_near) {
            return Err(wrong("its host is not on this machine or in a private network"));
        }
        if !matches!(parsed.path(), "" | "/") || parsed.query().is_some() {
            return Err(wrong("it has a path; expected http://HOST:PORT"));
        }
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        connector.set_connect_timeout(Some(Duration::from_secs(5)));
        Ok(Endpoint { url: parsed, client: Client::builder(TokioExecutor::new()).build(connector) })
    }

    /// Passes a request on; its answer as it comes. The host that the client named is passed on too:
    /// emulators write it into the URLs they answer.
    pub(super) async fn pass(&self, mut request: Request<Body>) -> Result<Response<Body>, Unreachable> {
        let mut parts = self.url.clone().into_parts();
        parts.path_and_query = Some(request.uri().path_and_query().cloned().unwrap_or(PathAndQuery::from_static("/")));
        // Scheme, authority and path are there, so it is a URL.
        *request.uri_mut() = Uri::from_parts(parts).unwrap_or_else(|_| self.url.clone());
        // The connection is this one's own.
        request.headers_mut().remove(header::CONNECTION);
        let mut response = match tokio::time::timeout(LIMIT, self.client.request(request)).await {
            Ok(Ok(response)) => response.map(Body::new),
            Ok(Err(error)) => return Err(self.unreachable(causes(&error))),
            Err(_) => return Err(self.unreachable(format!("nothing came in {} seconds", LIMIT.as_secs()))),
        };
        for name in [header::CONNECTION, header::TRANSFER_ENCODING] {
            response.headers_mut().remove(name);
        }
        Ok(response)
    }

    /// Puts an event on the bus of the stage that is there; the names in its template of the rules that match it.
    ///
    /// # Errors
    /// No stage answers there, or it doesn't take the event.
    pub async fn put_event(&self, event: &Value) -> Result<Vec<String>, Unreachable> {
        let mut request = Request::new(Bytes::from(event.to_string()));
        (*request.method_mut(), *request.uri_mut()) = (Method::POST, Uri::from_static(PUT_PATH));
        request.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let answer = self.call(request).await?;
        let rules = || serde_json::from_slice::<Value>(answer.body()).ok()?.get("rules").cloned();
        let rules = rules().and_then(|rules| serde_json::from_value(rules).ok());
        let other = || format!("it is no stage, or refuses: {}", String::from_utf8_lossy(answer.body()));
        rules.ok_or_else(|| self.unreachable(other()))
    }

    /// Sends a request and reads the whole answer.
    pub(super) async fn call(&self, request: Request<Bytes>) -> Result<Response<Bytes>, Unreachable> {
        let (head, body) = self.pass(request.map(Body::from)).await?.into_parts();
        let body = axum::body::to_bytes(body, MOST_BYTES).await;
        Ok(Response::from_parts(head, body.map_err(|error| self.unreachable(error.to_string()))?))
    }

    fn unreachable(&self, problem: String) -> Unreachable {
        Unreachable { url: self.url.to_string(), problem }
    }
}

/// Whether the same call may go well later.
pub(super) fn passes(answer: &Response<Bytes>) -> bool {
    answer.status().is_server_error()
        || answer.status() == 429
        || String::from_utf8_lossy(answer.body()).contains("Thrott")
}

/// A call of a service's JSON protocol.
pub(super) fn json_request(scope: &Scope, action: &str, body: &Value) -> Request<Bytes> {
    let (prefix, kind) = match scope.service.as_str() {
        "sqs" => ("AmazonSQS", "application/x-amz-json-1.0"),
        "dynamodb" => ("DynamoDB_20120810", "application/x-amz-json-1.0"),
        "logs" => ("Logs_20140328", "application/x-amz-json-1.1"),
        "monitoring" => ("GraniteServiceVersion20100801", "application/x-amz-json-1.0"),
        _ => ("Stage", "application/x-amz-json-1.0"),
    };
    let mut request = request(scope, kind, body.to_string().into());
    // Actions and prefixes are names, which are always a header's value.
    if let Ok(target) = HeaderValue::from_str(&format!("{prefix}.{action}")) {
        request.headers_mut().insert("x-amz-target", target);
    }
    request
}

/// A call of a service's Query protocol.
pub(super) fn query_request(scope: &Scope, action: &str, fields: &[(&str, &str)]) -> Request<Bytes> {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("Action", action).extend_pairs(fields);
    request(scope, "application/x-www-form-urlencoded", form.finish().into())
}

fn request(scope: &Scope, kind: &'static str, body: Bytes) -> Request<Bytes> {
    let mut request = Request::new(body);
    *request.method_mut() = Method::POST;
    request.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    request.headers_mut().insert(header::USER_AGENT, HeaderValue::from_static("trailhook-local"));
    if let Ok(authorization) = HeaderValue::from_str(&scope.header()) {
        request.headers_mut().insert(header::AUTHORIZATION, authorization);
    }
    request
}

/// Loopback, a private network, or a name without a domain, as containers have; never the Internet, where
/// the real AWS is.
fn is_near(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']').trim_end_matches('.').to_ascii_lowercase();
    match host.parse() {
        Ok(IpAddr::V4(address)) => address.is_loopback() || address.is_private() || address.is_link_local(),
        Ok(IpAddr::V6(address)) => {
            address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local()
        }
        Err(_) => {
            !host.contains('.')
                || [".localhost", ".internal", ".local"].iter().any(|end| host.ends_with(end))
                || host == "localhost.localstack.cloud"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_local_url_is_an_endpoint() {
        for url in
            ["http://127.0.0.1:5000", "http://localhost:4566/", "http://moto", "http://[::1]:1", "http://10.1.2.3"]
        {
            assert!(Endpoint::new(url).is_ok(), "{url}");
        }
        for (url, problem) in [
            ("https://127.0.0.1:5000", "no TLS"),
            ("127.0.0.1:5000", "expected http://HOST:PORT"),
            ("http://sqs.eu-west-1.amazonaws.com", "not on this machine"),
            ("http://SQS.cn-north-1.amazonaws.com.cn.:80", "not on this machine"),
            ("http://sqs.eu-west-1.api.aws", "not on this machine"),
            ("http://54.239.28.85", "not on this machine"),
            ("http://127.0.0.1:5000/moto-api", "a path"),
            ("", "can't be read"),
        ] {
            let told = Endpoint::new(url).unwrap_err().to_string();
            assert!(told.contains(problem), "{url}: {told}");
        }
    }
}
