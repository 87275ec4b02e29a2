//! `trailhook event`: events of any declared call, which the functions take for real ones.

use serde_json::Value;
use trailhook::calls::DECLARED;
use trailhook::{Actor, decode};
use trailhook_tests::command::{told, trailhook};

fn event(arguments: &[&str]) -> Value {
    let done = trailhook([&["event"], arguments].concat()).unwrap();
    let (status, told) = told(&done);
    assert_eq!(status, Some(0), "{arguments:?}: {told}");
    serde_json::from_slice(&done.stdout).unwrap()
}

#[test]
fn every_declared_call_has_an_event_of_now_with_ids_of_its_own() {
    let done = trailhook(["event", "--list"]).unwrap();
    let list = String::from_utf8(done.stdout).unwrap();
    assert!(list.lines().count() >= DECLARED.len(), "{list}");
    for line in list.lines().filter(|line| !line.contains(":AWSAPICall")) {
        let (call, cases) = line.split_once(' ').unwrap();
        assert!(cases.contains("success"), "{line}");
        if !["sqs:CreateQueue", "ec2:RunInstances", "iam:CreateUser", "s3:CreateBucket"].contains(&call) {
            continue;
        }
        let [one, other] = [event(&[call]), event(&[call])];
        let envelope = decode(one.to_string().as_bytes()).unwrap();
        let age = chrono::Utc::now().signed_duration_since(envelope.detail.time().unwrap()).num_seconds();
        assert!((0..120).contains(&age), "{one}");
        assert_eq!(envelope.detail.event_name.text(), call.split(':').nth(1));
        for id in ["/id", "/detail/eventID", "/detail/requestID"] {
            assert_ne!(one.pointer(id), other.pointer(id), "{call}: {id}");
        }
    }
}

#[test]
fn who_calls_and_what_is_set_can_be_said() {
    let made = event(&[
        "createqueue",
        "--as",
        "sso:alice@example.com/Admin",
        "--set",
        "requestParameters.queueName=invoices",
        "--set",
        "requestParameters.attributes={\"DelaySeconds\": \"5\"}",
        "--account",
        "444455556666",
        "--region",
        "us-east-1",
        "--at",
        "2026-11-02T09:30:00Z",
    ]);
    let envelope = decode(made.to_string().as_bytes()).unwrap();
    let actor = Actor::of(envelope.detail.user_identity.get().unwrap()).to_string();
    assert_eq!(actor, "alice@example.com (SSO, Admin)");
    let detail = &made["detail"];
    assert_eq!(detail["responseElements"]["queueUrl"], "https://sqs.us-east-1.amazonaws.com/444455556666/invoices");
    assert_eq!(detail["resources"][0]["ARN"], "arn:aws:sqs:us-east-1:444455556666:invoices");
    assert_eq!(detail["requestParameters"]["attributes"]["DelaySeconds"], "5");
    assert_eq!((&detail["eventTime"], &made["time"]), (&made["time"], &"2026-11-02T09:30:00Z".into()));
    assert!(!made.to_string().contains("111122223333") && !made.to_string().contains("eu-west-1"), "{made}");
    for (who, expected) in [
        ("root", "the root user of 111122223333"),
        ("user:carol", "carol (IAM user)"),
        ("role:ci/Deploy:run-17", "run-17 (role Deploy)"),
        ("service:autoscaling.amazonaws.com", "autoscaling.amazonaws.com"),
        ("bob", "bob (IAM user)"),
    ] {
        let made = event(&["sqs:DeleteQueue", "--as", who]);
        let envelope = decode(made.to_string().as_bytes()).unwrap();
        assert_eq!(Actor::of(envelope.detail.user_identity.get().unwrap()).to_string(), expected);
    }
}

#[test]
fn what_there_is_not_is_told_with_what_there_is() {
    for (arguments, expected) in [
        (&["CreateQeue"][..], "there is no CreateQeue; --list says which calls there are"),
        (&["CreateQueue", "--case", "lost"], "CreateQueue has no case lost; it has already-exists, "),
        (&["CreateQueue", "--as", "nobody:x"], "--as nobody:x: expected root, user:"),
        (&["CreateQueue", "--set", "eventName.x=1"], "--set detail.eventName.x: there is no place for x"),
        (&["CreateQueue", "--set", "x"], "expected PATH=VALUE"),
        (&[], "required"),
    ] {
        let (status, told) = told(&trailhook([&["event"], arguments].concat()).unwrap());
        assert_eq!(status, Some(2), "{arguments:?}: {told}");
        assert!(told.contains(expected), "{arguments:?}: {told}");
    }
}
