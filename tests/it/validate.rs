//! `trailhook validate` on a stage on which all is well, and where it can't do its work.

use serde_json::json;
use std::process::Command;
use std::time::{Duration, Instant};
use trailhook_tests::between::{Between, Meet};
use trailhook_tests::stage::Stage;
use trailhook_tests::validation::{Validation, changed, command};
use trailhook_tests::{root, say};

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
        "topic-permission trailhook-NotificationTopic-1A2B3C",
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

/// A rule that somebody made for another service, which the trail leaves out.
#[test]
fn the_trail_is_judged_for_the_service_that_a_rule_asks_for() {
    let template = changed("kms-rule", |text| {
        let text = text.replacen("- aws.sqs\n", "- aws.kms\n", 1).replacen(
            "- sqs.amazonaws.com\n",
            "- kms.amazonaws.com\n",
            1,
        );
        let selectors = "- ReadWriteType: All\n          IncludeManagementEvents: true\n";
        text.replace(selectors, &format!("{selectors}          ExcludeManagementEventSources: [kms.amazonaws.com]\n"))
    });
    let stage = Stage::start(&["--template", template.unwrap().to_str().unwrap()]).unwrap();
    let selectors = |name: &str| {
        let told = Validation::of(&stage.endpoint, &["--rule", name, "--read-only"]).unwrap();
        let row = told.rows().find(|row| row["check"] == "trail-selectors").cloned().unwrap();
        (row["verdict"].as_str().unwrap().to_owned(), row["seen"].as_str().unwrap().to_owned())
    };
    let (verdict, seen) = selectors("trailhook-ApiCallRule-1A2B3C");
    assert_eq!((verdict.as_str(), seen.as_str()), ("bad", "it leaves the calls of kms.amazonaws.com out"));
    assert_eq!(selectors("trailhook-SnapshotRule-1A2B3C").0, "good", "which asks for the calls of SQS");
}

/// A log group may have a policy of its own, besides the account's.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_policy_of_the_log_group_itself_lets_eventbridge_write() {
    let stage = Stage::start(&[]).unwrap();
    let statement = json!({"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "*",
        "Principal": {"Service": ["events.amazonaws.com", "delivery.logs.amazonaws.com"]}});
    let document = json!({"Version": "2012-10-17", "Statement": [statement]}).to_string();
    let own = json!({"resourcePolicies": [{"policyDocument": document, "policyScope": "RESOURCE"}]}).to_string();
    let policies = move |call: &str, before: usize| match (call, before) {
        ("DescribeResourcePolicies", 0) => Meet::Answer((200, r#"{"resourcePolicies": []}"#.to_owned())),
        ("DescribeResourcePolicies", _) => Meet::Answer((200, own.clone())),
        _ => Meet::Pass,
    };
    let between = Between::start(&stage.endpoint, policies).await.unwrap();
    let told = Validation::of(&between.endpoint, &["--stack-name", "trailhook", "--read-only"]).unwrap();
    assert!(told.named("good").iter().any(|row| row == "target-permission EventLog"), "{:#}", told.told);
    assert_eq!((told.status, told.named("bad")), (Some(0), vec![]));
}

/// What the try's queue shows of the trail holds for SQS, and for no service that another rule asks for.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trail_that_nobody_may_look_at_is_proved_for_sqs_alone() {
    let with_keys = changed("kms-snapshots", |text| {
        let (before, rule) = text.split_once("  SnapshotRule:\n").unwrap();
        let rule =
            rule.replacen("- aws.sqs\n", "- aws.kms\n", 1).replacen("sqs.amazonaws.com\n", "kms.amazonaws.com\n", 1);
        format!("{before}  SnapshotRule:\n{rule}")
    });
    let with_keys = with_keys.unwrap();
    for (arguments, wanted) in [(vec![], "note"), (vec!["--template", with_keys.to_str().unwrap()], "untold")] {
        let stage = Stage::start(&arguments).unwrap();
        let denied = |call: &str, _| match call {
            "DescribeTrails" => {
                Meet::Answer((400, r#"{"__type": "AccessDeniedException", "message": "you may not"}"#.to_owned()))
            }
            _ => Meet::Pass,
        };
        let between = Between::start(&stage.endpoint, denied).await.unwrap();
        let told = Validation::of(&between.endpoint, &["--stack-name", "trailhook", "--wait", "60"]).unwrap();
        let row = told.rows().find(|row| row["check"] == "trail").unwrap();
        assert_eq!(row["verdict"], wanted, "{row}");
        let of_keys = row["seen"].as_str().unwrap().contains("kms.amazonaws.com");
        assert_eq!(
            (of_keys, told.status),
            (wanted == "untold", Some(i32::from(wanted == "untold"))),
            "{:#}",
            told.told
        );
    }
}

/// Whoever asks for page after page of an answer that has no end would never say anything.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_without_an_end_is_said_and_not_waited_for() {
    let stage = Stage::start(&[]).unwrap();
    let endless = |call: &str, _| match call {
        "DescribeResourcePolicies" => {
            Meet::Answer((200, r#"{"resourcePolicies": [], "nextToken": "again"}"#.to_owned()))
        }
        _ => Meet::Pass,
    };
    let between = Between::start(&stage.endpoint, endless).await.unwrap();
    let told = Validation::of(&between.endpoint, &["--stack-name", "trailhook", "--read-only"]).unwrap();
    assert_eq!((told.named("untold"), told.status), (vec!["target-permission EventLog".to_owned()], Some(1)));
    let row = told.rows().find(|row| row["verdict"] == "untold").unwrap();
    assert!(row["seen"].as_str().unwrap().contains("the token of the next page twice"), "{row}");
}

/// SNS does not know a new queue at once, and the queue does not know its policy.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_in_force_yet_is_waited_for() {
    let stage = Stage::start(&[]).unwrap();
    let refused = "<ErrorResponse><Error><Type>Sender</Type><Code>InvalidParameter</Code><Message>Invalid parameter: SQS \
                   endpoint ARN</Message></Error></ErrorResponse>";
    let late = move |call: &str, before: usize| match (call, before) {
        ("Subscribe", 0 | 1) => Meet::Answer((400, refused.to_owned())),
        _ => Meet::Pass,
    };
    let between = Between::start(&stage.endpoint, late).await.unwrap();
    let arguments = ["--stack-name", "trailhook", "--subscribe", "--wait", "60"];
    let told = Validation::of(&between.endpoint, &arguments).unwrap();
    assert_eq!((told.named("bad"), told.named("untold")), (vec![], vec![]), "{:#}", told.told);
    assert!(told.named("good").contains(&"notification NotifyFunction".to_owned()), "{:#}", told.told);
    assert_eq!(between.calls().iter().filter(|call| *call == "Subscribe").count(), 3);
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
    // A profile that is named goes before what the environment has.
    let profiles = root().join("target/validate-profiles");
    std::fs::write(&profiles, "[bob]\naws_access_key_id = bob\naws_secret_access_key = anything\n").unwrap();
    let as_profile = |name: &str| {
        ran(&|command| {
            command.env("AWS_SHARED_CREDENTIALS_FILE", &profiles).env("AWS_CONFIG_FILE", &profiles);
            command.args(["--profile", name]);
        })
    };
    assert_eq!(as_profile("bob").0, Some(0));
    let (status, told) = as_profile("nobody");
    assert!(status == Some(2) && told.contains("there are no credentials"), "{told}");
    let (status, told) = ran(&|command| {
        command.env_remove("AWS_REGION");
    });
    assert!(status == Some(2) && told.contains("say --region"), "{told}");
    let (status, told) = ran(&|command| {
        command.args(["--template", "missing.yaml"]);
    });
    assert!(status == Some(2) && told.contains("missing.yaml"), "{told}");
    // What came of it is in the exit status, whoever has read enough of the rest.
    let strict = ["--stack-name", "trailhook", "--read-only", "--strict"];
    let mut child = command(&stage.endpoint, &strict).unwrap().spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(1), "nobody is subscribed");
    // Nobody listens there, and it is not asked again and again.
    drop(stage);
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", nobody.local_addr().unwrap());
    drop(nobody);
    let done = command(&endpoint, &["--stack-name", "trailhook"]).unwrap().output().unwrap();
    let told = String::from_utf8(done.stderr).unwrap();
    assert!(
        done.status.code() == Some(2) && told.contains("refused") && told.contains("is the endpoint right"),
        "{told}"
    );
    say("no credentials, no Region, no template: each an error that says what to do");
}
