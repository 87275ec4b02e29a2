//! The circuit breaker: a destructive response stops after so many actions, however many functions are at
//! work at once, says so, and tells people once.

use serde_json::Value;
use std::collections::BTreeMap;
use trailhook_cli::stage::Invocation;
use trailhook_tests::between::{Between, Meet};
use trailhook_tests::functions::report;
use trailhook_tests::say;
use trailhook_tests::world::World;

const QUEUES: usize = 20;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_functions_at_once_never_do_more_than_they_may() {
    for most in [1_usize, 5, 19] {
        let most_text = most.to_string();
        let parameters = [("RevertMode", "enforce"), ("RevertMaxActions", most_text.as_str())];
        let world = World::new(&parameters).await.unwrap();
        let between = Between::start(world.live.endpoint_url(), |_, _| Meet::Pass).await.unwrap();
        let mut tasks = Vec::new();
        for number in 0..QUEUES {
            let event = world.queue(&format!("many{number}")).await.unwrap();
            let mut function = world.start("revert", &between.endpoint, &[]).await.unwrap();
            tasks.push(tokio::spawn(async move {
                let invocation = function.invoke(event.to_string()).await.unwrap();
                (invocation, function.stop().await)
            }));
        }
        let (mut outcomes, mut metrics) = (BTreeMap::<String, usize>::new(), 0);
        for task in tasks {
            let (invocation, log) = task.await.unwrap();
            let report = report(&invocation).unwrap();
            if report["outcome"] == "stopped" {
                assert_eq!(report["reason"], "breaker-open", "{report}");
                assert!(report["message"].as_str().unwrap().contains("the circuit breaker is open"), "{report}");
            }
            *outcomes.entry(report["outcome"].as_str().unwrap().to_owned()).or_default() += 1;
            metrics += log.iter().filter(|line| is_metric(&line.text)).count();
        }
        say(format!("{QUEUES} at once where {most} may be done: {outcomes:?}"));
        assert_eq!(outcomes, BTreeMap::from([("acted".to_owned(), most), ("stopped".to_owned(), QUEUES - most)]));
        let calls = between.calls();
        assert_eq!(calls.iter().filter(|call| *call == "DeleteQueue").count(), most);
        assert_eq!(world.queues("many").await.unwrap().len(), QUEUES - most);
        assert_eq!(metrics, QUEUES - most, "one is counted for each that was stopped");
        let told = world.published().await.unwrap();
        assert_eq!(told, ["trailhook: revert has stopped itself in 111122223333, eu-west-1"], "one notification");
    }
}

/// A line in CloudWatch's embedded metric format, which Lambda's filter takes for one of ours.
fn is_metric(line: &str) -> bool {
    let Ok(line) = serde_json::from_str::<Value>(line) else { return false };
    let metric = &line["_aws"]["CloudWatchMetrics"][0];
    metric["Namespace"] == "Trailhook"
        && metric["Metrics"][0]["Name"] == "ActionsStopped"
        && metric["Dimensions"][0][0] == "Response"
        && line["Response"] == "revert"
        && line["ActionsStopped"] == 1
        && line["level"] == "INFO"
        && line["timestamp"].is_string()
}

#[tokio::test]
async fn what_is_stopped_stays_so_and_the_window_slides() {
    let window = ("RevertMaxActionsWindowSeconds", "3");
    let parameters = [("RevertMode", "enforce"), ("RevertMaxActions", "1"), window];
    let world = World::new(&parameters).await.unwrap();
    let mut function = world.start("revert", world.live.endpoint_url(), &[]).await.unwrap();
    let mut outcome_of = async |event: &Value| match function.invoke(event.to_string()).await.unwrap() {
        Invocation::Response(report) => report["outcome"].as_str().unwrap().to_owned(),
        other => panic!("{other:?}"),
    };
    let (first, second) = (world.queue("first").await.unwrap(), world.queue("second").await.unwrap());
    assert_eq!(outcome_of(&first).await, "acted");
    assert_eq!(outcome_of(&second).await, "stopped");
    assert_eq!(outcome_of(&second).await, "duplicate", "answered is answered");
    tokio::time::sleep(std::time::Duration::from_secs(4)).await;
    assert_eq!(outcome_of(&world.queue("third").await.unwrap()).await, "acted");
    assert_eq!(world.queues("second").await.unwrap(), ["second"]);
}

#[tokio::test]
async fn nobody_to_tell_is_said_and_stops_all_the_same() {
    let world = World::new(&[("RevertMode", "enforce"), ("RevertMaxActions", "1")]).await.unwrap();
    let refused = |call: &str, before| match (call, before) {
        ("Publish", 0) => Meet::Answer((
            403,
            "<ErrorResponse><Error><Code>AuthorizationError</Code></Error></ErrorResponse>".to_owned(),
        )),
        _ => Meet::Pass,
    };
    let between = Between::start(world.live.endpoint_url(), refused).await.unwrap();
    let mut function = world.start("revert", &between.endpoint, &[]).await.unwrap();
    let mut reports = Vec::new();
    for name in ["a", "b", "c", "d"] {
        let event = world.queue(name).await.unwrap();
        reports.push(report(&function.invoke(event.to_string()).await.unwrap()).unwrap().clone());
    }
    let note = |number: usize| reports[number]["actions"][0]["notes"][0].as_str().unwrap_or_default().to_owned();
    assert!(note(1).contains("nobody was told") && note(1).contains("sns:Publish"), "{}", note(1));
    assert!(note(2).contains("people were told"), "{}", note(2));
    assert_eq!(note(3), "", "once in a window");
    assert_eq!(world.published().await.unwrap().len(), 1);
    function.stop().await;
}
