//! What a `SetQueueAttributes` changed, told to who reads the topic and kept in the journal.

use aws_sdk_sqs::types::QueueAttributeName;
use chrono::{SecondsFormat, Utc};
use serde_json::{Value, json};
use std::time::Duration;
use trailhook_cli::stage::{Function, Invocation};
use trailhook_tests::world::World;

const QUEUE: &str = "https://sqs.eu-west-1.amazonaws.com/111122223333/orders";

fn policy(sid: &str) -> String {
    let statement = json!({
        "Sid": sid, "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::444455556666:root" },
        "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:111122223333:orders",
    });
    json!({ "Version": "2012-10-17", "Statement": [statement] }).to_string()
}

/// The event of another call about the queue of this one's, made now.
fn set(created: &Value, attributes: Value) -> Value {
    let mut event = created.clone();
    let now = Value::from(Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true));
    (event["time"], event["detail"]["eventTime"]) = (now.clone(), now);
    event["detail"]["eventID"] = json!("5afe7e57-1111-4000-8000-000000000000");
    event["detail"]["eventName"] = json!("SetQueueAttributes");
    event["detail"]["requestParameters"] = json!({ "queueUrl": QUEUE, "attributes": attributes });
    event["detail"]["responseElements"] = Value::Null;
    event
}

async fn report(function: &mut Function, event: &Value) -> Value {
    match function.invoke(event.to_string()).await.unwrap() {
        Invocation::Response(report) => report,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_message_says_what_changed_where_it_is_known_and_nothing_where_it_is_not() {
    let world = World::new(&[("EventNames", "SetQueueAttributes")]).await.unwrap();
    let created = world.queue("orders").await.unwrap();
    let url = world.sqs.get_queue_url().queue_name("orders").send().await.unwrap().queue_url.unwrap();
    let before = world.sqs.set_queue_attributes().queue_url(&url);
    let before = before.attributes(QueueAttributeName::VisibilityTimeout, "45");
    before.attributes(QueueAttributeName::Policy, policy("Partner")).send().await.unwrap();
    let mut snapshot = world.start("snapshot", world.live.endpoint_url(), &[]).await.unwrap();
    let mut notify = world.start("notify", world.live.endpoint_url(), &[]).await.unwrap();
    let attributes = json!({
        "VisibilityTimeout": "5", "MessageRetentionPeriod": "345600", "Policy": policy("Everyone"),
    });

    // Nobody has kept this call, or what was there before it.
    let event = set(&created, attributes.clone());
    let told = report(&mut notify, &event).await;
    let email = told["actions"][1]["action"]["email"].as_str().unwrap();
    assert!(!email.contains("What changed"), "{email}");

    assert_eq!(report(&mut snapshot, &created).await["outcome"], "acted");
    // Event times are whole seconds, and what was seen in a call's own second says nothing of before.
    tokio::time::sleep(Duration::from_millis(2_100)).await;
    let mut event = set(&created, attributes);
    event["detail"]["eventID"] = json!("5afe7e57-2222-4000-8000-000000000000");
    assert_eq!(report(&mut snapshot, &event).await["outcome"], "acted");
    let told = report(&mut notify, &event).await;
    let email = told["actions"][1]["action"]["email"].as_str().unwrap();
    assert!(email.contains("\nWhat changed\n"), "{email}");
    assert!(email.contains("  VisibilityTimeout: 45 → 5\n"), "{email}");
    assert!(!email.contains("  MessageRetentionPeriod: "), "it was so before: {email}");
    for (line, sid) in [("gone", "Partner"), ("new", "Everyone")] {
        assert!(email.lines().any(|of| of.contains(&format!("Policy, {line}: ")) && of.contains(sid)), "{email}");
    }
    let journal: Value = serde_json::from_str(told["actions"][0]["action"]["message"].as_str().unwrap()).unwrap();
    assert_eq!(journal["changed"]["VisibilityTimeout"], json!({ "before": "45", "after": "5" }), "{journal}");
    notify.stop().await;
    snapshot.stop().await;
}
