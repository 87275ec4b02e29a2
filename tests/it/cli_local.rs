//! `trailhook local --once EVENT`, run as a command with the real functions.

use serde_json::Value;
use std::io::Write;
use std::process::{Command, Output, Stdio};
use trailhook_tests::functions::binaries;
use trailhook_tests::root;

fn local(arguments: &[&str], input: &str) -> Output {
    let functions = binaries().unwrap();
    let mut command = Command::new(functions.join("trailhook"));
    command.args(["local", "--once", "--functions"]).arg(&functions).args(arguments).current_dir(root());
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

/// The exit status, and what `--json` says.
fn played(arguments: &[&str], input: &str) -> (i32, Value) {
    let done = local(&[arguments, &["--json"]].concat(), input);
    let told = String::from_utf8_lossy(&done.stderr).into_owned();
    let json = serde_json::from_slice(&done.stdout).unwrap_or_else(|error| panic!("{error}: {told}"));
    (done.status.code().unwrap(), json)
}

/// Outcome and reason at each of the rule's targets.
fn outcomes(event: &Value) -> Vec<(String, String, String)> {
    let targets = event["rules"][0]["targets"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let of = |target: &Value| {
        let report = &target["report"];
        let outcome = if report.is_null() { text(&target["result"]) } else { text(&report["outcome"]) };
        (text(&target["target"]), outcome, text(&report["reason"]))
    };
    targets.iter().map(of).collect()
}

fn triple(target: &str, outcome: &str, reason: &str) -> (String, String, String) {
    (target.to_owned(), outcome.to_owned(), reason.to_owned())
}

const CREATED: &str = "events/sqs/CreateQueue.success.json";

#[test]
fn an_event_is_played() {
    let (status, json) = played(&[CREATED], "");
    assert_eq!((status, &json["ok"]), (0, &Value::Bool(true)));
    let event = &json["events"][0];
    let found: Vec<String> =
        outcomes(event).into_iter().map(|(target, outcome, _)| format!("{target} {outcome}")).collect();
    assert_eq!(found, ["TagNewQueue acted", "Notify acted", "Revert dry-run", "EventLog logged"]);
    let after = &event["afterwards"];
    assert_eq!(after["queue"]["name"], "orders");
    assert_eq!(after["queue"]["tags"]["team"], "payments", "the tags of the call stay");
    assert_eq!(after["queue"]["tags"]["trailhook:created-by"], "Developer/alice");
    assert_eq!(after["published"].as_array().unwrap().len(), 1);
    let groups: Vec<&str> =
        after["logGroups"].as_array().unwrap().iter().map(|group| group["name"].as_str().unwrap()).collect();
    assert_eq!(groups[0], "/aws/events/trailhook");
    assert!(groups[1].contains("JournalLogGroup"), "{groups:?}");
    let logged = after["logGroups"][0]["events"][0]["message"].as_str().unwrap();
    let logged: Value = serde_json::from_str(logged).unwrap();
    assert_eq!(logged["detail"]["eventName"], "CreateQueue");
    let calls: Vec<&str> = after["calls"].as_array().unwrap().iter().map(|call| call.as_str().unwrap()).collect();
    assert!(calls.contains(&"TagNewQueueFunction: sqs:TagQueue 200"), "{calls:?}");
    assert!(!calls.iter().any(|call| call.contains("DeleteQueue")), "{calls:?}");
}

#[test]
fn people_get_a_table() {
    let done = local(&[CREATED, "--verbose"], "");
    let text = String::from_utf8(done.stdout).unwrap();
    for expected in [
        "CreateQueue by alice",
        "│ TagNewQueue ┆ function tag-new-queue",
        "queue    orders has 5 tags",
        "decision of TagNewQueue: {",
        "AWS call",
    ] {
        assert!(text.contains(expected), "{expected}: {text}");
    }
}

#[test]
fn in_force_the_queue_is_gone_afterwards() {
    let (status, json) = played(&[CREATED, "--parameter", "RevertMode=enforce"], "");
    assert_eq!(status, 0);
    let event = &json["events"][0];
    assert_eq!(outcomes(event)[2], triple("Revert", "acted", ""));
    assert_eq!(event["afterwards"]["queueGone"], "orders", "{}", event["afterwards"]);
}

/// revert looks whether the queue still is as the call made it, so the back end must hold every
/// attribute: encryption, FIFO and the old spellings too.
#[test]
fn the_queue_is_there_with_all_its_attributes() {
    for file in ["encrypted", "fifo", "old-shape-2017", "old-shape-2022"] {
        let (_, json) = played(&[&format!("events/sqs/CreateQueue.{file}.json")], "");
        assert_eq!(outcomes(&json["events"][0])[2], triple("Revert", "dry-run", ""), "{file}");
    }
}

#[test]
fn guards_are_seen_at_work() {
    for (file, reason) in [("own-role", "own-call"), ("name-exists", "failed-call")] {
        let (status, json) = played(&[&format!("events/sqs/CreateQueue.{file}.json")], "");
        assert_eq!(status, 0);
        let event = &json["events"][0];
        for target in outcomes(event).iter().take(3) {
            assert_eq!((target.1.as_str(), target.2.as_str()), ("skipped", reason), "{file}");
        }
        // snapshot looks after our own calls too, and after no call that failed.
        let calls = event["afterwards"]["calls"].as_array().unwrap().iter().map(|call| call.as_str().unwrap());
        let (snapshot, others): (Vec<&str>, Vec<&str>) = calls.partition(|call| call.starts_with("SnapshotFunction: "));
        assert_eq!((snapshot.is_empty(), others), (reason == "failed-call", Vec::new()), "{file}");
    }
}

#[test]
fn an_old_event_stays_old_when_its_time_is_kept() {
    let mut event: Value =
        serde_json::from_slice(&std::fs::read(root().join("events/sqs/CreateQueue.success.json")).unwrap()).unwrap();
    event["time"] = Value::from("2021-01-01T00:00:00Z");
    event["detail"]["eventTime"] = Value::from("2021-01-01T00:00:00Z");
    let (_, json) = played(&["--keep-time", "-"], &event.to_string());
    assert_eq!(outcomes(&json["events"][0])[0], triple("TagNewQueue", "skipped", "stale"));
    let (_, json) = played(&["-"], &event.to_string());
    assert_eq!(outcomes(&json["events"][0])[0].1, "acted");
}

#[test]
fn what_does_not_match_says_why_and_ends_with_1() {
    let done = local(&["events/near-miss/forged.CreateQueue.json"], "");
    assert_eq!(done.status.code(), Some(1));
    let text = String::from_utf8(done.stdout).unwrap();
    assert!(text.contains(r#"ApiCallRule does not match: source is "mycompany.sqs", wanted ["aws.sqs"]"#), "{text}");
}

#[test]
fn a_function_that_fails_ends_with_1_and_the_others_go_on() {
    let (status, json) = played(&["events/bad/queue-name-is-a-number.json"], "");
    assert_eq!(status, 1);
    let targets = &json["events"][0]["rules"][0]["targets"];
    assert_eq!(
        (&targets[0]["result"], &targets[0]["errorType"]),
        (&Value::from("failed"), &Value::from("Trailhook.Shape"))
    );
    assert_eq!(targets[1]["report"]["outcome"], "acted");
    assert_eq!(targets[3]["result"], "logged");
    // People read what the function said, and not what it counted.
    let text = String::from_utf8(local(&["events/bad/queue-name-is-a-number.json"], "").stdout).unwrap();
    assert!(text.contains("trailhook::decision") && !text.contains("CloudWatchMetrics"), "{text}");
}

#[test]
fn lines_are_played_one_by_one_in_their_own_accounts() {
    let record = |account: &str, name: &str| {
        let url = format!("https://sqs.us-west-2.amazonaws.com/{account}/{name}");
        serde_json::json!({
            "eventSource": "sqs.amazonaws.com", "eventName": "CreateQueue", "awsRegion": "us-west-2",
            "eventID": format!("e-{name}"), "eventType": "AwsApiCall", "eventTime": "2026-11-02T09:30:00Z", "recipientAccountId": account,
            "userIdentity": {"type": "IAMUser", "userName": "bob", "accountId": account},
            "requestParameters": {"queueName": name}, "responseElements": {"queueUrl": url},
        })
        .to_string()
    };
    let other = r#"{"eventSource": "sqs.amazonaws.com", "eventName": "ListQueues"}"#;
    let lines = format!("{}\n{other}\n{}\n", record("111122223333", "a"), record("444455556666", "b"));
    let (status, json) = played(&["-"], &lines);
    assert_eq!((status, &json["ok"]), (1, &Value::Bool(false)), "one doesn't match");
    let events = json["events"].as_array().unwrap();
    let ok: Vec<bool> = events.iter().map(|event| event["ok"].as_bool().unwrap()).collect();
    assert_eq!(ok, [true, false, true]);
    assert_eq!(events[2]["place"], "standard input:3");
    assert_eq!(events[2]["afterwards"]["queue"]["tags"]["trailhook:created-by"], "bob");
    let done = local(&["-"], &lines);
    let text = String::from_utf8(done.stdout).unwrap();
    let sums = "3 events: 2 matched and were handed to every target, 0 failed, 1 did not match\n";
    assert!(text.ends_with(sums), "{text}");
}

#[test]
fn what_cannot_be_played_ends_with_2_and_says_why() {
    for (arguments, expected) in [
        (vec!["events/none.json"], "events/none.json: "),
        (
            vec!["--parameter", "RolePath=/"],
            r#"template.yaml: parameter RolePath: "/" breaks the rule: begins and ends with a slash"#,
        ),
        (
            vec!["--functions", "docs"],
            "there is no binary of notify in docs: expected notify, notify/bootstrap or NotifyFunction/bootstrap",
        ),
    ] {
        let functions = binaries().unwrap();
        let mut command = Command::new(functions.join("trailhook"));
        command.args(["local", "--once"]).args(&arguments).current_dir(root());
        if !arguments.contains(&"--functions") {
            command.arg("--functions").arg(&functions);
        }
        let done = command.output().unwrap();
        let told = String::from_utf8(done.stderr).unwrap();
        assert_eq!(done.status.code(), Some(2), "{arguments:?}");
        assert!(told.contains(expected), "{arguments:?}: {told}");
    }
}
