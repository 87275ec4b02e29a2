//! The function runner with processes that misbehave: Python plays them.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::Duration;
use trailhook_cli::stage::{Function, FunctionSettings, Invocation};
use trailhook_tests::root;

/// A function in Python: asks for invocations, and does with each what `body` says.
fn function(name: &str, body: &str) -> PathBuf {
    let folder = root().join("target/tests/cli-function");
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    let text = format!(
        r#"#!/usr/bin/env python3
import os, sys, time, urllib.request
base = "http://" + os.environ["AWS_LAMBDA_RUNTIME_API"] + "/2018-06-01/runtime/"
def post(path, body):
    urllib.request.urlopen(urllib.request.Request(base + path, data=body, method="POST")).read()
print("started", sorted(os.environ).count("HOME"), flush=True)
count = 0
while True:
    answer = urllib.request.urlopen(base + "invocation/next")
    request, payload, count = answer.headers["lambda-runtime-aws-request-id"], answer.read(), count + 1
    print("got", payload.decode(), flush=True)
{body}
"#
    );
    // Written aside and moved, so that no other thread's child has it open for writing.
    let aside = folder.join(format!("{name}.new"));
    std::fs::write(&aside, text).unwrap();
    std::fs::set_permissions(&aside, std::fs::Permissions::from_mode(0o755)).unwrap();
    std::fs::rename(&aside, &path).unwrap();
    path
}

fn settings(binary: PathBuf) -> FunctionSettings {
    FunctionSettings::new(binary, [("PATH", "/usr/local/bin:/usr/bin:/bin")])
}

#[tokio::test]
async fn a_process_is_kept_from_one_invocation_to_the_next() {
    let binary = function("echo", "    post(f'invocation/{request}/response', b'[%d, %s]' % (count, payload))");
    let mut function = Function::start(settings(binary)).await.unwrap();
    for expected in ["[1,10]", "[2,20]"] {
        let payload = expected.split(['[', ',', ']']).nth(2).unwrap().to_owned();
        let Invocation::Response(answer) = function.invoke(payload).await.unwrap() else { panic!() };
        assert_eq!(answer.to_string(), expected);
    }
    let log: Vec<String> = function.stop().await.into_iter().map(|line| line.text).collect();
    assert_eq!(log, ["started 0", "got 10", "got 20"], "nothing of the test's environment gets in");
}

#[tokio::test]
async fn a_process_that_dies_is_told_of_and_started_anew() {
    let body = "    print('bye', file=sys.stderr)\n    if payload == b'die': sys.exit(3)\n    \
                post(f'invocation/{request}/response', b'%d' % count)";
    let mut function = Function::start(settings(function("dies", body))).await.unwrap();
    let Invocation::Exited(how) = function.invoke("die").await.unwrap() else { panic!() };
    assert!(how.contains('3'), "{how}");
    assert_eq!(function.invoke("1").await.unwrap(), Invocation::Response(1.into()));
    let log = function.stop().await;
    assert_eq!(log.iter().filter(|line| line.text.starts_with("started")).count(), 2);
    assert!(log.iter().any(|line| line.text == "bye"));
}

#[tokio::test]
async fn a_process_that_takes_too_long_is_ended() {
    let limit = Duration::from_millis(300);
    let binary = function("sleeps", "    time.sleep(60)");
    let mut function = Function::start(settings(binary).timeout(limit)).await.unwrap();
    assert_eq!(function.invoke("x").await.unwrap(), Invocation::TimedOut(limit));
    let log: Vec<String> = function.stop().await.into_iter().map(|line| line.text).collect();
    assert_eq!(log, ["started 0", "got x"], "its lines are kept");
}

#[tokio::test]
async fn a_binary_that_cannot_be_run_is_named() {
    let error = Function::start(settings(root().join("docs/none"))).await.unwrap_err().to_string();
    assert!(error.contains("docs/none can't be run: "), "{error}");
}
