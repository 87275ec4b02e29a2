//! The stage's Lambda, with functions that fail, die and sleep: Python plays them.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::UnboundedReceiver;
use trailhook_cli::stage::{
    BackEnd, Backstage, Hosted, Lambda, LambdaEvent, LambdaSettings, LambdaTold, MetricName, Observer, QueueMade,
};
use trailhook_cli::template::{Deployment, FunctionResource, Template};
use trailhook_tests::scripts;

const GROUP: &str = "/aws/lambda/f";
const TEMPLATE: &str = "
Resources:
  F:
    Type: AWS::Serverless::Function
    Metadata: {BuildProperties: {Binary: f}}
    Properties:
      FunctionName: f
      Timeout: 60
      LoggingConfig: {LogFormat: JSON}
      EventInvokeConfig: {DestinationConfig: {OnFailure: {Type: SQS, Destination: !GetAtt Failed.Arn}}}
  Failed: {Type: AWS::SQS::Queue, Properties: {QueueName: failed}}
";

pub(crate) struct Run {
    pub(crate) back_end: Arc<BackEnd>,
    pub(crate) backstage: Backstage,
    pub(crate) lambda: Lambda,
    pub(crate) told: UnboundedReceiver<LambdaTold>,
}

/// A Lambda with one function, `f`, which is this Python; without waiting between its tries.
pub(crate) async fn run(name: &str, body: &str, concurrency: usize, change: impl FnOnce(&mut FunctionResource)) -> Run {
    let back_end = Arc::new(BackEnd::start("111122223333", "eu-west-1").await.unwrap());
    let failed = QueueMade { name: "failed".to_owned(), ..QueueMade::default() };
    back_end.create_queue(&failed).await.unwrap();
    back_end.create_log_group(GROUP).await.unwrap();
    let stack = Template::parse(TEMPLATE, "t").unwrap().deploy(Deployment::default()).unwrap();
    let mut function = stack.functions().unwrap().remove(0);
    change(&mut function);
    let binary = scripts::function("lambda-service", name, body).unwrap();
    let environment = BTreeMap::from([("PATH".to_owned(), "/usr/local/bin:/usr/bin:/bin".to_owned())]);
    let backstage = Backstage::new(back_end.clone());
    let (observer, told) = Observer::new();
    let settings = LambdaSettings { concurrency, retry_delays: vec![Duration::ZERO] };
    let lambda = Lambda::open([Hosted { function, binary, environment }], &backstage, observer, &settings);
    Run { back_end, backstage, lambda, told }
}

impl Run {
    /// Waits for everything to be dealt with; what was told.
    pub(crate) async fn drained(&mut self) -> Vec<LambdaTold> {
        self.lambda.drain().await;
        assert_eq!(self.lambda.pending(), 0);
        std::iter::from_fn(|| self.told.try_recv().ok()).collect()
    }

    pub(crate) fn total(&self, metric: &str) -> Option<f64> {
        self.backstage.metrics.total(&MetricName::new("AWS/Lambda", metric, [("FunctionName", "f")]))
    }

    /// The records in the on-failure queue.
    pub(crate) async fn records(&self) -> Vec<Value> {
        let messages = self.back_end.take_messages("failed").await;
        messages.iter().map(|message| serde_json::from_str(&message.body).unwrap()).collect()
    }
}

/// What was told of one event, in a word each.
pub(crate) fn words(told: &[LambdaTold], request_id: &str) -> Vec<String> {
    let of_it = told.iter().filter(|told| told.request_id.as_deref() == Some(request_id));
    let word = |told: &LambdaTold| serde_json::to_value(&told.what).unwrap()["what"].as_str().unwrap().to_owned();
    of_it.map(word).filter(|word| word != "decided").collect()
}

#[tokio::test]
async fn an_event_is_taken_at_once_run_on_a_process_and_told_of() {
    let decision = r#"    print(json.dumps({"target": "trailhook::decision", "requestId": request, "message": "m",
        "report": {"outcome": "acted", "event": json.loads(payload)}}), flush=True)
    answer(b'{"process": %d}' % os.getpid())"#;
    let mut run = run("decides", decision, 1, |_| {}).await;
    let first = run.lambda.invoke("f", r#"{"a":1}"#).unwrap();
    let second = run.lambda.invoke("f", r#"{"a":2}"#).unwrap();
    assert_eq!(run.lambda.pending(), 2);
    let error = run.lambda.invoke("g", "").unwrap_err().to_string();
    assert_eq!(error, "there is no function g");
    let told = run.drained().await;
    for id in [&first, &second] {
        assert_eq!(words(&told, id), ["accepted", "started", "answered"]);
    }
    let processes: Vec<&Value> = told
        .iter()
        .filter_map(|told| match &told.what {
            LambdaEvent::Answered { response, .. } => Some(&response["process"]),
            _ => None,
        })
        .collect();
    assert_eq!(processes[0], processes[1], "the process is kept");
    let decided = |told: &LambdaTold| match &told.what {
        LambdaEvent::Decided(decision) => {
            Some((told.request_id.clone().unwrap(), decision.report["event"]["a"].clone()))
        }
        _ => None,
    };
    let mut decided: Vec<_> = told.iter().filter_map(decided).collect();
    decided.sort_by_key(|(_, a)| a.as_u64());
    assert_eq!(decided, [(first.clone(), json!(1)), (second, json!(2))]);

    // Its log: Lambda's lines around its own, all of one process in one stream.
    let log = run.back_end.log_events(GROUP).await;
    let lines: Vec<&str> = log.iter().map(|event| event.message.as_str()).collect();
    assert_eq!(lines.iter().filter(|line| line.contains("platform.start")).count(), 2);
    assert!(lines[0].contains(&first) && lines[0].contains("platform.start") || lines[0] == "started 0", "{lines:?}");
    let report = lines.iter().find(|line| line.contains("platform.report")).unwrap();
    let report: Value = serde_json::from_str(report).unwrap();
    assert_eq!(
        (&report["record"]["status"], &report["record"]["metrics"]["memorySizeMB"]),
        (&json!("success"), &json!(128))
    );
    assert!(
        report["record"]["metrics"]["initDurationMs"].is_number(),
        "the process was started for the first: {report}"
    );
    assert!(log.iter().all(|event| event.stream == log[0].stream && event.stream.contains("[$LATEST]")), "{log:?}");

    assert_eq!(
        (run.total("Invocations"), run.total("Errors"), run.total("Throttles")),
        (Some(2.0), Some(0.0), Some(0.0))
    );
    assert!(run.total("Duration").is_some_and(|sum| sum > 0.0));
    assert_eq!(run.lambda.invoke("f", "").unwrap_err().to_string(), "the stage is closed");
}

#[tokio::test]
async fn a_failed_event_is_tried_again_under_its_request_id_and_then_kept_with_its_error() {
    let body = "    fail('Trailhook.Test', f'no {count}')";
    let mut run = run("fails", body, 1, |_| {}).await;
    let id = run.lambda.invoke("f", r#"{"a":1}"#).unwrap();
    let told = run.drained().await;
    let tries = ["started", "failed", "retrying", "started", "failed", "retrying", "started", "failed", "gave-up"];
    assert_eq!(words(&told, &id), [&["accepted"], tries.as_slice()].concat());
    let [mut record] = run.records().await.try_into().unwrap();
    record["timestamp"].take();
    let expected = json!({
        "version": "1.0",
        "timestamp": null,
        "requestContext": {
            "requestId": id,
            "functionArn": "arn:aws:lambda:eu-west-1:111122223333:function:f:$LATEST",
            "condition": "RetriesExhausted",
            "approximateInvokeCount": 3,
        },
        "requestPayload": {"a": 1},
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
        "responsePayload": {"errorType": "Trailhook.Test", "errorMessage": "no 3"},
    });
    assert_eq!(record, expected);
    assert_eq!(
        (run.total("Invocations"), run.total("Errors"), run.total("AsyncEventsDropped")),
        (Some(3.0), Some(3.0), Some(1.0))
    );
    let starts = told.iter().filter(|told| matches!(told.what, LambdaEvent::Started { cold: true, .. })).count();
    assert_eq!(starts, 1, "a process that reported an error goes on");
}

#[tokio::test]
async fn a_process_that_dies_or_sleeps_is_started_anew() {
    // What it fails with is in the payload; the third try of anything goes well.
    let body = "    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'tries-' + request)
    with open(path, 'a') as file: file.write('x')
    tries = os.path.getsize(path)
    if tries == 3: os.remove(path)
    if tries == 3: answer(b'3')
    elif payload == b'exit': sys.exit(5)
    elif payload == b'kill': os.kill(os.getpid(), 9)
    else: time.sleep(600)";
    for (payload, seconds, error_type, message, status) in [
        ("exit", 60, "Runtime.ExitError", "Runtime exited with error: exit status 5", "error"),
        ("kill", 60, "Runtime.ExitError", "Runtime exited with error: signal: killed", "error"),
        ("sleep", 1, "Sandbox.Timedout", "Task timed out after 1.00 seconds", "timeout"),
    ] {
        // Starting Python does not count, only what it does with the event.
        let timeout = Duration::from_secs(seconds);
        let mut run = run("dies", body, 1, |function| function.timeout = timeout).await;
        let id = run.lambda.invoke("f", payload).unwrap();
        let told = run.drained().await;
        let last = told.iter().rfind(|told| told.request_id.as_ref() == Some(&id)).unwrap();
        assert!(
            matches!(&last.what, LambdaEvent::Answered { attempt: 3, response, .. } if response == &json!(3)),
            "{last:?}"
        );
        let failures: Vec<_> = told
            .iter()
            .filter_map(|told| match &told.what {
                LambdaEvent::Failed { error, .. } => Some((error.error_type.as_str(), error.error_message.clone())),
                _ => None,
            })
            .collect();
        assert_eq!(failures, vec![(error_type, format!("RequestId: {id} Error: {message}")); 2]);
        let log = run.back_end.log_events(GROUP).await;
        let streams: std::collections::BTreeSet<_> = log.iter().map(|event| &event.stream).collect();
        assert_eq!(streams.len(), 3, "a new process has a new stream");
        let done = log.iter().find(|event| event.message.contains("platform.runtimeDone")).unwrap();
        let done: Value = serde_json::from_str(&done.message).unwrap();
        assert_eq!((&done["record"]["status"], &done["record"]["errorType"]), (&json!(status), &json!(error_type)));
    }
}

#[tokio::test]
async fn a_binary_that_does_not_start_is_an_error_like_any_other() {
    let mut run = run("none", "", 1, |function| function.asynchronous.retries = 0).await;
    std::fs::remove_file(trailhook_tests::root().join("target/tests/lambda-service/none")).unwrap();
    let id = run.lambda.invoke("f", "{}").unwrap();
    let told = run.drained().await;
    assert_eq!(words(&told, &id), ["accepted", "failed", "gave-up"]);
    assert_eq!(run.records().await[0]["responsePayload"]["errorType"], "Runtime.InvalidEntrypoint");
}
