//! The stage for hours, in minutes: 10,000 CreateQueue calls of 8 clients through the front door, every
//! one answered by the real functions. Run it with `cargo bench --bench soak`.
//!
//! It says what the memory of the stage does, that nothing was lost, and how fast the door is beside the
//! same services without trail, bus and functions: a ratio, measured in the same run, by the same clients,
//! each in a process of its own. It fails when a call fails, when the functions don't catch up, when the
//! sums don't add up, or when the memory grows after the third round; speed is told, and for people to judge.
//!
//! `SOAK_QUEUES` and `SOAK_CLIENTS` say how many; a round is a tenth of the queues, and ends when the
//! functions have dealt with it and its queues are deleted again.

use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{Dimension, Statistic};
use std::error::Error;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime};
use trailhook_cli::stage::BackEnd;
use trailhook_tests::stage::{Stage, configuration};

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

const ROUNDS: usize = 10;
/// What this program is told when it is to be the services alone.
const SERVE: &str = "--serve-the-services-alone";
/// Longer than a round's events need.
const PATIENCE: Duration = Duration::from_secs(300);
/// As much as the memory may grow between the third round and the last.
const GROWTH: f64 = 1.2;
/// The functions that each queue's making is handed to.
const FUNCTIONS: [&str; 3] = ["TagNewQueueFunction", "NotifyFunction", "RevertFunction"];
/// It looks after a queue's making, tagging and deletion.
const SNAPSHOT: &str = "SnapshotFunction";

#[tokio::main(flavor = "multi_thread", worker_threads = 1)]
async fn main() -> Result<()> {
    if std::env::args().any(|argument| argument == SERVE) {
        return serve().await;
    }
    let (queues, clients) = (number("SOAK_QUEUES", 10_000)?, number("SOAK_CLIENTS", 8)?);
    let of_a_round = queues.div_ceil(ROUNDS);
    println!("{queues} queues, {clients} clients, {ROUNDS} rounds");

    let (direct, direct_unmatched) = baseline(of_a_round, clients).await?;
    println!("the services alone: {direct:.0} CreateQueue/s, {direct_unmatched:.0} PurgeQueue/s");

    let stage = Stage::start(&["--concurrency", "2", "--parameter", "NotifyAtOnce=all"])?;
    let mut made = 0;
    let (mut through, mut unmatched) = (Duration::ZERO, Duration::ZERO);
    let mut memories = Vec::new();
    println!("round  calls/s  caught up after  memory of the stage");
    for round in 1..=ROUNDS {
        let names: Vec<String> = (made..queues.min(made + of_a_round)).map(|number| format!("q{number}")).collect();
        made += names.len();
        let begun = Instant::now();
        create(&stage.endpoint, &names, clients).await?;
        let took = begun.elapsed();
        through += took;
        for function in FUNCTIONS {
            caught_up(&stage, function, made).await?;
        }
        caught_up(&stage, SNAPSHOT, 3 * made - names.len()).await?;
        let caught_up_after = begun.elapsed();
        let begun = Instant::now();
        purge(&stage.endpoint, &names, clients).await?;
        unmatched += begun.elapsed();
        delete(&stage.endpoint, &names, clients).await?;
        caught_up(&stage, SNAPSHOT, 3 * made).await?;
        let rate = names.len() as f64 / took.as_secs_f64();
        let now = memory(stage.id())?;
        memories.push(now);
        println!("{round:5}  {rate:7.0}  {:13.1} s  {now:6.1} MiB", caught_up_after.as_secs_f64());
    }
    let rate = made as f64 / through.as_secs_f64();
    println!("CreateQueue, with four functions at work: {rate:.0} calls/s, {:.2} of the services alone", rate / direct);
    let rate = made as f64 / unmatched.as_secs_f64();
    println!(
        "PurgeQueue, which no rule matches: {rate:.0} calls/s, {:.2} of the services alone",
        rate / direct_unmatched
    );

    let (lines, _) = stage.end()?;
    let sums: Vec<String> = lines.into_iter().rev().take(4).collect();
    sums.iter().rev().for_each(|line| println!("{line}"));
    // Each making to four targets and to snapshot; each tagging and each deletion to snapshot.
    let (deliveries, invocations) = (7 * made, 6 * made);
    let wanted = [
        format!("deliveries   {deliveries}: {deliveries} handed over, 0 kept in a queue, 0 lost, 0 left, 0 under way"),
        format!("invocations  {invocations}: {invocations} answered, 0 kept in a queue, 0 lost, 0 left, 0 under way"),
    ];
    if let Some(wanted) = wanted.iter().find(|wanted| !sums.contains(wanted)) {
        return Err(format!("the sums should say: {wanted}").into());
    }
    match (memories.get(2), memories.last()) {
        (Some(third), Some(last)) if *last > third * GROWTH && made >= 10_000 => {
            Err(format!("the memory grew from {third:.1} to {last:.1} MiB").into())
        }
        _ => Ok(()),
    }
}

/// The services alone, as a process of their own.
async fn serve() -> Result<()> {
    let back_end = BackEnd::start("111122223333", "eu-west-1").await?;
    println!("{}", back_end.endpoint_url());
    std::future::pending().await
}

/// Calls a second that the services answer with no trail, no bus and no function behind them.
async fn baseline(queues: usize, clients: usize) -> Result<(f64, f64)> {
    let mut services = Command::new(std::env::current_exe()?).arg(SERVE).stdout(Stdio::piped()).spawn()?;
    let mut url = String::new();
    BufReader::new(services.stdout.take().ok_or("it has no stdout")?).read_line(&mut url)?;
    let rates = rates(url.trim(), queues, clients).await;
    services.kill()?;
    services.wait()?;
    rates
}

async fn rates(url: &str, queues: usize, clients: usize) -> Result<(f64, f64)> {
    let names: Vec<String> = (0..queues).map(|number| format!("q{number}")).collect();
    // Once for warmth.
    create(url, &names, clients).await?;
    delete(url, &names, clients).await?;
    let begun = Instant::now();
    create(url, &names, clients).await?;
    let created = queues as f64 / begun.elapsed().as_secs_f64();
    let begun = Instant::now();
    purge(url, &names, clients).await?;
    let purged = queues as f64 / begun.elapsed().as_secs_f64();
    delete(url, &names, clients).await?;
    Ok((created, purged))
}

async fn create(endpoint: &str, names: &[String], clients: usize) -> Result<()> {
    each(endpoint, names, clients, |sqs, name| async move {
        sqs.create_queue().queue_name(name).send().await?;
        Ok(())
    })
    .await
}

async fn delete(endpoint: &str, names: &[String], clients: usize) -> Result<()> {
    each(endpoint, names, clients, |sqs, name| async move {
        let url = format!("https://sqs.eu-west-1.amazonaws.com/111122223333/{name}");
        sqs.delete_queue().queue_url(url).send().await?;
        Ok(())
    })
    .await
}

async fn purge(endpoint: &str, names: &[String], clients: usize) -> Result<()> {
    each(endpoint, names, clients, |sqs, name| async move {
        let url = format!("https://sqs.eu-west-1.amazonaws.com/111122223333/{name}");
        sqs.purge_queue().queue_url(url).send().await?;
        Ok(())
    })
    .await
}

/// Does something with each name, as many clients at once; the first error ends it.
async fn each<F, D>(endpoint: &str, names: &[String], clients: usize, does: F) -> Result<()>
where
    F: Fn(aws_sdk_sqs::Client, String) -> D + Copy + Send + 'static,
    D: Future<Output = Result<()>> + Send,
{
    let mut tasks = Vec::new();
    for client in 0..clients {
        let names: Vec<String> = names.iter().skip(client).step_by(clients).cloned().collect();
        let sqs = aws_sdk_sqs::Client::new(&configuration(endpoint, "ci"));
        tasks.push(tokio::spawn(async move {
            for name in names {
                does(sqs.clone(), name).await?;
            }
            Result::Ok(())
        }));
    }
    for task in tasks {
        task.await??;
    }
    Ok(())
}

/// Waits until a function has had so many events, as CloudWatch counts.
async fn caught_up(stage: &Stage, function: &str, events: usize) -> Result<()> {
    let (cloudwatch, begun) = (aws_sdk_cloudwatch::Client::new(&stage.configuration("ci")), Instant::now());
    loop {
        let now = SystemTime::now();
        let answer = cloudwatch
            .get_metric_statistics()
            .namespace("AWS/Lambda")
            .metric_name("Invocations")
            .dimensions(Dimension::builder().name("FunctionName").value(format!("trailhook-{function}-1A2B3C")).build())
            .start_time(DateTime::from(now - Duration::from_secs(6 * 3600)))
            .end_time(DateTime::from(now + Duration::from_secs(60)))
            .period(3600)
            .statistics(Statistic::Sum)
            .send()
            .await?;
        let invoked: f64 = answer.datapoints().iter().filter_map(|point| point.sum()).sum();
        if invoked >= events as f64 {
            return Ok(());
        }
        if begun.elapsed() > PATIENCE {
            return Err(format!("{function} has had {invoked} of {events} events").into());
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// The resident memory of a process, in MiB.
fn memory(process: u32) -> Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("the system tells no VmRSS")?;
    let kib: f64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kib / 1024.0)
}

fn number(name: &str, default: usize) -> Result<usize> {
    match std::env::var(name) {
        Ok(text) => {
            Ok(text.parse::<usize>().ok().filter(|number| *number > 0).ok_or(format!("{name}: expected a number"))?)
        }
        Err(_) => Ok(default),
    }
}
