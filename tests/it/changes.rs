//! What a `SetQueueAttributes` changed, told to who reads the topic and kept in the journal.

use crate::digests::{client, heard_stories};
use aws_sdk_sqs::types::QueueAttributeName;
use serde_json::{Value, json};
use std::time::Duration;
use trailhook_cli::stage::{Binaries, LambdaEvent, Live, LiveSettings, Told};
use trailhook_cli::template::{Deployment, Template};
use trailhook_tests::functions::binaries;
use trailhook_tests::root;

fn policy(sid: &str) -> String {
    let statement = json!({
        "Sid": sid, "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::444455556666:root" },
        "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:111122223333:orders",
    });
    json!({ "Version": "2012-10-17", "Statement": [statement] }).to_string()
}

/// Goes on until a function has decided about so many calls.
async fn until_decided(stage: &mut Live, function: &str, mut times: usize) -> Vec<Value> {
    let mut reports = Vec::new();
    while times > 0 {
        let told = tokio::time::timeout(Duration::from_secs(60), stage.next()).await.unwrap();
        if let Told::Lambda(told) = told
            && let LambdaEvent::Decided(decision) = told.what
            && told.function == function
        {
            reports.push(decision.report);
            times -= 1;
        }
    }
    reports
}

#[tokio::test]
async fn a_message_says_what_changed_where_it_is_known_and_nothing_where_it_is_not() {
    let template = Template::read(&root().join("template.yaml")).unwrap();
    let parameters = [("EventNames", "SetQueueAttributes"), ("TagMode", "dry-run")];
    let parameters = parameters.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let stack = template.deploy(Deployment { parameters, ..Deployment::default() }).unwrap();
    let binaries = Binaries::Ready(binaries().unwrap());
    let mut stage = Live::set(&stack, &binaries, &LiveSettings::default()).await.unwrap();
    stage.door().subscribe(&stack.topics().unwrap()[0], "inbox").await.unwrap();
    let (alice, ci) = (client(&stage, "alice"), client(&stage, "ci"));
    let made = ci
        .create_queue()
        .queue_name("orders")
        .attributes(QueueAttributeName::VisibilityTimeout, "45")
        .attributes(QueueAttributeName::Policy, policy("Partner"));
    let url = made.send().await.unwrap().queue_url.unwrap();
    until_decided(&mut stage, "SnapshotFunction", 1).await;
    // Event times are whole seconds, and what was seen in a call's own second says nothing of before.
    tokio::time::sleep(Duration::from_millis(2_100)).await;
    let set = alice
        .set_queue_attributes()
        .queue_url(&url)
        .attributes(QueueAttributeName::VisibilityTimeout, "5")
        .attributes(QueueAttributeName::MessageRetentionPeriod, "345600")
        .attributes(QueueAttributeName::Policy, policy("Everyone"));
    set.send().await.unwrap();
    let report = until_decided(&mut stage, "NotifyFunction", 1).await.remove(0);
    let stories = heard_stories(&ci).await;
    let [story] = stories.as_slice() else { panic!("{stories:?}") };
    assert_eq!(story["changed"]["VisibilityTimeout"], json!({ "before": "45", "after": "5" }), "{story}");
    assert!(story["changed"].get("MessageRetentionPeriod").is_none(), "it was so before: {story}");
    let email = report["actions"][1]["action"]["email"].as_str().unwrap();
    assert!(email.contains("\nWhat changed\n"), "{email}");
    assert!(email.contains("  VisibilityTimeout: 45 → 5\n"), "{email}");
    for (line, sid) in [("gone", "Partner"), ("new", "Everyone")] {
        assert!(email.lines().any(|of| of.contains(&format!("Policy, {line}: ")) && of.contains(sid)), "{email}");
    }
    let journal: Value = serde_json::from_str(report["actions"][0]["action"]["message"].as_str().unwrap()).unwrap();
    assert_eq!(journal["changed"]["VisibilityTimeout"]["before"], "45", "{journal}");
    stage.close().await.unwrap();
}
