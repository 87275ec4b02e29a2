//! The walk-through where something does not follow: which step is not confirmed, why, and what to do.

use serde_json::Value;
use std::process::Output;
use trailhook_tests::command::{folder, trailhook, with_script};
use trailhook_tests::functions::binaries;
use trailhook_tests::root;

const EVERY_STEP: usize = 18;

/// The exit status, and what `--json` says of each step: name, whether it was confirmed, detail.
fn walked(arguments: &[&str]) -> (Option<i32>, Vec<(String, bool, String)>) {
    let functions = binaries().unwrap();
    let mut all = vec!["local", "--once", "--json", "--retry-delay", "0"];
    if !arguments.contains(&"--functions") {
        all.extend(["--functions", functions.to_str().unwrap()]);
    }
    let done: Output = trailhook(all.iter().chain(arguments)).unwrap();
    let told = String::from_utf8_lossy(&done.stderr);
    let json: Value = serde_json::from_slice(&done.stdout).unwrap_or_else(|error| panic!("{error}: {told}"));
    let text = |step: &Value, name: &str| step[name].as_str().unwrap().to_owned();
    let step = |step: &Value| (text(step, "step"), step["ok"].as_bool().unwrap(), text(step, "detail"));
    let steps: Vec<_> = json["steps"].as_array().unwrap().iter().map(step).collect();
    assert_eq!(json["ok"], steps.iter().all(|(_, ok, _)| *ok));
    (done.status.code(), steps)
}

/// The template with a change, and the steps that were not confirmed.
fn unconfirmed(name: &str, change: impl FnOnce(String) -> String) -> Vec<(String, String)> {
    let text = std::fs::read_to_string(root().join("template.yaml")).unwrap();
    let changed = change(text.clone());
    assert_ne!(changed, text, "{name}");
    let file = folder(name).unwrap().join("template.yaml");
    std::fs::write(&file, changed).unwrap();
    let (status, steps) = walked(&["--template", file.to_str().unwrap()]);
    assert_eq!(status, Some(1));
    steps.into_iter().filter(|(_, ok, _)| !ok).map(|(step, _, detail)| (step, detail)).collect()
}

fn detail<'a>(steps: &'a [(String, bool, String)], name: &str) -> (bool, &'a str) {
    let step = steps.iter().find(|(step, ..)| step == name).unwrap_or_else(|| panic!("no {name} in {steps:?}"));
    (step.1, &step.2)
}

/// A resource renamed to a type that gives nobody a permission.
fn without(text: &str, id: &str, kind: &str) -> String {
    let there = format!("  {id}:\n    Type: {kind}\n");
    text.replacen(&there, &format!("  {id}:\n    Type: Custom::Nothing\n"), 1)
}

#[test]
fn a_rule_that_does_not_match_says_why() {
    let (status, steps) = walked(&["--parameter", "EventNames=DeleteQueue"]);
    assert_eq!((status, steps.len()), (Some(1), 3));
    let (ok, why) = detail(&steps, "rule");
    assert!(!ok && why.contains(r#"detail.eventName is "CreateQueue", wanted ["DeleteQueue"]"#), "{why}");

    let disabled = unconfirmed("disabled", |text| text.replacen("State: ENABLED\n", "State: DISABLED\n", 1));
    let [(step, why)] = disabled.as_slice() else { panic!("{disabled:?}") };
    assert_eq!(step, "rule");
    assert!(why.contains("ApiCallRule is disabled: its State in the template is DISABLED"), "{why}");
}

#[test]
fn a_missing_permission_is_named() {
    let steps = unconfirmed("no-log-policy", |text| without(&text, "EventLogPolicy", "AWS::Logs::ResourcePolicy"));
    assert_eq!(steps.iter().map(|(step, _)| step.as_str()).collect::<Vec<_>>(), ["EventLog", "log event", "metrics"]);
    assert!(steps[0].1.contains("no AWS::Logs::ResourcePolicy lets events.amazonaws.com do "), "{steps:?}");
    assert!(steps[2].1.contains("FailedInvocations 1"), "{steps:?}");

    let steps = unconfirmed("no-permission", |text| without(&text, "NotifyPermission", "AWS::Lambda::Permission"));
    assert_eq!(steps.iter().map(|(step, _)| step.as_str()).collect::<Vec<_>>(), ["Notify", "metrics", "metrics"]);
    assert!(steps[0].1.contains("no AWS::Lambda::Permission lets events.amazonaws.com invoke "), "{steps:?}");
}

#[test]
fn a_dry_run_is_confirmed_as_one() {
    let (status, steps) = walked(&["--parameter", "TagMode=dry-run", "--parameter", "NotifyMode=dry-run"]);
    assert_eq!((status, steps.len()), (Some(0), EVERY_STEP));
    assert_eq!(detail(&steps, "tags"), (true, "a dry run, so nothing was tagged: the queue has no tags"));
    assert_eq!(detail(&steps, "notification"), (true, "a dry run, so nothing was published"));
    assert_eq!(detail(&steps, "dry run"), (true, "a dry run: the queue is still there"));
}

/// Which of tag-new-queue and revert is faster is chance; that the queue is gone is not.
#[test]
fn in_force_the_queue_is_gone_whoever_is_faster() {
    let (status, steps) = walked(&["--parameter", "RevertMode=enforce"]);
    assert_eq!(status, Some(0), "{steps:?}");
    assert_eq!(detail(&steps, "revert"), (true, "the queue is gone"));
}

#[test]
fn a_function_that_crashes_at_its_start_is_told_with_its_last_words_and_tried_three_times() {
    let marks = folder("crashes-marks").unwrap();
    let script = format!("echo x >> {}/starts; echo 'no libfoo here' >&2; exit 3", marks.display());
    let functions = with_script("crashes", "revert", &script).unwrap();
    let (status, steps) = walked(&["--functions", functions.to_str().unwrap()]);
    assert_eq!(status, Some(1));
    let failed: Vec<_> = steps.iter().filter(|(_, ok, _)| !ok).collect();
    let [(step, _, why)] = failed.as_slice() else { panic!("{failed:?}") };
    assert_eq!(step, "Revert");
    let expected = "RevertFunction failed 3 times, with Runtime.ExitError: Runtime exited with error: exit status 3, \
                    at its start, before it asked for an event; the last it wrote: no libfoo here; --verbose shows";
    assert!(why.starts_with(expected), "{why}");
    let starts = std::fs::read_to_string(marks.join("starts")).unwrap().lines().count();
    assert!((3..=6).contains(&starts), "a try starts it once, or once more when it was gone at once: {starts}");
}

#[test]
fn a_wrong_configuration_names_its_parameter() {
    let (status, steps) = walked(&["--parameter", r#"QueueTags={"a": "{{ nope"}"#]);
    assert_eq!(status, Some(1));
    let (ok, why) = detail(&steps, "TagNewQueue");
    assert!(!ok && why.contains("with Trailhook.Configuration: ") && why.contains("TRAILHOOK_TAGS: "), "{why}");
    assert!(
        why.ends_with("it comes from the template's parameters: give another --parameter QueueTags=VALUE"),
        "{why}"
    );
}

#[test]
fn a_program_for_another_machine_is_told() {
    let functions = with_script("garbage", "notify", "").unwrap();
    std::fs::write(functions.join("notify"), "garbage").unwrap();
    let (status, steps) = walked(&["--functions", functions.to_str().unwrap()]);
    assert_eq!(status, Some(1));
    let (ok, why) = detail(&steps, "Notify");
    assert!(!ok && why.contains("with Runtime.InvalidEntrypoint: "), "{why}");
    assert!(why.contains("it has to be a program for this machine: without --functions it is built here"), "{why}");
}
