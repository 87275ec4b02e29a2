mod answers;
mod protocols;
mod refusals;

use super::answer;
use crate::stage::metrics::{MetricName, Metrics, Unit};
use bytes::Bytes;
use chrono::Utc;
use http::{Request, Response};
use minicbor::Encoder;
use serde_json::{Value, json};
use std::sync::LazyLock;

const JSON_TARGET: &str = "GraniteServiceVersion20100801.";

/// The last full hour, so that periods of minutes begin where the tests think; the same for all of
/// them, though the next may begin meanwhile.
static HOUR: LazyLock<i64> = LazyLock::new(|| Utc::now().timestamp() / 3600 * 3600);

fn hour() -> i64 {
    *HOUR
}

/// Two values in the hour's first minute, one in its fourth.
fn metrics() -> Metrics {
    let metrics = Metrics::default();
    let duration = MetricName::new("AWS/Lambda", "Duration", [("FunctionName", "f")]);
    for (after, value) in [(1, 5.0), (59, 1.5), (180, 3.0)] {
        metrics.add_at(&duration, Unit::MILLISECONDS, value, hour() + after);
    }
    for name in ["TriggeredRules", "Invocations"] {
        metrics.add_at(&MetricName::new("AWS/Events", name, [("RuleName", "a<b")]), Unit::COUNT, 1.0, hour());
    }
    metrics.add_at(&MetricName::new("AWS/Events", "Invocations", []), Unit::COUNT, 1.0, hour());
    metrics
}

/// All that GetMetricStatistics must have, of the duration above.
fn statistics() -> Value {
    json!({
        "Namespace": "AWS/Lambda", "MetricName": "Duration", "Dimensions": [{"Name": "FunctionName", "Value": "f"}],
        "StartTime": hour(), "EndTime": hour() + 600, "Period": 60, "Statistics": ["Sum"],
    })
}

/// A query of GetMetricData for it.
fn query(id: &str, stat: &str) -> Value {
    let metric = json!({
        "Namespace": "AWS/Lambda", "MetricName": "Duration", "Dimensions": [{"Name": "FunctionName", "Value": "f"}],
    });
    json!({"Id": id, "MetricStat": {"Metric": metric, "Period": 60, "Stat": stat}})
}

fn data(queries: impl Into<Value>) -> Value {
    json!({"MetricDataQueries": queries.into(), "StartTime": hour(), "EndTime": hour() + 600})
}

/// The same with one member another, or without it.
fn with(mut of: Value, pointer: &str, value: Value) -> Value {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let parent = of.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    if value.is_null() {
        drop(parent.remove(name))
    } else {
        drop(parent.insert(name.to_owned(), value))
    }
    of
}

fn in_json(action: &str, parameters: &Value) -> Request<Bytes> {
    let target = format!("{JSON_TARGET}{action}");
    Request::post("/").header("x-amz-target", target).body(parameters.to_string().into()).unwrap()
}

fn in_query(action: &str, parameters: &Value) -> Request<Bytes> {
    fn flat(name: String, value: &Value, form: &mut form_urlencoded::Serializer<'_, String>) {
        let below = |step: &str| if name.is_empty() { step.to_owned() } else { format!("{name}.{step}") };
        match value {
            Value::Object(members) => members.iter().for_each(|(step, value)| flat(below(step), value, form)),
            Value::Array(items) if items.is_empty() => drop(form.append_pair(&name, "")),
            Value::Array(items) => {
                (1..).zip(items).for_each(|(n, value)| flat(below(&format!("member.{n}")), value, form));
            }
            Value::Number(number) if name.ends_with("Time") => {
                form.append_pair(&name, &super::shape::written(number.as_i64().unwrap()));
            }
            Value::String(text) => drop(form.append_pair(&name, text)),
            other => drop(form.append_pair(&name, &other.to_string())),
        }
    }
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("Action", action).append_pair("Version", "2010-08-01");
    flat(String::new(), parameters, &mut form);
    let kind = "application/x-www-form-urlencoded; charset=utf-8";
    Request::post("/").header("content-type", kind).body(form.finish().into()).unwrap()
}

fn in_cbor(action: &str, parameters: &Value) -> Request<Bytes> {
    fn put(encoder: &mut Encoder<Vec<u8>>, name: &str, value: &Value) {
        match value {
            Value::Object(members) => {
                encoder.begin_map().unwrap();
                for (name, value) in members {
                    put(encoder.str(name).unwrap(), name, value);
                }
                encoder.end().unwrap();
            }
            Value::Array(items) => {
                encoder.array(items.len() as u64).unwrap();
                items.iter().for_each(|item| put(encoder, "", item));
            }
            Value::Number(number) if name.ends_with("Time") => {
                let tag = minicbor::data::Tag::new(1);
                encoder.tag(tag).unwrap().f64(number.as_f64().unwrap()).unwrap();
            }
            Value::Number(number) => drop(encoder.i64(number.as_i64().unwrap()).unwrap()),
            Value::String(text) => drop(encoder.str(text).unwrap()),
            Value::Bool(flag) => drop(encoder.bool(*flag).unwrap()),
            Value::Null => drop(encoder.null().unwrap()),
        }
    }
    let mut encoder = Encoder::new(Vec::new());
    put(&mut encoder, "", parameters);
    Request::post(format!("/service/GraniteServiceVersion20100801/operation/{action}"))
        .header("smithy-protocol", "rpc-v2-cbor")
        .header("content-type", "application/cbor")
        .body(encoder.into_writer().into())
        .unwrap()
}

/// In all of them.
fn in_each(action: &str, parameters: &Value) -> [Request<Bytes>; 3] {
    [in_json(action, parameters), in_query(action, parameters), in_cbor(action, parameters)]
}

fn answered(request: &Request<Bytes>) -> Response<Bytes> {
    answer(request, &metrics(), "request-1").expect("an answer")
}

/// What JSON and CBOR say to it, which is the same.
fn told(action: &str, parameters: &Value) -> Value {
    let json = answered(&in_json(action, parameters));
    assert_eq!(json.status(), 200, "{json:?}");
    let json: Value = serde_json::from_slice(json.body()).unwrap();
    assert_eq!(super::cbor::read(answered(&in_cbor(action, parameters)).body()).unwrap(), json);
    json
}
