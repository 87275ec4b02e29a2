//! `trailhook redrive` where dead letters are that are not the template's own: a function's own queue, a FIFO queue, a version
//! of a function; and what it says when it can't give messages back, or is ended.

use aws_sdk_sqs::types::{MessageAttributeValue, QueueAttributeName};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::process::Command;
use trailhook_tests::between::{Between, Meet};
use trailhook_tests::command::told;
use trailhook_tests::letters::{FAILED, REVERT, asked, asking, command, event, record};
use trailhook_tests::stage::Stage;
use trailhook_tests::validation::changed;

/// Runs it: its exit status, and what `--json` says.
fn listed(stage: &Stage, arguments: &[&str]) -> (Option<i32>, Value) {
    let done = command(false, &stage.endpoint, &[arguments, &["--json"]].concat()).unwrap().output().unwrap();
    let json = serde_json::from_slice(&done.stdout).unwrap_or_else(|error| panic!("{error}: {:?}", told(&done)));
    (done.status.code(), json)
}

async fn put(stage: &Stage, queue: &str, body: String, attributes: &[(&str, &str, &str)]) {
    let attribute = |(name, kind, value): &(&str, &str, &str)| {
        let value = MessageAttributeValue::builder().data_type(*kind).string_value(*value).build().unwrap();
        ((*name).to_owned(), value)
    };
    let attributes = attributes.iter().map(attribute).collect();
    let message = stage.sqs("alice").send_message().queue_url(queue).message_body(body);
    message.set_message_attributes(Some(attributes)).send().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_in_a_functions_own_queue_gets_to_that_function() {
    let template = changed("own-queue", |text| {
        let description = "Description: Tells people and programs of a call, and writes the journal\n";
        let queue = "DeadLetterQueue:\n        Type: SQS\n        TargetArn: !GetAtt OwnQueue.Arn\n";
        let text = text.replace(description, &format!("{description}      {queue}"));
        text.replace(
            "  NotificationTopicPolicy:\n",
            "  OwnQueue:\n    Type: AWS::SQS::Queue\n  NotificationTopicPolicy:\n",
        )
    });
    let stage = Stage::start(&["--template", template.unwrap().to_str().unwrap()]).unwrap();
    let own = FAILED.replace("FailedEventsQueue", "OwnQueue");
    const OWN: &str = "5afe7e57-0000-4000-8000-00000000f00d";
    const NOBODYS: &str = "5afe7e57-0000-4000-8000-0000000dead0";
    // As Lambda writes it: the event as it is, and no word of the function.
    let said =
        [("RequestID", "String", "q-1"), ("ErrorCode", "Number", "200"), ("ErrorMessage", "String", "timed out")];
    put(&stage, &own, event(OWN, 1).unwrap().to_string(), &said).await;
    // In the queue of several functions' failures nobody can say whose it was.
    put(&stage, FAILED, event(NOBODYS, 1).unwrap().to_string(), &said).await;

    let (status, found) = listed(&stage, &["--stack-name", "trailhook"]);
    assert_eq!(status, Some(1), "one is not understood");
    let letter = &found["letters"][0];
    let target = REVERT.replace("Revert", "Notify");
    assert_eq!((&letter["target"], &letter["message"]), (&json!(target), &json!("timed out")), "{found:#}");
    assert_eq!(found["letters"].as_array().unwrap().len(), 1);
    assert!(found["unread"][0]["why"].as_str().unwrap().contains("no function that is known"), "{found:#}");
    // Its story is told without how often it was tried, which nobody says.
    let (_, story) = asked(&stage.endpoint, &["why", OWN]).unwrap();
    let end =
        json!({"function": "NotifyFunction", "response": "NotifyFunction", "end": "gave-up", "error": "ErrorCode 200"});
    assert!(story["stories"][0]["ends"].as_array().unwrap().contains(&end), "{story:#}");
    // Of the other its story says that there is one, and no more.
    let (status, story) = asked(&stage.endpoint, &["why", NOBODYS]).unwrap();
    let known = story.to_string();
    assert!(status == Some(1) && known.contains("a dead letter of it is nobody's for certain"), "{story:#}");
    let by_url = [
        "--queue",
        &own,
        "--function",
        "trailhook-NotifyFunction-1A2B3C:$LATEST",
        "--send",
        "--yes",
        "--unvouched-too",
    ];
    let (status, sent) = listed(&stage, &by_url);
    assert_eq!((status, &sent["letters"][0]["fate"]), (Some(0), &json!("sent")), "{sent:#}");
    stage.until(|line| line.starts_with("decided  NotifyFunction: ")).unwrap();
    stage.end().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_queue_where_looks_count_stops_no_others() {
    let stage = Stage::start(&[]).unwrap();
    put(&stage, FAILED, record(REVERT, &event("r-1", 1).unwrap()), &[]).await;
    let other = FAILED.replace("FailedEventsQueue", "UndeliveredEventsQueue");
    let arn = "arn:aws:sqs:eu-west-1:111122223333:trailhook-FailedEventsQueue-1A2B3C";
    let policy = json!({"deadLetterTargetArn": arn, "maxReceiveCount": "3"}).to_string();
    let set = stage.sqs("alice").set_queue_attributes().queue_url(&other);
    set.attributes(QueueAttributeName::RedrivePolicy, policy).send().await.unwrap();
    let (status, found) = listed(&stage, &["--stack-name", "trailhook"]);
    assert_eq!((status, &found["leftOut"], &found["letters"][0]["eventId"]), (Some(1), &json!([other]), &json!("r-1")));
    let note = found["notes"][0].as_str().unwrap();
    assert!(note.starts_with(&other) && note.contains("redrive policy"), "{note}");
    let (status, error) = told(&command(false, &stage.endpoint, &["--queue", &other]).unwrap().output().unwrap());
    assert!(status == Some(2) && error.contains("redrive policy"), "{error}");
    stage.end().unwrap();
}

/// Somebody has switched revert off: what is in a queue does not switch it on again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disabled_rule_hands_nothing_over_by_hand_either() {
    let template = changed("redrive-disabled", |text| text.replacen("State: ENABLED", "State: DISABLED", 1)).unwrap();
    let stage = Stage::start(&["--template", template.to_str().unwrap()]).unwrap();
    put(&stage, FAILED, record(REVERT, &event("r-1", 1).unwrap()), &[]).await;
    let (status, sent) = listed(&stage, &["--stack-name", "trailhook", "--send", "--yes"]);
    let (_, unvouched) = listed(&stage, &["--stack-name", "trailhook", "--send", "--yes", "--unvouched-too"]);
    for sent in [sent, unvouched] {
        let letter = &sent["letters"][0];
        assert_eq!((status, &letter["fate"]), (Some(1), &json!("left")), "{sent:#}");
        let why = letter["why"].as_str().unwrap();
        assert!(why.starts_with("no rule of the stack hands such an event to it now"), "{sent:#}");
    }
    stage.end().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn versions_are_shown_and_may_be_asked_for() {
    let stage = Stage::start(&[]).unwrap();
    let of_version = record(REVERT, &event("r-3", 1).unwrap()).replace("$LATEST", "3");
    put(&stage, FAILED, of_version, &[]).await;
    put(&stage, FAILED, record(REVERT, &event("r-4", 1).unwrap()), &[]).await;
    let (_, found) = listed(&stage, &["--stack-name", "trailhook"]);
    let version = |one: &Value| one["qualifier"].as_str().map(str::to_owned);
    let mut versions: Vec<_> = found["letters"].as_array().unwrap().iter().map(version).collect();
    versions.sort();
    assert_eq!(versions, [Some("$LATEST".to_owned()), Some("3".to_owned())], "{found:#}");
    let table = command(false, &stage.endpoint, &["--stack-name", "trailhook"]).unwrap().output().unwrap();
    let table = String::from_utf8_lossy(&table.stdout).into_owned();
    assert!(table.contains("RevertFunction-1A2B3C:3") && !table.contains("1A2B3C:$LATEST"), "{table}");
    let newest = ["--queue", FAILED, "--function", "trailhook-RevertFunction-1A2B3C:$LATEST"];
    let (status, found) = listed(&stage, &newest);
    assert_eq!((status, &found["notAskedFor"]), (Some(0), &json!(1)), "{found:#}");
    assert_eq!((&found["letters"][0]["eventId"], &found["letters"][0]["fate"]), (&json!("r-4"), &json!("would-send")));

    let fifo = command(false, &stage.endpoint, &["--queue", &format!("{FAILED}.fifo")]).unwrap().output().unwrap();
    let (status, error) = told(&fifo);
    assert!(status == Some(2) && error.contains("is a FIFO queue: neither EventBridge nor Lambda"), "{error}");
    stage.end().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_stands_in_the_way_of_its_end_is_said() {
    let stage = Stage::start(&[]).unwrap();
    put(&stage, FAILED, record(REVERT, &event("r-5", 1).unwrap()), &[]).await;
    let stack = ["--stack-name", "trailhook"];

    // It is ended while SQS takes its time.
    let slow = |call: &str, before: usize| match (call, before) {
        ("ReceiveMessage", 0) => Meet::LateAnswer(std::time::Duration::from_secs(5)),
        _ => Meet::Pass,
    };
    let between = Between::start(&stage.endpoint, slow).await.unwrap();
    let mut child = command(false, &between.endpoint, &stack).unwrap().spawn().unwrap();
    while !between.seen("ReceiveMessage") {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let interrupt = |id: u32| assert!(Command::new("kill").args(["-INT", &id.to_string()]).status().unwrap().success());
    interrupt(child.id());
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
    let line = said.next().unwrap().unwrap();
    assert!(line.contains("it ends as soon as the call under way is answered"), "{line}");
    // Somebody says so twice.
    interrupt(child.id());
    assert_eq!(child.wait().unwrap().code(), Some(130));

    let (_, found) = listed(&stage, &stack);
    let kept = found["letters"].as_array().unwrap().len() as u64 + found["inOtherHands"].as_u64().unwrap();
    assert_eq!(kept, 1, "nothing is lost: {found:#}");

    // A story is ended like that too, and what it held is there again.
    put(&stage, FAILED, record(REVERT, &event("r-7", 1).unwrap()), &[]).await;
    let slow = |call: &str, before: usize| match (call, before) {
        ("ReceiveMessage", 0) => Meet::LateAnswer(std::time::Duration::from_secs(2)),
        _ => Meet::Pass,
    };
    let between = Between::start(&stage.endpoint, slow).await.unwrap();
    let mut child = asking(&between.endpoint, &["why", "orders"]).unwrap().spawn().unwrap();
    while !between.seen("ReceiveMessage") {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    interrupt(child.id());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let (_, found) = listed(&stage, &[&stack[..], &["--event-id", "r-7"]].concat());
    assert_eq!(found["letters"].as_array().unwrap().len(), 1, "{found:#}");

    // SQS does not take it back: its words are told.
    put(&stage, FAILED, record(REVERT, &event("r-6", 1).unwrap()), &[]).await;
    let unwilling = |call: &str, _: usize| match call {
        "ChangeMessageVisibilityBatch" => {
            Meet::Answer((400, json!({"__type": "AccessDenied", "message": "not you"}).to_string()))
        }
        _ => Meet::Pass,
    };
    let between = Between::start(&stage.endpoint, unwilling).await.unwrap();
    let (_, error) = told(&command(false, &between.endpoint, &stack).unwrap().output().unwrap());
    assert!(error.contains("could not be given back") && error.contains("AccessDenied: not you"), "{error}");
    stage.end().unwrap();
}
