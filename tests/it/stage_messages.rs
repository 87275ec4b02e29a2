//! What `trailhook local` says when it can't begin: one sentence that says what to do, and exit status 2.

use std::net::TcpListener;
use std::path::Path;
use trailhook_tests::command::{folder, told, trailhook, with_script};
use trailhook_tests::functions::binaries;
use trailhook_tests::root;
use trailhook_tests::stage::Stage;

/// Runs it with these arguments and the ready binaries.
fn refused(arguments: &[&str]) -> String {
    let functions = binaries().unwrap();
    let functions = functions.to_str().unwrap();
    let all = [&["local", "--once", "--functions", functions], arguments].concat();
    let (status, told) = told(&trailhook(all).unwrap());
    assert_eq!(status, Some(2), "{arguments:?}: {told}");
    for wrong in ["panicked", "Error {", "Os {", "Some("] {
        assert!(!told.contains(wrong), "{arguments:?}: {told}");
    }
    told
}

fn template(folder: &Path, change: impl FnOnce(String) -> String) -> String {
    let text = std::fs::read_to_string(root().join("template.yaml")).unwrap();
    let changed = change(text.clone());
    assert_ne!(changed, text);
    let file = folder.join("template.yaml");
    std::fs::write(&file, changed).unwrap();
    file.to_str().unwrap().to_owned()
}

#[test]
fn a_template_that_cannot_be_read_is_named_once_with_the_place() {
    let folder = folder("templates").unwrap();
    let none = refused(&["--template", "none.yaml"]);
    assert!(none.starts_with("trailhook: none.yaml: the template can't be read: No such file"), "{none}");
    assert!(none.contains("--template says which file it is"), "{none}");
    let broken = template(&folder, |text| text.replacen("Resources:", "Resources: [", 1));
    let told = refused(&["--template", &broken]);
    assert!(told.starts_with(&format!("trailhook: {broken}: not YAML: ")), "{told}");
    assert_eq!(told.matches(&broken).count(), 1, "{told}");
    assert!(told.contains(" line ") && told.contains(" column "), "{told}");
    let empty = template(&folder, |_| String::new());
    let told = refused(&["--template", &empty]);
    assert!(told.contains("expected one document, found 0"), "{told}");
}

#[test]
fn a_pattern_that_eventbridge_refuses_is_told_with_both_paths() {
    let folder = folder("patterns").unwrap();
    let file = template(&folder, |text| text.replacen("eventName: !Ref EventNames", "eventName: [{sufix: x}]", 1));
    let told = refused(&["--template", &file]);
    assert!(told.contains(&format!("{file}: Resources.ApiCallRule.Properties.EventPattern: ")), "{told}");
    assert!(told.contains("detail.eventName") && told.contains("sufix"), "{told}");
}

#[test]
fn a_wrong_argument_says_what_is_expected() {
    for (arguments, expected) in [
        (["--parameter", "Nope=1"], "parameter Nope: the template has no such parameter; it has Architecture, "),
        (["--parameter", "RevertMode=on"], r#"parameter RevertMode: "on" is none of dry-run, enforce"#),
        (["--parameter", "RevertMode"], "expected NAME=VALUE"),
        (["--fault", "1"], "expected a number from 0 to 0."),
        (["--fault", "-0.1"], "expected a number from 0 to 0."),
        (["--retry-delay", "-1"], "expected a number of seconds"),
        (["--concurrency", "0"], "0 is not in 1..=100"),
        (["--functions", "docs"], "cannot be used multiple times"),
    ] {
        let told = refused(&arguments);
        assert!(told.contains(expected), "{arguments:?}: {told}");
    }
}

#[test]
fn a_file_of_principals_with_a_mistake_is_told_with_the_place() {
    let file = folder("principals").unwrap().join("people.yaml");
    let name = file.to_str().unwrap();
    for (text, expected) in [
        ("carol: {usr: carol}", "carol: it does not say who this is: give one of root, user, role"),
        ("carol: {user: carol", "line 2 column 1"),
        ("- carol", "expected a map from access key ids to who they are"),
    ] {
        std::fs::write(&file, format!("{text}\n")).unwrap();
        let told = refused(&["--principals", name]);
        assert!(told.starts_with(&format!("trailhook: {name}: ")) && told.contains(expected), "{text}: {told}");
    }
}

#[test]
fn a_port_in_use_is_told_with_the_way_out() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let told = refused(&["--port", &port]);
    assert!(told.contains(&format!("port {port}")) && told.contains("--port 0 takes a free one"), "{told}");
}

/// Nothing listens at the port of a listener that is closed again; something else than an AWS is a page.
#[tokio::test]
async fn an_endpoint_without_an_aws_is_told() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let told = refused(&["--aws-endpoint", &format!("http://{closed}")]);
    let start = format!("trailhook: --aws-endpoint: http://{closed}/ does not answer: ");
    assert!(told.starts_with(&start) && told.contains("start the AWS that is to be there"), "{told}");

    let page = trailhook_tests::script::Scripted::start(|_, _| (200, "<html>Hello</html>".to_owned())).await.unwrap();
    let url = page.endpoint.clone();
    let told = tokio::task::spawn_blocking(move || refused(&["--aws-endpoint", &url])).await.unwrap();
    assert!(told.contains("answers sqs:ListQueues with 200 OK and not as an AWS does"), "{told}");
    assert!(!told.contains("<html>"), "{told}");
}

/// A project of its own, so that nothing of this one is built.
#[test]
fn functions_that_do_not_build_are_told_with_cargos_words() {
    let folder = folder("broken-project").unwrap();
    std::fs::create_dir(folder.join("src")).unwrap();
    let manifest = "[package]\nname = \"broken\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[workspace]\n";
    std::fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    std::fs::write(folder.join("src/main.rs"), "fn main() { let queue: u32 = \"orders\"; }\n").unwrap();
    template(&folder, |text| text.replace("Binary: notify", "Binary: broken"));
    let done = trailhook(["local", "--once", "--project", folder.to_str().unwrap()]).unwrap();
    let (status, told) = told(&done);
    assert_eq!(status, Some(2), "{told}");
    let (cargo, ours) = told.split_once("trailhook: the functions could not be built: `cargo build ").unwrap();
    assert!(cargo.contains("building the functions") && cargo.contains("mismatched types"), "{told}");
    assert!(ours.contains("--functions FOLDER") && !ours.contains("panicked"), "{told}");
}

/// The walk-through goes to its end; that the records are in no file makes the command fail.
#[test]
fn log_files_that_cannot_be_written_are_told_at_the_end() {
    let file = folder("log-files").unwrap().join("file");
    std::fs::write(&file, "").unwrap();
    let functions = binaries().unwrap();
    let arguments = ["local", "--once", "--functions", functions.to_str().unwrap(), "--log-files"];
    let done = trailhook(arguments.into_iter().chain([file.to_str().unwrap()])).unwrap();
    let (status, told) = told(&done);
    let out = String::from_utf8(done.stdout).unwrap();
    assert!(out.contains("every one confirmed"), "{out}");
    assert_eq!(status, Some(2));
    assert!(told.contains("can't be written: Not a directory") && told.contains("--log-files"), "{told}");
}

#[tokio::test]
async fn a_function_that_crashes_is_told_as_it_happens_and_not_for_ever() {
    let functions = with_script("crashes-live", "notify", "echo first >&2; echo 'no libfoo here' >&2; exit 3").unwrap();
    let arguments = ["--functions", functions.to_str().unwrap(), "--retry-delay", "0"];
    let stage = Stage::start(&arguments).unwrap();
    stage.sqs("alice").create_queue().queue_name("orders").send().await.unwrap();
    let mut lines = stage.until(|line| line.contains("NotifyFunction failed the event 3 times")).unwrap();
    lines.extend(stage.end().unwrap().0);
    let failed: Vec<&String> = lines.iter().filter(|line| line.starts_with("failed   NotifyFunction")).collect();
    assert_eq!(failed.len(), 3, "{lines:?}");
    let expected = "failed   NotifyFunction, try 1: Runtime.ExitError: Runtime exited with error: exit status 3, at its \
                    start, before it asked for an event; the last it wrote: first | no libfoo here; --verbose shows all \
                    its lines, and its log group /aws/lambda/trailhook-notify has them";
    assert_eq!(failed[0], expected);
}

#[test]
fn a_region_of_another_partition_is_told_with_the_way_out() {
    let told = refused(&["--region", "us-gov-west-1"]);
    assert!(told.contains("us-gov-west-1 is in another; --aws-endpoint"), "{told}");
}
