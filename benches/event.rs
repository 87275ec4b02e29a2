//! One event from bytes to its decision, beside what reading it costs others. Run it with `cargo bench --bench event`.
//!
//! A skip, a dry run and a full plan of each response, against decoding alone with the type of aws_lambda_events (built
//! apart, see `alone`) and with `serde_json::Value`, on the same bytes and in turns, so that a busy machine is busy for all
//! of them: the median of many rounds, as a ratio to the type of aws_lambda_events. Allocations are counted for one event.
//! Words choose rows by their names; `--json` writes one object instead of the table. Nothing here fails for being slow:
//! that is for people to judge.

mod alone;

use allocation_counter::measure;
use alone::Alone;
use aws_lambda_events::event::cloudwatch_events::cloudtrail::AWSAPICall;
use aws_lambda_events::eventbridge::EventBridgeEvent;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use std::error::Error;
use std::hint::black_box;
use std::time::{Duration, Instant};
use trailhook::responses::notify::{Notify, NotifySettings};
use trailhook::responses::revert::{Revert, RevertRules};
use trailhook::responses::tag_new_queue::{TagNewQueue, TagSettings};
use trailhook::{FailedCalls, FromRecord, Guards, Mode, Planned, Report, Response, decode, planned, would};

/// The event: a queue is made in the console.
const EVENT: &[u8] = include_bytes!("../events/sqs/CreateQueue.success.json");
const ACCOUNT: &str = "111122223333";
const REGION: &str = "eu-west-1";
/// So often each is measured, in turns.
const ROUNDS: usize = 300;
/// So many events in one measurement.
const EVENTS: u32 = 200;

/// What is done with the bytes of an event.
type Work<'a> = Box<dyn Fn(&[u8]) + 'a>;

/// What is measured.
struct Row<'a> {
    name: &'static str,
    run: Work<'a>,
}

/// What became of it: the median, and the allocations of one event and their bytes.
struct Figures {
    name: &'static str,
    took: Duration,
    allocations: (u64, u64),
}

fn main() -> Result<(), Box<dyn Error>> {
    let event = serde_json::to_vec(&serde_json::from_slice::<Value>(EVENT)?)?;
    let now = decode(&event)?.detail.time().ok_or("the event has no time")? + TimeDelta::seconds(30);
    let tag = TagNewQueue::new(TagSettings::default());
    let notify = Notify::new(NotifySettings {
        topic_arn: Some(format!("arn:aws:sns:{REGION}:{ACCOUNT}:trailhook")),
        journal_log_group: Some("/trailhook/journal".to_owned()),
        chat: false,
        failed_calls: FailedCalls::Skip,
        quiet: Vec::new(),
        digest: None,
    })?;
    let revert = Revert { rules: RevertRules::default() };
    let mut exempt = guards(&tag);
    exempt.exempt.principals = vec!["arn:aws:iam::*:role/*".parse()?];
    let mut rows = vec![
        row("the same, keeping unknown members", |event| {
            drop(black_box(serde_json::from_slice::<EventBridgeEvent<AWSAPICall>>(event)));
        }),
        row("serde_json::Value, decoded alone", |event| drop(black_box(serde_json::from_slice::<Value>(event)))),
        row("decode", |event| drop(black_box(decode(event)))),
        row("skip: not watched", not_watched(&tag, now)),
        row("skip: exempt", decided(&tag, exempt, now)),
        row("plan: tag-new-queue", decided(&tag, guards(&tag), now)),
        row("plan: notify", decided(&notify, guards(&notify), now)),
        row("plan: revert", decided(&revert, guards(&revert), now)),
        row("dry run: tag-new-queue", told(&tag, guards(&tag), now)),
        row("dry run: notify", told(&notify, guards(&notify), now)),
        row("dry run: revert", told(&revert, guards(&revert), now)),
    ];
    let only: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    rows.retain(|row| only.is_empty() || only.iter().any(|word| row.name.contains(word.as_str())));
    let figures = measured(Alone::start(&event, EVENTS)?, &rows, &event)?;
    let baseline = figures.first().ok_or("nothing was measured")?.took.as_secs_f64();
    if std::env::args().any(|argument| argument == "--json") {
        println!("{:#}", as_json(&figures, baseline, event.len()));
        return Ok(());
    }
    println!("an event of {} bytes; the median of {ROUNDS} rounds of {EVENTS}", event.len());
    println!("{:<34} {:>8} {:>7} {:>12} {:>8}", "", "µs", "ratio", "allocations", "bytes");
    for Figures { name, took, allocations: (count, bytes) } in &figures {
        let (micros, ratio) = (took.as_secs_f64() * 1e6, took.as_secs_f64() / baseline);
        println!("{name:<34} {micros:>8.2} {ratio:>7.2} {count:>12} {bytes:>8}");
    }
    Ok(())
}

fn row<'a>(name: &'static str, run: impl Fn(&[u8]) + 'a) -> Row<'a> {
    Row { name, run: Box::new(run) }
}

fn guards<R: Response>(_: &R) -> Guards {
    // The path is one; whoever breaks that breaks every test of the guards.
    #[allow(clippy::unwrap_used)]
    let mut guards = Guards::of::<R::Trigger>(ACCOUNT, REGION, "/trailhook/".parse().unwrap());
    guards.watched = R::Trigger::watched();
    guards
}

/// From bytes to the actions, or to the report of none.
fn decided<'a, R: Response>(response: &'a R, guards: Guards, now: DateTime<Utc>) -> impl Fn(&[u8]) + 'a {
    move |event| drop(black_box(decision(response, &guards, now, event)))
}

/// From bytes to the report of a dry run, as the decision line has it.
fn told<'a, R: Response>(response: &'a R, guards: Guards, now: DateTime<Utc>) -> impl Fn(&[u8]) + 'a {
    move |event| {
        let report = match decision(response, &guards, now, event) {
            Ok(planned) => would(response, planned),
            Err(report) => *report,
        };
        drop(black_box(serde_json::to_string(&report)));
    }
}

/// An event that the response is not triggered by.
fn not_watched<'a>(tag: &'a TagNewQueue, now: DateTime<Utc>) -> impl Fn(&[u8]) + 'a {
    let mut guards = guards(tag);
    guards.watched = trailhook::Watched::Calls(Vec::new());
    decided(tag, guards, now)
}

fn decision<R: Response>(
    response: &R,
    guards: &Guards,
    now: DateTime<Utc>,
    event: &[u8],
) -> Result<Planned<R::Action>, Box<Report>> {
    match decode(event) {
        Ok(envelope) => planned(response, Mode::DryRun, envelope, guards, now),
        Err(error) => Err(Box::new(trailhook::undecodable::<R>(Mode::DryRun, &error))),
    }
}

/// The baseline first.
fn measured(mut alone: Alone, rows: &[Row<'_>], event: &[u8]) -> Result<Vec<Figures>, Box<dyn Error>> {
    let mut alones = Vec::with_capacity(ROUNDS);
    let mut took: Vec<Vec<Duration>> = rows.iter().map(|_| Vec::with_capacity(ROUNDS)).collect();
    for _ in 0..ROUNDS {
        alones.push(alone.measure()?);
        for (row, took) in rows.iter().zip(&mut took) {
            let begun = Instant::now();
            (0..EVENTS).for_each(|_| (row.run)(black_box(event)));
            took.push(begun.elapsed() / EVENTS);
        }
    }
    let mut figures = vec![Figures {
        name: "aws_lambda_events, decoded alone",
        took: median(alones),
        allocations: alone.allocations,
    }];
    figures.extend(rows.iter().zip(took).map(|(row, took)| {
        let one = measure(|| (row.run)(event));
        Figures { name: row.name, took: median(took), allocations: (one.count_total, one.bytes_total) }
    }));
    Ok(figures)
}

fn median(mut took: Vec<Duration>) -> Duration {
    took.sort_unstable();
    took.get(took.len() / 2).copied().unwrap_or_default()
}

fn as_json(figures: &[Figures], baseline: f64, bytes: usize) -> Value {
    let rows = figures.iter().map(|Figures { name, took, allocations: (count, bytes) }| {
        json!({
            "name": name,
            "nanoseconds": took.as_nanos(),
            "ratio": took.as_secs_f64() / baseline,
            "allocations": count,
            "allocatedBytes": bytes,
        })
    });
    json!({"eventBytes": bytes, "rounds": ROUNDS, "eventsInARound": EVENTS, "rows": rows.collect::<Vec<_>>()})
}
