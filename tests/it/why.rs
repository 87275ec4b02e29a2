//! `trailhook why` on local stages: for each way that an event can end, the story says so.

use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};
use trailhook_tests::between::{Between, Meet};
use trailhook_tests::command::{told as said, trailhook};
use trailhook_tests::functions::binaries;
use trailhook_tests::stage::Stage;
use trailhook_tests::validation::{changed, without};
use trailhook_tests::{root, say};

mod believed;
mod known;

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(120);

fn why(endpoint: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(binaries().unwrap().join("trailhook"));
    command.args(["why", "--endpoint-url", endpoint, "--region", "eu-west-1"]).args(arguments).current_dir(root());
    command.env_clear().envs([
        ("AWS_ACCESS_KEY_ID", "ci"),
        ("AWS_SECRET_ACCESS_KEY", "testing"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        ("HOME", "/nowhere"),
    ]);
    command.stdin(Stdio::null()).output().unwrap()
}

/// What `--json` says.
fn asked(endpoint: &str, about: &str) -> (Option<i32>, Value) {
    let output = why(endpoint, &[about, "--stack-name", "trailhook", "--json"]);
    let json = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {:?}", said(&output)));
    (output.status.code(), json)
}

/// Asks until a story ends so at a function; that story.
fn until(stage: &Stage, about: &str, function: &str, end: &Value) -> Value {
    let started = Instant::now();
    loop {
        let (status, told) = asked(&stage.endpoint, about);
        // What our own functions do about a queue has stories of its own.
        let mut stories = told["stories"].as_array().unwrap().iter();
        if let Some(story) = stories.find(|story| end_at(story, function) == *end).cloned() {
            assert_eq!((status, &story["whole"]), (Some(0), &json!(true)), "{told:#}");
            return story;
        }
        assert!(started.elapsed() < PATIENCE, "{function} does not end as {end}: {told:#}");
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// What became of it at a function.
fn end_at(story: &Value, function: &str) -> Value {
    let ends = story["ends"].as_array().into_iter().flatten();
    let mut end = ends.into_iter().find(|end| end["function"] == function).cloned().unwrap_or_default();
    if let Some(members) = end.as_object_mut() {
        members.retain(|name, _| name != "function" && name != "response");
    }
    end
}

/// What is told at a hop.
fn line(story: &Value, hop: &str, of: &str) -> String {
    let mut lines = story["lines"].as_array().unwrap().iter();
    let found = lines.find(|line| line["hop"] == hop && line["of"].as_str().unwrap().starts_with(of));
    found.unwrap_or_else(|| panic!("no {hop} {of}: {story:#}"))["told"].as_str().unwrap().to_owned()
}

/// Puts an event on the stage's bus; its id.
fn put(stage: &Stage, arguments: &[&str]) -> String {
    let done = trailhook([&["event"], arguments, &[&format!("--put={}", stage.endpoint)]].concat()).unwrap();
    let text = String::from_utf8_lossy(&done.stdout).into_owned();
    let id = text.split_once(", event ").and_then(|(_, rest)| rest.split(':').next());
    id.unwrap_or_else(|| panic!("{text}: {:?}", said(&done))).to_owned()
}

/// The same for an event that comes out of an archive.
fn put_replayed(stage: &Stage) -> String {
    let printed = trailhook(["event", "CreateQueue"]).unwrap();
    let mut event: Value = serde_json::from_slice(&printed.stdout).unwrap();
    event["replay-name"] = "last-week".into();
    let body = event.to_string();
    let address = stage.endpoint.trim_start_matches("http://");
    let mut connection = TcpStream::connect(address).unwrap();
    let head = format!("POST /_trailhook/events HTTP/1.1\r\nhost: {address}\r\nconnection: close");
    write!(connection, "{head}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}", body.len())
        .unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    event["detail"]["eventID"].as_str().unwrap().to_owned()
}

fn row(what: &str, story: &Value) -> String {
    format!("{what:<20} {}", story["conclusion"].as_str().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_acted_is_told_of_an_event_and_of_a_queue() {
    let stage = Stage::start(&[]).unwrap();
    stage.sqs("alice").create_queue().queue_name("orders").send().await.unwrap();
    let mut story = Value::Null;
    for (function, end) in [
        ("TagNewQueueFunction", json!({"end": "acted"})),
        ("NotifyFunction", json!({"end": "acted"})),
        ("RevertFunction", json!({"end": "dry-run"})),
    ] {
        story = until(&stage, "orders", function, &end);
    }
    let id = story["eventId"].as_str().unwrap();
    let call = line(&story, "call", "");
    assert!(call.starts_with("CreateQueue by alice (IAM user), account 111122223333, eu-west-1"), "{call}");
    assert_eq!(line(&story, "history", ""), "CloudTrail's event history has it");
    assert_eq!(line(&story, "rule", "trailhook-ApiCallRule"), "matches");
    assert!(line(&story, "target", "EventLog").starts_with("got it"), "{story:#}");
    assert!(line(&story, "decision", "RevertFunction").starts_with("a dry run: would delete"), "{story:#}");
    assert!(line(&story, "journal", "").contains("orders"), "{story:#}");
    let conclusion = story["conclusion"].as_str().unwrap();
    for clause in ["tag-new-queue tagged it", "notify told of it", "revert would have undone it"] {
        assert!(conclusion.contains(clause), "{conclusion}");
    }

    // The same by its id, and for people; looking has changed nothing.
    let by_id = until(&stage, id, "RevertFunction", &json!({"end": "dry-run"}));
    assert_eq!(by_id["conclusion"], story["conclusion"]);
    let arn = "arn:aws:sqs:eu-west-1:111122223333:orders";
    let output = why(&stage.endpoint, &[arn, "--stack-name", "trailhook", "--since", "1h"]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.code() == Some(0) && text.contains(&format!("event     {id}")), "{text}");
    assert!(text.contains(&format!("so        {conclusion}")) && text.contains("s after the call: "), "{text}");

    // A call that no rule has in its pattern is known by the history alone.
    let sns = aws_sdk_sns::Client::new(&stage.configuration("alice"));
    sns.create_topic().name("orders").send().await.unwrap();
    let trail = aws_sdk_cloudtrail::Client::new(&stage.configuration("ci"));
    let created = trail.lookup_events().send().await.unwrap();
    let created = created.events().iter().find(|event| event.event_name() == Some("CreateTopic")).unwrap();
    let (status, told) = asked(&stage.endpoint, created.event_id().unwrap());
    let unmatched = &told["stories"][0];
    assert_eq!((status, &unmatched["ends"]), (Some(0), &json!([])), "{told:#}");
    assert!(line(unmatched, "rule", "trailhook-ApiCallRule").contains("detail.event"), "{told:#}");
    let conclusion = unmatched["conclusion"].as_str().unwrap();
    assert!(conclusion.starts_with("no rule of the stack trailhook hands it over"), "{conclusion}");

    // What nobody knows, and what can't be asked.
    let (status, unknown) = asked(&stage.endpoint, "00000000-0000-4000-8000-000000000000");
    assert_eq!((status, &unknown["stories"][0]["found"]), (Some(1), &json!(false)), "{unknown:#}");
    let nothing = unknown["stories"][0]["conclusion"].as_str().unwrap();
    assert!(nothing.starts_with("nothing knows it") && nothing.contains("--region"), "{nothing}");
    let (status, none) = asked(&stage.endpoint, "no-such-queue");
    assert!(status == Some(1) && none["untold"][0].as_str().unwrap().contains("no event about the queue"), "{none:#}");
    let (status, error) = said(&why(&stage.endpoint, &["orders", "--stack-name", "other"]));
    assert!(status == Some(2) && error.contains("--region"), "{error}");

    // Whose log may not be read has not done nothing.
    let denied = |call: &str, _: usize| match call {
        "FilterLogEvents" => {
            Meet::Answer((400, json!({"__type": "AccessDeniedException", "message": "no"}).to_string()))
        }
        _ => Meet::Pass,
    };
    let between = Between::start(&stage.endpoint, denied).await.unwrap();
    let (status, told) = asked(&between.endpoint, id);
    let story = &told["stories"][0];
    assert_eq!((status, &story["whole"]), (Some(1), &json!(false)), "{told:#}");
    assert_eq!(end_at(story, "RevertFunction"), json!({"end": "untold"}), "{told:#}");
    assert!(line(story, "untold", "").contains("may logs:FilterLogEvents"), "{told:#}");
    say([
        row("acted", &by_id),
        row("no rule", unmatched),
        row("unknown", &unknown["stories"][0]),
        row("denied", story),
    ]
    .join("\n           "));
    stage.end().unwrap();
}

#[test]
fn each_reason_for_leaving_it_alone_is_told() {
    let exempt = "ExemptPrincipals=arn:aws:iam::111122223333:user/exempt";
    let stage = Stage::start(&["--parameter", "EventNames=CreateQueue,DeleteQueue", "--parameter", exempt]).unwrap();
    let earlier = (Utc::now() - TimeDelta::hours(2)).to_rfc3339();
    let (revert, tagger) = ("RevertFunction", "TagNewQueueFunction");
    let mut rows = Vec::new();
    let mut check = |reason: &str, function: &str, id: &str| {
        let story = until(&stage, id, function, &json!({"end": "skipped", "reason": reason}));
        let decision = line(&story, "decision", function);
        assert!(decision.starts_with(&format!("skipped, {reason}: ")), "{decision}");
        rows.push(row(reason, &story));
    };
    for (reason, function, event) in [
        ("failed-call", revert, &["CreateQueue", "--case", "failed"][..]),
        ("own-call", revert, &["CreateQueue", "--case", "own-role"]),
        ("foreign-account", revert, &["CreateQueue", "--account", "444455556666"]),
        ("foreign-region", revert, &["CreateQueue", "--region", "us-east-1"]),
        ("stale", revert, &["CreateQueue", "--at", &earlier]),
        ("exempt", revert, &["CreateQueue", "--as", "user:exempt"]),
        ("not-watched", tagger, &["DeleteQueue"]),
    ] {
        check(reason, function, &put(&stage, event));
    }
    check("replayed", revert, &put_replayed(&stage));

    // What a caller calls himself moves no cursor.
    let strange = r#"userIdentity.userName="a\u001b[2Jb""#;
    let id = put(&stage, &["CreateQueue", "--case", "failed", "--as", "user:a", "--set", strange]);
    until(&stage, &id, revert, &json!({"end": "skipped", "reason": "failed-call"}));
    let output = why(&stage.endpoint, &[&id, "--stack-name", "trailhook"]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("CreateQueue by a") && !text.contains('\u{1b}'), "{text:?}");
    say(rows.join("\n           "));
    stage.end().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_failed_was_not_handed_over_or_was_lost_is_told() {
    // It fails, is tried again, and is put aside.
    let stage = Stage::start(&["--refuse", "sqs:TagQueue", "--retry-delay", "0.1"]).unwrap();
    stage.sqs("alice").create_queue().queue_name("orders").send().await.unwrap();
    let end = json!({"end": "gave-up", "error": "Trailhook.Denied", "tries": 3});
    let failed = until(&stage, "orders", "TagNewQueueFunction", &end);
    let tries: Vec<&Value> =
        failed["lines"].as_array().unwrap().iter().filter(|line| line["hop"] == "decision").collect();
    let tries = tries.iter().filter(|line| line["of"] == "TagNewQueueFunction").count();
    assert_eq!(tries, 3, "{failed:#}");
    let first = line(&failed, "decision", "TagNewQueueFunction");
    assert!(first.starts_with("1 of 3: failed, Trailhook.Denied: ") && first.contains("sqs:TagQueue"), "{first}");
    let given_up = line(&failed, "given-up", "TagNewQueueFunction");
    let send = format!("redrive --stack-name trailhook --event-id {} --send", failed["eventId"].as_str().unwrap());
    assert!(given_up.contains("gave up after 3 tries") && given_up.contains(&send), "{given_up}");
    // It is still in the queue.
    until(&stage, "orders", "TagNewQueueFunction", &end);
    stage.end().unwrap();

    // Nobody lets EventBridge in, and it is kept.
    let template = changed("why-undelivered", |text| without(&text, "NotifyPermission")).unwrap();
    let stage = Stage::start(&["--template", template.to_str().unwrap()]).unwrap();
    stage.sqs("alice").create_queue().queue_name("orders").send().await.unwrap();
    let undelivered =
        until(&stage, "orders", "NotifyFunction", &json!({"end": "undelivered", "error": "NO_PERMISSIONS"}));
    let target = line(&undelivered, "target", "Notify");
    assert!(target.contains("queue for undelivered events: NO_PERMISSIONS: "), "{target}");
    stage.end().unwrap();

    // It could not even be kept.
    let lost = |text: String| without(&without(&text, "NotifyPermission"), "UndeliveredEventsQueuePolicy");
    let template = changed("why-lost", lost).unwrap();
    let stage = Stage::start(&["--template", template.to_str().unwrap()]).unwrap();
    stage.sqs("alice").create_queue().queue_name("orders").send().await.unwrap();
    until(&stage, "orders", "TagNewQueueFunction", &json!({"end": "acted"}));
    let lost = until(&stage, "orders", "NotifyFunction", &json!({"end": "unknown"}));
    let target = line(&lost, "target", "Notify");
    assert!(target.contains("no line of it and no dead letter") && target.contains("trailhook validate"), "{target}");
    say([row("gave up", &failed), row("not handed over", &undelivered), row("lost", &lost)].join("\n           "));
    stage.end().unwrap();
}
