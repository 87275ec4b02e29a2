//! The function runner with processes that misbehave: Python plays them.

use std::path::PathBuf;
use std::time::Duration;
use trailhook_cli::stage::{Function, FunctionSettings, Invocation};
use trailhook_tests::{root, scripts};

fn function(name: &str, body: &str) -> PathBuf {
    scripts::function("cli-function", name, body).unwrap()
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
