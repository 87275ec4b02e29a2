//! Many calls that are alike: the first are told of one by one, the others in one message; each of them
//! in exactly one, and none in no message.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use trailhook_cli::stage::{
    Binaries, BusSettings, FrontDoorSettings, LambdaEvent, LambdaSettings, Live, LiveSettings, Told,
};
use trailhook_cli::template::{Deployment, Template};
use trailhook_tests::functions::binaries;
use trailhook_tests::stage::patient_sqs;
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

/// Makes the queues, and waits until the functions are done with them.
async fn make(stage: &mut Live, queues: &[(&str, usize)]) -> Decided {
    let clients: Vec<(aws_sdk_sqs::Client, String, usize)> =
        queues.iter().map(|(key, count)| (patient_sqs(stage.endpoint_url(), key), (*key).to_owned(), *count)).collect();
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
    let heard = heard(&patient_sqs(stage.endpoint_url(), "ci")).await;
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
    let heard = heard(&patient_sqs(stage.endpoint_url(), "ci")).await;
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
