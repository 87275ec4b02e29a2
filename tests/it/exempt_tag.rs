//! The tag `trailhook:exempt-until` on a live queue: the real binaries, moto, and an AWS that answers
//! what a test tells it to.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::{Value, json};
use trailhook_handlers::Handler;
use trailhook_handlers::responses::RevertHandler;
use trailhook_tests::functions::{binaries, invoke, make_table, report};
use trailhook_tests::moto::Moto;
use trailhook_tests::root;
use trailhook_tests::script::Scripted;

const KEY: &str = "trailhook:exempt-until";
const ENFORCE: [(&str, &str); 1] = [("TRAILHOOK_MODE", "enforce")];

fn rfc3339(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// The sample with this time.
fn event(time: DateTime<Utc>) -> Vec<u8> {
    let bytes = std::fs::read(root().join("events/sqs/CreateQueue.exempt-tag.json")).unwrap();
    let mut event: Value = serde_json::from_slice(&bytes).unwrap();
    event["time"] = Value::from(rfc3339(time));
    event["detail"]["eventTime"] = Value::from(rfc3339(time));
    event.to_string().into_bytes()
}

/// An AWS with a queue that was just made and has these tags.
async fn aws(made: DateTime<Utc>, tags: Value) -> Scripted {
    let seconds = made.timestamp().to_string();
    let attributes = json!({"Attributes": {
        "CreatedTimestamp": seconds, "LastModifiedTimestamp": seconds, "ApproximateNumberOfMessages": "0",
        "ApproximateNumberOfMessagesNotVisible": "0", "ApproximateNumberOfMessagesDelayed": "0",
        "DelaySeconds": "0", "MaximumMessageSize": "1048576", "MessageRetentionPeriod": "345600",
        "ReceiveMessageWaitTimeSeconds": "0", "VisibilityTimeout": "30",
    }});
    let script = move |call: &str, _| match call {
        "GetQueueAttributes" => (200, attributes.to_string()),
        "ListQueueTags" => match &tags {
            Value::String(code) => (400, json!({"__type": format!("com.amazonaws.sqs#{code}")}).to_string()),
            tags => (200, json!({"Tags": tags}).to_string()),
        },
        _ => (200, "{}".to_owned()),
    };
    Scripted::start(script).await.unwrap()
}

async fn one(function: &str, endpoint: &str, variables: &[(&str, &str)], event: &[u8]) -> Value {
    let done = invoke(function, endpoint, variables, &[event.to_vec()]).await.unwrap();
    report(&done[0]).unwrap().clone()
}

#[tokio::test]
async fn a_queue_that_is_exempt_by_its_tag_is_left_alone() {
    binaries().unwrap();
    let now = Utc::now();
    let until = rfc3339(now + TimeDelta::days(7));
    let aws = aws(now, json!({ KEY: until })).await;
    for function in ["tag-new-queue", "revert"] {
        for mode in ["dry-run", "enforce"] {
            let report = one(function, &aws.endpoint, &[("TRAILHOOK_MODE", mode)], &event(now)).await;
            assert_eq!((&report["outcome"], &report["reason"]), (&"nothing".into(), &"exempt".into()), "{report}");
            let message = report["message"].as_str().unwrap();
            assert!(message.contains(KEY) && message.contains(&until), "{report}");
        }
    }
    let calls = aws.calls();
    let looks = ["GetQueueAttributes", "ListQueueTags", "UpdateItem"];
    assert!(calls.iter().all(|call| looks.contains(&call.as_str())), "{calls:?}");
    // notify changes no queue, and tells of it.
    let report = one("notify", &aws.endpoint, &[("TRAILHOOK_TOPIC_ARN", "")], &event(now)).await;
    assert_eq!(report["outcome"], "acted", "{report}");
}

#[tokio::test]
async fn what_exempts_nothing_is_told_and_the_action_goes_on() {
    binaries().unwrap();
    let now = Utc::now();
    let later = rfc3339(now + TimeDelta::days(7));
    for (tags, said) in [
        (json!({ KEY: rfc3339(now - TimeDelta::seconds(1)) }), "it ended at"),
        (json!({ KEY: rfc3339(now + TimeDelta::days(400)) }), "more than 366 days ahead"),
        (json!({ KEY: "for ever" }), "not an RFC 3339 time"),
        (json!({ KEY: "\u{202e}\n".repeat(128) }), "not an RFC 3339 time"),
        (json!({ "Trailhook:Exempt-Until": later }), "letter for letter"),
        (json!({ "trailhook:exempt-until ": later }), "letter for letter"),
    ] {
        for (function, changing) in [("tag-new-queue", "TagQueue"), ("revert", "DeleteQueue")] {
            let aws = aws(now, tags.clone()).await;
            let report = one(function, &aws.endpoint, &ENFORCE, &event(now)).await;
            assert_eq!(report["outcome"], "acted", "{function}, {tags}: {report}");
            let note = report["actions"][0]["notes"][0].as_str().unwrap_or_default();
            assert!(note.contains(said) && note.len() < 700, "{function}, {tags}: {report}");
            assert!(note.chars().all(|character| !character.is_control() && character != '\u{202e}'), "{note:?}");
            assert!(aws.calls().iter().any(|call| call == changing), "{function}, {tags}");
        }
    }
    let aws = aws(now, json!({"team": "payments"})).await;
    let report = one("revert", &aws.endpoint, &ENFORCE, &event(now)).await;
    assert_eq!((&report["outcome"], report["actions"][0].get("notes")), (&"acted".into(), None), "{report}");
}

/// Without its tags nobody can say that a queue is not exempt.
#[tokio::test]
async fn a_queue_whose_tags_cannot_be_read_is_left_alone() {
    binaries().unwrap();
    let now = Utc::now();
    for (code, expected) in [
        ("AccessDeniedException", "Trailhook.Denied"),
        ("RequestThrottled", "Trailhook.Transient"),
        ("QueueDoesNotExist", "Trailhook.Transient"),
    ] {
        let aws = aws(now, json!(code)).await;
        let done = invoke("revert", &aws.endpoint, &ENFORCE, &[event(now)]).await.unwrap();
        let error = report(&done[0]).unwrap_err().to_string();
        assert!(error.contains(expected) && error.contains("sqs:ListQueueTags"), "{code}: {error}");
        assert!(!aws.calls().contains(&"DeleteQueue".to_owned()), "{code}");
    }
}

#[tokio::test]
async fn the_tag_on_a_queue_of_another_make_of_aws() {
    binaries().unwrap();
    let moto = Moto::start().unwrap();
    let sqs = aws_sdk_sqs::Client::new(&moto.configuration());
    make_table(&moto.configuration()).await.unwrap();
    let until = rfc3339(Utc::now() + TimeDelta::days(7));
    let url = sqs.create_queue().queue_name("orders").tags(KEY, until).send().await.unwrap().queue_url.unwrap();
    let look = sqs.get_queue_attributes().queue_url(&url).attribute_names("CreatedTimestamp".into());
    let live = look.send().await.unwrap().attributes.unwrap();
    let created: f64 = live.values().next().unwrap().parse().unwrap();
    // The call asked for nothing that moto's queue has otherwise.
    let mut event: Value =
        serde_json::from_slice(&event(DateTime::from_timestamp(created as i64, 0).unwrap())).unwrap();
    event["detail"]["requestParameters"]["attributes"] = json!({});
    moto.calls().unwrap();
    let report = one("revert", &moto.endpoint, &ENFORCE, event.to_string().as_bytes()).await;
    assert_eq!(report["reason"], "exempt", "{report}");
    let calls = moto.calls().unwrap();
    let calls: Vec<&String> = calls.iter().filter(|call| *call != "dynamodb:UpdateItem").collect();
    assert_eq!(calls, ["sqs:GetQueueAttributes", "sqs:ListQueueTags"]);
    assert!(calls.iter().all(|call| RevertHandler::IAM_ACTIONS.contains(&call.as_str())));
    // Until the tag is taken away.
    sqs.untag_queue().queue_url(&url).tag_keys(KEY).send().await.unwrap();
    let report = one("revert", &moto.endpoint, &ENFORCE, event.to_string().as_bytes()).await;
    assert_eq!(report["outcome"], "duplicate", "an answer stands: {report}");
    event["detail"]["eventID"] = json!("5afe7e57-0000-4000-8000-000000000001");
    let report = one("revert", &moto.endpoint, &ENFORCE, event.to_string().as_bytes()).await;
    assert_eq!(report["outcome"], "acted", "{report}");
}
