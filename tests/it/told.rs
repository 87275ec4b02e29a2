//! What notify says of a call, how much it matters, where it leads to, and what it keeps to itself.

use crate::declared::{any_json, samples};
use crate::told_of::TOLD;
use chrono::Utc;
use proptest::prelude::*;
use serde_json::{Value, json};
use trailhook::responses::notify::{JournalLine, Notification, Notify, NotifyAction, NotifySettings, QuietCall};
use trailhook::{Decision, FailedCalls, Guards, Record, Replayed, decide, decode};
use trailhook_tests::{events, root, rules, say, services};

const TOPIC: &str = "arn:aws:sns:eu-west-1:111122223333:trailhook";

fn sample(file: &str) -> Value {
    serde_json::from_slice(&std::fs::read(root().join("events").join(file)).unwrap()).unwrap()
}

/// The journal's line and the message, as far as there are.
fn notified(event: &Value, quiet: &[&str]) -> (Option<JournalLine>, Option<Notification>) {
    let envelope = decode(event.to_string().as_bytes()).unwrap();
    let region = envelope.detail.aws_region.text().unwrap().to_owned();
    let mut guards = Guards::of::<Record>(envelope.account.clone().unwrap(), region, "/nobody/".parse().unwrap());
    (guards.max_age, guards.failed_calls, guards.replayed) = (None, FailedCalls::Admit, Replayed::Act);
    let settings = NotifySettings {
        topic_arn: Some(TOPIC.to_owned()),
        journal_log_group: Some("/trailhook/journal".to_owned()),
        chat: true,
        failed_calls: FailedCalls::Admit,
        quiet: quiet.iter().map(|quiet| quiet.parse().unwrap()).collect(),
        digest: None,
    };
    let (mut line, mut message) = (None, None);
    match decide(&Notify::new(settings).unwrap(), envelope, &guards, Utc::now()) {
        Ok(Decision::Act(actions)) => actions.into_iter().for_each(|action| match action {
            NotifyAction::Journal(of_journal) => line = Some(of_journal),
            NotifyAction::Topic(of_topic) => message = Some(of_topic),
        }),
        other => panic!("{other:?}: {event}"),
    }
    (line, message)
}

/// What queues get, and what chat gets.
fn story(event: &Value) -> (Value, Value) {
    let message: Value = serde_json::from_str(&notified(event, &[]).1.unwrap().message()).unwrap();
    let of = |protocol: &str| serde_json::from_str(message[protocol].as_str().unwrap()).unwrap();
    (of("sqs"), of("default"))
}

fn sentence(event: &Value) -> String {
    story(event).0["summary"].as_str().unwrap().to_owned()
}

#[test]
fn every_declared_call_is_told_in_its_own_words() {
    for (file, severity, did, note) in TOLD {
        let (story, _) = story(&sample(file));
        let sentence = story["summary"].as_str().unwrap();
        assert!(sentence.contains(&format!(" {did} in ")), "{file}: {sentence}");
        assert_eq!(sentence.split_once("; ").map_or("", |(_, note)| note), note, "{file}: {sentence}");
        assert_eq!(story["severity"], severity, "{file}");
    }
    let mut denied = 0;
    for service in services().unwrap() {
        for (file, bytes) in events(&service).unwrap().into_iter().filter(|(file, _)| file.contains(".failed.")) {
            let event: Value = serde_json::from_slice(&bytes).unwrap();
            let (story, name) = (story(&event).0, event["detail"]["eventName"].as_str().unwrap());
            let sentence = story["summary"].as_str().unwrap();
            assert!(sentence.contains(&format!(" was denied {name}")), "{file}: {sentence}");
            let reads = event["detail"]["readOnly"] == true;
            assert_eq!(story["severity"], if reads { "notice" } else { "warning" }, "{file}");
            assert!(story["links"].get("resource").is_none(), "{file}: what was denied may not be there");
            denied += 1;
        }
    }
    say(format!("{} samples and {denied} denied ones are told in their own words", TOLD.len()));
    assert!(TOLD.len() > 90 && denied > 80);
}

#[test]
fn with_what_a_call_was_made_is_said_and_who_says_so() {
    for (file, told) in [
        (
            "sqs/CreateQueue.console",
            "alice (IAM user) created queue orders in eu-west-1 from 203.0.113.61 with the console",
        ),
        (
            "sqs/CreateQueue.sso",
            "alice@example.com (SSO, PowerUser) created queue orders in eu-west-1 from 2001:db8:4a::17 with a client that calls itself the AWS CLI",
        ),
        ("sqs/CreateQueue.cloudformation", "alice (IAM user) created queue orders in eu-west-1 with CloudFormation"),
        (
            "ec2/AuthorizeSecurityGroupIngress.success",
            "bob (IAM user) opened port 22 of security group sg-0a1b2c3d4e5f60718 to 0.0.0.0/0 in eu-west-1 from 198.51.100.40 with a client that calls itself an AWS SDK",
        ),
        (
            "sqs/CreateQueue.failed",
            "bob (role ReadOnly) was denied CreateQueue on orders in eu-west-1 from 203.0.113.24 with a client that calls itself the AWS CLI",
        ),
    ] {
        assert_eq!(sentence(&sample(&format!("{file}.json"))), told);
    }
    let mut event = sample("sqs/CreateQueue.iam-user.json");
    for (agent, said) in [
        ("APN/1.0 HashiCorp/1.0 Terraform/1.14.3 aws-sdk-go-v2/1.42.1", " with a client that calls itself Terraform"),
        ("console.amazonaws.com", " with a client that calls itself the console"),
        ("my own <b>tool</b>", ""),
    ] {
        event["detail"]["userAgent"] = agent.into();
        let told = sentence(&event);
        assert_eq!(told, format!("bob (IAM user) created queue orders in eu-west-1 from 198.51.100.40{said}"));
    }
}

/// Another call, another shape, and a part that is unknown: told all the same, and no less.
#[test]
fn what_is_not_declared_has_the_general_sentence() {
    let general = sentence(&sample("near-miss/mediaconvert.CreateQueue.json"));
    assert!(general.contains(" called CreateQueue in mediaconvert"), "{general}");
    let mut event = sample("kms/ScheduleKeyDeletion.success.json");
    event["detail"]["requestParameters"] = json!({"keyId": {"not": "text"}});
    let general = sentence(&event);
    assert!(
        general.contains(" called ScheduleKeyDeletion in kms on 0a1b2c3d-4e5f-4071-8293-a4b5c6d7e8f9"),
        "{general}"
    );
    event["detail"]["requestParameters"] = json!({"reason": "requestParameters too large", "omitted": true});
    let (story, _) = story(&event);
    assert!(story["summary"].as_str().unwrap().ends_with("; what exactly was too large to be recorded"), "{story}");
    assert_eq!(story["severity"], "warning");
}

#[test]
fn one_thing_has_one_thread() {
    let mut threads: Vec<String> = Vec::new();
    for file in [
        "CreateQueue.success",
        "CreateQueue.failed",
        "CreateQueue.no-resources",
        "TagQueue.success",
        "DeleteQueue.success",
    ] {
        let (story, chat) = story(&sample(&format!("sqs/{file}.json")));
        assert_eq!(story["thread"], chat["metadata"]["threadId"], "{file}");
        threads.push(story["thread"].as_str().unwrap().to_owned());
    }
    threads.dedup();
    assert_eq!(threads, ["arn:aws:sqs:eu-west-1:111122223333:orders"]);
    // Without a resource it is the event.
    let event = sample("ec2/EnableSerialConsoleAccess.success.json");
    assert_eq!(story(&event).1["metadata"]["threadId"], event["detail"]["eventID"]);
}

#[test]
fn links_lead_to_the_console_of_the_partition_and_nowhere_else() {
    for (file, host) in [
        ("success", "https://eu-west-1.console.aws.amazon.com/"),
        ("china", "https://cn-north-1.console.amazonaws.cn/"),
        ("govcloud", "https://us-gov-west-1.console.amazonaws-us-gov.com/"),
    ] {
        let event = sample(&format!("sqs/CreateQueue.{file}.json"));
        let (story, chat) = story(&event);
        let (resource, page) =
            (story["links"]["resource"].as_str().unwrap(), story["links"]["event"].as_str().unwrap());
        assert!(resource.starts_with(host) && resource.ends_with("%2F111122223333%2Forders"), "{resource}");
        assert!(page.starts_with(host) && page.ends_with(event["detail"]["eventID"].as_str().unwrap()), "{page}");
        for link in [resource, page] {
            assert!(chat["content"]["description"].as_str().unwrap().contains(link), "{chat}");
        }
    }
    let mut event = sample("ec2/CreateKeyPair.success.json");
    event["detail"]["requestParameters"]["keyName"] = "x&y=#/../ <https://evil.example>".into();
    let link = story(&event).0["links"]["resource"].as_str().unwrap().to_owned();
    assert!(link.ends_with("#KeyPairs:search=x%26y%3D%23%2F..%2F%20%3Chttps%3A%2F%2Fevil.example%3E"), "{link}");
    // A partition whose console is not on the internet, and a Region that is none.
    for region in ["us-iso-east-1", "evil.example/", "EU"] {
        event["detail"]["awsRegion"] = region.into();
        let links = &story(&event).0["links"];
        assert_eq!(*links, json!({}), "{region}");
    }
}

#[test]
fn severity_is_an_attribute_and_stands_before_the_subject() {
    let (line, message) = notified(&sample("cloudtrail/StopLogging.success.json"), &[]);
    let message = message.unwrap();
    assert_eq!(message.attributes["severity"], "critical");
    assert!(message.subject.starts_with("Critical: bob (IAM user) stopped the logging of trail audit"));
    assert!(message.email.contains("\nSeverity    critical\n") && message.email.contains("\nHistory     https://"));
    let entry: Value = serde_json::from_str(&line.unwrap().message).unwrap();
    assert_eq!((&entry["severity"], &entry["notifying"]), (&json!("critical"), &json!(TOPIC)));
    let plain = notified(&sample("sqs/CreateQueue.success.json"), &[]).1.unwrap();
    assert!(plain.subject.starts_with("alice"), "{}", plain.subject);
}

#[test]
fn a_quiet_call_is_journalled_and_not_published() {
    let event = sample("sqs/TagQueue.success.json");
    for quiet in ["TagQueue", "sqs:TagQueue", "Tag*", "sqs:*", "*:TagQueue", "s*:*Queue"] {
        let (line, message) = notified(&event, &["DeleteQueue", quiet]);
        assert!(message.is_none(), "{quiet}");
        let entry: Value = serde_json::from_str(&line.unwrap().message).unwrap();
        assert_eq!((&entry["quiet"], entry.get("notifying")), (&json!(true), None), "{quiet}");
    }
    for loud in ["tagqueue", "TagQueu", "sns:TagQueue", "sq:TagQueue", "kms:*"] {
        let (line, message) = notified(&event, &[loud]);
        assert!(message.is_some() && !line.unwrap().message.contains("\"quiet\""), "{loud}");
    }
    for wrong in ["", "*", "*:*", "**", ":TagQueue", "sqs:", "a:b:c", "SQS:TagQueue", "Tag Queue", "TagQueue?"] {
        assert!(wrong.parse::<QuietCall>().is_err(), "{wrong:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Any JSON in place of the parts, or of a member of theirs: told all the same, by the rules of those who read it.
    #[test]
    fn any_json_in_the_parts_is_told(parts in any_json(), member in any_json(), turn in 0..8usize) {
        for (file, event) in samples().skip(turn).step_by(8) {
            let (mut whole, mut mended) = (event.clone(), event);
            whole["detail"]["requestParameters"] = parts.clone();
            for part in ["requestParameters", "responseElements"] {
                if let Some(members) = mended["detail"][part].as_object_mut() {
                    members.values_mut().step_by(2).for_each(|value| *value = member.clone());
                }
            }
            for event in [whole, mended] {
                let (line, message) = notified(&event, &[]);
                let kept = rules::journal(&line.unwrap(), "/trailhook/journal");
                prop_assert_eq!(kept.and_then(|()| rules::notification(&message.unwrap(), true)), Ok(()), "{}", file);
            }
        }
    }
}
