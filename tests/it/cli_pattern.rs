//! `trailhook pattern`, run as a command.

use serde_json::{Value, json};
use std::process::Output;
use trailhook_tests::functions::binaries;
use trailhook_tests::root;

fn pattern(arguments: &[&str]) -> (i32, String, String) {
    let mut command = std::process::Command::new(binaries().unwrap().join("trailhook"));
    let Output { status, stdout, stderr } =
        command.arg("pattern").args(arguments).current_dir(root()).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code().unwrap(), text(stdout), text(stderr))
}

/// A file of the test's own, under target/.
fn file(name: &str, text: &str) -> String {
    let folder = root().join("target/tests/cli-pattern");
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn the_rule_s_pattern_is_printed_as_json() {
    let (status, out, _) = pattern(&[]);
    assert_eq!(status, 0);
    let printed: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(printed["detail"]["eventName"], json!(["CreateQueue"]));
    assert_eq!(printed["source"], json!(["aws.sqs"]));
    let (_, out, _) = pattern(&["--parameter", "EventNames=TagQueue,UntagQueue"]);
    let printed: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(printed["detail"]["eventName"], json!(["TagQueue", "UntagQueue"]));
}

#[test]
fn a_packed_file_is_read_as_it_came() {
    let packed = file("packed.json.gz", "");
    let mut gzip = flate2::write::GzEncoder::new(std::fs::File::create(&packed).unwrap(), flate2::Compression::fast());
    let sample = std::fs::read(root().join("events/sqs/CreateQueue.success.json")).unwrap();
    std::io::Write::write_all(&mut gzip, &sample).unwrap();
    gzip.finish().unwrap();
    let (status, out, _) = pattern(&["--test", &packed]);
    assert!(status == 0 && out.contains("packed.json.gz: matches"), "{out}");
}

#[test]
fn it_is_found_from_any_folder_of_the_project() {
    let mut command = std::process::Command::new(binaries().unwrap().join("trailhook"));
    let done = command.arg("pattern").current_dir(root().join("events/sqs")).output().unwrap();
    assert!(done.status.success());
    let mut command = std::process::Command::new(binaries().unwrap().join("trailhook"));
    let elsewhere = command.arg("pattern").current_dir("/").env_remove("CARGO_MANIFEST_DIR").output().unwrap();
    assert_eq!(elsewhere.status.code(), Some(2));
    let told = String::from_utf8(elsewhere.stderr).unwrap();
    assert!(told.contains("no template.yaml beside a Cargo.toml") && told.contains("--project"), "{told}");
}

#[test]
fn each_event_is_told_with_the_field_that_decided() {
    let matching = "events/sqs/CreateQueue.success.json";
    assert_eq!(pattern(&["--test", matching]).0, 0);
    let other = "events/near-miss/mediaconvert.CreateQueue.json";
    let (status, out, _) = pattern(&["--test", matching, other]);
    assert_eq!(status, 1);
    let lines: Vec<&str> = out.lines().collect();
    assert!(lines[0].starts_with("events/sqs/CreateQueue.success.json: matches: "), "{out}");
    assert!(lines[1].starts_with("events/near-miss/mediaconvert.CreateQueue.json: does not match: "), "{out}");
    assert!(lines[1].contains(r#"source is "aws.mediaconvert", wanted ["aws.sqs"]"#), "{out}");
    assert_eq!(lines[2], "1 of 2 events match");
}

#[test]
fn every_near_miss_misses_the_template_s_rule() {
    let folder = root().join("events/near-miss");
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files: Vec<String> = entries.map(|path| path.to_str().unwrap().to_owned()).collect();
    let mut arguments = vec!["--test"];
    arguments.extend(files.iter().map(String::as_str));
    let (status, out, _) = pattern(&arguments);
    assert_eq!(status, 1);
    assert!(out.ends_with(&format!("0 of {} events match\n", files.len())), "{out}");
}

#[test]
fn a_file_with_an_event_a_line_is_read_line_by_line() {
    let record = r#"{"eventSource": "sqs.amazonaws.com", "eventName": "CreateQueue"}"#;
    let other = r#"{"eventSource": "sqs.amazonaws.com", "eventName": "DeleteQueue"}"#;
    let lines = file("lines.jsonl", &format!("{record}\n{other}\n"));
    let (status, out, _) = pattern(&["--test", &lines]);
    assert_eq!(status, 1);
    assert!(out.contains("lines.jsonl:1: matches") && out.contains("lines.jsonl:2: does not match"), "{out}");
}

#[test]
fn a_pattern_that_eventbridge_refuses_ends_with_2() {
    for (text, place) in
        [(r#"{"source": "aws.sqs"}"#, "source"), (r#"{"detail": {"n": [{"numeric": ["<"]}]}}"#, "detail.n")]
    {
        let refused = file("refused.json", text);
        let (status, out, err) = pattern(&["--pattern", &refused, "--test", "events/sqs/CreateQueue.success.json"]);
        assert_eq!((status, out.as_str()), (2, ""));
        assert!(
            err.contains("refused.json: ") && err.contains("Event pattern is not valid") && err.contains(place),
            "{err}"
        );
    }
}

#[test]
fn what_cannot_be_read_ends_with_2_and_names_the_place() {
    for (arguments, expected) in [
        (vec!["--test", "events/none.json"], "events/none.json: "),
        (vec!["--test", "events/bad/not-json.txt"], "events/bad/not-json.txt: not readable as JSON: expected"),
        (vec!["--template", "none.yaml"], "none.yaml: "),
        (
            vec!["--parameter", "EventNames=SendMessage"],
            r#"template.yaml: parameter EventNames: "SendMessage" is none of"#,
        ),
        (vec!["--parameter", "EventName=x"], "template.yaml: parameter EventName: the template has no such parameter"),
        (vec!["--rule", "None"], "template.yaml: it has no rule None; it has ApiCallRule"),
    ] {
        let (status, _, err) = pattern(&arguments);
        assert_eq!(status, 2, "{arguments:?}");
        assert!(err.contains(expected), "{arguments:?}: {err}");
    }
}
