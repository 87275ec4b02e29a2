//! One event from bytes to its decision, beside what reading it costs others. Run it with `cargo bench --bench event`.
//!
//! A skip, a dry run and a full plan of each response, against decoding alone with the type of aws_lambda_events and
//! with `serde_json::Value`, on the same bytes and in turns, so that a busy machine is busy for all of them: the median
//! of many rounds, as a ratio to the type of aws_lambda_events. Allocations are counted for one event. `--json` writes
//! one object instead of the table. Nothing here fails for being slow: that is for people to judge.

use allocation_counter::{AllocationInfo, measure};
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

/// The event: a queue is made in the console, 1.5 KB as it comes from EventBridge.
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
        row("aws_lambda_events, decoded alone", |event| {
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
    let medians = medians(&rows, &event);
    let baseline = *medians.first().ok_or("nothing was measured")?;
    let counted: Vec<AllocationInfo> = rows.iter().map(|row| measure(|| (row.run)(&event))).collect();
    if std::env::args().any(|argument| argument == "--json") {
        println!("{:#}", as_json(&rows, &medians, &counted, baseline, event.len()));
        return Ok(());
    }
    println!("an event of {} bytes; the median of {ROUNDS} rounds of {EVENTS}", event.len());
    println!("{:<34} {:>8} {:>7} {:>12} {:>8}", "", "µs", "ratio", "allocations", "bytes");
    for ((row, took), info) in rows.iter().zip(&medians).zip(&counted) {
        let (micros, ratio) = (took.as_secs_f64() * 1e6, took.as_secs_f64() / baseline.as_secs_f64());
        println!("{:<34} {micros:>8.2} {ratio:>7.2} {:>12} {:>8}", row.name, info.count_total, info.bytes_total);
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

fn medians(rows: &[Row<'_>], event: &[u8]) -> Vec<Duration> {
    let mut took: Vec<Vec<Duration>> = rows.iter().map(|_| Vec::with_capacity(ROUNDS)).collect();
    for _ in 0..ROUNDS {
        for (row, took) in rows.iter().zip(&mut took) {
            let begun = Instant::now();
            (0..EVENTS).for_each(|_| (row.run)(black_box(event)));
            took.push(begun.elapsed() / EVENTS);
        }
    }
    let median = |mut took: Vec<Duration>| {
        took.sort_unstable();
        took.get(took.len() / 2).copied().unwrap_or_default()
    };
    took.into_iter().map(median).collect()
}

fn as_json(
    rows: &[Row<'_>],
    medians: &[Duration],
    counted: &[AllocationInfo],
    baseline: Duration,
    bytes: usize,
) -> Value {
    let rows = rows.iter().zip(medians).zip(counted).map(|((row, took), info)| {
        json!({
            "name": row.name,
            "nanoseconds": took.as_nanos(),
            "ratio": took.as_secs_f64() / baseline.as_secs_f64(),
            "allocations": info.count_total,
            "allocatedBytes": info.bytes_total,
        })
    });
    json!({"eventBytes": bytes, "rounds": ROUNDS, "eventsInARound": EVENTS, "rows": rows.collect::<Vec<_>>()})
}
