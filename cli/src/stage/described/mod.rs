//! What is deployed, as AWS describes it to whoever asks: the stack's resources, its rules with their targets, the
//! functions with who may invoke them, the trail, and who may write to log groups.
//!
//! Deployed is the template, so the answers are made of it once, when the stage is set. It describes and refuses to
//! change: another call is for who is behind the door. What people ask first when nothing happens can so be asked here.

mod cloudformation;
mod cloudtrail;
mod events;
mod lambda;
mod logs;

use super::back_end::action;
use crate::template::{Stack, TemplateError};
use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header};
use serde_json::{Value, json};

/// A stack's description.
#[derive(Debug)]
pub(super) struct Described {
    cloudformation: cloudformation::Stacks,
    cloudtrail: cloudtrail::Trails,
    events: events::Rules,
    lambda: lambda::Functions,
    logs: logs::Policies,
}

/// Why there is nothing to be described: code and message.
type Refused = (&'static str, String);

impl Described {
    /// The description of a stack.
    ///
    /// # Errors
    /// Something in the template can't be resolved.
    pub(super) fn of(stack: &Stack) -> Result<Described, TemplateError> {
        Ok(Described {
            cloudformation: cloudformation::Stacks::of(stack)?,
            cloudtrail: cloudtrail::Trails::of(stack)?,
            events: events::Rules::of(stack)?,
            lambda: lambda::Functions::of(stack)?,
            logs: logs::Policies::of(stack)?,
        })
    }

    /// The answer to a call that asks for a description; `None` for any other call.
    pub(super) fn answer(&self, service: &str, request: &Request<Bytes>, request_id: &str) -> Option<Response<Bytes>> {
        let action = || action(request);
        let asked = match serde_json::from_slice::<Value>(request.body()) {
            Ok(asked @ Value::Object(_)) => asked,
            _ if matches!(service, "cloudtrail" | "events") => {
                let told = Err(("SerializationException", "the body is no JSON object".to_owned()));
                return Some(in_json(StatusCode::BAD_REQUEST, told));
            }
            _ => Value::Null,
        };
        match service {
            "cloudformation" => self.cloudformation.answer(&action(), request, request_id),
            "cloudtrail" => {
                self.cloudtrail.answer(&action(), &asked).map(|told| in_json(StatusCode::BAD_REQUEST, told))
            }
            "events" => self.events.answer(&action(), &asked).map(|told| in_json(StatusCode::BAD_REQUEST, told)),
            "lambda" => self.lambda.answer(request).map(|told| in_json(StatusCode::NOT_FOUND, told)),
            "logs" => self.logs.answer(&action()).map(|told| in_json(StatusCode::BAD_REQUEST, Ok(told))),
            _ => None,
        }
    }
}

/// An answer in JSON, or with this status a refusal.
fn in_json(refused: StatusCode, told: Result<Value, Refused>) -> Response<Bytes> {
    let (status, body, error) = match told {
        Ok(body) => (StatusCode::OK, body, None),
        Err((code, message)) => {
            (refused, json!({ "__type": code, "Message": message, "message": message }), Some(code))
        }
    };
    let mut response = Response::new(Bytes::from(body.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-amz-json-1.1"));
    if let Some(code) = error {
        response.headers_mut().insert("x-amzn-errortype", HeaderValue::from_static(code));
    }
    response
}

/// A member as text.
fn text<'a>(value: &'a Value, member: &str) -> Option<&'a str> {
    value.get(member).and_then(Value::as_str).filter(|text| !text.is_empty())
}
