//! Calls that are alike, event by event: who is put off, who brings whom, and what becomes of it when something
//! goes wrong on the way.

use crate::ledger::refusal;
use serde_json::{Value, json};
use trailhook_cli::stage::Invocation;
use trailhook_tests::between::{Between, Meet};
use trailhook_tests::world::World;

fn topic(report: &Value) -> Value {
    report["actions"][1].clone()
}

fn answered(invocation: Invocation) -> Value {
    match invocation {
        Invocation::Response(report) => report,
        other => panic!("{other:?}"),
    }
}

fn failed(invocation: Invocation) -> String {
    match invocation {
        Invocation::Error(error) => error.error_type,
        other => panic!("{other:?}"),
    }
}

/// Events of queues' making by one caller, of whom one is told of at once.
async fn events<const N: usize>(names: [&str; N]) -> (World, [String; N]) {
    let world = World::new(&[("NotifyAtOnce", "1")]).await.unwrap();
    let mut events = Vec::new();
    for name in names {
        events.push(world.queue(name).await.unwrap().to_string());
    }
    (world, events.try_into().unwrap())
}

/// As if the carriers of all groups had been put off long ago.
async fn long_ago(world: &World) {
    let dynamodb = aws_sdk_dynamodb::Client::new(&world.aws);
    let table = world.table().unwrap();
    let then = || aws_sdk_dynamodb::types::AttributeValue::N("1000".to_owned());
    for item in dynamodb.scan().table_name(&table).send().await.unwrap().items.unwrap() {
        let Some(untold) = item.get("untold").and_then(|untold| untold.as_m().ok()) else { continue };
        for event in untold.keys() {
            let change = dynamodb.update_item().table_name(&table).key("id", item["id"].clone());
            let change = change.update_expression("SET untold.#event = :then, carrierSince = :then");
            let change = change.expression_attribute_names("#event", event);
            change.expression_attribute_values(":then", then()).send().await.unwrap();
        }
    }
}

#[tokio::test]
async fn who_is_put_off_brings_the_others() {
    let (world, [one, two, three, four]) = events(["one", "two", "three", "four"]).await;
    let mut notify = world.start("notify", world.live.endpoint_url(), &[]).await.unwrap();
    assert_eq!(topic(&answered(notify.invoke(one.clone()).await.unwrap()))["outcome"], "applied");
    assert_eq!(failed(notify.invoke(two.clone()).await.unwrap()), "Trailhook.Postponed");
    let held = topic(&answered(notify.invoke(three.clone()).await.unwrap()));
    assert_eq!((&held["outcome"], &held["reason"]), (&"left-to-another".into(), &"in-digest".into()), "{held}");
    let report = answered(notify.invoke(two.clone()).await.unwrap());
    assert!(topic(&report)["description"].as_str().unwrap().contains("(+1 like it)"), "{report}");
    // Each that comes again was answered; the next one carries anew.
    for again in [one, two, three] {
        assert_eq!(answered(notify.invoke(again).await.unwrap())["outcome"], "duplicate");
    }
    assert_eq!(failed(notify.invoke(four.clone()).await.unwrap()), "Trailhook.Postponed");
    let alone = topic(&answered(notify.invoke(four).await.unwrap()));
    assert_eq!(alone["outcome"], "applied");
    assert!(!alone["description"].as_str().unwrap().contains("like it"), "{alone}");
    assert_eq!(world.published().await.unwrap().len(), 3);
    notify.stop().await;
}

/// A carrier that never comes back, and one whose message SNS does not take: the next one has it all, and
/// whoever comes back all the same finds that it was told.
#[tokio::test]
async fn what_a_lost_carrier_had_is_brought_by_the_next_and_not_twice() {
    let (world, [one, two, three, four, five]) = events(["one", "two", "three", "four", "five"]).await;
    let script = |call: &str, before| match (call, before) {
        // The carrier's own message: its tries are three each.
        ("Publish", 1..=3) => Meet::Answer((503, refusal("ServiceUnavailable").1)),
        _ => Meet::Pass,
    };
    let between = Between::start(world.live.endpoint_url(), script).await.unwrap();
    let mut notify = world.start("notify", &between.endpoint, &[]).await.unwrap();
    assert_eq!(topic(&answered(notify.invoke(one).await.unwrap()))["outcome"], "applied");
    assert_eq!(failed(notify.invoke(two.clone()).await.unwrap()), "Trailhook.Postponed");
    assert_eq!(topic(&answered(notify.invoke(three).await.unwrap()))["reason"], "in-digest");
    // It has taken them along, and is not published.
    assert_eq!(failed(notify.invoke(two.clone()).await.unwrap()), "Trailhook.Transient");
    assert_eq!(failed(notify.invoke(four.clone()).await.unwrap()), "Trailhook.Postponed", "the next one carries");
    long_ago(&world).await;
    assert_eq!(failed(notify.invoke(five.clone()).await.unwrap()), "Trailhook.Postponed", "in place of the lost one");
    let brings = topic(&answered(notify.invoke(five).await.unwrap()));
    assert!(brings["description"].as_str().unwrap().contains("(+3 like it)"), "two, three and four: {brings}");
    assert_eq!(brings["action"]["alike"]["brings"].as_array().unwrap().len(), 3, "{brings}");
    for late in [two, four] {
        let late = topic(&answered(notify.invoke(late).await.unwrap()));
        assert_eq!((&late["outcome"], &late["reason"]), (&"left-to-another".into(), &"in-digest".into()), "{late}");
    }
    assert_eq!(world.published().await.unwrap().len(), 2);
    notify.stop().await;
}

#[tokio::test]
async fn what_a_lost_carrier_had_is_brought_although_its_heir_is_lost_too() {
    let (world, [one, two, three, four, five, six]) = events(["one", "two", "three", "four", "five", "six"]).await;
    // The message of the first carrier fails, and that of the one that has taken over from it.
    let script = |call: &str, before| match (call, before) {
        ("Publish", 1..=6) => Meet::Answer((503, refusal("ServiceUnavailable").1)),
        _ => Meet::Pass,
    };
    let between = Between::start(world.live.endpoint_url(), script).await.unwrap();
    let mut notify = world.start("notify", &between.endpoint, &[]).await.unwrap();
    assert_eq!(topic(&answered(notify.invoke(one).await.unwrap()))["outcome"], "applied");
    assert_eq!(failed(notify.invoke(two.clone()).await.unwrap()), "Trailhook.Postponed");
    assert_eq!(topic(&answered(notify.invoke(three).await.unwrap()))["reason"], "in-digest");
    assert_eq!(failed(notify.invoke(two).await.unwrap()), "Trailhook.Transient");
    long_ago(&world).await;
    assert_eq!(failed(notify.invoke(four.clone()).await.unwrap()), "Trailhook.Postponed", "in place of the lost one");
    assert_eq!(failed(notify.invoke(four.clone()).await.unwrap()), "Trailhook.Transient", "with what that one had");
    // While the heir may come back, what it has is left to it, and is not forgotten.
    assert_eq!(failed(notify.invoke(five.clone()).await.unwrap()), "Trailhook.Postponed");
    let alone = topic(&answered(notify.invoke(five).await.unwrap()));
    assert!(!alone["description"].as_str().unwrap().contains("like it"), "{alone}");
    long_ago(&world).await;
    assert_eq!(failed(notify.invoke(six.clone()).await.unwrap()), "Trailhook.Postponed");
    let brings = topic(&answered(notify.invoke(six).await.unwrap()));
    assert!(brings["description"].as_str().unwrap().contains("(+3 like it)"), "two, three and four: {brings}");
    notify.stop().await;
}

/// A carrier has room for fifty sentences, and counts the rest.
#[tokio::test]
async fn what_a_full_carrier_counted_is_brought_though_it_never_comes_back() {
    let names: [String; 54] = std::array::from_fn(|number| format!("queue{number}"));
    let (world, events) = events(std::array::from_fn::<_, 54, _>(|number| names[number].as_str())).await;
    let mut notify = world.start("notify", world.live.endpoint_url(), &[]).await.unwrap();
    let [first, carrier, others @ .., last] = &events;
    assert_eq!(topic(&answered(notify.invoke(first.clone()).await.unwrap()))["outcome"], "applied");
    assert_eq!(failed(notify.invoke(carrier.clone()).await.unwrap()), "Trailhook.Postponed");
    for other in others {
        assert_eq!(topic(&answered(notify.invoke(other.clone()).await.unwrap()))["reason"], "in-digest");
    }
    long_ago(&world).await;
    assert_eq!(failed(notify.invoke(last.clone()).await.unwrap()), "Trailhook.Postponed", "in place of the lost one");
    let brings = topic(&answered(notify.invoke(last.clone()).await.unwrap()));
    assert!(brings["description"].as_str().unwrap().contains("(+52 like it)"), "{brings}");
    notify.stop().await;
}

#[tokio::test]
async fn what_was_left_to_another_is_not_told_again_because_the_journal_failed() {
    let (world, [one, two, three]) = events(["one", "two", "three"]).await;
    let script = |call: &str, before| match (call, before) {
        // Of the third event, whose tries are three; the first made the stream.
        ("PutLogEvents", 3..=5) => Meet::Answer((503, refusal("ServiceUnavailableException").1)),
        _ => Meet::Pass,
    };
    let between = Between::start(world.live.endpoint_url(), script).await.unwrap();
    let mut notify = world.start("notify", &between.endpoint, &[]).await.unwrap();
    assert_eq!(topic(&answered(notify.invoke(one).await.unwrap()))["outcome"], "applied");
    assert_eq!(failed(notify.invoke(two.clone()).await.unwrap()), "Trailhook.Postponed");
    assert_eq!(failed(notify.invoke(three.clone()).await.unwrap()), "Trailhook.Transient", "the journal");
    let again = answered(notify.invoke(three).await.unwrap());
    assert_eq!(again["actions"][0]["outcome"], "applied", "{again}");
    assert_eq!(topic(&again)["outcome"], "left-to-another", "{again}");
    let brings = topic(&answered(notify.invoke(two).await.unwrap()));
    assert!(brings["description"].as_str().unwrap().contains("(+1 like it)"), "{brings}");
    assert_eq!(world.published().await.unwrap().len(), 2);
    notify.stop().await;
}

#[tokio::test]
async fn what_is_critical_is_told_at_once() {
    let world = World::new(&[("NotifyAtOnce", "1")]).await.unwrap();
    let mut notify = world.start("notify", world.live.endpoint_url(), &[]).await.unwrap();
    let open = r#"{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "sqs:*"}}"#;
    for name in ["one", "two", "three"] {
        let mut event = world.queue(name).await.unwrap();
        event["detail"]["requestParameters"]["attributes"] = json!({ "Policy": open });
        let report = answered(notify.invoke(event.to_string()).await.unwrap());
        assert_eq!(topic(&report)["outcome"], "applied", "{report}");
    }
    assert_eq!(world.published().await.unwrap().len(), 3);
    notify.stop().await;
}
