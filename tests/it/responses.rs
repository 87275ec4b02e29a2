//! The real binaries under a Runtime API against moto: what they change, and what they leave alone.

use aws_sdk_sqs::types::QueueAttributeName;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::Value;
use std::collections::HashMap;
use std::io::Result;
use std::sync::atomic::{AtomicUsize, Ordering};
use trailhook_handlers::Handler;
use trailhook_handlers::responses::{NotifyHandler, RevertHandler, TagNewQueueHandler};
use trailhook_tests::functions::{binaries, invoke, make_table, report};
use trailhook_tests::moto::Moto;
use trailhook_tests::root;

const FUNCTIONS: [&str; 3] = ["tag-new-queue", "notify", "revert"];
const LEDGER: &str = "dynamodb:UpdateItem";
const LOOKS: [&str; 2] = ["sqs:GetQueueAttributes", "sqs:ListQueueTags"];

/// moto with the topic, a queue subscribed to it, and the journal's group.
struct World {
    moto: Moto,
    sqs: aws_sdk_sqs::Client,
    logs: aws_sdk_cloudwatchlogs::Client,
    inbox: String,
}

impl World {
    async fn new() -> World {
        // Before any time is taken: building may last longer than a queue is young.
        binaries().unwrap();
        let moto = Moto::start().unwrap();
        let aws = moto.configuration();
        let (sqs, sns) = (aws_sdk_sqs::Client::new(&aws), aws_sdk_sns::Client::new(&aws));
        let logs = aws_sdk_cloudwatchlogs::Client::new(&aws);
        let inbox = sqs.create_queue().queue_name("inbox").send().await.unwrap().queue_url.unwrap();
        let topic = sns.create_topic().name("trailhook").send().await.unwrap().topic_arn.unwrap();
        let endpoint = "arn:aws:sqs:eu-west-1:111122223333:inbox";
        sns.subscribe().topic_arn(topic).protocol("sqs").endpoint(endpoint).send().await.unwrap();
        make_table(&aws).await.unwrap();
        logs.create_log_group().log_group_name("/trailhook/journal").send().await.unwrap();
        World { moto, sqs, logs, inbox }
    }

    /// Makes the queue that a sample event tells of, and gives the event the time of now.
    async fn make(&self, sample: &str, since: TimeDelta) -> Vec<u8> {
        let mut event = sample_event(sample);
        let request = &event["detail"]["requestParameters"];
        let texts = |value: &Value| -> HashMap<String, String> {
            let members = value.as_object().into_iter().flatten();
            members.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect()
        };
        let attributes = texts(&request["attributes"]);
        let attributes = attributes.iter().map(|(k, v)| (QueueAttributeName::from(k.as_str()), v.clone())).collect();
        let name = request["queueName"].as_str().unwrap();
        let make = self.sqs.create_queue().queue_name(name).set_attributes(Some(attributes));
        let url = make.set_tags(Some(texts(&request["tags"]))).send().await.unwrap().queue_url.unwrap();
        // The time of the call is the time at which its queue was made, whatever the test's clock says.
        let look = self.sqs.get_queue_attributes().queue_url(url).attribute_names(QueueAttributeName::All);
        let live = look.send().await.unwrap().attributes.unwrap();
        let created: f64 = live[&QueueAttributeName::CreatedTimestamp].parse().unwrap();
        at(&mut event, DateTime::from_timestamp(created as i64, 0).unwrap() + since);
        self.moto.calls().unwrap();
        event.to_string().into_bytes()
    }

    async fn one(&self, function: &str, variables: &[(&str, &str)], event: &[u8]) -> Value {
        let invocations = invoke(function, &self.moto.endpoint, variables, &[event.to_vec()]).await.unwrap();
        report(&invocations[0]).unwrap().clone()
    }

    async fn tags(&self, queue: &str) -> HashMap<String, String> {
        let url = format!("{}/111122223333/{queue}", self.moto.endpoint);
        self.sqs.list_queue_tags().queue_url(url).send().await.unwrap().tags.unwrap_or_default()
    }

    async fn queues(&self) -> Vec<String> {
        let urls = self.sqs.list_queues().send().await.unwrap().queue_urls.unwrap_or_default();
        urls.iter().map(|url| url.rsplit('/').next().unwrap().to_owned()).collect()
    }
}

/// Only what its role may do, and the ledger first and last.
fn check_calls<H: Handler>(calls: &[String]) {
    let [first, own @ .., last] = calls else { panic!("{calls:?}") };
    assert_eq!([first, last], [LEDGER; 2], "{calls:?}");
    let allowed = |call: &String| call == LEDGER || H::IAM_ACTIONS.contains(&call.as_str());
    assert!(!own.is_empty() && own.iter().all(allowed), "{calls:?}");
}

/// The same call in another event: as if it had been made a second time within the second.
fn again(event: &[u8]) -> Vec<u8> {
    let mut event: Value = serde_json::from_slice(event).unwrap();
    let time = event["time"].as_str().unwrap().parse().unwrap();
    at(&mut event, time);
    event.to_string().into_bytes()
}

fn sample_event(name: &str) -> Value {
    serde_json::from_slice(&std::fs::read(root().join("events").join(name)).unwrap()).unwrap()
}

/// The event at another time is another event.
fn at(event: &mut Value, time: DateTime<Utc>) {
    static MADE: AtomicUsize = AtomicUsize::new(0);
    let number = MADE.fetch_add(1, Ordering::Relaxed);
    event["detail"]["eventID"] = Value::from(format!("00000000-0000-4000-8000-{number:012}"));
    let time = time.to_rfc3339_opts(SecondsFormat::Secs, true);
    event["time"] = Value::from(time.clone());
    event["detail"]["eventTime"] = Value::from(time);
}

#[tokio::test]
async fn a_new_queue_is_tagged_told_of_and_kept() {
    let world = World::new().await;
    let event = world.make("sqs/CreateQueue.success.json", TimeDelta::zero()).await;

    let report = world.one("tag-new-queue", &[], &event).await;
    assert_eq!(report["outcome"], "acted", "{report}");
    let calls = world.moto.calls().unwrap();
    check_calls::<TagNewQueueHandler>(&calls);
    let tags = world.tags("orders").await;
    assert_eq!(tags["team"], "payments", "what the call gave it stays");
    assert_eq!(tags["trailhook:created-by"], "Developer/alice");
    assert_eq!(tags["trailhook:created-from"], "203.0.113.24");
    assert!(tags["trailhook:created-with"].starts_with("aws-cli/2."));
    assert_eq!(tags.len(), 5);
    world.moto.calls().unwrap();

    let report = world.one("notify", &[], &event).await;
    assert_eq!(report["outcome"], "acted", "{report}");
    let calls = world.moto.calls().unwrap();
    check_calls::<NotifyHandler>(&calls);
    let inbox = world.sqs.receive_message().queue_url(&world.inbox).send().await.unwrap().messages.unwrap();
    let body: Value = serde_json::from_str(inbox[0].body().unwrap()).unwrap();
    let story: Value = serde_json::from_str(body["Message"].as_str().unwrap()).unwrap();
    assert_eq!(story["record"]["eventName"], "CreateQueue");
    assert_eq!(story["event"]["actor"]["session"], "alice");
    assert_eq!(body["MessageAttributes"]["eventName"]["Value"], "CreateQueue");
    let day = Utc::now().format("%Y/%m/%d").to_string();
    let journal = world.logs.get_log_events().log_group_name("/trailhook/journal").log_stream_name(day);
    let lines = journal.send().await.unwrap().events.unwrap();
    assert_eq!(lines.len(), 1);
    let line: Value = serde_json::from_str(lines[0].message().unwrap()).unwrap();
    assert_eq!(line["event"]["eventName"], "CreateQueue");
    world.moto.calls().unwrap();

    // The default of revert is a dry run, and it makes no changing call.
    let dry = world.one("revert", &[], &event).await;
    assert_eq!((&dry["outcome"], &dry["mode"]), (&"dry-run".into(), &"dry-run".into()), "{dry}");
    assert_eq!(world.moto.calls().unwrap(), LOOKS);
    assert!(world.queues().await.contains(&"orders".to_owned()));
    world.moto.calls().unwrap();

    let enforced = world.one("revert", &[("TRAILHOOK_MODE", "enforce")], &event).await;
    assert_eq!(enforced["outcome"], "acted", "{enforced}");
    assert_eq!(enforced["actions"][0]["action"], dry["actions"][0]["action"], "a dry run shows what would be done");
    let calls = world.moto.calls().unwrap();
    check_calls::<RevertHandler>(&calls);
    assert!(!world.queues().await.contains(&"orders".to_owned()));

    // Delivered once more, as EventBridge may: the queue is gone, and that is no error. The event is
    // minutes old, so that nobody waits for the queue to appear.
    let mut again: Value = serde_json::from_slice(&event).unwrap();
    at(&mut again, Utc::now() - TimeDelta::minutes(5));
    for (function, reason) in [("tag-new-queue", "queue-gone"), ("revert", "superseded")] {
        let report = world.one(function, &[("TRAILHOOK_MODE", "enforce")], again.to_string().as_bytes()).await;
        assert_eq!((&report["outcome"], &report["reason"]), (&"nothing".into(), &reason.into()), "{report}");
    }
}

#[tokio::test]
async fn a_queue_that_the_call_did_not_make_is_left_alone() {
    let world = World::new().await;
    // CreateQueue succeeded, a minute after (or before) the queue was really made.
    for (since, reason) in [(TimeDelta::minutes(-1), "created-later"), (TimeDelta::minutes(1), "existed-before")] {
        let event = world.make("sqs/CreateQueue.already-exists.json", since).await;
        for function in ["tag-new-queue", "revert"] {
            let report = world.one(function, &[("TRAILHOOK_MODE", "enforce")], &event).await;
            assert_eq!((&report["outcome"], &report["reason"]), (&"nothing".into(), &reason.into()), "{report}");
        }
        let calls = world.moto.calls().unwrap();
        let looks = |call: &String| call == LEDGER || LOOKS.contains(&call.as_str());
        assert!(calls.iter().all(looks), "{calls:?}");
    }
}

#[tokio::test]
async fn a_queue_with_messages_or_changes_is_not_deleted_and_a_tag_is_not_overwritten() {
    let world = World::new().await;
    let event = world.make("sqs/CreateQueue.success.json", TimeDelta::zero()).await;
    let url = format!("{}/111122223333/orders", world.moto.endpoint);
    let enforce = [("TRAILHOOK_MODE", "enforce")];

    world.sqs.tag_queue().queue_url(&url).tags("trailhook:created-by", "somebody else").send().await.unwrap();
    let report = world.one("tag-new-queue", &enforce, &event).await;
    assert_eq!(report["outcome"], "acted", "{report}");
    assert_eq!(report["actions"][0]["action"]["tags"].as_object().unwrap().len(), 3, "{report}");
    assert_eq!(world.tags("orders").await["trailhook:created-by"], "somebody else");

    world.sqs.send_message().queue_url(&url).message_body("hello").send().await.unwrap();
    let report = world.one("revert", &enforce, &event).await;
    assert_eq!(report["reason"], "not-empty", "{report}");
    world.sqs.purge_queue().queue_url(&url).send().await.unwrap();
    let event = again(&event);
    let changed = world.sqs.set_queue_attributes().queue_url(&url).attributes(QueueAttributeName::DelaySeconds, "9");
    changed.send().await.unwrap();
    let report = world.one("revert", &enforce, &event).await;
    assert_eq!(report["reason"], "changed-since", "{report}");
    assert!(world.queues().await.contains(&"orders".to_owned()));
}

#[tokio::test]
async fn failed_calls_our_own_calls_and_near_misses_change_nothing_and_say_why() -> Result<()> {
    let world = World::new().await;
    world.make("sqs/CreateQueue.success.json", TimeDelta::zero()).await;
    let cases = [
        ("sqs/CreateQueue.failed.json", "failed-call"),
        ("sqs/CreateQueue.own-role.json", "own-call"),
        ("sqs/CreateQueue.other-account.json", "foreign-account"),
        ("sqs/CreateQueue.china.json", "foreign-region"),
        ("near-miss/mediaconvert.CreateQueue.json", "not-watched"),
    ];
    let variables = [("TRAILHOOK_MODE", "enforce"), ("TRAILHOOK_NOTIFY_FAILED_CALLS", "none")];
    for function in FUNCTIONS {
        for (sample, reason) in cases {
            // notify tells of any call there is, MediaConvert's too.
            if function == "notify" && reason == "not-watched" {
                continue;
            }
            let mut event = sample_event(sample);
            at(&mut event, Utc::now());
            let report = world.one(function, &variables, event.to_string().as_bytes()).await;
            assert_eq!((&report["outcome"], &report["reason"]), (&"skipped".into(), &reason.into()), "{report}");
            assert!(report["message"].as_str().unwrap().len() > 20, "{report}");
        }
        let exempt = [("TRAILHOOK_EXEMPT_PRINCIPALS", "arn:aws:iam::*:user/x,arn:aws:iam::111122223333:role/Dev*")];
        let event = world.make("sqs/CreateQueue.success.json", TimeDelta::zero()).await;
        let report = world.one(function, &exempt, &event).await;
        assert_eq!(report["reason"], "exempt", "{report}");
        let report =
            world.one(function, &[], sample_event("sqs/CreateQueue.success.json").to_string().as_bytes()).await;
        assert_eq!(report["reason"], "stale", "{report}");
        assert_eq!(world.moto.calls()?, Vec::<String>::new(), "{function} called AWS");
    }
    Ok(())
}

#[tokio::test]
async fn notify_tells_of_denied_calls_with_either_channel_off() {
    let world = World::new().await;
    let mut event = sample_event("sqs/CreateQueue.failed.json");
    at(&mut event, Utc::now());
    let denied = event.to_string().into_bytes();
    world.moto.calls().unwrap();
    let report = world.one("notify", &[("TRAILHOOK_JOURNAL_LOG_GROUP", "")], &denied).await;
    assert_eq!(report["outcome"], "acted", "{report}");
    assert_eq!(world.moto.calls().unwrap(), [LEDGER, LEDGER, "sns:Publish", LEDGER]);
    at(&mut event, Utc::now());
    let denied = event.to_string().into_bytes();
    let report = world.one("notify", &[("TRAILHOOK_TOPIC_ARN", "")], &denied).await;
    assert_eq!(report["outcome"], "acted", "{report}");
    let calls = world.moto.calls().unwrap();
    check_calls::<NotifyHandler>(&calls);
    assert!(!calls.contains(&"sns:Publish".to_owned()), "{calls:?}");
    // A dry run of both tells nobody.
    let report = world.one("notify", &[("TRAILHOOK_MODE", "dry-run")], &denied).await;
    assert_eq!(report["outcome"], "dry-run", "{report}");
    assert!(world.moto.calls().unwrap().is_empty());
}
