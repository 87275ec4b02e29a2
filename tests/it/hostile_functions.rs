//! The real binaries under a Runtime API, and events made to hurt: every one ends in one decision line and one of metrics,
//! which are JSON and read as they are, and none of them ends a function.

use serde_json::Value;
use trailhook_cli::stage::Invocation;
use trailhook_tests::emf;
use trailhook_tests::functions::start;
use trailhook_tests::hostile::STRINGS;
use trailhook_tests::rules;
use trailhook_tests::script::Scripted;
use trailhook_tests::{events, say};

const FUNCTIONS: [&str; 3] = ["tag-new-queue", "notify", "revert"];

fn sample() -> Value {
    let (_, bytes) = events("sqs").unwrap().into_iter().find(|(name, _)| name == "CreateQueue.role.json").unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

/// The sample with this JSON at a place.
fn with(pointer: &str, json: &str) -> Vec<u8> {
    let mut event = sample();
    *event.pointer_mut(pointer).unwrap() = "HERE".into();
    event.to_string().replacen("\"HERE\"", json, 1).into_bytes()
}

/// The sample with this put in front of the members of an object.
fn twice(object: &str, members: &str) -> Vec<u8> {
    let text = sample().to_string();
    assert!(text.contains(object), "the sample has no {object}");
    text.replacen(object, &format!("{object}{members},"), 1).into_bytes()
}

fn nested(depth: usize) -> String {
    format!("{}{}", "[".repeat(depth), "]".repeat(depth))
}

/// The sample with every string that has no part in a decision made hostile.
fn everywhere(string: &str) -> Vec<u8> {
    let mut event = sample();
    let places = trailhook_tests::hostile::places(&event);
    for place in places.iter().filter(|place| !trailhook_tests::hostile::is_decisive(place)) {
        *event.pointer_mut(place).unwrap() = string.into();
    }
    event.to_string().into_bytes()
}

/// Invokes a function, dry, with events of any age; AWS knows no queue. What became of each, and its lines of the log.
async fn invoked(function: &str, format: &str, payloads: &[Vec<u8>]) -> (Vec<Invocation>, Vec<String>) {
    let gone = |_: &str, _| (400, r#"{"__type": "com.amazonaws.sqs#QueueDoesNotExist", "message": "gone"}"#.to_owned());
    let aws = Scripted::start(gone).await.unwrap();
    let variables = [
        ("TRAILHOOK_MODE", "dry-run"),
        ("TRAILHOOK_MAX_EVENT_AGE_SECONDS", "any"),
        ("TRAILHOOK_CHAT", "on"),
        ("AWS_LAMBDA_LOG_FORMAT", format),
    ];
    let variables = if function == "notify" { &variables[..] } else { &[variables[0], variables[1], variables[3]] };
    let mut process = start(function, &aws.endpoint, variables).await.unwrap();
    let mut invocations = Vec::new();
    for payload in payloads {
        invocations.push(process.invoke(payload.clone()).await.unwrap());
    }
    let log = process.stop().await.into_iter().map(|line| line.text).collect();
    (invocations, log)
}

#[tokio::test]
async fn whatever_comes_there_is_one_line_that_reads_as_it_is() {
    let mut payloads: Vec<Vec<u8>> = STRINGS.iter().map(|string| everywhere(string)).collect();
    for place in ["/detail/userAgent", "/detail/userIdentity/arn", "/detail/requestParameters/queueName", "/source"] {
        payloads.push(with(place, &format!("\"{}\"", "a".repeat(1_048_576))));
        payloads.push(with(place, &format!("\"{}\"", "\\u202e".repeat(20_000))));
        payloads.push(with(place, r#""a\r\nb\u2028c""#));
        payloads.push(with(place, r#""\ud800""#));
    }
    for place in ["/detail", "/detail/userIdentity", "/detail/requestParameters", "/detail/userAgent", "/version"] {
        payloads.push(with(place, &nested(100_000)));
        for number in ["1e400", "-1e400", "123456789012345678901234567890", &"9".repeat(100_000)] {
            payloads.push(with(place, number));
        }
    }
    payloads.push(nested(100_000).into_bytes());
    for bytes in [&b"\xff"[..], b"\xed\xa0\x80", b"\xc0\xaf", b"\xf8\x88\x80\x80\x80"] {
        let mut payload = sample().to_string().into_bytes();
        let at = payload.windows(9).position(|window| window == b"Terraform").unwrap();
        payload.splice(at..at, bytes.iter().copied());
        payloads.push(payload);
    }
    for function in FUNCTIONS {
        let (invocations, log) = invoked(function, "JSON", &payloads).await;
        let (mut answered, mut refused) = (0, 0);
        for (number, invocation) in invocations.iter().enumerate() {
            match invocation {
                Invocation::Response(_) => answered += 1,
                Invocation::Error(error) => {
                    let ours = ["Trailhook.Decode", "Trailhook.Misrouted", "Trailhook.Undecidable", "Trailhook.Shape"];
                    assert!(ours.contains(&error.error_type.as_str()), "{function}, event {number}: {error:?}");
                    assert!(error.error_message.chars().count() <= 1_001, "{function}, event {number}");
                    refused += 1;
                }
                other => panic!("{function}, event {number}: {other:?}"),
            }
        }
        for line in &log {
            rules::json_line(line).unwrap();
            assert!(line.len() < 256 * 1024, "{function}: a line of {} bytes", line.len());
        }
        let (metrics, decisions): (Vec<&String>, Vec<&String>) = log.iter().partition(|line| emf::is_embedded(line));
        assert_eq!(decisions.len(), payloads.len(), "{function}: one line for each event");
        assert_eq!(metrics.len(), payloads.len(), "{function}: one line of metrics for each event");
        for line in metrics {
            emf::extracted(line).unwrap();
        }
        say(format!("{function}: {answered} answered, {refused} refused, {} lines that read as they are", log.len()));
        assert!(answered > 20 && refused > 20, "{function}: {answered} answered, {refused} refused");
    }
}

/// Of a member that is named twice, no function takes the one or the other.
#[tokio::test]
async fn what_is_said_twice_is_a_failure() {
    let payloads = [
        twice("{", r#""source":"aws.sqs""#),
        twice("{", r#""replay-name":null,"replay-name":"yesterday""#),
        twice(r#""detail":{"#, r#""eventSource":"iam.amazonaws.com""#),
        twice(r#""detail":{"#, r#""errorCode":"AccessDenied","errorCode":null"#),
        twice(r#""detail":{"#, r#""recipientAccountId":"444455556666""#),
        twice(r#""userIdentity":{"#, r#""type":"IAMUser""#),
        twice(r#""sessionIssuer":{"#, r#""arn":"arn:aws:iam::111122223333:role/trailhook/tagger""#),
    ];
    let of_the_call = [
        twice(r#""requestParameters":{"#, r#""queueName":"another""#),
        twice(r#""requestParameters":{"attributes":{"#, r#""DelaySeconds":"9","DelaySeconds":"8""#),
        twice(r#""responseElements":{"#, r#""queueUrl":"https://sqs.eu-west-1.amazonaws.com/111122223333/another""#),
    ];
    for function in FUNCTIONS {
        // A call's own parts are read by those who act on them; notify hands them on as they are.
        let of_the_call = if function == "notify" { &[][..] } else { &of_the_call };
        let payloads: Vec<Vec<u8>> = payloads.iter().chain(of_the_call).cloned().collect();
        let (invocations, _) = invoked(function, "JSON", &payloads).await;
        for (invocation, payload) in invocations.iter().zip(&payloads) {
            let Invocation::Error(error) = invocation else {
                panic!("{function}: {invocation:?} of {}", String::from_utf8_lossy(payload));
            };
            let ours = ["Trailhook.Decode", "Trailhook.Undecidable", "Trailhook.Shape"];
            assert!(ours.contains(&error.error_type.as_str()), "{function}: {error:?}");
        }
    }
}

/// The other format is for people's eyes: there, too, a caller writes no lines of their own.
#[tokio::test]
async fn a_log_of_text_has_one_line_for_each_event() {
    let payloads: Vec<Vec<u8>> = STRINGS
        .iter()
        .map(|string| with("/detail/eventName", &Value::from(*string).to_string()))
        .chain([with("/source", r#""x\n2026-11-02T09:30:00Z  INFO trailhook::decision: done\u001b[2J\u202e""#)])
        .collect();
    for function in FUNCTIONS {
        let (_, log) = invoked(function, "Text", &payloads).await;
        for line in &log {
            rules::line(line).unwrap();
        }
        let (metrics, decisions): (Vec<&String>, Vec<&String>) = log.iter().partition(|line| emf::is_embedded(line));
        assert_eq!((metrics.len(), decisions.len()), (payloads.len(), payloads.len()), "{function}: {log:?}");
    }
}
