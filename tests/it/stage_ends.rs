//! Ending `trailhook local` from outside: at any time it ends, with the signal's status, and leaves no
//! function's process behind.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use trailhook_tests::command::{folder, with_script};
use trailhook_tests::functions::binaries;
use trailhook_tests::root;
use trailhook_tests::stage::{Stage, configuration};

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// A function that notes its process's id, and never asks for an event.
fn that_hangs(name: &str) -> (String, std::path::PathBuf) {
    let marks = folder(&format!("{name}-marks")).unwrap().join("pids");
    let script = format!("echo $$ >> {}; exec sleep 600", marks.display());
    let functions = with_script(name, "revert", &script).unwrap();
    (functions.to_str().unwrap().to_owned(), marks)
}

fn start(arguments: &[&str]) -> Child {
    let mut command = Command::new(binaries().unwrap().join("trailhook"));
    command.args(["local", "--port", "0"]).args(arguments).current_dir(root());
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// The process ids in a file, as soon as there is a whole line.
fn pids(marks: &Path) -> Vec<u32> {
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        let text = std::fs::read_to_string(marks).unwrap_or_default();
        if text.ends_with('\n') {
            return text.lines().map(|line| line.parse().unwrap()).collect();
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("nothing came into {}", marks.display());
}

fn signal(process: u32, name: &str) -> bool {
    let kill = Command::new("kill").args([format!("-{name}"), process.to_string()]).stderr(Stdio::null()).status();
    kill.unwrap().success()
}

/// Whether it is there; one that its parent has not asked after is not.
fn is_there(process: u32) -> bool {
    let state = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let is_zombie = state.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('Z'));
    signal(process, "0") && !is_zombie
}

fn ends(mut stage: Child, name: &str) -> Option<i32> {
    assert!(signal(stage.id(), name));
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        if let Some(status) = stage.try_wait().unwrap() {
            return status.code();
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    stage.kill().unwrap();
    panic!("it does not end");
}

#[test]
fn during_the_walk_through_nothing_is_left() {
    for (name, status) in [("INT", 130), ("TERM", 143), ("HUP", 129)] {
        let (functions, marks) = that_hangs(&format!("walk-{name}"));
        let stage = start(&["--functions", &functions]);
        let running = pids(&marks);
        assert!(running.iter().all(|pid| is_there(*pid)), "{running:?}");
        assert_eq!(ends(stage, name), Some(status));
        assert!(!running.iter().any(|pid| is_there(*pid)), "{name}: {running:?}");
    }
}

#[test]
fn while_an_event_is_played_nothing_is_left() {
    let (functions, marks) = that_hangs("play");
    let stage = start_playing(&functions);
    let running = pids(&marks);
    assert_eq!(ends(stage, "INT"), Some(130));
    let begun = Instant::now();
    // It was killed; that it is gone takes a moment, for nobody waits for it any more.
    while running.iter().any(|pid| is_there(*pid)) {
        assert!(begun.elapsed() < PATIENCE, "{running:?}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn start_playing(functions: &str) -> Child {
    let mut command = Command::new(binaries().unwrap().join("trailhook"));
    command.args(["local", "--once", "events/sqs/CreateQueue.success.json", "--functions", functions]);
    command.current_dir(root()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// The functions that wait for their next event, and the one at work.
#[tokio::test]
async fn while_it_stays_up_nothing_is_left() {
    let (functions, marks) = that_hangs("stays-up");
    let stage = Stage::start(&["--functions", &functions]).unwrap();
    stage.sqs("alice").create_queue().queue_name("orders").send().await.unwrap();
    stage.until_all(&["decided  TagNewQueueFunction", "decided  NotifyFunction"]).unwrap();
    let mut running = pids(&marks);
    running.extend(children(stage.id()));
    running.sort_unstable();
    running.dedup();
    assert!(running.len() >= 3, "all three functions have a process: {running:?}");
    assert_eq!(stage.end().unwrap().1, Some(130));
    assert!(!running.iter().any(|pid| is_there(*pid)), "{running:?}");
}

/// The processes that this one has started and that are there.
fn children(process: u32) -> Vec<u32> {
    let listed = Command::new("ps").args(["-o", "pid=", "--ppid", &process.to_string()]).output().unwrap();
    String::from_utf8(listed.stdout).unwrap().lines().map(|line| line.trim().parse().unwrap()).collect()
}

#[test]
fn while_the_functions_are_built_the_build_is_ended() {
    let folder = folder("slow-project").unwrap();
    let marks = folder.join("pids");
    // In place of a build that takes long: cargo, as far as the stage can tell.
    let cargo = with_script("slow-cargo", "cargo", &format!("echo $$ >> {}; exec sleep 600", marks.display())).unwrap();
    let mut command = Command::new(binaries().unwrap().join("trailhook"));
    command.args(["local", "--port", "0"]).current_dir(root()).env("CARGO", cargo.join("cargo"));
    let stage = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let building = pids(&marks);
    assert_eq!(ends(stage, "INT"), Some(130));
    let begun = Instant::now();
    while building.iter().any(|pid| is_there(*pid)) {
        assert!(begun.elapsed() < PATIENCE, "{building:?}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// A call that was answered has a record and is in the sums, whenever the stage is ended.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_answered_is_counted() {
    let trail = folder("ended-trail").unwrap();
    let stage = Stage::start(&["--log-files", trail.to_str().unwrap()]).unwrap();
    let clients: Vec<_> = (0..6).map(|client| tokio::spawn(create_until_it_ends(stage.sqs("ci"), client))).collect();
    stage.until(|line| line.starts_with("decided")).unwrap();
    let (lines, status) = stage.end().unwrap();
    let mut answered = 0;
    for client in clients {
        answered += client.await.unwrap();
    }
    assert_eq!(status, Some(130));
    let mut recorded = 0;
    for file in files(&trail) {
        let mut text = String::new();
        flate2::read::GzDecoder::new(std::fs::File::open(file).unwrap()).read_to_string(&mut text).unwrap();
        let log: serde_json::Value = serde_json::from_str(&text).unwrap();
        let records = log["Records"].as_array().unwrap().iter();
        let matched =
            |record: &&serde_json::Value| record["eventName"] == "CreateQueue" || record["eventName"] == "TagQueue";
        recorded += records.filter(matched).count();
    }
    assert!(answered > 0 && recorded >= answered, "{answered} calls were answered, {recorded} are recorded");
    let matched = lines.iter().find_map(|line| line.strip_prefix("calls ")?.split_once(": ")?.1.split(' ').next());
    assert_eq!(matched.unwrap().parse::<usize>().unwrap(), recorded, "{:?}", lines.split_last_chunk::<4>());
}

async fn create_until_it_ends(sqs: aws_sdk_sqs::Client, client: usize) -> usize {
    for number in 0.. {
        if sqs.create_queue().queue_name(format!("q{client}-{number}")).send().await.is_err() {
            return number;
        }
    }
    unreachable!("it ends before the numbers do")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

/// As at Ctrl-S in a terminal.
#[tokio::test]
async fn who_reads_no_more_does_not_stop_it() {
    let folder = binaries().unwrap();
    let mut command = Command::new(folder.join("trailhook"));
    command.args(["local", "--skip-walk-through", "--port", "0", "--verbose", "--functions"]).arg(&folder);
    let mut stage = command.current_dir(root()).stdout(Stdio::piped()).spawn().unwrap();
    let mut out = BufReader::new(stage.stdout.take().unwrap());
    let mut ready = String::new();
    out.read_line(&mut ready).unwrap();
    let url = ready.split_once("AWS_ENDPOINT_URL=").unwrap().1.split(' ').next().unwrap();
    let sqs = aws_sdk_sqs::Client::new(&configuration(url, "ci"));
    // Far more than a pipe holds.
    for number in 0..250 {
        sqs.create_queue().queue_name(format!("q{number}")).send().await.unwrap();
    }
    assert_eq!(ends(stage, "INT"), Some(130));
}
