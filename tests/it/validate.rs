//! `trailhook validate` on a stage on which all is well, and where it can't do its work.

use serde_json::json;
use std::process::Command;
use std::time::{Duration, Instant};
use trailhook_tests::say;
use trailhook_tests::stage::Stage;
use trailhook_tests::validation::{Validation, changed, command};

#[tokio::test]
async fn what_works_is_found_to_work_and_nothing_is_left_behind() {
    let stage = Stage::start(&[]).unwrap();
    let looked = Validation::of(&stage.endpoint, &["--stack-name", "trailhook", "--read-only"]).unwrap();
    assert_eq!((looked.named("bad"), looked.named("untold")), (vec![], vec![]), "{:#}", looked.told);
    assert_eq!(looked.status, Some(0));
    let sqs = stage.sqs("ci");
    let queues = async || sqs.list_queues().send().await.unwrap().queue_urls().to_vec();
    let before = queues().await;
    assert!(before.iter().all(|url| !url.contains("trailhook-validate")), "--read-only makes nothing: {before:?}");

    let tried = Validation::of(&stage.endpoint, &["--stack-name", "trailhook", "--subscribe", "--wait", "60"]).unwrap();
    assert_eq!((tried.named("bad"), tried.named("untold")), (vec![], vec![]), "{:#}", tried.told);
    assert_eq!(tried.status, Some(0));
    let good = tried.named("good");
    for wanted in [
        "stack trailhook",
        "trail-logging trailhook-trail",
        "target-permission Notify",
        "target-permission EventLog",
        "key trailhook-UndeliveredEventsQueue-1A2B3C",
        "event-log /aws/events/trailhook",
        "decision TagNewQueueFunction",
        "tags TagNewQueueFunction",
        "decision NotifyFunction",
        "journal-line NotifyFunction",
        "notification NotifyFunction",
        "decision RevertFunction",
        "revert RevertFunction",
        "decision SnapshotFunction",
        "rule-metrics trailhook-ApiCallRule-1A2B3C",
    ] {
        assert!(good.iter().any(|row| row == wanted), "{wanted}: {good:?}");
    }
    assert_eq!(good.iter().filter(|row| row.starts_with("removed ")).count(), 3, "{good:?}");
    let hops = tried.rows().filter(|row| row["afterMs"].is_u64()).count();
    assert!(hops >= 10, "each hop has its time: {hops}");
    assert_eq!(queues().await.len(), before.len(), "what was made is gone");
    let sns = aws_sdk_sns::Client::new(&stage.configuration("ci"));
    assert_eq!(sns.list_subscriptions().send().await.unwrap().subscriptions(), []);

    // A rule alone, as people have who made theirs by hand.
    let rule = Validation::of(&stage.endpoint, &["--rule", "trailhook-ApiCallRule-1A2B3C", "--read-only"]).unwrap();
    assert_eq!((rule.status, rule.named("bad")), (Some(0), vec![]), "{:#}", rule.told);
    // Without a template there is nothing to compare the pattern with, and nobody is subscribed.
    let strict = Validation::of(&stage.endpoint, &["--stack-name", "trailhook", "--read-only", "--strict"]).unwrap();
    assert_eq!(strict.status, Some(1), "{:?}", strict.named("note"));
}

#[tokio::test]
async fn where_no_rule_is_about_new_queues_nothing_is_made() {
    let stage = Stage::start(&["--parameter", "EventNames=DeleteQueue"]).unwrap();
    // snapshot's rule gets every call that changes a queue.
    let of_rule = ["--rule", "trailhook-ApiCallRule-1A2B3C", "--wait", "600"];
    let told = Validation::of(&stage.endpoint, &of_rule).unwrap();
    assert_eq!((told.status, told.named("bad")), (Some(0), vec![]), "{:#}", told.told);
    let call = told.rows().find(|row| row["check"] == "call").unwrap();
    assert!(call["verdict"] == "note" && call["fix"].as_str().unwrap().contains("EventNames"), "{call}");
    let urls = stage.sqs("ci").list_queues().send().await.unwrap();
    assert!(urls.queue_urls().iter().all(|url| !url.contains("trailhook-validate")), "{urls:?}");
}

#[test]
fn a_template_that_the_stack_was_not_made_from_is_said() {
    let stage = Stage::start(&[]).unwrap();
    let other = ["--stack-name", "trailhook", "--read-only", "--template", "organisation/forwarding.yaml"];
    let told = Validation::of(&stage.endpoint, &other).unwrap();
    assert_eq!((told.status, told.named("bad")), (Some(0), vec![]), "{:#}", told.told);
    let note = told.rows().find(|row| row["check"] == "rule-pattern" && row["verdict"] == "note").unwrap();
    assert!(note["seen"].as_str().unwrap().contains("template"), "{note}");
}

#[test]
fn what_revert_deletes_is_what_is_wanted() {
    let stage = Stage::start(&["--parameter", "RevertMode=enforce"]).unwrap();
    let tried = Validation::of(&stage.endpoint, &["--stack-name", "trailhook", "--subscribe", "--wait", "90"]).unwrap();
    assert_eq!((tried.named("bad"), tried.named("untold")), (vec![], vec![]), "{:#}", tried.told);
    let removed = tried.rows().find(|row| row["check"] == "removed").unwrap();
    assert_eq!(removed["seen"], "the queue is gone", "{removed}");
    assert!(tried.named("note").iter().any(|row| row.starts_with("subscription ")), "{:?}", tried.named("note"));
}

#[tokio::test]
async fn after_ctrl_c_what_was_made_is_taken_away() {
    let template = changed("ctrl-c", |text| text.replacen("State: ENABLED", "State: DISABLED", 1)).unwrap();
    let stage = Stage::start(&["--template", template.to_str().unwrap()]).unwrap();
    let sqs = stage.sqs("ci");
    let made = async || {
        let urls = sqs.list_queues().send().await.unwrap().queue_urls().to_vec();
        urls.iter().filter(|url| url.contains("trailhook-validate-") || url.contains("trailhook-inbox-")).count()
    };
    let arguments = ["--stack-name", "trailhook", "--subscribe", "--wait", "600", "--json"];
    let running = command(&stage.endpoint, &arguments).unwrap().spawn().unwrap();
    let started = Instant::now();
    while made().await < 2 {
        assert!(started.elapsed() < Duration::from_secs(60), "it makes no queue");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(Command::new("kill").args(["-INT", &running.id().to_string()]).status().unwrap().success());
    let ended = tokio::task::spawn_blocking(|| running.wait_with_output()).await.unwrap().unwrap();
    assert_eq!(ended.status.code(), Some(130), "{}", String::from_utf8_lossy(&ended.stderr));
    assert_eq!(made().await, 0, "what was made is gone");
    let told: serde_json::Value = serde_json::from_slice(&ended.stdout).unwrap();
    assert_eq!((&told["endedEarly"], &told["ok"]), (&json!(true), &json!(false)), "{told:#}");
    let seen: Vec<&str> = told["rows"].as_array().unwrap().iter().filter_map(|row| row["check"].as_str()).collect();
    assert!(seen.contains(&"call") && seen.contains(&"removed"), "what was seen by then is told: {seen:?}");
}

#[test]
fn what_nobody_can_ask_is_an_error_with_the_way_out() {
    let stage = Stage::start(&[]).unwrap();
    let ran = |change: &dyn Fn(&mut Command)| {
        let mut command = command(&stage.endpoint, &["--stack-name", "trailhook", "--read-only"]).unwrap();
        change(&mut command);
        let done = command.output().unwrap();
        (done.status.code(), String::from_utf8(done.stderr).unwrap())
    };
    let (status, told) = ran(&|command| {
        command.env_remove("AWS_ACCESS_KEY_ID");
    });
    assert!(status == Some(2) && told.contains("there are no credentials") && told.contains("--profile"), "{told}");
    let (status, told) = ran(&|command| {
        command.env_remove("AWS_REGION");
    });
    assert!(status == Some(2) && told.contains("say --region"), "{told}");
    let (status, told) = ran(&|command| {
        command.args(["--template", "missing.yaml"]);
    });
    assert!(status == Some(2) && told.contains("missing.yaml"), "{told}");
    say("no credentials, no Region, no template: each an error that says what to do");
}
