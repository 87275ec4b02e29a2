//! What the functions remember: an event that comes again, or to many at once, is answered once; what
//! can't be remembered is not done; an older event never changes what a newer one was dealt with for.

use serde_json::{Value, json};
use std::time::Duration;
use trailhook_cli::stage::{Function, Invocation};
use trailhook_tests::between::{Between, Meet};
use trailhook_tests::functions::report;
use trailhook_tests::world::World;
use trailhook_tests::{say, world};

pub(crate) const ENFORCE: [(&str, &str); 1] = [("RevertMode", "enforce")];

pub(crate) fn refusal(code: &str) -> (u16, String) {
    (
        400,
        json!({ "__type": format!("com.amazonaws#{code}"), "message": format!("said the service: {code}") })
            .to_string(),
    )
}

pub(crate) async fn hand(function: &mut Function, event: &Value) -> Invocation {
    function.invoke(event.to_string()).await.unwrap()
}

pub(crate) fn failed(invocation: &Invocation) -> (&str, &str) {
    match invocation {
        Invocation::Error(error) => (&error.error_type, &error.error_message),
        other => panic!("{other:?}"),
    }
}

/// How often each outcome came.
fn outcomes(invocations: &[Invocation]) -> std::collections::BTreeMap<String, usize> {
    let mut outcomes = std::collections::BTreeMap::new();
    for invocation in invocations {
        let outcome = match invocation {
            Invocation::Error(error) => error.error_type.clone(),
            other => report(other).unwrap()["outcome"].as_str().unwrap().to_owned(),
        };
        *outcomes.entry(outcome).or_default() += 1;
    }
    outcomes
}

/// Many processes of a function, each handed an event at the same time.
async fn at_once(world: &World, binary: &str, between: &Between, events: Vec<Value>) -> Vec<Invocation> {
    let mut functions = Vec::new();
    for _ in &events {
        functions.push(world.start(binary, &between.endpoint, &[]).await.unwrap());
    }
    let tasks: Vec<_> = functions
        .into_iter()
        .zip(events)
        .map(|(mut function, event)| {
            tokio::spawn(async move {
                let invocation = hand(&mut function, &event).await;
                function.stop().await;
                invocation
            })
        })
        .collect();
    let mut invocations = Vec::new();
    for task in tasks {
        invocations.push(task.await.unwrap());
    }
    invocations
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_duplicates_at_once_have_one_effect() {
    let world = World::new(&ENFORCE).await.unwrap();
    let between = Between::start(world.live.endpoint_url(), |_, _| Meet::Pass).await.unwrap();
    for (binary, effect) in [("notify", "Publish"), ("tag-new-queue", "TagQueue"), ("revert", "DeleteQueue")] {
        let event = world.queue(&format!("many-{binary}")).await.unwrap();
        let invocations = at_once(&world, binary, &between, vec![event; 50]).await;
        let outcomes = outcomes(&invocations);
        say(format!("50 duplicates at once, {binary}: {outcomes:?}"));
        assert_eq!(outcomes["acted"], 1, "{outcomes:?}");
        let known = ["acted", "duplicate", "Trailhook.InProgress"];
        assert!(outcomes.keys().all(|outcome| known.contains(&outcome.as_str())), "{outcomes:?}");
        let calls = between.calls();
        assert_eq!(calls.iter().filter(|call| *call == effect).count(), 1, "{binary}: one {effect}");
    }
    assert_eq!(world.published().await.unwrap().len(), 1);
    assert!(world.queues("many-revert").await.unwrap().is_empty());
}

#[tokio::test]
async fn an_event_that_was_answered_is_told_how() {
    let world = World::new(&ENFORCE).await.unwrap();
    let between = Between::start(world.live.endpoint_url(), |_, _| Meet::Pass).await.unwrap();
    let event = world.queue("orders").await.unwrap();
    for binary in ["tag-new-queue", "notify", "revert"] {
        let mut function = world.start(binary, &between.endpoint, &[]).await.unwrap();
        let first = hand(&mut function, &event).await;
        let mut replayed = event.clone();
        replayed["id"] = json!("another");
        between.calls();
        let again = hand(&mut function, &replayed).await;
        let (first, again) = (report(&first).unwrap(), report(&again).unwrap());
        assert_eq!(again["outcome"], "duplicate", "{again}");
        assert!(again["message"].as_str().unwrap().contains(first["message"].as_str().unwrap()), "{again}\n{first}");
        assert_eq!(between.calls(), ["UpdateItem"], "{binary} looked no further");
        // The same id with another content is no duplicate, and is not answered.
        let mut other = event.clone();
        other["detail"]["sourceIPAddress"] = json!("198.51.100.99");
        let other = hand(&mut function, &other).await;
        assert_eq!(failed(&other).0, "Trailhook.OtherContent", "{other:?}");
        assert_eq!(between.calls(), ["UpdateItem"]);
        function.stop().await;
    }
}

#[tokio::test]
async fn without_the_table_only_what_is_harmless_to_repeat_is_done() {
    for (code, expected) in [
        ("InternalServerError", "Trailhook.Transient"),
        ("AccessDeniedException", "Trailhook.Denied"),
        ("ResourceNotFoundException", "Trailhook.Refused"),
    ] {
        let world = World::new(&ENFORCE).await.unwrap();
        let status = if code == "InternalServerError" { 500 } else { 400 };
        let script = move |call: &str, _| match call {
            "UpdateItem" => Meet::Answer((status, refusal(code).1)),
            _ => Meet::Pass,
        };
        let between = Between::start(world.live.endpoint_url(), script).await.unwrap();
        let event = world.queue("orders").await.unwrap();
        for binary in ["notify", "revert"] {
            let mut function = world.start(binary, &between.endpoint, &[]).await.unwrap();
            let invocation = hand(&mut function, &event).await;
            let (kind, message) = failed(&invocation);
            assert_eq!(kind, expected, "{binary}: {message}");
            assert!(message.contains("dynamodb:UpdateItem"), "{binary}: {message}");
            assert!(between.calls().iter().all(|call| call == "UpdateItem"), "{binary}");
            function.stop().await;
        }
        let mut function = world.start("tag-new-queue", &between.endpoint, &[]).await.unwrap();
        let invocation = hand(&mut function, &event).await;
        let report = report(&invocation).unwrap();
        assert_eq!(report["outcome"], "acted", "{report}");
        assert!(report["actions"][0]["notes"][0].as_str().unwrap().contains("harmless to repeat"), "{report}");
        function.stop().await;
    }
}

#[tokio::test]
async fn a_permanent_failure_is_not_tried_again_blindly() {
    let world = World::new(&ENFORCE).await.unwrap();
    let script = |call: &str, before| match (call, before) {
        ("DeleteQueue", 0) => Meet::Answer(refusal("AccessDeniedException")),
        _ => Meet::Pass,
    };
    let between = Between::start(world.live.endpoint_url(), script).await.unwrap();
    let event = world.queue("orders").await.unwrap();
    let mut function = world.start("revert", &between.endpoint, &[]).await.unwrap();
    let first = hand(&mut function, &event).await;
    assert_eq!(failed(&first).0, "Trailhook.Denied", "{first:?}");
    assert!(failed(&first).1.contains("sqs:DeleteQueue was denied"), "{first:?}");
    let calls = between.calls();
    assert_eq!(calls.iter().filter(|call| *call == "DeleteQueue").count(), 1, "{calls:?}");
    for _ in 0..2 {
        let again = hand(&mut function, &event).await;
        assert_eq!(failed(&again).0, "Trailhook.Denied", "{again:?}");
        assert!(failed(&again).1.contains("not tried again before"), "{again:?}");
        assert_eq!(between.calls(), ["UpdateItem"], "no look, and no call");
    }
    function.stop().await;
}

#[tokio::test]
async fn a_transient_failure_is_tried_again_at_once_and_goes_on_where_it_ended() {
    let world = World::new(&[]).await.unwrap();
    let script = |call: &str, before| match (call, before) {
        ("Publish", 0..3) => Meet::Answer((503, refusal("ServiceUnavailable").1)),
        _ => Meet::Pass,
    };
    let between = Between::start(world.live.endpoint_url(), script).await.unwrap();
    let event = world.queue("orders").await.unwrap();
    let mut function = world.start("notify", &between.endpoint, &[]).await.unwrap();
    let first = hand(&mut function, &event).await;
    assert_eq!(failed(&first).0, "Trailhook.Transient", "{first:?}");
    assert!(failed(&first).1.starts_with("done: write to the journal"), "half done, and said so: {first:?}");
    between.calls();
    let second = hand(&mut function, &event).await;
    let report = report(&second).unwrap();
    assert_eq!(report["outcome"], "acted", "{report}");
    assert!(report["actions"][0]["message"].as_str().unwrap().starts_with("an earlier try did it"), "{report}");
    assert_eq!(
        between.calls(),
        ["UpdateItem", "UpdateItem", "UpdateItem", "UpdateItem", "Publish", "UpdateItem"],
        "the journal has its line"
    );
    assert_eq!(world.published().await.unwrap().len(), 1);
    function.stop().await;
}

#[tokio::test]
async fn what_is_cut_short_is_in_doubt_and_left_to_the_next_try_after_its_time() {
    let world = World::new(&[]).await.unwrap();
    let script = |call: &str, before| match (call, before) {
        ("Publish", 0) => Meet::LateAnswer(Duration::from_secs(30)),
        _ => Meet::Pass,
    };
    let between = Between::start(world.live.endpoint_url(), script).await.unwrap();
    let event = world.queue("orders").await.unwrap();
    let with = |settings: trailhook_cli::stage::FunctionSettings| settings.timeout(Duration::from_secs(4));
    let mut function = world.start_with("notify", &between.endpoint, &[], with).await.unwrap();
    let first = hand(&mut function, &event).await;
    let (kind, message) = failed(&first);
    assert_eq!(kind, "Trailhook.Timeout", "{message}");
    assert!(message.starts_with("done: write to the journal"), "{message}");
    assert!(message.contains("was to publish") && message.contains("and may have"), "{message}");
    // A duplicate that comes meanwhile waits for the first one's time to be over, or fails to be tried again.
    let invocation = hand(&mut function, &event).await;
    let second = match &invocation {
        Invocation::Error(error) => {
            assert_eq!(error.error_type, "Trailhook.InProgress", "{error:?}");
            tokio::time::sleep(Duration::from_secs(2)).await;
            hand(&mut function, &event).await
        }
        _ => invocation,
    };
    let report = report(&second).unwrap();
    assert_eq!(report["outcome"], "acted", "{report}");
    assert!(report["actions"][0]["message"].as_str().unwrap().starts_with("an earlier try did it"), "{report}");
    function.stop().await;
}

#[tokio::test]
async fn no_action_is_begun_in_the_last_moments() {
    let world = World::new(&ENFORCE).await.unwrap();
    let script = |call: &str, before| match (call, before) {
        ("GetQueueAttributes", 0) => Meet::Late(Duration::from_millis(2_200)),
        _ => Meet::Pass,
    };
    let between = Between::start(world.live.endpoint_url(), script).await.unwrap();
    let event = world.queue("orders").await.unwrap();
    let with = |settings: trailhook_cli::stage::FunctionSettings| settings.timeout(Duration::from_secs(4));
    let mut function = world.start_with("revert", &between.endpoint, &[], with).await.unwrap();
    between.calls();
    let first = hand(&mut function, &event).await;
    assert_eq!(failed(&first).0, "Trailhook.Timeout", "{first:?}");
    assert!(failed(&first).1.contains("too few to begin an action"), "{first:?}");
    assert!(!between.calls().contains(&"DeleteQueue".to_owned()));
    // There was time to say so in the table too: the next try need not wait.
    let second = hand(&mut function, &event).await;
    assert_eq!(report(&second).unwrap()["outcome"], "acted", "{second:?}");
    function.stop().await;
}

#[tokio::test]
async fn an_older_event_never_undoes_what_a_newer_one_was_dealt_with_for() {
    let world = World::new(&ENFORCE).await.unwrap();
    let newer = world.queue("orders").await.unwrap();
    let time: chrono::DateTime<chrono::Utc> = newer["detail"]["eventTime"].as_str().unwrap().parse().unwrap();
    let older = world::event("orders", time - chrono::TimeDelta::seconds(1)).unwrap();
    let equal = world::event("orders", time).unwrap();
    let mut function = world.start("revert", world.live.endpoint_url(), &[]).await.unwrap();
    assert_eq!(report(&hand(&mut function, &newer).await).unwrap()["outcome"], "acted");
    let late = hand(&mut function, &older).await;
    assert_eq!(report(&late).unwrap()["reason"], "superseded", "{late:?}");
    // Within a second there is no order: the live state decides.
    world.queue("orders").await.unwrap();
    let decided = hand(&mut function, &equal).await;
    assert_ne!(report(&decided).unwrap()["reason"], "superseded", "{decided:?}");
    function.stop().await;
}
