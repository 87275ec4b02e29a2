//! A bad day: a third of all AWS calls go wrong, a third of the events come twice. Every delivery ends in
//! one decision that stands, or in a queue for what could not be done; and every event is acted on once.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use trailhook_cli::stage::{
    Binaries, BusEvent, BusSettings, FrontDoorSettings, Kept, LambdaEvent, LambdaSettings, Live, LiveSettings, Told,
};
use trailhook_cli::template::{Deployment, Template};
use trailhook_tests::functions::binaries;
use trailhook_tests::stage::patient_sqs;
use trailhook_tests::{root, say};

const QUEUES: usize = 500;
const CLIENTS: usize = 8;

/// What the stage told of one event and one function: its deliveries, by Lambda's request id.
type Deliveries = BTreeMap<(String, String), Vec<String>>;

#[derive(Default)]
struct Day {
    /// By the event's id: the queue, and whether the call went well.
    events: BTreeMap<String, (String, bool)>,
    logged: BTreeSet<String>,
    deliveries: Deliveries,
    /// Handed to nobody, and kept in a dead-letter queue.
    dead_letters: usize,
    /// By request id, the outcome of every try that came to a decision, in their order.
    decided: BTreeMap<String, Vec<String>>,
    answered: BTreeSet<String>,
    /// What was done though the table could not be asked, or could not be told.
    without_table: BTreeSet<String>,
    given_up: BTreeSet<String>,
    lost: Vec<String>,
}

impl Day {
    /// The outcome of the try that was answered.
    fn stands(&self, request: &str) -> Option<&str> {
        self.answered.contains(request).then(|| self.decided.get(request)?.last().map(String::as_str))?
    }

    fn note(&mut self, told: Told) {
        let text = |event: &Value, pointer: &str| event.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        match told {
            // The tagging of a queue is looked at by snapshot alone.
            Told::Call { event, rules: Ok(rules) } if rules.iter().any(|rule| rule == "ApiCallRule") => {
                let queue = text(&event, "/detail/requestParameters/queueName").unwrap_or_default();
                let good = text(&event, "/detail/errorCode").is_none();
                self.events.insert(text(&event, "/id").unwrap(), (queue, good));
            }
            Told::Call { .. } => {}
            Told::Bus(told) => match told.what {
                BusEvent::Delivered { target, .. } if target == "EventLog" => {
                    self.logged.insert(told.event);
                }
                BusEvent::Delivered { target, as_what, .. } => {
                    self.deliveries.entry((told.event, target)).or_default().push(as_what);
                }
                BusEvent::GaveUp { kept: Kept::In { .. }, .. } => self.dead_letters += 1,
                BusEvent::GaveUp { target, error, .. } => self.lost.push(format!("{target}: {error:?}")),
                _ => {}
            },
            Told::Lambda(told) => {
                let Some(id) = told.request_id else { return };
                match told.what {
                    LambdaEvent::Decided(decision) => {
                        let outcome = text(&decision.report, "/outcome").unwrap();
                        let said = decision.report.to_string();
                        if said.contains("done without the table") || said.contains("could not be noted") {
                            self.without_table.insert(id.clone());
                        }
                        self.decided.entry(id).or_default().push(outcome);
                    }
                    LambdaEvent::Answered { .. } => assert!(self.answered.insert(id), "answered twice"),
                    LambdaEvent::GaveUp { kept: Kept::In { .. }, .. } => assert!(self.given_up.insert(id)),
                    LambdaEvent::GaveUp { kept, .. } => self.lost.push(format!("{id}: {kept:?}")),
                    _ => {}
                }
            }
            Told::LogFile(error) => panic!("{error}"),
        }
    }
}

#[tokio::test]
async fn nothing_is_lost_when_calls_go_wrong_and_events_come_twice() {
    let template = Template::read(&root().join("template.yaml")).unwrap();
    // Digests have a test of their own.
    let parameters = [("NotifyAtOnce".to_owned(), "all".to_owned())].into();
    let stack = template.deploy(Deployment { parameters, ..Deployment::default() }).unwrap();
    let settings = LiveSettings {
        door: FrontDoorSettings { fault: 0.3, seed: 3, ..FrontDoorSettings::default() },
        bus: BusSettings { duplicate: 0.3, seed: 3, ..BusSettings::default() },
        lambda: LambdaSettings {
            // The functions wait most of the time: for their SDK's next try.
            concurrency: 12,
            retry_delays: [100, 200].map(Duration::from_millis).to_vec(),
        },
        ..LiveSettings::default()
    };
    let mut stage = Live::set(&stack, &Binaries::Ready(binaries().unwrap()), &settings).await.unwrap();
    let mut clients: Vec<_> =
        (0..CLIENTS).map(|client| tokio::spawn(create(stage.endpoint_url().to_owned(), client))).collect();
    let mut day = Day::default();
    loop {
        match tokio::time::timeout(Duration::from_millis(500), stage.next()).await {
            Ok(told) => day.note(told),
            Err(_) if clients.iter().all(tokio::task::JoinHandle::is_finished) && stage.pending() == 0 => break,
            Err(_) => {}
        }
    }
    for client in clients.drain(..) {
        client.await.unwrap();
    }
    assert!(stage.tally().adds_up(0), "{}", stage.tally());
    let kept = messages_kept(stage.endpoint_url()).await;
    assert_eq!(kept, day.dead_letters + day.given_up.len(), "what was given up is in the template's queues");
    stage.close().await.unwrap();
    say(format!("a bad day of {QUEUES} queues:\n{}", stage.tally()));
    check(&day);
}

fn check(day: &Day) {
    assert_eq!(day.lost, Vec::<String>::new());
    let created: BTreeSet<&str> =
        day.events.values().filter(|(_, good)| *good).map(|(queue, _)| queue.as_str()).collect();
    assert_eq!(created.len(), QUEUES, "every queue's creation is an event");
    let failed = day.events.values().filter(|(_, good)| !good).count();
    assert!(failed > QUEUES / 5, "{failed}: faults are events too");
    assert_eq!(day.logged.len() + day.dead_letters, day.events.len(), "the log group has every event");
    // Per event and function: once, or twice for those that were to come twice.
    let (mut once, mut twice, mut stand) = (0, 0, BTreeMap::<&str, usize>::new());
    let mut ends = BTreeMap::<(&str, &str), usize>::new();
    for (event, (queue, good)) in &day.events {
        for function in ["TagNewQueue", "Notify", "Revert", "Snapshot"] {
            let requests = &day.deliveries[&(event.clone(), function.to_owned())];
            *ends.entry((function, effect(day, requests, *good))).or_default() += 1;
            match requests.len() {
                1 => once += 1,
                2 => twice += 1,
                more => panic!("{function} was handed {queue} {more} times"),
            }
            for request in requests {
                let (answered, given_up) = (day.answered.contains(request), day.given_up.contains(request));
                assert!(answered ^ given_up, "{function} with {queue}: one end, and not both");
                let outcomes = day.decided.get(request).map(Vec::as_slice).unwrap_or_default();
                let good_ones = outcomes.iter().filter(|outcome| *outcome != "failed").count();
                assert_eq!(good_ones, usize::from(answered), "{function} with {queue}: {outcomes:?}");
                let last = if answered { outcomes.last().unwrap().as_str() } else { "kept" };
                assert!(
                    *good || ["skipped", "acted", "kept"].contains(&last),
                    "{function}: {last} for a call that failed"
                );
                *stand.entry(last).or_default() += 1;
            }
        }
    }
    assert_eq!(stand.values().sum::<usize>(), once + 2 * twice, "one decision that stands for each delivery");
    let looks = day.deliveries.iter().filter(|((event, _), _)| !day.events.contains_key(event));
    let looks: usize = looks.map(|(_, requests)| requests.len()).sum();
    assert!(looks >= QUEUES, "snapshot looks at each queue that was tagged: {looks}");
    assert_eq!(day.answered.len() + day.given_up.len(), once + 2 * twice + looks, "and no other");
    assert!(twice * 10 > (once + twice) * 2, "{twice} of {} came twice", once + twice);
    let of = |function, end| ends.get(&(function, end)).copied().unwrap_or_default();
    assert_eq!(of("Notify", "acted") + of("Notify", "kept"), day.events.len() - of("Notify", "skipped"), "{ends:?}");
    assert!(of("Notify", "acted") > QUEUES * 9 / 10 && of("TagNewQueue", "acted") > QUEUES * 9 / 10, "{ends:?}");
    say(format!("each event and function in one effective decision: {ends:?}"));
    say(format!(
        "{} events, {once} deliveries to functions once and {twice} twice; they ended in {stand:?}",
        day.events.len()
    ));
}

/// The one decision that had an effect, or what there was instead.
fn effect(day: &Day, requests: &[String], good: bool) -> &'static str {
    let ends: Vec<&str> = requests.iter().map(|request| day.stands(request).unwrap_or("kept")).collect();
    let acted: Vec<&String> = requests.iter().filter(|request| day.stands(request) == Some("acted")).collect();
    let blind = acted.iter().any(|request| day.without_table.contains(*request));
    assert!(acted.len() < 2 || blind, "acted on twice: {ends:?}");
    assert!(!acted.is_empty() || !ends.contains(&"duplicate") || ends.contains(&"nothing"), "of what? {ends:?}");
    assert!(good || acted.is_empty(), "nothing is done about a call that failed: {ends:?}");
    let order = ["acted", "nothing", "kept", "dry-run", "skipped"];
    order.into_iter().find(|end| ends.contains(end)).unwrap_or_else(|| panic!("{ends:?}"))
}

async fn create(endpoint: String, number_of_client: usize) {
    let sqs = patient_sqs(&endpoint, "ci");
    for number in (number_of_client..QUEUES).step_by(CLIENTS) {
        sqs.create_queue().queue_name(format!("q{number}")).send().await.unwrap();
    }
}

/// How many messages are in the template's dead-letter and on-failure queues.
async fn messages_kept(endpoint: &str) -> usize {
    let sqs = patient_sqs(endpoint, "ci");
    let mut kept = 0;
    for url in sqs.list_queues().queue_name_prefix("trailhook").send().await.unwrap().queue_urls() {
        let count = aws_sdk_sqs::types::QueueAttributeName::ApproximateNumberOfMessages;
        let answer = sqs.get_queue_attributes().queue_url(url).attribute_names(count.clone()).send().await.unwrap();
        kept += answer.attributes().unwrap()[&count].parse::<usize>().unwrap();
    }
    kept
}
