//! The services themselves: winterbaume's, in this process.

use super::gaps;
use crate::stage::endpoint::json_request;
use crate::stage::front_door::Scope;
use axum::http::{Request, Response, StatusCode};
use bytes::Bytes;
use serde_json::Value;
use std::fmt;
use winterbaume_cloudwatch::CloudWatchService;
use winterbaume_cloudwatchlogs::CloudWatchLogsService;
use winterbaume_core::{MockRequest, MockResponse, MockService, parse_query_string};
use winterbaume_dynamodb::DynamoDbService;
use winterbaume_sns::SnsService;
use winterbaume_sqs::SqsService;

pub(in crate::stage) struct Services {
    pub(in crate::stage) dynamodb: DynamoDbService,
    pub(in crate::stage) logs: CloudWatchLogsService,
    pub(in crate::stage) monitoring: CloudWatchService,
    pub(in crate::stage) sns: SnsService,
    pub(in crate::stage) sqs: SqsService,
    pub(in crate::stage) encrypted: gaps::Encrypted,
    pub(in crate::stage) forgotten: gaps::Forgotten,
    pub(in crate::stage) received: gaps::Received,
    pub(in crate::stage) shelves: gaps::Shelves,
    pub(in crate::stage) turn: gaps::Turn,
}

impl Default for Services {
    fn default() -> Self {
        Services {
            dynamodb: gaps::dynamodb(),
            logs: CloudWatchLogsService::default(),
            monitoring: CloudWatchService::default(),
            sns: SnsService::default(),
            sqs: SqsService::default(),
            encrypted: gaps::Encrypted::default(),
            forgotten: gaps::Forgotten::default(),
            received: gaps::Received::default(),
            shelves: gaps::Shelves::default(),
            turn: gaps::Turn::default(),
        }
    }
}

impl Services {
    /// The services there are, by their names in a signature.
    pub(in crate::stage) const NAMES: [&'static str; 5] = ["dynamodb", "logs", "monitoring", "sns", "sqs"];

    /// Calls a service; `None` when there is none of this name.
    pub(in crate::stage) async fn call(&self, scope: &Scope, request: &Request<Bytes>) -> Option<Response<Bytes>> {
        let service: &dyn MockService = match scope.service.as_str() {
            "dynamodb" => &self.dynamodb,
            "logs" => &self.logs,
            "monitoring" => &self.monitoring,
            "sns" => &self.sns,
            "sqs" => &self.sqs,
            _ => return None,
        };
        let request = &*gaps::with_form(&scope.service, request);
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        let asked = MockRequest {
            method: request.method().to_string(),
            uri: gaps::uri(&scope.service, &scope.region, path),
            headers: request.headers().clone(),
            body: request.body().clone(),
        };
        let answer = match scope.service.as_str() {
            "dynamodb" => self.turn.call(&self.dynamodb, &action(request), asked).await,
            "logs" => match gaps::unfiltered(&action(request), request.body()) {
                Some(refusal) => refusal,
                None => gaps::logs(self, scope, request, asked).await,
            },
            "monitoring" => match gaps::in_json(request) {
                Some(action) => gaps::as_json(service.handle(gaps::as_cbor(&action, &scope.region, asked)).await),
                None => service.handle(asked).await,
            },
            "sqs" => match self.forgotten.refused(&action(request), &scope.region, request.body()) {
                Some(refusal) => refusal,
                None => match action(request).as_str() {
                    changed @ ("AddPermission" | "RemovePermission") => {
                        gaps::permissions(self, scope, changed, asked).await
                    }
                    _ => service.handle(asked).await,
                },
            },
            _ => service.handle(asked).await,
        };
        let mut answer = gaps::corrected(&scope.service, answer);
        match (scope.service.as_str(), answer.status) {
            ("sqs", 200) if action(request) == "ListQueues" => answer = gaps::page(request.body(), answer),
            ("sqs", 200) => {
                let (action, region, body) = (&*action(request), &*scope.region, request.body());
                answer = self.received.after(&self.sqs, (action, region), body, answer).await;
                answer = self.forgotten.after(action, region, body, answer);
            }
            ("logs", 200) => {
                answer = self.encrypted.after(&action(request), &scope.region, request.body(), answer);
            }
            ("sns", 200) if matches!(action(request).as_str(), "Publish" | "PublishBatch") => {
                gaps::hand_on(self, scope, request.body(), &answer.body).await;
            }
            _ => {}
        }
        Some(given(answer))
    }

    /// Calls a service of the JSON protocol from inside.
    pub(in crate::stage) async fn json(
        &self,
        service: &str,
        region: &str,
        action: &str,
        body: &Value,
    ) -> Option<Response<Bytes>> {
        let scope = Scope::new("stage", region, service);
        // Boxed, because some services are answered by calling others.
        Box::pin(self.call(&scope, &json_request(&scope, action, body))).await
    }
}

/// The action: behind the dot of `X-Amz-Target`, in the CBOR protocol's path, or the form's `Action`.
pub(in crate::stage) fn action(request: &Request<Bytes>) -> String {
    let target = request.headers().get("x-amz-target").and_then(|target| target.to_str().ok());
    if let Some((_, action)) = target.and_then(|target| target.rsplit_once('.')) {
        return action.to_owned();
    }
    if let Some((_, action)) = request.uri().path().rsplit_once("/operation/") {
        return action.to_owned();
    }
    let form = match request.body() {
        // Signed beforehand, it is behind the question mark.
        body if body.is_empty() => request.uri().query().unwrap_or_default(),
        body => std::str::from_utf8(body).unwrap_or_default(),
    };
    parse_query_string(form).remove("Action").unwrap_or_default()
}

fn given(answer: MockResponse) -> Response<Bytes> {
    let mut response = Response::new(answer.body);
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    *response.headers_mut() = answer.headers;
    response
}

impl fmt::Debug for Services {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Services({})", Services::NAMES.join(", "))
    }
}
