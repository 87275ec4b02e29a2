//! Who is told of the calls that came in and were answered.

use super::scope::Scope;
use crate::stage::back_end::action;
use crate::stage::lambda::InvokeError;
use crate::trail::AnsweredCall;
use axum::http::{Request, Response};
use bytes::Bytes;
use chrono::Utc;
use serde_json::Value;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Mutex, PoisonError};
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::oneshot;

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

/// Who is told of the calls.
#[derive(Debug)]
pub(super) enum Listener {
    /// They are kept, for a stage that ends soon.
    Kept(Mutex<Vec<ApiCallSeen>>),
    /// They are told and forgotten.
    Told(UnboundedSender<Came>),
}

/// What comes in by the front door.
#[derive(Debug)]
pub enum Came {
    /// A call, with its answer.
    Call(Box<AnsweredCall>),
    /// An event that is to be put on the bus, and who wants to know which rules match it.
    Event {
        /// An envelope.
        event: Value,
        /// The rules' names in the template.
        answer: oneshot::Sender<Vec<String>>,
    },
    /// An event that somebody has a function take, and who wants to know the request id.
    Invocation {
        /// The function's name in Lambda.
        function: String,
        /// The event.
        event: Bytes,
        /// The request id.
        answer: oneshot::Sender<Result<String, InvokeError>>,
    },
}

impl Listener {
    /// The calls that were kept.
    pub(super) fn seen(&self) -> Vec<ApiCallSeen> {
        match self {
            Listener::Kept(seen) => seen.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            Listener::Told(_) => Vec::new(),
        }
    }

    /// Hands on what is no call of a service's; whether anybody takes it.
    pub(super) fn put(&self, came: Came) -> bool {
        match self {
            Listener::Kept(_) => false,
            Listener::Told(told) => told.send(came).is_ok(),
        }
    }

    /// Tells of a call that was answered.
    pub(super) fn tell(&self, scope: Scope, request: Request<Bytes>, response: Response<Bytes>) {
        match self {
            Listener::Kept(seen) => {
                let seen_now = ApiCallSeen {
                    action: action(&request),
                    service: scope.service,
                    region: scope.region,
                    access_key_id: scope.access_key_id,
                    status: response.status().as_u16(),
                    request: request.into_body(),
                };
                seen.lock().unwrap_or_else(PoisonError::into_inner).push(seen_now);
            }
            Listener::Told(told) => {
                let call = AnsweredCall {
                    service: scope.service,
                    region: scope.region,
                    access_key_id: scope.access_key_id,
                    request,
                    response,
                    at: Utc::now(),
                    client: IpAddr::from(Ipv4Addr::LOCALHOST),
                    tls: None,
                };
                // A stage that is ending listens no more.
                told.send(Came::Call(Box::new(call))).ok();
            }
        }
    }
}
