//! `trailhook validate` where nobody can see the event that a rule lets through: what works is not called broken.

use trailhook_tests::between::{Between, Meet};
use trailhook_tests::stage::Stage;
use trailhook_tests::validation::{Validation, changed};

/// CloudWatch has counted nothing.
const METRICS: &str = r#"{"Label": "", "Datapoints": []}"#;
const DENIED: &str = r#"{"__type": "AccessDeniedException", "message": "you may not"}"#;

/// A rule whose only target is a function.
#[test]
fn a_rule_without_a_log_group_is_tried_by_what_the_event_history_has() {
    let stage = Stage::start(&[]).unwrap();
    let told = Validation::of(&stage.endpoint, &["--rule", "trailhook-SnapshotRule-1A2B3C", "--wait", "60"]).unwrap();
    assert_eq!((told.status, told.named("bad"), told.named("untold")), (Some(0), vec![], vec![]), "{:#}", told.told);
    let good = told.named("good");
    assert!(good.contains(&"rule-metrics trailhook-SnapshotRule-1A2B3C".to_owned()), "{good:?}");
    assert!(good.iter().any(|row| row.starts_with("decision ")), "the function is asked: {good:?}");
    let note = told.rows().find(|row| row["check"] == "event-log").unwrap();
    let seen = note["seen"].as_str().unwrap();
    assert!(note["verdict"] == "note" && seen.contains("is a log group, so nothing keeps its event"), "{note}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_that_may_not_be_read_makes_no_rule_broken() {
    for history in [true, false] {
        let stage = Stage::start(&[]).unwrap();
        let denied = move |call: &str, _| match call {
            "FilterLogEvents" => Meet::Answer((400, DENIED.to_owned())),
            "LookupEvents" if !history => Meet::Answer((400, DENIED.to_owned())),
            _ => Meet::Pass,
        };
        let between = Between::start(&stage.endpoint, denied).await.unwrap();
        let told = Validation::of(&between.endpoint, &["--stack-name", "trailhook", "--wait", "60"]).unwrap();
        assert_eq!((told.status, told.named("bad")), (Some(1), vec![]), "{:#}", told.told);
        let (good, untold) = (told.named("good"), told.named("untold"));
        for rule in ["ApiCallRule", "SnapshotRule"] {
            assert!(good.contains(&format!("rule-metrics trailhook-{rule}-1A2B3C")), "{good:?}");
        }
        assert!(untold.contains(&"event-log /aws/events/trailhook".to_owned()), "{untold:?}");
        let decisions = untold.iter().filter(|row| row.starts_with("decision ")).count();
        assert_eq!(decisions, if history { 4 } else { 0 }, "{untold:?}");
    }
}

/// As organisation/forwarding.yaml has it, which the stage does not deploy: nobody plays the central account.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bus_in_another_region_is_no_mistake() {
    let stage = Stage::start(&[]).unwrap();
    let targets = r#"{"Targets": [{
        "Id": "CentralBus", "Arn": "arn:aws:events:us-east-1:444455556666:event-bus/default",
        "RoleArn": "arn:aws:iam::111122223333:role/trailhook-forwarding-ForwardingRole-1A2B3C",
        "DeadLetterConfig": {"Arn": "arn:aws:sqs:eu-west-1:111122223333:trailhook-UndeliveredEventsQueue-1A2B3C"}}]}"#;
    let forwarding = move |call: &str, _| match call {
        "ListTargetsByRule" => Meet::Answer((200, targets.to_owned())),
        _ => Meet::Pass,
    };
    let between = Between::start(&stage.endpoint, forwarding).await.unwrap();
    let asked = ["--rule", "trailhook-ApiCallRule-1A2B3C", "--read-only"];
    let told = Validation::of(&between.endpoint, &asked).unwrap();
    assert_eq!((told.status, told.named("bad"), told.named("untold")), (Some(0), vec![], vec![]), "{:#}", told.told);
    let note = told.rows().find(|row| row["subject"] == "CentralBus" && row["check"] == "target").unwrap();
    assert!(note["verdict"] == "note" && note["seen"].as_str().unwrap().contains("neither is looked at"), "{note}");
}

/// Its only target is a bus, and CloudWatch has counted nothing: that is not good, and not wrong either.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_what_nobody_saw_nothing_good_is_said() {
    let stage = Stage::start(&[]).unwrap();
    let targets = r#"{"Targets": [{
        "Id": "CentralBus", "Arn": "arn:aws:events:us-east-1:444455556666:event-bus/default",
        "DeadLetterConfig": {"Arn": "arn:aws:sqs:eu-west-1:111122223333:trailhook-UndeliveredEventsQueue-1A2B3C"}}]}"#;
    let forwarding = move |call: &str, _| match call {
        "ListTargetsByRule" => Meet::Answer((200, targets.to_owned())),
        call if call.contains("GetMetricStatistics") => Meet::Answer((200, METRICS.to_owned())),
        _ => Meet::Pass,
    };
    let between = Between::start(&stage.endpoint, forwarding).await.unwrap();
    let asked = ["--rule", "trailhook-ApiCallRule-1A2B3C", "--wait", "4"];
    let told = Validation::of(&between.endpoint, &asked).unwrap();
    assert_eq!((told.status, told.named("bad")), (Some(1), vec![]), "{:#}", told.told);
    assert_eq!(told.named("untold"), ["rule-metrics trailhook-ApiCallRule-1A2B3C"], "{:#}", told.told);
}

/// A rule with a log group of its own, for what root does.
#[test]
fn a_rule_for_other_callers_is_not_called_broken() {
    let template = changed("validate-root", |text| {
        let names = "          eventName: !Ref EventNames\n";
        assert!(text.contains(names), "the template names its calls otherwise");
        text.replacen(names, &format!("{names}          userIdentity:\n            type: [Root]\n"), 1)
    });
    let stage = Stage::start(&["--template", template.unwrap().to_str().unwrap()]).unwrap();
    let told = Validation::of(&stage.endpoint, &["--rule", "trailhook-ApiCallRule-1A2B3C", "--wait", "4"]).unwrap();
    assert_eq!((told.status, told.named("bad"), told.named("untold")), (Some(0), vec![], vec![]), "{:#}", told.told);
    let note = told.rows().find(|row| row["check"] == "event-log").unwrap();
    let seen = note["seen"].as_str().unwrap();
    assert!(note["verdict"] == "note" && seen.contains("asks for other callers"), "{note}");
}

/// The template is misspelt, so what is deployed is it to the letter.
#[test]
fn a_pattern_that_matches_no_call_is_bad_though_it_is_the_templates() {
    let template = changed("validate-misspelt", |text| {
        let names = "          eventName: !Ref EventNames\n";
        assert!(text.contains(names), "the template names its calls otherwise");
        text.replacen(names, "          eventName: [createQueue]\n", 1)
    });
    let template = template.unwrap();
    let template = template.to_str().unwrap();
    let stage = Stage::start(&["--template", template]).unwrap();
    let asked = ["--stack-name", "trailhook", "--template", template, "--wait", "60"];
    let told = Validation::of(&stage.endpoint, &asked).unwrap();
    let rule = "trailhook-ApiCallRule-1A2B3C";
    assert_eq!((told.status, told.named("bad")), (Some(1), vec![format!("rule-pattern {rule}")]), "{:#}", told.told);
    let untried = told.rows().find(|row| row["check"] == "call" && row["subject"] == rule).unwrap();
    assert!(untried["seen"].as_str().unwrap().contains("its targets are not tried"), "{untried}");
}
