//! `trailhook event`: a whole, realistic event of any declared call, made of its sample.
//!
//! Ids and times are new, and what follows from what is set is set with it: a queue's URL and ARN from its
//! name, an account's id wherever it stands. It refuses to make up a shape: a call without a sample has none.

mod samples;

pub(super) use samples::{Sample, all};

use super::{CommandError, Verdict};
use crate::args::EventArguments;
use crate::show;
use crate::stage::{Endpoint, EndpointUrlError};
use crate::trail::Principals;
use chrono::{SecondsFormat, TimeDelta, Utc};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::io::Write;
use uuid::Uuid;

/// The account of the samples.
const ACCOUNT: &str = "111122223333";
/// How the names of AWS's hosts end, and those in China.
const EVERYWHERE: &str = ".amazonaws.com";
const CHINA: &str = ".amazonaws.com.cn";
/// How long a session has lasted.
const SESSION: TimeDelta = TimeDelta::minutes(35);
/// AWS's own examples of ids of keys: of a user, and of a session.
const KEYS: [&str; 2] = ["AKIAIOSFODNN7EXAMPLE", "ASIAIOSFODNN7EXAMPLE"];

/// Prints the event, or the calls there are.
///
/// # Errors
/// There is no such call or case, a member can't be set, or no stage takes the event.
pub async fn event(arguments: &EventArguments) -> Result<Verdict, CommandError> {
    let samples = all();
    let mut out = std::io::stdout();
    let Some(call) = &arguments.call else {
        let mut calls = BTreeMap::<String, Vec<String>>::new();
        for sample in samples {
            calls.entry(format!("{}:{}", sample.service, sample.name)).or_default().push(sample.case);
        }
        for (call, cases) in calls {
            writeln!(out, "{call:<60} {}", cases.join(" "))?;
        }
        return Ok(Verdict::Good);
    };
    let of_call: Vec<&Sample> = samples.iter().filter(|sample| sample.is_called(call)).collect();
    let mut services: Vec<&str> = of_call.iter().map(|sample| sample.service.as_str()).collect();
    services.dedup();
    let sample = match (of_call.iter().find(|sample| sample.case == arguments.case), services.as_slice()) {
        (Some(sample), [_]) => *sample,
        (_, []) => return Err(CommandError::Event(format!("there is no {call}; --list says which calls there are"))),
        (None, _) => {
            let cases: Vec<&str> = of_call.iter().map(|sample| sample.case.as_str()).collect();
            let wrong = format!("{call} has no case {}; it has {}", arguments.case, cases.join(", "));
            return Err(CommandError::Event(wrong));
        }
        (_, services) => {
            return Err(CommandError::Event(format!("{call} is a call of {}: say which", services.join(" and "))));
        }
    };
    let sample = sample.event().ok_or_else(|| CommandError::Event(format!("the sample of {call} can't be read")))?;
    let event = made(sample, arguments)?;
    let Some(url) = &arguments.put else {
        writeln!(out, "{}", show::document(&event))?;
        return Ok(Verdict::Good);
    };
    let refused = |error: EndpointUrlError| CommandError::Event(format!("--put: {error}"));
    let stage = Endpoint::new(url).map_err(refused)?;
    let rules = stage.put_event(&event).await.map_err(|error| CommandError::Event(format!("--put: {error}")))?;
    let id = event.pointer("/detail/eventID").and_then(Value::as_str).unwrap_or_default();
    match rules.as_slice() {
        [] => writeln!(out, "{call}, event {id}: no rule matches it")?,
        rules => writeln!(out, "{call}, event {id}: matched by {}", rules.join(" and "))?,
    }
    Ok(if rules.is_empty() { Verdict::Bad } else { Verdict::Good })
}

fn made(sample: Value, arguments: &EventArguments) -> Result<Value, CommandError> {
    let mut event = sample;
    let region = event.get("region").and_then(Value::as_str).unwrap_or_default().to_owned();
    if let Some(account) = &arguments.account {
        each_text(&mut event, &mut |text| *text = text.replace(ACCOUNT, account));
    }
    if let Some(asked) = &arguments.region {
        let [from, to] = [&region, asked].map(|region| trailhook::partition_of(region));
        each_text(&mut event, &mut |text| {
            *text = text.replace(&region, asked).replace(&format!("arn:{from}:"), &format!("arn:{to}:"));
            if from != to {
                *text = text.replace(CHINA, EVERYWHERE);
                if to == "aws-cn" {
                    *text = text.replace(&format!(".{asked}{EVERYWHERE}"), &format!(".{asked}{CHINA}"));
                }
            }
        });
    }
    let now = arguments.at.unwrap_or_else(Utc::now);
    let at = json!(now.to_rfc3339_opts(SecondsFormat::Secs, true));
    let new = || json!(Uuid::new_v4().to_string());
    put(&mut event, &["id"], new())?;
    put(&mut event, &["time"], at.clone())?;
    put(&mut event, &["detail", "eventTime"], at)?;
    put(&mut event, &["detail", "eventID"], new())?;
    if event.pointer("/detail/requestID").is_some() {
        put(&mut event, &["detail", "requestID"], new())?;
    }
    if let Some(who) = &arguments.caller {
        call_as(&mut event, who, arguments.account.as_deref().unwrap_or(ACCOUNT))?;
    }
    // A session begins before its calls, and does not last for days.
    if let Some(begun) = event.pointer_mut("/detail/userIdentity/sessionContext/attributes/creationDate") {
        *begun = json!((now - SESSION).to_rfc3339_opts(SecondsFormat::Secs, true));
    }
    for (path, value) in &arguments.set {
        let names: Vec<&str> = std::iter::once("detail").chain(path.split('.')).collect();
        let before = event.pointer(&format!("/{}", names.join("/"))).and_then(Value::as_str).map(str::to_owned);
        // What was a text stays one, whatever JSON makes of it.
        let scalar = value.is_number() || value.is_boolean();
        let value = if before.is_some() && scalar { &json!(value.to_string()) } else { value };
        if let (Some(before), Some(after)) = (before.filter(|before| !before.is_empty()), value.as_str()) {
            follow(&mut event, &before, after);
        }
        put(&mut event, &names, value.clone())?;
        // What the envelope says as well, it says still.
        let outside = [("eventTime", "time"), ("awsRegion", "region"), ("recipientAccountId", "account")];
        if let Some((_, outside)) = outside.iter().find(|(inside, _)| inside == path) {
            put(&mut event, &[outside], value.clone())?;
        }
    }
    Ok(event)
}

/// What the answer and the resources were called after, they are called after still.
fn follow(event: &mut Value, before: &str, after: &str) {
    for part in ["requestParameters", "responseElements", "resources"] {
        let Some(part) = event.get_mut("detail").and_then(|detail| detail.get_mut(part)) else { continue };
        each_text(part, &mut |text| {
            if let Some(rest) = text.strip_suffix(before)
                && rest.ends_with(['/', ':'])
            {
                *text = format!("{rest}{after}");
            }
        });
    }
}

fn call_as(event: &mut Value, who: &str, account: &str) -> Result<(), CommandError> {
    let region = event.get("region").and_then(Value::as_str).unwrap_or_default().to_owned();
    let built_in = Principals::built_in(account, region, Utc::now());
    let spec = match who.split_once(':') {
        None if who == "root" => json!({ "root": true, "mfa": true }),
        None if built_in.known().any(|(key, _)| key == who) => Value::Null,
        Some(("user", name)) => json!({ "user": name }),
        Some(("service", host)) => json!({ "service": host }),
        Some(("role", rest)) => {
            let (role, session) = rest.split_once(':').unwrap_or((rest, "session"));
            json!({ "role": role, "session": session })
        }
        Some(("sso", rest)) => {
            let (person, set) = rest.split_once('/').unwrap_or((rest, "PowerUser"));
            json!({ "sso": set, "person": person })
        }
        _ => {
            let wrong =
                format!("--as {who}: expected root, user:…, role:…, sso:…, service:…, alice, alice-sso, bob or ci");
            return Err(CommandError::Event(wrong));
        }
    };
    let session = ["role:", "sso:"].iter().any(|kind| who.starts_with(kind)) || matches!(who, "ci" | "alice-sso");
    let [user, of_session] = KEYS;
    let key = if session { of_session } else { user };
    let (principals, name) = match spec {
        Value::Null => (built_in, who),
        spec => {
            let text = json!({ key: spec }).to_string();
            (built_in.with_text(&text, "--as").map_err(|error| CommandError::Event(error.to_string()))?, key)
        }
    };
    let caller = principals.caller(name);
    let mut identity =
        serde_json::to_value(&caller.identity).map_err(|error| CommandError::Event(error.to_string()))?;
    if let Some(id) = identity.get_mut("accessKeyId") {
        *id = json!(key);
    }
    if let Some(service) = identity.get("invokedBy").and_then(Value::as_str).map(str::to_owned) {
        put(event, &["detail", "sourceIPAddress"], json!(service))?;
        put(event, &["detail", "userAgent"], json!(service))?;
    }
    put(event, &["detail", "userIdentity"], identity)
}

/// Sets a member, and makes the objects on the way to it.
fn put(event: &mut Value, path: &[&str], value: Value) -> Result<(), CommandError> {
    let mut place = event;
    for name in path {
        if place.is_null() {
            *place = Value::Object(Map::new());
        }
        let missing = || CommandError::Event(format!("--set {}: there is no place for {name}", path.join(".")));
        place = match place {
            Value::Object(members) => members.entry((*name).to_owned()).or_insert(Value::Null),
            Value::Array(elements) => {
                name.parse::<usize>().ok().and_then(|index| elements.get_mut(index)).ok_or_else(missing)?
            }
            _ => return Err(missing()),
        };
    }
    *place = value;
    Ok(())
}

pub(super) fn each_text(value: &mut Value, change: &mut impl FnMut(&mut String)) {
    match value {
        Value::String(text) => change(text),
        Value::Array(elements) => elements.iter_mut().for_each(|element| each_text(element, change)),
        Value::Object(members) => members.values_mut().for_each(|member| each_text(member, change)),
        _ => {}
    }
}
