//! What `trailhook why` says where something is not known, or is not what it seems.

use super::{asked, end_at, line, put, row, until, why};
use aws_sdk_cloudtrail::types::{LookupAttribute, LookupAttributeKey};
use aws_sdk_sqs::types::QueueAttributeName;
use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};
use trailhook_tests::between::{Between, Meet};
use trailhook_tests::command::{told as said, trailhook};
use trailhook_tests::letters::{event, record};
use trailhook_tests::say;
use trailhook_tests::stage::Stage;
use trailhook_tests::validation::changed;

const QUEUE: &str = "https://sqs.eu-west-1.amazonaws.com/111122223333/trailhook-FailedEventsQueue-1A2B3C";
const REVERT: &str = "arn:aws:lambda:eu-west-1:111122223333:function:trailhook-RevertFunction-1A2B3C";

/// The service refuses this call.
fn denied() -> Meet {
    Meet::Answer((400, json!({"__type": "AccessDeniedException", "message": "no"}).to_string()))
}

/// Runs what blocks beside what has to go on.
fn aside<T>(work: impl FnOnce() -> T) -> T {
    tokio::task::block_in_place(work)
}

/// A page of the event history with this record.
fn page(id: &str, record: &str, next: Option<&str>) -> String {
    json!({"Events": [{"EventId": id, "CloudTrailEvent": record}], "NextToken": next}).to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn functions_that_share_a_log_group_keep_their_own_decisions() {
    let shared = |text: String| text.replace("LogGroup: !Ref RevertLogGroup", "LogGroup: !Ref NotifyLogGroup");
    let template = changed("why-shared", shared).unwrap();
    let stage = Stage::start(&["--template", template.to_str().unwrap()]).unwrap();
    stage.sqs("alice").create_queue().queue_name("orders").send().await.unwrap();
    aside(|| until(&stage, "orders", "NotifyFunction", &json!({"end": "acted"})));
    let story = aside(|| until(&stage, "orders", "RevertFunction", &json!({"end": "dry-run"})));
    let decisions = |function: &str| {
        let lines = story["lines"].as_array().unwrap().iter();
        lines.filter(|line| line["hop"] == "decision" && line["of"] == function).count()
    };
    assert_eq!((decisions("NotifyFunction"), decisions("RevertFunction")), (1, 1), "{story:#}");
    assert_eq!(end_at(&story, "NotifyFunction"), json!({"end": "acted"}), "{story:#}");

    // The one group that both write to is asked once; so are those of the two others, of the events, and of the journal.
    let between = Between::start(&stage.endpoint, |_, _| Meet::Pass).await.unwrap();
    let id = story["eventId"].as_str().unwrap();
    aside(|| asked(&between.endpoint, id));
    let searches = between.calls().into_iter().filter(|call| call == "FilterLogEvents").count();
    assert_eq!(searches, 5);
    say(row("shared", &story));
    stage.end().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_older_than_its_log_keeps_is_not_known() {
    let stage = Stage::start(&[]).unwrap();
    let logs = aws_sdk_cloudwatchlogs::Client::new(&stage.configuration("ci"));
    for group in logs.describe_log_groups().send().await.unwrap().log_groups() {
        let name = group.log_group_name().unwrap();
        logs.put_retention_policy().log_group_name(name).retention_in_days(7).send().await.unwrap();
    }
    // The history keeps for 90 days what nothing else has any more.
    let of_days_ago = async |days: i64, refused: &'static str| {
        let at = (Utc::now() - TimeDelta::days(days)).to_rfc3339();
        let printed = trailhook(["event", "CreateQueue", "--at", &at]).unwrap();
        let record = serde_json::from_slice::<Value>(&printed.stdout).unwrap()["detail"].clone();
        let id = record["eventID"].as_str().unwrap().to_owned();
        let page = page(&id, &record.to_string(), None);
        let script = move |call: &str, _: usize| match call {
            "LookupEvents" => Meet::Answer((200, page.clone())),
            call if call == refused => denied(),
            _ => Meet::Pass,
        };
        let between = Between::start(&stage.endpoint, script).await.unwrap();
        let (status, told) = aside(|| asked(&between.endpoint, &id));
        (status, told["stories"][0].clone())
    };
    let (status, story) = of_days_ago(10, "none").await;
    let end = json!({"end": "not-known", "because": "lines are kept 7 days only"});
    assert_eq!((status, &story["whole"], end_at(&story, "NotifyFunction")), (Some(1), &json!(false), end), "{story:#}");
    for of in ["Notify", "EventLog"] {
        let target = line(&story, "target", of);
        assert!(target.contains("keeps its lines 7 days only, and the event is older"), "{target}");
    }
    let conclusion = story["conclusion"].as_str().unwrap();
    assert!(conclusion.starts_with("NotifyFunction, ") && conclusion.contains("are not known to have answered it"));

    // Nor is it known where nobody tells how long the lines are kept.
    let (status, unsure) = of_days_ago(10, "DescribeLogGroups").await;
    let end = json!({"end": "not-known", "because": "nobody told how long lines are kept"});
    assert_eq!((status, end_at(&unsure, "NotifyFunction")), (Some(1), end), "{unsure:#}");
    assert!(line(&unsure, "target", "Notify").contains("may logs:DescribeLogGroups"), "{unsure:#}");

    // Its lines would be there, and a dead letter need not.
    let (status, none) = of_days_ago(6, "none").await;
    assert_eq!((status, &none["whole"]), (Some(0), &json!(true)), "{none:#}");
    let four_days = (QueueAttributeName::MessageRetentionPeriod, "345600");
    let changed = stage.sqs("alice").set_queue_attributes().queue_url(QUEUE).attributes(four_days.0, four_days.1);
    changed.send().await.unwrap();
    let (status, letters) = of_days_ago(6, "none").await;
    let target = line(&letters, "target", "Notify");
    assert!(status == Some(1) && target.contains("keeps dead letters 4 days only"), "{letters:#}");
    say([row("expired", &story), row("untold", &unsure), row("letters", &letters)].join("\n           "));
    stage.end().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_pushed_out_of_the_newest_and_nothing_that_was_read_is_lost() {
    let stage = Stage::start(&[]).unwrap();
    let sqs = stage.sqs("alice");
    sqs.create_queue().queue_name("orders").send().await.unwrap();
    let story = aside(|| until(&stage, "orders", "RevertFunction", &json!({"end": "dry-run"})));
    let id = story["eventId"].as_str().unwrap().to_owned();

    // Whose record was read with the queue's is not asked for again.
    let between = Between::start(&stage.endpoint, |_, _| Meet::Pass).await.unwrap();
    let (_, told) = aside(|| asked(&between.endpoint, "orders"));
    assert!(told["stories"].as_array().unwrap().len() > 1, "{told:#}");
    assert_eq!(between.calls().into_iter().filter(|call| call == "LookupEvents").count(), 1);

    // A namesake is another queue: of another Region's nothing is told, but where to ask.
    let (status, own) = aside(|| asked(&stage.endpoint, "arn:aws:sqs:eu-west-1:111122223333:orders"));
    let (elsewhere, other) = aside(|| asked(&stage.endpoint, "arn:aws:sqs:us-east-1:111122223333:orders"));
    let count = |told: &Value| told["stories"].as_array().unwrap().len();
    assert!(status == Some(0) && count(&own) == count(&told), "{own:#}");
    let said = other["untold"].as_array().unwrap().last().unwrap().to_string();
    assert!(elsewhere == Some(1) && count(&other) == 0 && said.contains("--region us-east-1"), "{other:#}");

    // A page that does not come takes nothing away from those that came.
    let trail = aws_sdk_cloudtrail::Client::new(&stage.configuration("ci"));
    let by_id = LookupAttribute::builder().attribute_key(LookupAttributeKey::EventId).attribute_value(&id);
    let found = trail.lookup_events().lookup_attributes(by_id.build().unwrap()).send().await.unwrap();
    let page = page(&id, found.events()[0].cloud_trail_event().unwrap(), Some("more"));
    let script = move |call: &str, before: usize| match (call, before) {
        ("LookupEvents", 0) => Meet::Answer((200, page.clone())),
        ("LookupEvents", _) => denied(),
        _ => Meet::Pass,
    };
    let between = Between::start(&stage.endpoint, script).await.unwrap();
    let (status, told) = aside(|| asked(&between.endpoint, "orders"));
    let kept = told["stories"].as_array().unwrap().iter().find(|story| story["eventId"] == id).unwrap();
    assert_eq!(
        (status, line(kept, "history", "").as_str()),
        (Some(1), "CloudTrail's event history has it"),
        "{kept:#}"
    );
    let rest = told["untold"][0].as_str().unwrap();
    assert!(rest.starts_with("the rest of the event history could not be asked: cloudtrail:LookupEvents"), "{rest}");

    // A rule that may not be looked at is none that does not match.
    let script = |call: &str, _: usize| if call == "DescribeRule" { denied() } else { Meet::Pass };
    let between = Between::start(&stage.endpoint, script).await.unwrap();
    let (status, told) = aside(|| asked(&between.endpoint, &id));
    let unruled = &told["stories"][0];
    let rule = line(unruled, "rule", "ApiCallRule");
    assert!(
        rule.starts_with("not known whether it hands the event over: ") && rule.contains("may events:DescribeRule")
    );
    let conclusion = unruled["conclusion"].as_str().unwrap();
    assert!(status == Some(1) && conclusion.contains("hand it over is not known"), "{conclusion}");

    // Letters of days that are still to come, about the same queue, one of them with the real event's id.
    let letters: Vec<String> = (0..6).map(|number| format!("5afe7e57-0000-4000-8000-00000000f00{number}")).collect();
    for id in letters.iter().chain([&id]) {
        let forged = event(id, -600_000).unwrap();
        sqs.send_message().queue_url(QUEUE).message_body(record(REVERT, &forged)).send().await.unwrap();
    }
    let (status, told) = aside(|| asked(&stage.endpoint, "orders"));
    let mut stories = told["stories"].as_array().unwrap().iter();
    assert!(stories.any(|story| story["eventId"] == id && story["ends"] != json!([])), "{told:#}");
    assert_eq!(status, Some(1));
    let left_out =
        told["untold"].as_array().unwrap().iter().find_map(|one| one.as_str().filter(|one| one.contains("--last")));
    assert!(left_out.is_some(), "{told:#}");
    say([row("page denied", kept), row("rule denied", unruled), left_out.unwrap().to_owned()].join("\n           "));
    stage.end().unwrap();
}

#[test]
fn what_helps_follows_from_what_went_wrong() {
    let nobody = why("http://127.0.0.1:1", &["orders", "--stack-name", "trailhook"]);
    let (status, error) = said(&nobody);
    assert!(status == Some(2) && error.contains("is the endpoint right") && !error.contains("--region"), "{error}");

    let stage = Stage::start(&[]).unwrap();
    let (status, error) = said(&why(&stage.endpoint, &["orders", "--stack-name", "other"]));
    assert!(status == Some(2) && error.contains("--region") && !error.contains("endpoint"), "{error}");

    // What a caller calls himself is said to a program as it is, and does nothing to a terminal.
    let strange = r#"userIdentity.userName="a\u202e\u009bb""#;
    let id = put(&stage, &["CreateQueue", "--case", "failed", "--as", "user:a", "--set", strange]);
    let end = json!({"end": "skipped", "reason": "failed-call"});
    let story = until(&stage, &id, "RevertFunction", &end);
    assert!(line(&story, "call", "").contains("a\u{202e}\u{9b}b"), "{story:#}");
    let output = why(&stage.endpoint, &[&id, "--stack-name", "trailhook", "--json"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains(r"a\u202e\u009bb") && !text.contains(['\u{202e}', '\u{9b}']), "{text}");
    stage.end().unwrap();
}
