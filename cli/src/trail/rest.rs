//! The REST protocols, as far as they go here: S3's buckets and Lambda's functions.
//!
//! In REST the action is nowhere written: it follows from method and path, and each service needs a
//! table. These two are what people try beside queues and topics when the stage runs in front of
//! moto or the like; a call of any other REST service has no record.

use super::asked::{Asked, Protocol, json};
use super::call::AnsweredCall;
use super::s3;
use http::Method;
use serde_json::{Value, json};

pub(super) fn asked(call: &AnsweredCall) -> Option<Asked> {
    match call.service.as_str() {
        "s3" => s3::asked(call),
        "lambda" => lambda(call),
        _ => None,
    }
}

/// Lambda's event names carry the API's date, and some its second version.
fn lambda(call: &AnsweredCall) -> Option<Asked> {
    let path = call.request.uri().path().trim_matches('/');
    let mut segments = path.split('/');
    let (_date, "functions") = (segments.next()?, segments.next()?) else { return None };
    let (name, rest) = (segments.next(), segments.collect::<Vec<_>>());
    let (action, suffix) = match (call.request.method(), name, rest.as_slice()) {
        (&Method::POST, None, []) => ("CreateFunction", "20150331"),
        (&Method::GET, None, []) => ("ListFunctions", "20150331"),
        (&Method::GET, Some(_), []) => ("GetFunction", "20150331v2"),
        (&Method::DELETE, Some(_), []) => ("DeleteFunction", "20150331"),
        (&Method::PUT, Some(_), ["code"]) => ("UpdateFunctionCode", "20150331v2"),
        (&Method::PUT, Some(_), ["configuration"]) => ("UpdateFunctionConfiguration", "20150331v2"),
        (&Method::POST, Some(_), ["policy"]) => ("AddPermission", "20150331v2"),
        (&Method::DELETE, Some(_), ["policy", _]) => ("RemovePermission", "20150331v2"),
        (&Method::POST, Some(_), ["invocations"]) => ("Invoke", ""),
        _ => return None,
    };
    // An invocation's body is the function's own matter.
    let mut parameters = if action == "Invoke" { Value::Null } else { json(call.request.body()) };
    if parameters.is_null() && name.is_some() {
        parameters = json!({});
    }
    if let Some(members) = parameters.as_object_mut() {
        members.remove("zipFile");
        members.entry("code").and_modify(|code| *code = json!({}));
        members.entry("environment").and_modify(|environment| *environment = json!({}));
        if let Some(name) = name {
            members.insert("functionName".to_owned(), Value::from(name));
        }
        if let ["policy", statement] = rest.as_slice() {
            members.insert("statementId".to_owned(), Value::from(*statement));
        }
    }
    let event_name = format!("{action}{suffix}");
    Some(Asked { protocol: Protocol::RestJson, action: action.to_owned(), event_name, parameters })
}
