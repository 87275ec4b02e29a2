//! The REST protocols, as far as they go here: S3's buckets and Lambda's functions.
//!
//! In REST the action is nowhere written: it follows from method and path, and each service needs a
//! table. These two are what people try beside queues and topics when the stage runs in front of
//! moto or the like; a call of any other REST service has no record.

use super::asked::{Asked, Protocol, json};
use super::call::AnsweredCall;
use http::Method;
use serde_json::{Map, Value, json};

/// What can be asked of a bucket behind the question mark, and how its actions name it.
const OF_A_BUCKET: [(&str, &str); 11] = [
    ("acl", "BucketAcl"),
    ("cors", "BucketCors"),
    ("encryption", "BucketEncryption"),
    ("lifecycle", "BucketLifecycle"),
    ("location", "BucketLocation"),
    ("logging", "BucketLogging"),
    ("notification", "BucketNotification"),
    ("policy", "BucketPolicy"),
    ("publicAccessBlock", "BucketPublicAccessBlock"),
    ("tagging", "BucketTagging"),
    ("versioning", "BucketVersioning"),
];

pub(super) fn asked(call: &AnsweredCall) -> Option<Asked> {
    match call.service.as_str() {
        "s3" => s3(call),
        "lambda" => lambda(call),
        _ => None,
    }
}

fn s3(call: &AnsweredCall) -> Option<Asked> {
    let uri = call.request.uri();
    let (bucket, key) = uri.path().trim_start_matches('/').split_once('/').unwrap_or((uri.path().get(1..)?, ""));
    let queries: Vec<&str> = uri.query().unwrap_or_default().split('&').collect();
    let named = |name: &str| queries.iter().any(|query| query.split('=').next() == Some(name));
    let of = OF_A_BUCKET.iter().find(|(name, _)| named(name)).map(|(_, name)| *name);
    let action = match (call.request.method(), bucket, key, of) {
        (&Method::GET, "", _, _) => "ListBuckets".to_owned(),
        (&Method::GET, _, "", Some(of)) => format!("Get{of}"),
        (&Method::PUT, _, "", Some(of)) => format!("Put{of}"),
        (&Method::DELETE, _, "", Some(of)) => format!("Delete{of}"),
        (&Method::PUT, _, "", None) => "CreateBucket".to_owned(),
        (&Method::DELETE, _, "", None) => "DeleteBucket".to_owned(),
        (&Method::HEAD, _, "", None) => "HeadBucket".to_owned(),
        (&Method::GET, _, "", None) => "ListObjects".to_owned(),
        (&Method::GET, _, _, None) => "GetObject".to_owned(),
        (&Method::PUT, _, _, None) => "PutObject".to_owned(),
        (&Method::DELETE, _, _, None) => "DeleteObject".to_owned(),
        (&Method::HEAD, _, _, None) => "HeadObject".to_owned(),
        _ => return None,
    };
    let mut parameters = Map::new();
    for (name, value) in [("bucketName", bucket), ("key", key), ("Host", call.asked_in("host").unwrap_or_default())] {
        if !value.is_empty() {
            parameters.insert(name.to_owned(), Value::from(value));
        }
    }
    // `?policy`, as CloudTrail shows it.
    if let Some((name, _)) = OF_A_BUCKET.iter().find(|(_, name)| of == Some(*name)) {
        parameters.insert((*name).to_owned(), Value::from(""));
    }
    let event_name = action.clone();
    Some(Asked { protocol: Protocol::RestXml, action, event_name, parameters: Value::Object(parameters) })
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
