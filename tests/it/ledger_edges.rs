//! The functions' table where it is hard: answers that are lost, looks that are old, tries that die over a
//! resource, and calls that did nothing.

use crate::ledger::{ENFORCE, failed, hand, refusal};
use std::time::Duration;
use trailhook_tests::between::{Between, Meet};
use trailhook_tests::functions::report;
use trailhook_tests::world::{self, World};

/// CreateQueue succeeds again for a queue that is there: such a call must not shelter the queue.
#[tokio::test]
async fn a_call_that_did_nothing_does_not_take_the_queue_from_the_one_that_made_it() {
    let world = World::new(&ENFORCE).await.unwrap();
    let made = world.queue("orders").await.unwrap();
    let time: chrono::DateTime<chrono::Utc> = made["detail"]["eventTime"].as_str().unwrap().parse().unwrap();
    let again = world::event("orders", time + chrono::TimeDelta::seconds(3)).unwrap();
    let mut function = world.start("revert", world.live.endpoint_url(), &[]).await.unwrap();
    let first = hand(&mut function, &again).await;
    assert_eq!(report(&first).unwrap()["reason"], "existed-before", "{first:?}");
    let second = hand(&mut function, &made).await;
    assert_eq!(report(&second).unwrap()["outcome"], "acted", "{second:?}");
    assert!(world.queues("orders").await.unwrap().is_empty());
    function.stop().await;
}

/// The answer to any one of the table's writes is lost, and the SDK tries again: it finds its own write.
#[tokio::test]
async fn an_answer_that_is_lost_is_no_other_try() {
    let mut tries = Vec::new();
    for number in 0..6 {
        tries.push(tokio::spawn(async move {
            let world = World::new(&[("RevertMode", "enforce"), ("RevertMaxActions", "1")]).await.unwrap();
            let script = move |call: &str, before| match (call, before) {
                // Longer than one try may take.
                ("UpdateItem", before) if before == number => Meet::LateAnswer(Duration::from_secs(7)),
                _ => Meet::Pass,
            };
            let between = Between::start(world.live.endpoint_url(), script).await.unwrap();
            let mut function = world.start("revert", &between.endpoint, &[]).await.unwrap();
            let event = world.queue(&format!("lost{number}")).await.unwrap();
            let invocation = hand(&mut function, &event).await;
            function.stop().await;
            let report = report(&invocation).unwrap();
            assert_eq!((&report["outcome"], report.get("notes")), (&"acted".into(), None), "{number}: {report}");
            let calls = between.calls();
            let count = |wanted| calls.iter().filter(|call| *call == wanted).count();
            assert_eq!(count("DeleteQueue"), 1, "{number}: {calls:?}");
            assert!(count("UpdateItem") > 6, "{number}: one of the six was sent again: {calls:?}");
            assert!(world.published().await.unwrap().is_empty(), "nobody is told of an open breaker");
        }));
    }
    for one in tries {
        one.await.unwrap();
    }
}

/// What was seen is old by the time at which a place is given: it is looked at again.
#[tokio::test]
async fn a_message_that_comes_between_the_look_and_the_deletion_is_not_lost() {
    let world = World::new(&[("RevertMode", "enforce"), ("RevertMaxActions", "1")]).await.unwrap();
    let endpoint = world.live.endpoint_url().to_owned();
    let script = |call: &str, before| match (call, before) {
        ("UpdateItem", 2) => Meet::Late(Duration::from_secs(3)),
        _ => Meet::Pass,
    };
    let between = Between::start(&endpoint, script).await.unwrap();
    let event = world.queue("orders").await.unwrap();
    let mut function = world.start("revert", &between.endpoint, &[]).await.unwrap();
    let answered = tokio::spawn(async move {
        let invocation = hand(&mut function, &event).await;
        (function, invocation)
    });
    // The look is over when the tags have been read.
    while !between.seen("ListQueueTags") {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let url = format!("{endpoint}/111122223333/orders");
    world.sqs.send_message().queue_url(url).message_body("x").send().await.unwrap();
    let (mut function, invocation) = answered.await.unwrap();
    assert_eq!(report(&invocation).unwrap()["reason"], "not-empty", "{invocation:?}");
    assert_eq!(world.queues("orders").await.unwrap(), ["orders"]);
    // And it did not count: the one place is free.
    let other = world.queue("other").await.unwrap();
    assert_eq!(report(&hand(&mut function, &other).await).unwrap()["outcome"], "acted");
    function.stop().await;
}

/// Two events for one resource: the second waits for the first, whose process may have died over it.
#[tokio::test]
async fn a_resource_is_in_one_try_s_hands_and_is_left_by_one_that_died() {
    let world = World::new(&ENFORCE).await.unwrap();
    let script = |call: &str, before| match (call, before) {
        ("GetQueueAttributes", 0) => Meet::Late(Duration::from_secs(30)),
        _ => Meet::Pass,
    };
    let between = Between::start(world.live.endpoint_url(), script).await.unwrap();
    let first = world.queue("orders").await.unwrap();
    let time = first["detail"]["eventTime"].as_str().unwrap().parse().unwrap();
    let second = world::event("orders", time).unwrap();
    let with = |settings: trailhook_cli::stage::FunctionSettings| settings.timeout(Duration::from_secs(8));
    let mut dying = world.start_with("revert", &between.endpoint, &[], with).await.unwrap();
    let mut waiting = world.start_with("revert", &between.endpoint, &[], with).await.unwrap();
    let died =
        tokio::spawn(async move { drop(tokio::time::timeout(Duration::from_secs(1), hand(&mut dying, &first)).await) });
    while !between.seen("GetQueueAttributes") {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let refused = hand(&mut waiting, &second).await;
    assert_eq!(failed(&refused).0, "Trailhook.InProgress", "{refused:?}");
    died.await.unwrap();
    // Its time is over a moment after.
    tokio::time::sleep(Duration::from_secs(7)).await;
    assert_eq!(report(&hand(&mut waiting, &second).await).unwrap()["outcome"], "acted");
    waiting.stop().await;
}

#[tokio::test]
async fn an_answer_that_cannot_be_noted_is_said() {
    let world = World::new(&[]).await.unwrap();
    let script = |call: &str, before| match (call, before) {
        ("UpdateItem", 3..) => Meet::Answer((500, refusal("InternalServerError").1)),
        _ => Meet::Pass,
    };
    let between = Between::start(world.live.endpoint_url(), script).await.unwrap();
    let event = world.queue("orders").await.unwrap();
    let mut function = world.start("notify", &between.endpoint, &[]).await.unwrap();
    let invocation = hand(&mut function, &event).await;
    let report = report(&invocation).unwrap();
    assert_eq!(report["outcome"], "acted", "{report}");
    assert!(report["notes"][0].as_str().unwrap().contains("could not be noted"), "{report}");
    let log = function.stop().await;
    assert!(log.iter().any(|line| line.text.contains(r#""level":"WARN""#) && line.text.contains("could not be noted")));
}

/// An event that was put off, or failed for now, comes again: that it has become too old meanwhile is not an answer.
#[tokio::test]
async fn what_was_begun_in_time_is_not_too_old_at_the_next_try() {
    let world = World::new(&ENFORCE).await.unwrap();
    let busy = |call: &str, before| match (call, before) {
        ("GetQueueAttributes", 0..3) => Meet::Answer((503, "{}".to_owned())),
        _ => Meet::Pass,
    };
    let between = Between::start(world.live.endpoint_url(), busy).await.unwrap();
    let limit = [("TRAILHOOK_MAX_EVENT_AGE_SECONDS", "15")];
    let mut function = world.start("revert", &between.endpoint, &limit).await.unwrap();
    let (begun, never) = (world.queue("begun").await.unwrap(), world.queue("never").await.unwrap());
    let first = function.invoke_as("request-1", begun.to_string()).await.unwrap();
    assert_eq!(failed(&first).0, "Trailhook.Transient");
    tokio::time::sleep(Duration::from_secs(16)).await;
    for (event, request, expected) in [
        (&never, "request-2", "stale"),
        // Somebody sends the failed event again by hand.
        (&begun, "request-3", "stale"),
        (&begun, "request-1", "acted"),
        (&begun, "request-1", "stale"),
    ] {
        let answered = function.invoke_as(request, event.to_string()).await.unwrap();
        let report = report(&answered).unwrap();
        let word = if report["outcome"] == "skipped" { &report["reason"] } else { &report["outcome"] };
        assert_eq!(word, expected, "{request}: {report}");
    }
    assert!(world.queues("begun").await.unwrap().is_empty() && !world.queues("never").await.unwrap().is_empty());
    function.stop().await;
}
