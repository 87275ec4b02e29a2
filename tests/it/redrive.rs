//! `trailhook redrive` on a local stage: events end in both kinds of dead-letter queue, are listed by cause, and get to the
//! functions that did not have them.

use aws_sdk_sqs::types::MessageAttributeValue;
use serde_json::{Value, json};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};
use trailhook_tests::between::{Between, Meet};
use trailhook_tests::command::{folder, told, with_script};
use trailhook_tests::functions::binaries;
use trailhook_tests::letters::{FAILED as QUEUE, REVERT as ARN, command, event, record};
use trailhook_tests::root;
use trailhook_tests::stage::Stage;

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(120);

fn redrive_at(endpoint: &str, arguments: &[&str]) -> Output {
    command(false, endpoint, &[&["--stack-name", "trailhook"], arguments].concat()).unwrap().output().unwrap()
}

fn redrive(stage: &Stage, arguments: &[&str]) -> Output {
    redrive_at(&stage.endpoint, arguments)
}

/// What `--json` says.
fn listed(stage: &Stage, arguments: &[&str]) -> (Option<i32>, Value) {
    let output = redrive(stage, &[arguments, &["--json"]].concat());
    let json = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {:?}", told(&output)));
    (output.status.code(), json)
}

/// Lists until there are so many dead letters.
fn until(stage: &Stage, number: usize) -> Value {
    let started = Instant::now();
    loop {
        let (_, found) = listed(stage, &[]);
        if found["letters"].as_array().unwrap().len() == number {
            return found;
        }
        assert!(started.elapsed() < PATIENCE, "{found:#}");
    }
}

/// Cause and target of each group.
fn causes(found: &Value) -> Vec<String> {
    let name = |arn: &Value| arn.as_str().unwrap().rsplit(':').next().unwrap().to_owned();
    let groups = found["causes"].as_array().unwrap().iter();
    let mut all: Vec<String> =
        groups.map(|one| format!("{} {}", one["cause"].as_str().unwrap(), name(&one["target"]))).collect();
    all.sort();
    all
}

/// Nobody lets EventBridge invoke revert or write to the log group, and notify does not start until it is mended.
fn bad_day(name: &str) -> (Stage, std::path::PathBuf) {
    let template = std::fs::read_to_string(root().join("template.yaml")).unwrap();
    let permission = "FunctionName: !GetAtt RevertFunction.Arn\n      Principal: events.amazonaws.com";
    let policy = r#""Principal": {"Service": ["events.amazonaws.com", "delivery.logs.amazonaws.com"]}"#;
    assert!(template.contains(permission) && template.contains(policy));
    let template = template.replace(permission, &permission.replace("events.", "s3."));
    let template = template.replace(policy, r#""Principal": {"Service": "delivery.logs.amazonaws.com"}"#);
    let mended = folder(name).unwrap().join("mended");
    let script = format!(
        "[ -e '{}' ] && exec '{}'\necho broken >&2\nexit 3",
        mended.display(),
        binaries().unwrap().join("notify").display()
    );
    let functions = with_script(&format!("{name}-functions"), "notify", &script).unwrap();
    let file = mended.with_file_name("template.yaml");
    std::fs::write(&file, template).unwrap();
    let (file, functions) = (file.to_str().unwrap(), functions.to_str().unwrap());
    let stage = Stage::start(&["--template", file, "--functions", functions, "--retry-delay", "0"]).unwrap();
    (stage, mended)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_nobody_got_is_listed_by_cause_and_gets_there() {
    let (stage, mended) = bad_day("redrive-bad-day");
    stage.sqs("alice").create_queue().queue_name("orders").send().await.unwrap();
    let found = until(&stage, 3);
    let expected = [
        "NO_PERMISSIONS /aws/events/trailhook",
        "NO_PERMISSIONS trailhook-RevertFunction-1A2B3C",
        "Runtime.ExitError trailhook-NotifyFunction-1A2B3C",
    ];
    assert_eq!(causes(&found), expected, "{found:#}");
    assert_eq!(found["queues"].as_array().unwrap().len(), 2, "each queue once");
    assert!(found["letters"].as_array().unwrap().iter().all(|letter| letter["fate"] == "would-send"), "{found:#}");

    // For people; and looking has changed nothing.
    let output = redrive(&stage, &[]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{text}");
    for wanted in [
        "Runtime.ExitError",
        "CreateQueue",
        "let EventBridge in",
        "2 queues: 3 dead letters, 3 would be sent, 0 left alone, 0 not understood",
        "nothing was changed",
    ] {
        assert!(text.contains(wanted), "{wanted}: {text}");
    }

    // Nobody is there to be asked.
    let (status, error) = told(&redrive(&stage, &["--send"]));
    assert!(status == Some(2) && error.contains("--yes sends without asking"), "{error}");
    // Somebody says no.
    let mut asked = command(true, &stage.endpoint, &["--stack-name", "trailhook", "--send"]).unwrap();
    let mut asked = asked.stdin(Stdio::piped()).spawn().unwrap();
    std::io::Write::write_all(asked.stdin.as_mut().unwrap(), b"n\n").unwrap();
    let output = asked.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let each =
        ["log group /aws/events/trailhook", "trailhook-NotifyFunction-1A2B3C", "trailhook-RevertFunction-1A2B3C"];
    let question = format!("Send 3 events again: {}? [y/N]", each.map(|target| format!("1 to {target}")).join(", "));
    assert!(text.contains(&question), "{text}");
    assert!(output.status.code() == Some(2) && text.contains("nothing was sent"), "{text}");
    assert_eq!(until(&stage, 3)["notAskedFor"], 0);

    // One function, for one cause.
    let one = ["--send", "--yes", "--cause", "NO_PERMISSIONS", "--function", "RevertFunction"];
    let (status, sent) = listed(&stage, &one);
    assert_eq!(
        (status, &sent["letters"][0]["fate"], &sent["notAskedFor"]),
        (Some(0), &json!("sent"), &json!(2)),
        "{sent:#}"
    );
    stage.until(|line| line.contains("RevertFunction: would delete")).unwrap();

    // Mended, the rest goes where it was to go.
    std::fs::write(mended, "").unwrap();
    let output = redrive(&stage, &["--send", "--yes"]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.code() == Some(0) && text.contains("2 sent, 0 failed"), "{text}");
    stage.until(|line| line.starts_with("decided  NotifyFunction: done")).unwrap();
    let logs = aws_sdk_cloudwatchlogs::Client::new(&stage.configuration("ci"));
    let logged = logs.filter_log_events().log_group_name("/aws/events/trailhook").send().await.unwrap();
    let [line] = logged.events() else { panic!("{logged:?}") };
    assert_eq!(serde_json::from_str::<Value>(line.message().unwrap()).unwrap()["detail"]["eventName"], "CreateQueue");
    until(&stage, 0);
    let (_, nothing) = told(&redrive(&stage, &["--send", "--yes"]));
    assert_eq!(nothing, "");
    stage.end().unwrap();
}

/// Whoever may send to a queue can write anything there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_understood_not_known_or_too_old_stays() {
    let stage = Stage::start(&[]).unwrap();
    let sqs = stage.sqs("alice");
    let put = async |body: String, target: Option<&str>| {
        let attribute = |arn| MessageAttributeValue::builder().data_type("String").string_value(arn).build().unwrap();
        let message = sqs.send_message().queue_url(QUEUE).message_body(body);
        let message =
            message.set_message_attributes(target.map(|arn| [("TARGET_ARN".to_owned(), attribute(arn))].into()));
        message.send().await.unwrap().message_id.unwrap()
    };
    let garbage = put("no letter".to_owned(), None).await;
    let stranger =
        put(record("arn:aws:lambda:eu-west-1:111122223333:function:payroll", &event("r-1", 1).unwrap()), None).await;
    put(event("r-2", 1).unwrap().to_string(), Some("arn:aws:logs:eu-west-1:111122223333:log-group:/aws/payroll")).await;
    put(record(ARN, &event("r-3", 20).unwrap()), None).await;
    put(record(ARN, &event("r-4", 1).unwrap()), None).await;

    let output = redrive(&stage, &[]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("4 dead letters, 1 would be sent, 3 left alone, 1 not understood"), "{text}");
    assert!(text.contains(&format!("unread   {garbage}")) && text.contains(&format!("left     {stranger}")), "{text}");
    assert!(text.contains("20 minutes old, and at most 15 minutes may be"), "{text}");
    assert!(!text.contains('\u{1b}'), "a cursor is moved: {text:?}");

    let (status, sent) = listed(&stage, &["--send", "--yes"]);
    assert_eq!(status, Some(1), "something is left");
    let fates = |found: &Value| -> Vec<String> {
        let letters = found["letters"].as_array().unwrap().iter();
        let mut all: Vec<String> = letters
            .map(|one| format!("{} {}", one["eventId"].as_str().unwrap(), one["fate"].as_str().unwrap()))
            .collect();
        all.sort();
        all
    };
    // Nobody but who wrote to the queue says that this call was made, and the function could not tell.
    assert_eq!(fates(&sent), ["r-1 left", "r-2 left", "r-3 left", "r-4 left"], "{sent:#}");
    let why = sent["letters"].as_array().unwrap().iter().find(|one| one["eventId"] == "r-4").unwrap();
    assert!(why["why"].as_str().unwrap().contains("the event history of this Region has no event r-4 yet"), "{why:#}");
    let (status, sent) = listed(&stage, &["--send", "--yes", "--event-id", "r-4", "--unvouched-too"]);
    assert_eq!((status, fates(&sent)), (Some(1), vec!["r-4 sent".to_owned()]), "{sent:#}");
    let (status, sent) = listed(&stage, &["--send", "--yes", "--event-id", "r-3", "--stale-too", "--unvouched-too"]);
    assert_eq!((status, fates(&sent)), (Some(1), vec!["r-3 sent".to_owned()]), "the garbage is there: {sent:#}");
    stage.until(|line| line.contains("RevertFunction") && line.contains("the limit is 900 seconds")).unwrap();

    // A queue alone names nobody.
    let alone = |more: &[&str]| {
        let arguments = [&["--queue", QUEUE], more].concat();
        command(false, &stage.endpoint, &arguments).unwrap().output().unwrap()
    };
    let (status, error) = told(&alone(&["--send", "--yes"]));
    assert!(status == Some(2) && error.contains("say --function NAME or --stack-name NAME"), "{error}");
    put(record(ARN, &event("r-5", 1).unwrap()), None).await;
    let sent = alone(&["--send", "--yes", "--function", ARN, "--unvouched-too"]);
    let text = String::from_utf8_lossy(&sent.stdout);
    assert!(
        text.contains("1 dead letter, 1 sent, 0 failed, 0 left alone, 1 not understood, 2 not asked for"),
        "{text}"
    );
    let (status, error) = told(&redrive(&stage, &["--function", "Payroll"]));
    assert!(status == Some(2) && error.contains("the stack has no such function; it has trailhook-"), "{error}");
    let (_, left) = listed(&stage, &[]);
    assert_eq!(fates(&left), ["r-1 left", "r-2 left"], "{left:#}");
    stage.end().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_in_doubt_when_calls_fail_or_somebody_ends_it() {
    let stage = Stage::start(&[]).unwrap();
    let sqs = stage.sqs("alice");
    for number in 0..25 {
        let body = record(&ARN.replace("Revert", "Notify"), &event(&format!("r-{number}"), 1).unwrap());
        sqs.send_message().queue_url(QUEUE).message_body(body).send().await.unwrap();
    }

    // It is ended while it looks: all messages are back.
    let slow = |call: &str, before: usize| match (call, before) {
        ("ReceiveMessage", 3) => Meet::LateAnswer(Duration::from_secs(2)),
        _ => Meet::Pass,
    };
    let between = Between::start(&stage.endpoint, slow).await.unwrap();
    let asked = ["--stack-name", "trailhook"];
    let child = command(false, &between.endpoint, &asked).unwrap().spawn().unwrap();
    while between.calls().iter().filter(|call| *call == "ReceiveMessage").count() < 1 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stdout.is_empty()), (Some(130), true), "{:?}", told(&output));
    until(&stage, 25);

    // Sent, and not deleted: it is told, and the function knows the event when it comes again.
    let undeletable = |call: &str, _: usize| match call {
        "DeleteMessage" => Meet::Answer((400, json!({"__type": "AccessDenied", "message": "not you"}).to_string())),
        _ => Meet::Pass,
    };
    let between = Between::start(&stage.endpoint, undeletable).await.unwrap();
    let output = redrive_at(&between.endpoint, &["--send", "--yes", "--event-id", "r-7", "--unvouched-too"]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.code() == Some(1) && text.contains("sqs:DeleteMessage: AccessDenied: not you"), "{text}");
    assert!(text.contains("1 sent, 0 failed") && text.contains("says duplicate"), "{text}");
    stage.until(|line| line.starts_with("decided  NotifyFunction: done")).unwrap();
    until(&stage, 25);
    let (status, sent) = listed(&stage, &["--send", "--yes", "--event-id", "r-7", "--unvouched-too"]);
    assert_eq!((status, &sent["letters"][0]["fate"]), (Some(0), &json!("sent")), "{sent:#}");
    stage.until(|line| line.starts_with("decided  NotifyFunction: ") && line.contains(" again: answered at ")).unwrap();

    // What can't be held is not sent.
    let lost = |call: &str, _: usize| match call {
        "ChangeMessageVisibility" => {
            Meet::Answer((400, json!({"__type": "MessageNotInflight", "message": "gone"}).to_string()))
        }
        _ => Meet::Pass,
    };
    let between = Between::start(&stage.endpoint, lost).await.unwrap();
    let output = redrive_at(&between.endpoint, &["--send", "--yes", "--max", "5", "--unvouched-too"]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.code() == Some(1) && text.contains("0 sent, 5 failed"), "{text}");
    assert!(text.contains("MessageNotInflight: gone") && text.contains("there may be more; --max"), "{text}");
    until(&stage, 24);
    stage.end().unwrap();
}
