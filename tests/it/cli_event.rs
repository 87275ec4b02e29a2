//! `trailhook event`: events of any declared call, which the functions take for real ones.

use serde_json::Value;
use std::io::{Read, Write};
use std::net::TcpStream;
use trailhook::calls::DECLARED;
use trailhook::{Actor, decode};
use trailhook_tests::command::{told, trailhook};
use trailhook_tests::stage::Stage;

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
fn what_is_set_in_the_record_is_set_in_the_envelope_too() {
    let made = event(&["CreateQueue", "--set", "eventTime=2026-11-02T09:30:00Z", "--set", "awsRegion=us-east-1"]);
    assert_eq!([&made["time"], &made["region"]], ["2026-11-02T09:30:00Z", "us-east-1"]);
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

#[test]
fn an_event_is_put_on_the_bus_of_a_stage_that_is_up() {
    let stage = Stage::start(&[]).unwrap();
    let put = |call: &[&str]| trailhook([&["event"], call, &[&format!("--put={}", stage.endpoint)]].concat()).unwrap();
    let matched = put(&["CreateQueue", "--as", "bob", "--set", "requestParameters.queueName=invoices"]);
    assert_eq!(told(&matched), (Some(0), String::new()));
    assert!(String::from_utf8_lossy(&matched.stdout).contains("matched by ApiCallRule"));
    stage
        .until_all(&["call     CreateQueue by bob (IAM user): ApiCallRule", "decided  NotifyFunction: done: "])
        .unwrap();
    let unmatched = put(&["StopLogging"]);
    assert_eq!(unmatched.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&unmatched.stdout).contains("no rule matches it"));
    let (status, message) =
        told(&trailhook(["event", "CreateQueue", "--put=http://sqs.eu-west-1.amazonaws.com"]).unwrap());
    assert!(status == Some(2) && message.contains("not on this machine"), "{message}");
    // A page in a browser can send this without being asked, and nothing else.
    let mut connection = TcpStream::connect(stage.endpoint.trim_start_matches("http://")).unwrap();
    let head = "POST /_trailhook/events HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: text/plain\r\n";
    write!(connection, "{head}content-length: 2\r\n\r\n{{}}").unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 415"), "{answer}");
    stage.end().unwrap();
}
