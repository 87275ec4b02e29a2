//! The stage's Lambda at its limits: how many processes, how long an event waits, where what it gave up
//! on goes, and how it is closed.

use crate::lambda_service::{run, words};
use serde_json::{Value, json};
use std::time::Duration;
use trailhook_cli::stage::{Condition, Ended, Kept, LambdaEvent, LambdaTold};

#[tokio::test]
async fn no_more_processes_run_than_are_allowed_and_all_that_are() {
    // Each notes that it is here, and goes on when both are: a third would be seen by them.
    let body = "    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'here-' + payload.decode())
    os.makedirs(folder, exist_ok=True)
    mine = os.path.join(folder, request)
    open(mine, 'w').close()
    most = 0
    while most < 2: most = max(most, len(os.listdir(folder))); time.sleep(0.005)
    time.sleep(0.02)
    most = max(most, len(os.listdir(folder)))
    os.remove(mine)
    answer(b'%d' % most)";
    let key = format!("{}", std::process::id());
    let mut run = run("counts", body, 2, |_| {}).await;
    for _ in 0..2 {
        run.lambda.invoke("f", key.clone()).unwrap();
    }
    let told = run.drained().await;
    let most = |told: &LambdaTold| match &told.what {
        LambdaEvent::Answered { response, .. } => response.as_u64(),
        _ => None,
    };
    assert_eq!(told.iter().filter_map(most).collect::<Vec<_>>(), [2, 2], "both at once");

    // Three at a limit of one: one after another, in the same process.
    let mut run =
        self::run("one", "    answer(b'%d' % count)", 5, |function| function.reserved_concurrency = Some(1)).await;
    for _ in 0..3 {
        run.lambda.invoke("f", "{}").unwrap();
    }
    let told = run.drained().await;
    let mut counts: Vec<_> = told.iter().filter_map(most).collect();
    counts.sort_unstable();
    assert_eq!(counts, [1, 2, 3]);
}

#[tokio::test]
async fn what_waits_too_long_or_never_runs_is_kept_too() {
    let mut aged =
        run("ages", "    fail('E', 'm')", 1, |function| function.asynchronous.max_age = Duration::ZERO).await;
    aged.lambda.invoke("f", "{}").unwrap();
    aged.drained().await;
    let record = aged.records().await.remove(0);
    assert_eq!(record["requestContext"]["condition"], "EventAgeExceeded");
    assert_eq!(record["requestContext"]["approximateInvokeCount"], 0);
    assert_eq!(record.get("responsePayload"), None);

    let mut never = run("never", "", 1, |function| function.reserved_concurrency = Some(0)).await;
    never.lambda.invoke("f", "{}").unwrap();
    let told = never.drained().await;
    assert!(!told.iter().any(|told| matches!(told.what, LambdaEvent::Started { .. })));
    assert_eq!(never.records().await[0]["requestContext"]["condition"], "ZeroReservedConcurrency");
    assert_eq!((never.total("Throttles"), never.total("Invocations")), (Some(1.0), None));
}

#[tokio::test]
async fn a_record_that_finds_no_queue_is_told_and_counted() {
    let mut run = run("lost", "    fail('E', 'm')", 1, |function| {
        function.asynchronous.retries = 0;
        function.asynchronous.on_failure = Some("arn:aws:sqs:eu-west-1:111122223333:nobody".to_owned());
    })
    .await;
    run.lambda.invoke("f", "{}").unwrap();
    let told = run.drained().await;
    let lost = told.iter().find_map(|told| match &told.what {
        LambdaEvent::GaveUp { condition: Condition::RetriesExhausted, attempts: 1, kept: Kept::Lost { error, .. } } => {
            Some(error)
        }
        _ => None,
    });
    let error = lost.unwrap();
    assert!(error.contains("QueueDoesNotExist"), "{error}");
    assert_eq!(run.total("DestinationDeliveryFailures"), Some(1.0));
}

#[tokio::test]
async fn closing_at_once_leaves_no_process_behind() {
    let body = "    print('pid', os.getpid(), flush=True)\n    time.sleep(600)";
    let mut run = run("stays", body, 1, |_| {}).await;
    let (first, second) = (run.lambda.invoke("f", "1").unwrap(), run.lambda.invoke("f", "2").unwrap());
    let pid: u32 = loop {
        if let LambdaEvent::Logged(line) = run.told.recv().await.unwrap().what
            && let Some(pid) = line.text.strip_prefix("pid ")
        {
            break pid.parse().unwrap();
        }
    };
    run.lambda.close().await;
    let told: Vec<LambdaTold> = std::iter::from_fn(|| run.told.try_recv().ok()).collect();
    for id in [first, second] {
        assert_eq!(words(&told, &id).last().unwrap(), "left");
    }
    let killed = std::process::Command::new("sh").args(["-c", &format!("kill -0 {pid}")]).output().unwrap();
    assert!(!killed.status.success(), "process {pid} is still there");
}

/// One that stays large is seen while it sleeps, one that is large for a moment when it answers.
#[tokio::test]
#[cfg(target_os = "linux")]
async fn a_process_with_more_memory_than_it_may_have_is_killed() {
    let body = "    if count == 2:
        kept = b'x' * (200 * 1024 * 1024)
        if payload == b'stay': time.sleep(600)
        del kept
    answer(b'%d' % count)";
    for payload in ["stay", "shrink"] {
        let mut run = run("grows", body, 1, |function| function.asynchronous.retries = 0).await;
        let small = run.lambda.invoke("f", "small").unwrap();
        run.lambda.idle().await;
        let large = run.lambda.invoke("f", payload).unwrap();
        run.lambda.idle().await;
        let next = run.lambda.invoke("f", "next").unwrap();
        let told = run.drained().await;
        assert_eq!(words(&told, &small), ["accepted", "started", "answered"], "{payload}");
        assert_eq!(words(&told, &large), ["accepted", "started", "failed", "gave-up"], "{payload}");
        assert_eq!(words(&told, &next), ["accepted", "started", "answered"], "{payload}");
        let failed = told.iter().find_map(|told| match &told.what {
            LambdaEvent::Failed { error, ended: Some(ended), .. } => Some((error, ended)),
            _ => None,
        });
        let (error, ended) = failed.unwrap();
        assert_eq!(error.error_type, "Runtime.OutOfMemory");
        let message = format!("RequestId: {large} Error: Runtime exited with error: signal: killed");
        assert_eq!(error.error_message, message);
        assert!(!ended.at_start && ended.advice.contains("MemorySize in the template, which is 128 MB"), "{ended:?}");
        // On a busy machine the last lines are in the group some time after the end.
        let is_report = |line: &String| line.contains("platform.report") && line.contains(&large);
        let mut tries = 0;
        let report = loop {
            let log = run.back_end.log_events("/aws/lambda/f").await;
            if let Some(report) = log.into_iter().map(|event| event.message).find(is_report) {
                break report;
            }
            tries += 1;
            assert!(tries < 100, "{payload}: no report");
            tokio::time::sleep(Duration::from_millis(100)).await;
        };
        let report: Value = serde_json::from_str(&report).unwrap();
        let (record, metrics) = (&report["record"], &report["record"]["metrics"]);
        assert_eq!((&record["status"], &record["errorType"]), (&json!("error"), &json!("Runtime.OutOfMemory")));
        assert_eq!((&metrics["memorySizeMB"], &metrics["maxMemoryUsedMB"]), (&json!(128), &json!(128)));
    }
}

#[tokio::test]
async fn a_crash_is_told_with_the_last_words_of_its_own_event() {
    let body = "    print('about', payload.decode(), file=sys.stderr, flush=True)
    if payload == b'die': sys.exit(7)
    answer(b'1')";
    let mut run = run("last-words", body, 1, |function| function.asynchronous.retries = 0).await;
    run.lambda.invoke("f", "live").unwrap();
    run.lambda.idle().await;
    run.lambda.invoke("f", "die").unwrap();
    let told = run.drained().await;
    let ended: Vec<&Ended> = told
        .iter()
        .filter_map(|told| match &told.what {
            LambdaEvent::Failed { ended, .. } => ended.as_ref(),
            _ => None,
        })
        .collect();
    let [ended] = ended.as_slice() else { panic!("{told:?}") };
    assert_eq!((ended.at_start, ended.wrote.as_slice()), (false, ["about die".to_owned()].as_slice()));
}
