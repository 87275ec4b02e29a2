//! Processes that are killed at each step of answering an event, on a day on which calls go wrong and events
//! come twice: a notification is sent, and not again once that is noted; nothing is reverted twice; nothing
//! is lost.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use trailhook_cli::stage::{
    Binaries, BusEvent, BusSettings, Crash, FrontDoorSettings, Kept, LambdaEvent, LambdaSettings, Live, LiveSettings,
    Moment, Told,
};
use trailhook_cli::template::{Deployment, Stack, Template};
use trailhook_tests::functions::binaries;
use trailhook_tests::stage::patient_sqs;
use trailhook_tests::{root, say};

const QUEUES: usize = 300;
const FUNCTIONS: [&str; 2] = ["Notify", "Revert"];
/// How long a function may take, in seconds: a process that dies has its event in hand until then.
const TIMEOUT: u64 = 15;

#[derive(Default)]
struct Day {
    /// By the envelope's id: the event's, and the queue.
    events: BTreeMap<String, (String, String)>,
    /// By request id: the event and the function.
    deliveries: BTreeMap<String, (String, String)>,
    crashes: Vec<(String, Crash)>,
    /// By request id, the report of every try that came to one.
    decided: BTreeMap<String, Vec<Value>>,
    answered: BTreeSet<String>,
    given_up: BTreeSet<String>,
    /// Every DeleteQueue that was answered: the queue, and the error if it was one.
    deletions: Vec<(String, Option<String>)>,
    lost: Vec<String>,
}

impl Day {
    fn note(&mut self, told: Told) {
        let text = |event: &Value, pointer: &str| event.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        match told {
            Told::Call { event, rules } => {
                let went_well = text(&event, "/detail/errorCode").is_none();
                match text(&event, "/detail/eventName").as_deref() {
                    Some("DeleteQueue") => {
                        let url = text(&event, "/detail/requestParameters/queueUrl").unwrap();
                        let error = text(&event, "/detail/errorCode");
                        self.deletions.push((url.rsplit('/').next().unwrap().to_owned(), error));
                    }
                    Some("CreateQueue") if went_well && rules.is_ok_and(|rules| !rules.is_empty()) => {
                        let queue = text(&event, "/detail/requestParameters/queueName").unwrap();
                        let id = text(&event, "/detail/eventID").unwrap();
                        self.events.insert(text(&event, "/id").unwrap(), (id, queue));
                    }
                    _ => {}
                }
            }
            Told::Bus(told) => match told.what {
                BusEvent::Delivered { target, as_what, .. } if FUNCTIONS.contains(&target.as_str()) => {
                    self.deliveries.insert(as_what, (told.event, target));
                }
                BusEvent::GaveUp { target, error, .. } => self.lost.push(format!("{target}: {error:?}")),
                _ => {}
            },
            Told::Lambda(told) => {
                let Some(id) = told.request_id else { return };
                match told.what {
                    LambdaEvent::Crashed(crash) => self.crashes.push((id, crash)),
                    LambdaEvent::Decided(decision) => self.decided.entry(id).or_default().push(decision.report),
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

/// The step of an answer at which a process died.
fn step(crash: &Crash) -> &'static str {
    let body = String::from_utf8_lossy(&crash.request);
    let after = crash.moment == Moment::After;
    let went_well = crash.status.is_some_and(|status| status < 300);
    match crash.action.as_str() {
        "UpdateItem" if body.contains("if_not_exists(applied") && !after => "before begin",
        "UpdateItem" if body.contains("if_not_exists(applied") && went_well => "after begin",
        "UpdateItem" if body.contains("completedAt") && !after => "after apply",
        "UpdateItem" if body.contains("completedAt") && went_well => "before answer",
        "Publish" | "DeleteQueue" | "PutLogEvents" if after && went_well => "after apply",
        "Publish" | "DeleteQueue" | "PutLogEvents" if !after => "before apply",
        _ => "elsewhere",
    }
}

/// The template, with revert in force and no tag-new-queue: it would look for queues that are gone.
fn stack() -> Stack {
    let text = std::fs::read_to_string(root().join("template.yaml")).unwrap();
    let (before, rest) = text.split_once("        - Id: TagNewQueue\n").unwrap();
    let (_, after) = rest.split_once("        - Id: Notify\n").unwrap();
    let text =
        format!("{before}        - Id: Notify\n{after}").replace("Timeout: 60\n", &format!("Timeout: {TIMEOUT}\n"));
    // snapshot has no part in it.
    let (rules, snapshot) = text.split_once("  SnapshotRule:\n").unwrap();
    let text = format!("{rules}  SnapshotRule:\n{}", snapshot.replacen("State: ENABLED", "State: DISABLED", 1));
    let folder = root().join("target/tests");
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("killed.yaml");
    std::fs::write(&path, text).unwrap();
    // The circuit breaker and digests have tests of their own.
    let parameters = [
        ("RevertMode", "enforce"),
        ("RevertMaxActions", "100"),
        ("RevertMaxActionsWindowSeconds", "1"),
        ("NotifyAtOnce", "all"),
    ];
    let parameters = parameters.map(|(name, value)| (name.to_owned(), value.to_owned())).into_iter().collect();
    Template::read(&path).unwrap().deploy(Deployment { parameters, ..Deployment::default() }).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_noted_is_not_done_again_though_processes_are_killed_at_every_step() {
    let stack = stack();
    let settings = LiveSettings {
        door: FrontDoorSettings { fault: 0.3, crash: 0.06, seed: 7, ..FrontDoorSettings::default() },
        bus: BusSettings { duplicate: 0.3, seed: 7, ..BusSettings::default() },
        lambda: LambdaSettings {
            concurrency: 16,
            // Longer than a dead process has an event in hand, as Lambda's minute is.
            retry_delays: vec![Duration::from_secs(TIMEOUT + 1)],
        },
        ..LiveSettings::default()
    };
    let mut stage = Live::set(&stack, &Binaries::Ready(binaries().unwrap()), &settings).await.unwrap();
    stage.door().subscribe(&stack.topics().unwrap()[0], "inbox").await.unwrap();
    let sqs = patient_sqs(stage.endpoint_url(), "ci");
    let client = tokio::spawn({
        let sqs = sqs.clone();
        async move {
            for number in 0..QUEUES {
                sqs.create_queue().queue_name(format!("q{number}")).send().await.unwrap();
            }
        }
    });
    let mut day = Day::default();
    loop {
        match tokio::time::timeout(Duration::from_millis(500), stage.next()).await {
            Ok(told) => day.note(told),
            Err(_) if client.is_finished() && stage.pending() == 0 => break,
            Err(_) => {}
        }
    }
    client.await.unwrap();
    assert!(stage.tally().adds_up(0), "{}", stage.tally());
    let published = published(&sqs, stage.endpoint_url()).await;
    stage.close().await.unwrap();
    say(format!("{QUEUES} queues, and processes that are killed:\n{}", stage.tally()));
    check(&day, &published);
}

fn check(day: &Day, published: &BTreeMap<String, usize>) {
    assert_eq!(day.lost, Vec::<String>::new());
    assert_eq!(day.events.len(), QUEUES, "every queue's creation is an event");
    let mut steps = BTreeMap::<(&str, &str), usize>::new();
    for (request, crash) in &day.crashes {
        let (_, function) = &day.deliveries[request];
        *steps.entry((step(crash), function.as_str())).or_default() += 1;
    }
    for wanted in ["before begin", "after begin", "after apply", "before answer"] {
        // Chance says which of the two: some five times for the rarer one.
        let times: usize =
            FUNCTIONS.map(|function| steps.get(&(wanted, function)).copied().unwrap_or_default()).iter().sum();
        assert!(times >= 3, "a function was killed {times} times {wanted}: {steps:?}");
    }
    let mut sums = BTreeMap::<(&str, &str), usize>::new();
    for (envelope, (event, queue)) in &day.events {
        for function in FUNCTIONS {
            let requests: Vec<&String> = day
                .deliveries
                .iter()
                .filter(|(_, of)| **of == (envelope.clone(), function.to_owned()))
                .map(|of| of.0)
                .collect();
            assert!((1..=2).contains(&requests.len()), "{function} was handed {queue} {} times", requests.len());
            let kept = requests.iter().filter(|request| day.given_up.contains(**request)).count();
            let answered = requests.iter().filter(|request| day.answered.contains(**request)).count();
            assert_eq!(kept + answered, requests.len(), "{function} with {queue}: one end for each delivery");
            let done = match function {
                "Notify" => published.get(event).copied().unwrap_or_default(),
                _ => {
                    // What is gone is not asked for again: a second deletion would be answered so.
                    let answers = day.deletions.iter().filter(|(of, _)| of == queue).map(|(_, error)| error.as_deref());
                    let gone = |error: Option<&str>| error.is_some_and(|code| code.contains("NonExistentQueue"));
                    assert!(!answers.clone().any(gone), "{queue} was to be deleted once more");
                    answers.filter(Option::is_none).count()
                }
            };
            assert!(done > 0 || kept > 0, "{function} has done nothing about {queue}, and it is in no queue");
            // Each time that it was done again has a death, or a table out of reach, between the deed and its note.
            let excuses = match function {
                "Notify" => requests.iter().map(|request| excuses(day, request)).sum(),
                _ => 0,
            };
            assert!(
                done <= 1 + excuses,
                "{function} has done {done} times what {queue} asks for: {excuses} excuses in {:?} and {:?}",
                day.crashes.iter().filter(|(of, _)| requests.contains(&of)).collect::<Vec<_>>(),
                requests.iter().filter_map(|request| day.decided.get(*request)).collect::<Vec<_>>()
            );
            let times = match done {
                0 => "kept, and not done",
                1 => "done once",
                _ => "done again before it was noted",
            };
            *sums.entry((function, times)).or_default() += 1;
        }
    }
    let twice = day.deliveries.values().filter(|(of, _)| day.events.contains_key(of)).count() - 2 * QUEUES;
    assert!(twice > QUEUES / 5, "{twice} came twice");
    let mut table = format!("{:<16}{:>10}{:>10}\n", "killed", FUNCTIONS[0], FUNCTIONS[1]);
    for at in ["before begin", "after begin", "before apply", "after apply", "before answer", "elsewhere"] {
        let of = |function| steps.get(&(at, function)).copied().unwrap_or_default();
        table += &format!("{at:<16}{:>10}{:>10}\n", of(FUNCTIONS[0]), of(FUNCTIONS[1]));
    }
    say(format!("{} processes were killed, {twice} deliveries were duplicates\n{table}{sums:?}", day.crashes.len()));
}

/// How often a notification may have been sent and was not noted: the process died in between, or the
/// table was out of reach.
fn excuses(day: &Day, request: &String) -> usize {
    let between = |crash: &Crash| match step(crash) {
        "after apply" => matches!(crash.action.as_str(), "Publish" | "UpdateItem"),
        // The write at the end of a try that failed with the other channel, or an end that was refused.
        "elsewhere" if crash.moment == Moment::Before || crash.status.is_some_and(|status| status >= 300) => {
            let body = String::from_utf8_lossy(&crash.request);
            body.contains("completedAt") || body.contains("leaseUntil = :over")
        }
        _ => false,
    };
    let died = day.crashes.iter().filter(|(of, crash)| of == request && between(crash));
    let unnoted = day.decided.get(request).into_iter().flatten();
    let unnoted = unnoted.map(Value::to_string);
    died.count() + unnoted.filter(|said| said.contains("could not be noted") || said.contains("in-doubt")).count()
}

/// By the event's id, how often it was published.
async fn published(sqs: &aws_sdk_sqs::Client, endpoint: &str) -> BTreeMap<String, usize> {
    let mut published = BTreeMap::new();
    let url = format!("{endpoint}/111122223333/inbox");
    loop {
        let received = sqs.receive_message().queue_url(&url).max_number_of_messages(10).send().await.unwrap();
        if received.messages().is_empty() {
            return published;
        }
        for message in received.messages() {
            let body: Value = serde_json::from_str(message.body().unwrap()).unwrap();
            let story: Value = serde_json::from_str(body["Message"].as_str().unwrap()).unwrap();
            let event = story["record"]["eventID"].as_str().unwrap().to_owned();
            *published.entry(event).or_default() += 1;
            let handle = message.receipt_handle().unwrap();
            sqs.delete_message().queue_url(&url).receipt_handle(handle).send().await.unwrap();
        }
    }
}
