//! What happens to a call between the door and its answer.

use super::crashes::{Crashes, nobodys, survived, token};
use super::faults::Faults;
use super::listener::Listener;
use super::put;
use super::refusal::Refusal;
use super::refused::Refused;
use super::scope::Scope;
use crate::stage::back_end::{Services, with_id};
use crate::stage::described::Described;
use crate::stage::endpoint::Endpoint;
use crate::stage::event_history::EventHistory;
use crate::stage::metrics::Metrics;
use crate::stage::noted::Noted;
use crate::trail::Principals;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::{HeaderValue, Request, Response, StatusCode, header, request};
use axum::routing::post;
use bytes::Bytes;
use std::sync::Arc;
use tokio::sync::Mutex;
use uuid::Uuid;

/// More than any call of the embedded services may have: PutLogEvents takes 1 MB. Of what passes
/// through, a larger body stands in no record.
pub(super) const MOST_BYTES: usize = 8 * 1024 * 1024;

const REQUEST_ID: &str = "x-amzn-requestid";

/// What is behind the door.
#[derive(Debug)]
pub(super) struct House {
    pub(super) behind: Behind,
    pub(super) crashes: Crashes,
    pub(super) faults: Faults,
    pub(super) refused: Refused,
    /// Whose turn it is to call DynamoDB elsewhere: moto answers several calls at once, and lets another write in
    /// between a condition and its write.
    pub(super) turn: Mutex<()>,
    pub(super) listener: Listener,
    /// What CloudWatch is asked about bus and Lambda, whoever else is behind the door.
    pub(super) metrics: Arc<Metrics>,
    /// What CloudTrail is asked about calls.
    pub(super) history: Arc<EventHistory>,
    /// Who calls, where that is known.
    pub(super) principals: Option<Principals>,
    /// What is deployed, where something is.
    pub(super) described: Option<Described>,
}

/// Who answers.
#[derive(Debug)]
pub(super) enum Behind {
    /// Services in this process.
    Embedded(Arc<Services>),
    /// Another AWS.
    Elsewhere(Box<Endpoint>),
}

impl House {
    /// A call of the stage itself, which nobody is told of.
    pub(super) async fn call(&self, scope: &Scope, request: Request<Bytes>) -> Response<Bytes> {
        let id = Uuid::new_v4().to_string();
        if let Some(fault) = self.faults.next(scope) {
            return fault.answer(&request, &id);
        }
        match &self.behind {
            Behind::Embedded(services) => embedded(services, scope, &request, &id).await,
            Behind::Elsewhere(endpoint) => {
                let unsent = head_of(&request);
                match endpoint.call(request).await {
                    Ok(response) => response,
                    Err(error) => unavailable(error.to_string()).answer(&unsent, &id),
                }
            }
        }
    }
}

pub(super) fn router(house: Arc<House>) -> Router {
    Router::new().route(put::PATH, post(put::put)).fallback(enter).with_state(house)
}

async fn enter(State(house): State<Arc<House>>, request: Request<Body>) -> Response<Body> {
    // By itself: that a caller goes away in between neither undoes what it asked for, nor keeps it out of the record.
    let answered = tokio::spawn(async move {
        let id = Uuid::new_v4().to_string();
        let mut response = survived(house, request, &id).await;
        // An answer of another back end has its own.
        let names = [REQUEST_ID, "x-amz-request-id"];
        if !names.iter().any(|name| response.headers().contains_key(*name)) {
            set_request_id(response.headers_mut(), &id);
        }
        response
    });
    answered.await.unwrap_or_else(|_| nobodys())
}

pub(super) async fn answer(house: Arc<House>, request: Request<Body>, id: &str) -> Response<Body> {
    let Some(scope) = Scope::of(&request) else {
        let message = "the request is not signed with SigV4, or its credential can't be read (an access key id has \
                       letters, digits and _+=,.@-), so nobody knows who calls which service";
        let refusal = Refusal::new(StatusCode::FORBIDDEN, "MissingAuthenticationToken", message);
        return refusal.answer(&request, id).map(Body::from);
    };
    let (head, body) = request.into_parts();
    if let Behind::Elsewhere(endpoint) = &house.behind
        && length(&head).is_none_or(|length| length > MOST_BYTES)
    {
        let noted = Request::from_parts(head.clone(), Bytes::new());
        return passed(&house, endpoint, scope, Request::from_parts(head, body), noted, id).await;
    }
    let body = match to_bytes(body, MOST_BYTES).await {
        Ok(body) => body,
        Err(error) => {
            // Too long, or broken off.
            let (status, code) = if error.to_string().contains("length limit") {
                (StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge")
            } else {
                (StatusCode::BAD_REQUEST, "IncompleteBody")
            };
            let refusal = Refusal::new(status, code, error.to_string());
            return refusal.answer(&Request::from_parts(head, ()), id).map(Body::from);
        }
    };
    let request = Request::from_parts(head, body);
    let is_function = token(request.headers()).is_some_and(|token| house.crashes.at_work.has(token));
    let refused = house.refused.of(&scope, &request).filter(|_| is_function);
    if let Some(fault) = refused.or_else(|| house.faults.next(&scope)) {
        let mut response = fault.answer(&request, id);
        set_request_id(response.headers_mut(), id);
        house.listener.tell(scope, request, response.clone());
        return response.map(Body::from);
    }
    if let Some(mut response) = house.own(&scope, &request, id).await {
        // An invocation has its own, under which the function gets it.
        if !response.headers().contains_key(REQUEST_ID) {
            set_request_id(response.headers_mut(), id);
        }
        house.listener.tell(scope, request, response.clone());
        return response.map(Body::from);
    }
    match &house.behind {
        Behind::Embedded(_) if !Services::NAMES.contains(&scope.service.as_str()) => {
            not_there(&scope).answer(&request, id).map(Body::from)
        }
        Behind::Embedded(services) => {
            let mut response = embedded(services, &scope, &request, id).await;
            set_request_id(response.headers_mut(), id);
            house.listener.tell(scope, request, response.clone());
            response.map(Body::from)
        }
        Behind::Elsewhere(endpoint) => {
            let noted = request.clone();
            passed(&house, endpoint, scope, request.map(Body::from), noted, id).await
        }
    }
}

/// A call that another AWS answers; `noted` is what is known of it here.
async fn passed(
    house: &Arc<House>,
    endpoint: &Endpoint,
    scope: Scope,
    request: Request<Body>,
    noted: Request<Bytes>,
    id: &str,
) -> Response<Body> {
    // Whoever answers has done it.
    let turn = if scope.service == "dynamodb" { Some(house.turn.lock().await) } else { None };
    let passed = endpoint.pass(request).await;
    drop(turn);
    let response = match passed {
        Ok(response) => response,
        Err(error) => {
            // It is seen in the trail: nobody else tells that what is behind has gone.
            let response = unavailable(error.to_string()).answer(&noted, id);
            house.listener.tell(scope, noted, response.clone());
            return response.map(Body::from);
        }
    };
    let (head, body) = response.into_parts();
    let (house, seen) = (house.clone(), head.clone());
    let told = move |body: Bytes| house.listener.tell(scope, noted, Response::from_parts(seen, body));
    Response::from_parts(head, Body::new(Noted::new(body, MOST_BYTES, told)))
}

async fn embedded(services: &Services, scope: &Scope, request: &Request<Bytes>, id: &str) -> Response<Bytes> {
    match services.call(scope, request).await {
        Some(answer) => with_id(answer, id),
        None => not_there(scope).answer(request, id),
    }
}

/// No AWS answers so, and no trail records it.
fn not_there(scope: &Scope) -> Refusal {
    let lacks = match scope.service.as_str() {
        "sts" => "knows nothing of STS but GetCallerIdentity".to_owned(),
        "cloudtrail" => "knows nothing of CloudTrail but LookupEvents and what describes its trail".to_owned(),
        service @ ("cloudformation" | "events" | "kms") => {
            format!("does not do this call of {service}: it only describes what is deployed")
        }
        "lambda" => "does not do this call of lambda: it describes what is deployed, and invokes it".to_owned(),
        service => format!(
            "has no service {service} in it, only {}, and what describes the stack in cloudformation, cloudtrail, \
             events, kms and lambda",
            Services::NAMES.join(", ")
        ),
    };
    let message = format!("the local stage {lacks}; --aws-endpoint URL puts another AWS behind it");
    Refusal::new(StatusCode::NOT_IMPLEMENTED, "NotImplemented", message)
}

fn unavailable(message: String) -> Refusal {
    Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "ServiceUnavailable", message)
}

fn set_request_id(headers: &mut axum::http::HeaderMap, id: &str) {
    // A UUID is always a header's value.
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID, id);
    }
}

fn length(head: &request::Parts) -> Option<usize> {
    head.headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn head_of(request: &Request<Bytes>) -> Request<()> {
    let mut head = Request::new(());
    *head.headers_mut() = request.headers().clone();
    head
}
