//! Many calls that are alike: the first are told of one by one, the others in one message; each of them
//! in exactly one, and none in no message.

use crate::ledger::refusal;
use aws_sdk_sqs::config::retry::RetryConfig;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use trailhook_cli::stage::{
    Binaries, BusSettings, FrontDoorSettings, Invocation, LambdaEvent, LambdaSettings, Live, LiveSettings, Told,
};
use trailhook_cli::template::{Deployment, Template};
use trailhook_tests::between::{Between, Meet};
use trailhook_tests::functions::binaries;
use trailhook_tests::stage::configuration;
use trailhook_tests::world::World;
use trailhook_tests::{root, say};

const INBOX: &str = "inbox";

/// What somebody who reads the topic was told: a queue's name for each call, by message.
struct Heard {
    messages: Vec<Message>,
}

struct Message {
    subject: String,
    summary: String,
    named: Vec<String>,
    /// How many calls it is about.
    count: u64,
}

/// What the functions decided of calls that were told of together, by the outcome.
#[derive(Default)]
struct Decided {
    by_reason: BTreeMap<String, usize>,
    kept: usize,
}

impl Decided {
    fn note(&mut self, told: &Told) {
        let Told::Lambda(told) = told else { return };
        match &told.what {
            LambdaEvent::Decided(decision) if told.function == "NotifyFunction" => {
                let actions = decision.report["actions"].as_array().into_iter().flatten();
                for action in actions.filter(|action| action["action"]["channel"] == "topic") {
                    let reason = action["reason"].as_str().unwrap_or(action["outcome"].as_str().unwrap());
                    *self.by_reason.entry(reason.to_owned()).or_default() += 1;
                }
            }
            LambdaEvent::GaveUp { .. } if told.function == "NotifyFunction" => self.kept += 1,
            _ => {}
        }
    }
}

/// A stage where three calls that are alike are told of one by one.
async fn stage(door: FrontDoorSettings, bus: BusSettings, retry: Duration) -> Live {
    let template = Template::read(&root().join("template.yaml")).unwrap();
    let parameters = [("NotifyAtOnce", "3"), ("TagMode", "dry-run"), ("SnapshotMode", "dry-run")];
    let parameters = parameters.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let stack = template.deploy(Deployment { parameters, ..Deployment::default() }).unwrap();
    let lambda = LambdaSettings { concurrency: 8, retry_delays: vec![retry, retry] };
    let settings = LiveSettings { door, bus, lambda, ..LiveSettings::default() };
    let stage = Live::set(&stack, &Binaries::Ready(binaries().unwrap()), &settings).await.unwrap();
    stage.door().subscribe(&stack.topics().unwrap()[0], INBOX).await.unwrap();
    stage
}

fn client(stage: &Live, key: &str) -> aws_sdk_sqs::Client {
    // What the stage refuses on purpose is tried again.
    let retries = RetryConfig::standard().with_max_attempts(12).with_initial_backoff(Duration::from_millis(20));
    let configuration = configuration(stage.endpoint_url(), key);
    aws_sdk_sqs::Client::from_conf(aws_sdk_sqs::config::Builder::from(&configuration).retry_config(retries).build())
}

/// Makes the queues, and waits until the functions are done with them.
async fn make(stage: &mut Live, queues: &[(&str, usize)]) -> Decided {
    let clients: Vec<(aws_sdk_sqs::Client, String, usize)> =
        queues.iter().map(|(key, count)| (client(stage, key), (*key).to_owned(), *count)).collect();
    let made = tokio::spawn(async move {
        for (sqs, key, count) in clients {
            for number in 0..count {
                sqs.create_queue().queue_name(format!("{key}-{number}")).send().await.unwrap();
            }
        }
    });
    let mut decided = Decided::default();
    loop {
        match tokio::time::timeout(Duration::from_millis(500), stage.next()).await {
            Ok(told) => decided.note(&told),
            Err(_) if made.is_finished() && stage.pending() == 0 => break,
            Err(_) => {}
        }
    }
    made.await.unwrap();
    decided
}

/// The stories that came to the inbox, each with its subject.
async fn came(sqs: &aws_sdk_sqs::Client) -> Vec<(String, Value)> {
    let inbox = sqs.get_queue_url().queue_name(INBOX).send().await.unwrap().queue_url.unwrap();
    let mut stories = Vec::new();
    loop {
        let came = sqs.receive_message().queue_url(&inbox).max_number_of_messages(10).visibility_timeout(3_600);
        let came = came.send().await.unwrap().messages.unwrap_or_default();
        if came.is_empty() {
            return stories;
        }
        for message in came {
            let body: Value = serde_json::from_str(message.body().unwrap()).unwrap();
            let story = serde_json::from_str(body["Message"].as_str().unwrap()).unwrap();
            stories.push((body["Subject"].as_str().unwrap().to_owned(), story));
        }
    }
}

async fn heard(sqs: &aws_sdk_sqs::Client) -> Heard {
    let name = |(_, sentence): (&String, &Value)| {
        let sentence = sentence.as_str().unwrap();
        sentence.split_once("created queue ").unwrap().1.split(' ').next().unwrap().to_owned()
    };
    let message = |(subject, story): (String, Value)| {
        let own = story["record"]["requestParameters"]["queueName"].as_str().unwrap().to_owned();
        let others = story["others"]["events"].as_object().into_iter().flatten();
        Message {
            subject,
            summary: story["summary"].as_str().unwrap().to_owned(),
            named: [own].into_iter().chain(others.map(name)).collect(),
            count: 1 + story["others"]["count"].as_u64().unwrap_or(0),
        }
    };
    Heard { messages: came(sqs).await.into_iter().map(message).collect() }
}

impl Heard {
    fn of(&self, key: &str) -> Vec<&Message> {
        self.messages.iter().filter(|message| message.named[0].starts_with(key)).collect()
    }
}

#[tokio::test]
async fn a_hundred_queues_are_a_handful_of_messages_and_each_is_in_one() {
    let mut stage = stage(FrontDoorSettings::default(), BusSettings::default(), Duration::from_secs(20)).await;
    let decided = make(&mut stage, &[("alice", 130), ("ci", 2)]).await;
    let heard = heard(&client(&stage, "ci")).await;
    let (alices, cis) = (heard.of("alice"), heard.of("ci"));
    assert_eq!(cis.len(), 2, "another caller is another group");
    assert!(cis.iter().all(|message| message.count == 1));
    let counted: u64 = alices.iter().map(|message| message.count).sum();
    assert_eq!(counted, 130, "each call is counted in one message: {:?}", decided.by_reason);
    let named: Vec<&String> = alices.iter().flat_map(|message| &message.named).collect();
    assert_eq!(named.iter().collect::<BTreeSet<_>>().len(), named.len(), "and named in one at most");
    assert!((4..13).contains(&alices.len()), "{} messages", alices.len());
    let digest = alices.iter().max_by_key(|message| message.count).unwrap();
    assert!(digest.subject.contains(&format!("(+{} like it)", digest.count - 1)), "{}", digest.subject);
    assert!(digest.summary.contains(" created queue alice-"), "{}", digest.summary);
    assert!(digest.named.len() > 10, "{}", digest.named.len());
    assert_eq!(decided.by_reason["digest"] + 3 + 2, heard.messages.len(), "each that was put off has told");
    assert_eq!(decided.by_reason["in-digest"] + heard.messages.len(), 132, "{:?}", decided.by_reason);
    say(format!("132 queues: {} messages, {:?}", heard.messages.len(), decided.by_reason));
    stage.close().await.unwrap();
}

#[tokio::test]
async fn on_a_bad_day_every_queue_is_in_a_message_or_its_event_is_kept() {
    // So many as one message has room for.
    const QUEUES: usize = 45;
    let door = FrontDoorSettings { fault: 0.2, seed: 11, ..FrontDoorSettings::default() };
    let bus = BusSettings { duplicate: 0.3, seed: 11, ..BusSettings::default() };
    let mut stage = stage(door, bus, Duration::from_secs(4)).await;
    let decided = make(&mut stage, &[("alice", QUEUES)]).await;
    let heard = heard(&client(&stage, "ci")).await;
    let named: Vec<&String> = heard.messages.iter().flat_map(|message| &message.named).collect();
    let different: BTreeSet<&&String> = named.iter().collect();
    let told = format!("{} named, {} kept: {:?}", named.len(), decided.kept, decided.by_reason);
    assert!(different.len() + decided.kept >= QUEUES, "{told}");
    assert_eq!(different.len(), named.len(), "none is told of twice: {told}");
    let messages = heard.messages.len();
    assert!(messages < QUEUES / 2, "{messages} messages: {told}");
    say(format!("a bad day of {QUEUES} queues: {messages} messages, {told}"));
    stage.close().await.unwrap();
}

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
