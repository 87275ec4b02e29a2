//! `trailhook replay` on much: what threads and pieces find is what one reader finds, in the same order.

use serde_json::{Value, json};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use trailhook_tests::command::{folder, told, trailhook};
use trailhook_tests::functions::binaries;
use trailhook_tests::{root, say};

/// A piece of a large file, as `stored` cuts them.
const PIECE: usize = 16 * 1024 * 1024;

fn generate(folder: &Path, arguments: &[&str]) -> Output {
    trailhook([&["generate", folder.to_str().unwrap()], arguments].concat()).unwrap()
}

/// The sums and the decision lines, each with this name for the file.
fn replayed(from: &str, named: &str, arguments: &[&str]) -> (Value, Vec<String>) {
    let place = folder(&format!("replay-lines-{}", uuid::Uuid::new_v4())).unwrap();
    let lines = place.join("decisions.jsonl");
    let input = match from {
        "-" => Stdio::from(std::fs::File::open(named).unwrap()),
        _ => Stdio::null(),
    };
    let output = Command::new(binaries().unwrap().join("trailhook"))
        .args(["replay", from, "--json", "--decisions", lines.to_str().unwrap()])
        .args(arguments)
        .current_dir(root())
        .stdin(input)
        .output()
        .unwrap();
    let tally = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", told(&output).1));
    let lines = std::fs::read_to_string(&lines).unwrap();
    std::fs::remove_dir_all(&place).unwrap();
    (tally, lines.lines().map(|line| line.replace("standard input", named)).collect())
}

#[test]
fn a_large_file_gives_in_pieces_what_it_gives_as_a_stream() {
    let place = folder("replay-pieces").unwrap();
    let logs = place.join("logs");
    let size = "36MB";
    generate(&logs, &["--size", size, "--file-size", size, "--matches", "0.002", "--plain"]);
    let file = files(&logs).pop().unwrap();
    let text = std::fs::read_to_string(&file).unwrap();
    // Records within a record, which are nobody's: over the border of the first two pieces, so that what looks
    // like the beginning of the second one is none.
    let mut record: Value =
        serde_json::from_slice(&std::fs::read(root().join("events/sqs/CreateQueue.success.json")).unwrap()).unwrap();
    let record = record["detail"].take();
    let inner = record.to_string().replacen('{', r#"{"eventVersion":"1.11","#, 1);
    let within = vec![inner; 400].join(",");
    let nest =
        format!(r#"{{"eventVersion":"1.11","eventName":"Nested","eventSource":"sqs.amazonaws.com","a":[{within}]}}"#);
    let cut = text[..PIECE - nest.len() / 2].rfind(r#"},{"eventVersion""#).unwrap() + 1;
    let hostile = format!("{},{nest}{}", &text[..cut], &text[cut..]);
    std::fs::write(&file, &hostile).unwrap();
    let name = file.to_str().unwrap();
    let (stream, expected) = replayed("-", name, &[]);
    assert!(stream["records"].as_u64().unwrap() > 20_000 && expected.len() > 60, "{stream}");
    assert_eq!(stream["problemCount"], 0, "{stream}");
    for threads in ["1", "3"] {
        let (tally, lines) = replayed(name, name, &["--threads", threads]);
        assert_eq!((&tally, lines.len()), (&stream, expected.len()), "{threads} threads");
        assert_eq!(lines, expected, "{threads} threads");
    }
    say(format!("{} decisions of {} records, in pieces as in a stream", expected.len(), stream["records"]));
}

#[test]
fn the_lines_come_in_the_order_of_the_files_whatever_the_threads() {
    let place = folder("replay-order").unwrap();
    let logs = place.join("logs");
    generate(&logs, &["--size", "3MB", "--file-size", "100KB", "--matches", "0.05"]);
    let (logs, first) = (logs.to_str().unwrap().to_owned(), files(&logs).remove(0));
    let (tally, one) = replayed(&logs, "", &["--threads", "1"]);
    let (_, three) = replayed(&logs, "", &["--threads", "3"]);
    assert_eq!(one, three);
    assert!(one.len() > 200, "{tally}");
    let place = |line: &String| serde_json::from_str::<Value>(line).unwrap()["place"].as_str().unwrap().to_owned();
    assert!(place(&one[0]).starts_with(first.to_str().unwrap()), "{}", one[0]);
    // By patterns of paths, each file once.
    let pattern = format!("{logs}/AWSLogs/*/CloudTrail/**/*.json.gz");
    let (by_pattern, lines) = replayed(&pattern, "", &[]);
    assert_eq!((by_pattern, lines), (tally, one));
    let output = trailhook(["replay", &format!("{logs}/*.nothing")]).unwrap();
    assert_eq!(told(&output), (Some(1), String::new()));
    assert!(
        String::from_utf8_lossy(&output.stdout).contains("*.nothing: there is no file of events that is called so")
    );
}

#[test]
fn the_same_seed_gives_the_same_files_and_no_folder_is_written_over() {
    let place = folder("generate").unwrap();
    let [one, other] = ["one", "other"].map(|name| place.join(name));
    let arguments = ["--size", "2MB", "--file-size", "500KB", "--matches", "0.5", "--days", "3"];
    let said = generate(&one, &[&arguments[..], &["--threads", "1"]].concat());
    generate(&other, &arguments);
    let bytes = |folder: &Path| -> Vec<(String, Vec<u8>)> {
        let name = |file: &Path| file.strip_prefix(folder).unwrap().display().to_string();
        files(folder).iter().map(|file| (name(file), std::fs::read(file).unwrap())).collect()
    };
    assert_eq!(bytes(&one), bytes(&other));
    assert_eq!(files(&one).len(), 4);
    let said = String::from_utf8(said.stdout).unwrap();
    let (tally, _) = replayed(one.to_str().unwrap(), "", &[]);
    let expected = format!("4 files with {} records, {} of them of CreateQueue", tally["records"], tally["matched"]);
    assert!(said.contains(&expected), "{said}: {tally}");
    assert_eq!(tally["problemCount"], 0);
    let days: Vec<&String> = tally["days"].as_object().unwrap().keys().collect();
    assert_eq!(days, ["2026-10-01", "2026-10-02", "2026-10-03"]);
    let again = generate(&one, &arguments);
    let (status, message) = told(&again);
    assert!(status == Some(2) && message.contains("has something in it already"), "{message}");
}

#[test]
fn a_pattern_of_ones_own_is_tried_in_the_place_of_the_rules() {
    let place = folder("replay-pattern").unwrap();
    let pattern = place.join("pattern.json");
    let samples = root().join("events/sqs");
    std::fs::write(&pattern, r#"{"detail": {"eventName": ["DeleteQueue", {"prefix": "Purge"}]}}"#).unwrap();
    let (file, from) = (pattern.to_str().unwrap(), samples.to_str().unwrap());
    let (tally, lines) = replayed(from, "", &["--pattern", file, "--response", "notify"]);
    let names = ["DeleteQueue", "PurgeQueue"];
    let expected = files(&samples).into_iter().filter(|file| names.iter().any(|name| is_of(file, name))).count();
    assert_eq!(tally["matched"], expected, "{tally}");
    assert!(expected > 2 && lines.len() == expected, "{tally}");
    std::fs::write(&pattern, r#"{"detail": {"eventName": "DeleteQueue"}}"#).unwrap();
    let output = trailhook(["replay", from, "--pattern", file]).unwrap();
    let (status, message) = told(&output);
    assert!(status == Some(2) && message.contains("detail.eventName"), "{message}");
}

#[test]
fn what_is_beside_the_records_and_what_is_none_costs_nothing_else() {
    let place = folder("replay-beside").unwrap();
    let sample: Value =
        serde_json::from_slice(&std::fs::read(root().join("events/sqs/CreateQueue.success.json")).unwrap()).unwrap();
    let record = &sample["detail"];
    let looked_up = json!({"CloudTrailEvent": record.to_string(), "EventName": "CreateQueue"});
    for (name, text) in [
        ("page.json", format!(r#"{{"Events": [{looked_up}], "NextToken": "}}]\"{{"}}"#)),
        ("page-first.json", format!(r#"{{"NextToken": "x", "Events": [{looked_up}]}}"#)),
        ("odd.json", format!(r#"{{"Records": ["sqs.amazonaws.com CreateQueue", 7, null, {record}, [1]]}}"#)),
        ("escaped.json", json!({"Records": [record]}).to_string().replace("CreateQueue", r"Create\u0051ueue")),
        ("twice.json", record.to_string().replacen('{', r#"{"eventName": "ListQueues", "#, 1)),
    ] {
        std::fs::write(place.join(name), text).unwrap();
    }
    let (tally, _) = replayed(place.to_str().unwrap(), "", &[]);
    assert_eq!(tally["matched"], 5, "{tally}");
    assert_eq!(tally["responses"]["revert"]["would act"], 4, "{tally}");
    let problems = tally["problems"].to_string();
    for wanted in ["odd.json: record 1: neither", "twice.json: record 1: revert: detail: duplicate field `eventName`"] {
        assert!(problems.contains(wanted), "{wanted}: {problems}");
    }
}

fn is_of(file: &Path, name: &str) -> bool {
    file.file_name().is_some_and(|file| file.to_string_lossy().starts_with(&format!("{name}.")))
}

/// The files under a folder, in order.
fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().map(|entry| entry.unwrap());
    entries.filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path).collect()
}
