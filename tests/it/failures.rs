//! An AWS that refuses, is not there, or is not ready yet: what becomes of the event.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};
use trailhook_cli::stage::{FunctionError, Invocation};
use trailhook_tests::functions::{invoke, report};
use trailhook_tests::root;
use trailhook_tests::script::Scripted;

/// The time, when the binaries are there: a queue is young for a minute only, and building may take
/// longer.
fn now() -> DateTime<Utc> {
    trailhook_tests::functions::binaries().unwrap();
    Utc::now()
}

fn event(time: DateTime<Utc>) -> Vec<u8> {
    let bytes = std::fs::read(root().join("events/sqs/CreateQueue.success.json")).unwrap();
    let mut event: Value = serde_json::from_slice(&bytes).unwrap();
    let time = Value::from(time.to_rfc3339_opts(SecondsFormat::Secs, true));
    event["time"] = time.clone();
    event["detail"]["eventTime"] = time;
    event.to_string().into_bytes()
}

fn error(code: &str) -> String {
    json!({"__type": format!("com.amazonaws.sqs#{code}"), "message": format!("said the service: {code}")}).to_string()
}

fn missing() -> (u16, String) {
    (400, error("QueueDoesNotExist"))
}

/// A queue made at this time, empty and untouched.
fn attributes(made: DateTime<Utc>) -> String {
    let made = made.timestamp().to_string();
    json!({"Attributes": {
        "CreatedTimestamp": made, "LastModifiedTimestamp": made, "ApproximateNumberOfMessages": "0",
        "ApproximateNumberOfMessagesNotVisible": "0", "ApproximateNumberOfMessagesDelayed": "0",
        "DelaySeconds": "0", "MaximumMessageSize": "1048576", "MessageRetentionPeriod": "345600",
        "ReceiveMessageWaitTimeSeconds": "0", "VisibilityTimeout": "30",
    }})
    .to_string()
}

async fn failure(function: &str, endpoint: &str, event: &[u8]) -> FunctionError {
    let invocations = invoke(function, endpoint, &[("TRAILHOOK_MODE", "enforce")], &[event.to_vec()]).await.unwrap();
    match invocations.into_iter().next().unwrap() {
        Invocation::Error(error) => error,
        other => panic!("{function}: {other:?}"),
    }
}

#[tokio::test]
async fn an_aws_that_is_not_there_fails_the_event_for_another_try() {
    for function in ["tag-new-queue", "notify", "revert"] {
        let error = failure(function, "http://127.0.0.1:9", &event(now())).await;
        assert_eq!(error.error_type, "Trailhook.Transient", "{function}: {error:?}");
        assert!(error.error_message.contains("Connection refused"), "{function}: {error:?}");
    }
}

#[tokio::test]
async fn a_denied_call_names_the_permission_that_is_missing() {
    let aws = Scripted::start(Scripted::unwritten(|_, _| (400, error("AccessDeniedException")))).await.unwrap();
    for (function, permission) in [
        ("tag-new-queue", "sqs:GetQueueAttributes"),
        ("notify", "logs:PutLogEvents"),
        ("revert", "sqs:GetQueueAttributes"),
    ] {
        let error = failure(function, &aws.endpoint, &event(now())).await;
        assert_eq!(error.error_type, "Trailhook.Denied", "{function}: {error:?}");
        assert!(error.error_message.contains(&format!("{permission} was denied")), "{function}: {error:?}");
    }
    let calls = aws.calls();
    assert!(!calls.iter().any(|call| call == "DeleteQueue" || call == "TagQueue"), "{calls:?}");
    assert!(calls.contains(&"Publish".to_owned()), "the topic is tried though the journal was denied: {calls:?}");
}

#[tokio::test]
async fn what_the_service_will_not_take_is_refused_and_what_it_can_not_take_now_is_tried_again() {
    for (status, code, expected) in [
        (400, "InvalidAttributeValue", "Trailhook.Refused"),
        (400, "RequestThrottled", "Trailhook.Transient"),
        (503, "ServiceUnavailable", "Trailhook.Transient"),
        (500, "InternalError", "Trailhook.Transient"),
    ] {
        let now = now();
        let aws = Scripted::start(Scripted::unwritten(move |call, _| match call {
            "GetQueueAttributes" => (200, attributes(now)),
            "ListQueueTags" => (200, "{}".to_owned()),
            _ => (status, error(code)),
        }));
        let aws = aws.await.unwrap();
        let error = failure("tag-new-queue", &aws.endpoint, &event(now)).await;
        assert_eq!(error.error_type, expected, "{code}: {error:?}");
        assert!(error.error_message.contains("could not tag queue arn:"), "{error:?}");
        let tries = aws.calls().iter().filter(|call| *call == "TagQueue").count();
        assert_eq!(tries > 1, expected == "Trailhook.Transient", "{code}: {tries} tries of the SDK");
    }
}

#[tokio::test]
async fn a_queue_that_is_not_visible_yet_is_waited_for() {
    for function in ["tag-new-queue", "revert"] {
        let now = now();
        let aws = Scripted::start(Scripted::unwritten(move |call, before| match (call, before) {
            ("GetQueueAttributes", 0..2) => missing(),
            ("GetQueueAttributes", _) => (200, attributes(now)),
            _ => (200, "{}".to_owned()),
        }));
        let aws = aws.await.unwrap();
        let done = invoke(function, &aws.endpoint, &[("TRAILHOOK_MODE", "enforce")], &[event(now)]).await.unwrap();
        assert_eq!(report(&done[0]).unwrap()["outcome"], "acted", "{function}: {:?}", done[0]);
        assert_eq!(aws.calls().iter().filter(|call| *call == "GetQueueAttributes").count(), 3, "{function}");
    }
}

#[tokio::test]
async fn a_young_queue_that_stays_invisible_is_tried_again_and_an_old_one_is_gone() {
    let aws = Scripted::start(Scripted::unwritten(|_, _| missing())).await.unwrap();
    let error = failure("revert", &aws.endpoint, &event(now())).await;
    assert_eq!(error.error_type, "Trailhook.Transient", "{error:?}");
    let old = event(now() - chrono::TimeDelta::minutes(5));
    let done = invoke("revert", &aws.endpoint, &[("TRAILHOOK_MODE", "enforce")], &[old]).await.unwrap();
    assert_eq!(report(&done[0]).unwrap()["reason"], "queue-gone", "{:?}", done[0]);
}
