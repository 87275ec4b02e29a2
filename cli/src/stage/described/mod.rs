//! What is deployed, as AWS describes it to whoever asks: the stack's resources, its rules with their targets, the
//! functions with who may invoke them, the trail, the alarms, the keys, and who may write to log groups.
//!
//! Deployed is the template, so the answers are made of it once, when the stage is set. It describes and refuses to
//! change: another call is for who is behind the door. What people ask first when nothing happens can so be asked here.

mod cloudformation;
mod cloudtrail;
mod cloudwatch;
mod events;
mod kms;
mod lambda;
mod logs;

use super::back_end::action;
use super::front_door::{Refusal, Scope};
use crate::template::{Stack, TemplateError};
use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header};
use serde_json::Value;

/// A stack's description.
#[derive(Debug)]
pub(super) struct Described {
    region: String,
    here: Parts,
    /// What there is in every other Region: nothing.
    elsewhere: Parts,
}

#[derive(Debug, Default)]
struct Parts {
    cloudformation: cloudformation::Stacks,
    cloudtrail: cloudtrail::Trails,
    cloudwatch: cloudwatch::Alarms,
    events: events::Rules,
    kms: kms::Keys,
    lambda: lambda::Functions,
    logs: logs::Policies,
}

/// Why there is nothing to be described: code and message.
pub(super) type Refused = (&'static str, String);

impl Described {
    /// The description of a stack.
    ///
    /// # Errors
    /// Something in the template can't be resolved.
    pub(super) fn of(stack: &Stack) -> Result<Described, TemplateError> {
        let here = Parts {
            cloudformation: cloudformation::Stacks::of(stack)?,
            cloudtrail: cloudtrail::Trails::of(stack)?,
            cloudwatch: cloudwatch::Alarms::of(stack)?,
            events: events::Rules::of(stack)?,
            kms: kms::Keys::of(stack)?,
            lambda: lambda::Functions::of(stack)?,
            logs: logs::Policies::of(stack)?,
        };
        Ok(Described { region: stack.deployment().region.clone(), here, elsewhere: Parts::default() })
    }

    /// The answer to a call that asks for a description; `None` for any other call.
    pub(super) fn answer(&self, scope: &Scope, request: &Request<Bytes>, request_id: &str) -> Option<Response<Bytes>> {
        self.parts(scope).answer(&scope.service, request, request_id)
    }

    /// The name of the function that is called so; Lambda's refusal where there is none.
    pub(super) fn function(&self, scope: &Scope, asked: &str, qualifier: Option<&str>) -> Result<&str, Refused> {
        self.parts(scope).lambda.name(asked, qualifier)
    }

    fn parts(&self, scope: &Scope) -> &Parts {
        if scope.region == self.region { &self.here } else { &self.elsewhere }
    }
}

impl Parts {
    fn answer(&self, service: &str, request: &Request<Bytes>, request_id: &str) -> Option<Response<Bytes>> {
        let (refused, told) = match service {
            "cloudformation" => return self.cloudformation.answer(&action(request), request, request_id),
            "monitoring" => return self.cloudwatch.answer(request, request_id),
            "cloudtrail" | "events" | "kms" => (StatusCode::BAD_REQUEST, self.of_json(service, request)?),
            "lambda" => (StatusCode::NOT_FOUND, self.lambda.answer(request)?),
            "logs" => {
                // What is no JSON asks for nothing in particular, and is refused by who is behind the door.
                let asked = serde_json::from_slice(request.body()).unwrap_or_default();
                (StatusCode::BAD_REQUEST, Ok(self.logs.answer(&action(request), &asked)?))
            }
            // Every call comes by here, and most are about something else.
            _ => return None,
        };
        Some(match told {
            Ok(body) => in_json(&body),
            Err((code, message)) => Refusal::new(refused, code, message).answer(request, request_id),
        })
    }

    fn of_json(&self, service: &str, request: &Request<Bytes>) -> Option<Result<Value, Refused>> {
        let Ok(asked @ Value::Object(_)) = serde_json::from_slice::<Value>(request.body()) else {
            return Some(Err(("SerializationException", "the body is no JSON object".to_owned())));
        };
        match service {
            "events" => self.events.answer(&action(request), &asked),
            "kms" => self.kms.answer(&action(request), &asked),
            _ => self.cloudtrail.answer(&action(request), &asked),
        }
    }
}

fn in_json(body: &Value) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body.to_string()));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-amz-json-1.1"));
    response
}

/// A member as text.
fn text<'a>(value: &'a Value, member: &str) -> Option<&'a str> {
    value.get(member).and_then(Value::as_str).filter(|text| !text.is_empty())
}
