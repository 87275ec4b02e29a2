//! What revert asks beside the queue and its snapshots: CloudTrail's event history, and a queue's moves.

use crate::reverting_docs::decided;
use crate::reverting_refused::{Aws, QUEUE, answered, cases, event, item, reason, time};
use chrono::{SecondsFormat, TimeDelta, Utc};
use serde_json::{Value, json};
use trailhook::Decision;
use trailhook::responses::revert::Revert;
use trailhook_cli::stage::Invocation;
use trailhook_tests::functions::{binaries, invoke};
use trailhook_tests::root;
use trailhook_tests::script::Scripted;

/// CloudTrail's event history is asked where no snapshot tells, and is believed once it has the call itself.
#[tokio::test]
async fn the_event_history_tells_what_no_snapshot_does() {
    binaries().unwrap();
    let cases = cases();
    let case = &cases[0];
    let fresh = event(case, TimeDelta::seconds(20));
    let mut earlier = event(case, TimeDelta::days(3))["detail"].clone();
    earlier["eventID"] = json!("11111111-2222-4333-8444-555566667777");
    earlier["requestParameters"]["attributes"] = json!({ "VisibilityTimeout": "45", "DelaySeconds": "0" });
    let mut of_another = earlier.clone();
    of_another["eventID"] = json!("21111111-2222-4333-8444-555566667777");
    of_another["requestParameters"]["queueUrl"] = json!(format!("{QUEUE}-2"));
    let events = vec![fresh["detail"].clone(), of_another, earlier];
    let aws = Aws { live: case.left.clone(), history: Some(item(case, Vec::new())), events };
    let (report, changes) = answered(aws.clone(), &fresh, "enforce").await;
    assert_eq!(changes, ["SetQueueAttributes"], "{report}");
    let back = &report["actions"][0]["action"]["attributes"]["VisibilityTimeout"];
    assert_eq!(back["wanted"], "45");
    assert!(back["from"].as_str().unwrap().contains("11111111-2222-4333-8444-555566667777"), "{report}");

    // It lags behind: it is asked again a minute later, and not for ever.
    let behind = Aws { events: aws.events[1..].to_vec(), ..aws.clone() };
    let (report, changes) = answered(behind.clone(), &fresh, "enforce").await;
    assert_eq!((&report["reason"], changes), (&json!("Trailhook.Postponed"), Vec::new()), "{report}");
    let (report, changes) = answered(behind, &event(case, TimeDelta::minutes(3)), "enforce").await;
    assert_eq!((reason(&report), changes), ("unknown-previous-state", Vec::new()), "{report}");

    // Before snapshot has kept the call itself, its table is not relied on either.
    let early = Aws { history: None, ..aws.clone() };
    let (report, changes) = answered(early, &fresh, "enforce").await;
    assert_eq!((&report["reason"], changes), (&json!("Trailhook.Postponed"), Vec::new()), "{report}");

    // One that can't be read may be the one that matters.
    let mut broken = aws.clone();
    broken.events[2]["requestParameters"] = json!({ "queueUrl": QUEUE, "attributes": ["VisibilityTimeout"] });
    let (report, changes) = answered(broken, &event(case, TimeDelta::minutes(3)), "enforce").await;
    assert_eq!((report["outcome"].as_str(), changes), (Some("nothing"), Vec::new()), "{report}");
}

/// A deleted queue has no tags to ask for while nobody knows what it was like.
#[tokio::test]
async fn a_deletion_that_is_put_off_asks_nothing_of_a_queue_that_is_gone() {
    binaries().unwrap();
    let cases = cases();
    let case = cases.iter().find(|case| case.call == "DeleteQueue").unwrap();
    let (report, changes) = answered(Aws::default(), &event(case, TimeDelta::seconds(20)), "enforce").await;
    assert_eq!((&report["reason"], changes), (&json!("Trailhook.Postponed"), Vec::new()), "{report}");
    assert!(report["message"].as_str().unwrap().contains("snapshot has not kept this call yet"), "{report}");
}

/// Found by fuzzing: an ARN's last part may be anything.
#[test]
fn a_move_out_of_what_is_no_queue_is_not_stopped() {
    let file = root().join("events/sqs/StartMessageMoveTask.success.json");
    let mut event: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    for source in ["orders-dead:letter", "orders/dead", ".fifo"] {
        let arn = format!("arn:aws:sqs:eu-west-1:111122223333:{source}");
        event["detail"]["requestParameters"]["sourceArn"] = json!(arn);
        let decision = decided(&Revert::default(), &event);
        assert!(
            matches!(&decision, Decision::Nothing(reason) if reason.code == "foreign-queue"),
            "{source}: {decision:?}"
        );
    }
}

#[tokio::test]
async fn a_move_is_stopped_while_it_runs() {
    binaries().unwrap();
    let at = Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true);
    let file = root().join("events/sqs/StartMessageMoveTask.success.json");
    let mut event: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    event["time"] = json!(at);
    event["detail"]["eventTime"] = json!(at);
    let handle = event["detail"]["responseElements"]["taskHandle"].clone();
    let task =
        |status: &str| json!([{ "TaskHandle": handle, "Status": status, "ApproximateNumberOfMessagesMoved": 7 }]);
    let until = time(-TimeDelta::days(1)).to_rfc3339_opts(SecondsFormat::Secs, true);
    for (tasks, tags, outcome, reason, calls) in [
        (task("RUNNING"), json!({}), "acted", Value::Null, vec!["CancelMessageMoveTask"]),
        (task("CANCELLED"), json!({}), "nothing", json!("move-over"), vec![]),
        (json!([]), json!({}), "nothing", json!("move-over"), vec![]),
        (task("RUNNING"), json!({ "trailhook:exempt-until": until }), "nothing", json!("exempt"), vec![]),
    ] {
        let answers = (tasks.clone(), tags.clone());
        let script = move |call: &str, _| match call {
            "ListMessageMoveTasks" => (200, json!({ "Results": answers.0 }).to_string()),
            "ListQueueTags" => (200, json!({ "Tags": answers.1 }).to_string()),
            _ => (200, "{}".to_owned()),
        };
        let aws = Scripted::start(script).await.unwrap();
        let variables = [("TRAILHOOK_MODE", "enforce")];
        let done = invoke("revert", &aws.endpoint, &variables, &[event.to_string().into_bytes()]).await.unwrap();
        let Invocation::Response(report) = &done[0] else { panic!("{done:?}") };
        assert_eq!(
            (&report["outcome"], &report["actions"][0]["reason"]),
            (&json!(outcome), &reason),
            "{tasks} {tags}: {report}"
        );
        let seen = aws.calls();
        let looks = ["UpdateItem", "ListMessageMoveTasks", "ListQueueTags"];
        let changes: Vec<&str> = seen.iter().map(String::as_str).filter(|call| !looks.contains(call)).collect();
        assert_eq!(changes, calls, "{tasks} {tags}");
    }
}
