//! The services themselves: winterbaume's, in this process.

use super::gaps;
use axum::http::{HeaderMap, Method, Uri};
use bytes::Bytes;
use serde_json::Value;
use std::fmt;
use winterbaume_cloudwatchlogs::CloudWatchLogsService;
use winterbaume_core::{MockRequest, MockResponse, MockService, parse_query_string};
use winterbaume_sns::SnsService;
use winterbaume_sqs::SqsService;

#[derive(Default)]
pub(super) struct Services {
    pub(super) logs: CloudWatchLogsService,
    pub(super) sns: SnsService,
    pub(super) sqs: SqsService,
    pub(super) forgotten: gaps::Forgotten,
}

/// A call of an AWS API.
#[derive(Debug)]
pub(super) struct Request<'a> {
    pub(super) service: &'a str,
    pub(super) region: &'a str,
    pub(super) method: Method,
    pub(super) uri: &'a Uri,
    pub(super) headers: &'a HeaderMap,
    pub(super) body: Bytes,
}

impl Services {
    /// Calls a service; `None` when there is none of this name.
    pub(super) async fn call(&self, request: Request<'_>) -> Option<MockResponse> {
        let service: &dyn MockService = match request.service {
            "logs" => &self.logs,
            "sns" => &self.sns,
            "sqs" => &self.sqs,
            _ => return None,
        };
        let path = request.uri.path_and_query().map_or("/", |path| path.as_str());
        let answer = service.handle(MockRequest {
            method: request.method.to_string(),
            uri: gaps::uri(request.service, request.region, path),
            headers: request.headers.clone(),
            body: request.body.clone(),
        });
        let answer = gaps::corrected(request.service, answer.await);
        if request.service == "sqs" && answer.status == 200 {
            return Some(self.forgotten.after(&request.action(), request.region, &request.body, answer));
        }
        Some(answer)
    }

    /// Calls a service of the JSON protocol from inside.
    pub(super) async fn json(&self, service: &str, region: &str, action: &str, body: &Value) -> Option<MockResponse> {
        let mut headers = HeaderMap::new();
        if let Ok(target) = format!("Stage.{action}").parse() {
            headers.insert("x-amz-target", target);
        }
        let (uri, body) = (Uri::from_static("/"), Bytes::from(body.to_string()));
        self.call(Request { service, region, method: Method::POST, uri: &uri, headers: &headers, body }).await
    }
}

impl Request<'_> {
    /// The action: behind the dot of `X-Amz-Target`, or the form's `Action`.
    pub(super) fn action(&self) -> String {
        let target = self.headers.get("x-amz-target").and_then(|target| target.to_str().ok());
        if let Some((_, action)) = target.and_then(|target| target.rsplit_once('.')) {
            return action.to_owned();
        }
        let form = std::str::from_utf8(&self.body).unwrap_or_default();
        parse_query_string(form).remove("Action").unwrap_or_default()
    }
}

impl fmt::Debug for Services {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Services { logs, sns, sqs }")
    }
}
