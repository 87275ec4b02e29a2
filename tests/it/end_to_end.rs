//! The whole stage, from a client's call to what is there afterwards: the same suite on the services in
//! the process, and on moto, which is not ours.

use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{Dimension, Statistic};
use serde_json::Value;
use std::process::Command;
use trailhook_tests::functions::binaries;
use trailhook_tests::moto::Moto;
use trailhook_tests::root;
use trailhook_tests::stage::Stage;

/// The arguments that put another AWS behind the stage, or none.
type Behind<'a> = &'a [&'a str];

#[tokio::test]
async fn the_embedded_services() {
    suite(&[]).await;
}

#[tokio::test]
async fn moto() {
    let moto = Moto::start().unwrap();
    suite(&["--aws-endpoint", &moto.endpoint]).await;
}

async fn suite(behind: Behind<'_>) {
    the_article_is_walked_through(behind);
    a_created_queue_is_answered_by_every_function(behind).await;
    a_call_that_fails_is_an_event_and_a_read_is_none(behind).await;
    in_force_the_queue_is_deleted(behind).await;
    our_own_calls_come_back_and_make_no_loop(behind).await;
    our_own_deletions_come_back_and_make_no_loop(behind).await;
    an_event_of_another_region_is_on_another_bus(behind).await;
    what_a_function_cannot_do_is_kept_with_the_reason(behind).await;
}

fn the_article_is_walked_through(behind: Behind<'_>) {
    let folder = binaries().unwrap();
    let mut command = Command::new(folder.join("trailhook"));
    command.args(["local", "--once", "--json", "--functions"]).arg(&folder).args(behind).current_dir(root());
    let done = command.output().unwrap();
    let walked: Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!((done.status.code(), &walked["ok"]), (Some(0), &Value::Bool(true)), "{walked:#}");
    let steps: Vec<&str> =
        walked["steps"].as_array().unwrap().iter().map(|step| step["step"].as_str().unwrap()).collect();
    let expected = [
        "queue",
        "trail",
        "rule",
        "TagNewQueue",
        "Notify",
        "Revert",
        "EventLog",
        "Snapshot",
        "tags",
        "notification",
        "dry run",
        "log event",
        "metrics",
        "metrics",
        "metrics",
        "metrics",
        "metrics",
        "metrics",
    ];
    assert_eq!(steps, expected);
    assert_eq!(walked["event"]["detail"]["requestParameters"]["queueName"], walked["queue"]);
    assert_eq!(walked["decisions"].as_array().unwrap().len(), 4);
}

async fn a_created_queue_is_answered_by_every_function(behind: Behind<'_>) {
    let stage = Stage::start(behind).unwrap();
    let sqs = stage.sqs("alice-sso");
    let url = sqs.create_queue().queue_name("orders").send().await.unwrap().queue_url.unwrap();
    let wanted = ["decided  TagNewQueue", "decided  Notify", "decided  Revert", "decided  Snapshot"];
    let mut lines = stage.until_all(&wanted).unwrap();
    // snapshot looks again once the queue is tagged.
    while lines.iter().filter(|line| line.starts_with("decided  Snapshot")).count() < 2 {
        lines.extend(stage.until(|line| line.starts_with("decided")).unwrap());
    }
    let all = lines.join("\n");
    assert!(all.contains("call     CreateQueue by alice@example.com (SSO, PowerUser): ApiCallRule"), "{all}");
    assert!(all.contains("RevertFunction: would delete queue arn:aws:sqs:eu-west-1:111122223333:orders"), "{all}");
    let tags = sqs.list_queue_tags().queue_url(&url).send().await.unwrap().tags.unwrap();
    assert_eq!(tags["trailhook:created-by"], "alice@example.com");
    let logs = aws_sdk_cloudwatchlogs::Client::new(&stage.configuration("alice-sso"));
    let events = logs.filter_log_events().log_group_name("/aws/events/trailhook").send().await.unwrap();
    // moto's log group has the walk-through's event too.
    let events: Vec<Value> =
        events.events().iter().map(|event| serde_json::from_str(event.message().unwrap()).unwrap()).collect();
    let ours = events.iter().find(|event| event["detail"]["requestParameters"]["queueName"] == "orders").unwrap();
    assert_eq!((&ours["source"], &ours["account"]), (&Value::from("aws.sqs"), &Value::from("111122223333")));
    for (response, outcome) in [("tag-new-queue", "acted"), ("notify", "acted"), ("revert", "dry-run")] {
        assert_eq!(decisions_counted(&stage, response, outcome).await, 1.0, "{response} {outcome}");
    }
    let (sums, status) = stage.end().unwrap();
    assert_eq!(status, Some(130));
    assert!(
        sums.iter().any(|line| line == "deliveries   6: 6 handed over, 0 kept in a queue, 0 lost, 0 left, 0 under way"),
        "{sums:?}"
    );
    assert!(sums.iter().any(|line| line == "decisions    5: 4 acted, 1 dry-run"), "{sums:?}");
}

/// What CloudWatch says of a response's decisions, which its log counts right behind each.
async fn decisions_counted(stage: &Stage, response: &str, outcome: &str) -> f64 {
    let cloudwatch = aws_sdk_cloudwatch::Client::new(&stage.configuration("alice-sso"));
    let dimension = |name: &str, value: &str| Dimension::builder().name(name).value(value).build();
    let now = chrono::Utc::now().timestamp();
    for _ in 0..100 {
        let asked = cloudwatch.get_metric_statistics().namespace("Trailhook").metric_name("Decisions");
        let asked = asked.dimensions(dimension("Response", response)).dimensions(dimension("Outcome", outcome));
        let asked = asked.start_time(DateTime::from_secs(now - 600)).end_time(DateTime::from_secs(now + 600));
        let found = asked.period(3600).statistics(Statistic::Sum).send().await.unwrap();
        if let Some(point) = found.datapoints().first() {
            return point.sum().unwrap();
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    0.0
}

async fn a_call_that_fails_is_an_event_and_a_read_is_none(behind: Behind<'_>) {
    let stage = Stage::start(&[behind, &["--parameter", "EventNames=CreateQueue,DeleteQueue"]].concat()).unwrap();
    let sqs = stage.sqs("bob");
    sqs.list_queues().send().await.unwrap();
    let error =
        sqs.delete_queue().queue_url(format!("{}/111122223333/missing", stage.endpoint)).send().await.unwrap_err();
    let error = error.into_service_error();
    assert!(error.is_queue_does_not_exist(), "{error:?}");
    assert!(error.meta().extra("aws_request_id").is_some(), "a request id: {error:?}");
    let lines = stage.until_all(&["decided  Notify", "decided  Revert", "decided  TagNewQueue"]).unwrap();
    assert!(!lines.iter().any(|line| line.contains("ListQueues")), "{lines:?}");
    let call =
        "call     DeleteQueue failed with AWS.SimpleQueueService.NonExistentQueue by bob (IAM user): ApiCallRule";
    assert!(lines.iter().any(|line| line.starts_with(call)), "{lines:?}");
}

/// Nobody else answers: tag-new-queue would look for a queue that is gone already.
async fn in_force_the_queue_is_deleted(behind: Behind<'_>) {
    let stage =
        Stage::start(&[behind, &["--parameter", "RevertMode=enforce", "--parameter", "TagMode=dry-run"]].concat());
    let stage = stage.unwrap();
    let sqs = stage.sqs("ci");
    sqs.create_queue().queue_name("forbidden").send().await.unwrap();
    let lines = stage.until(|line| line.contains("RevertFunction: done: delete queue")).unwrap();
    assert!(lines.iter().any(|line| line.starts_with("call     CreateQueue by deploy-orders-9517")), "{lines:?}");
    let gone = sqs.get_queue_url().queue_name("forbidden").send().await.unwrap_err().into_service_error();
    assert!(gone.is_queue_does_not_exist(), "{gone:?}");
}

/// The rule lets the functions' own calls through: they come back, and every one is left alone.
async fn our_own_calls_come_back_and_make_no_loop(behind: Behind<'_>) {
    const QUEUES: usize = 100;
    let names = ["--parameter", "EventNames=CreateQueue,TagQueue,DeleteQueue"];
    let stage = Stage::start(&[behind, &names].concat()).unwrap();
    let sqs = stage.sqs("bob");
    for number in 0..QUEUES {
        sqs.create_queue().queue_name(format!("q{number}")).send().await.unwrap();
    }
    let mut lines = Vec::new();
    let count = |lines: &[String], words: &str| lines.iter().filter(|line| line.contains(words)).count();
    // notify watches every call: it is the one that sees our own TagQueue calls for what they are.
    let all = [
        ("NotifyFunction: our own role", QUEUES),
        ("NotifyFunction: done", QUEUES),
        ("TagNewQueueFunction: done: tag queue", QUEUES),
        ("decided  TagNewQueue", 2 * QUEUES),
        ("decided  Revert", 2 * QUEUES),
        ("decided  Snapshot", 2 * QUEUES),
    ];
    while all.iter().any(|(words, wanted)| count(&lines, words) < *wanted) {
        lines.extend(stage.until(|line| line.starts_with("decided")).unwrap());
    }
    // A line is written a moment before its answer is there.
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    let (rest, _) = stage.end().unwrap();
    lines.extend(rest);
    assert_eq!(count(&lines, "call     CreateQueue by bob"), QUEUES);
    assert_eq!(count(&lines, "call     TagQueue by trailhook-TagNewQueue"), QUEUES, "one tag call for each queue");
    assert_eq!(count(&lines, "call     TagQueue"), QUEUES, "and no other");
    assert_eq!(count(&lines, "NotifyFunction: our own role"), QUEUES);
    assert_eq!(count(&lines, "TagNewQueueFunction: done: tag queue"), QUEUES);
    assert_eq!(count(&lines, "would delete queue"), QUEUES);
    let sums =
        format!("invocations  {}: {} answered, 0 kept in a queue, 0 lost, 0 left, 0 under way", 8 * QUEUES, 8 * QUEUES);
    assert!(lines.contains(&sums), "{:?}", lines.split_last_chunk::<4>());
}

async fn our_own_deletions_come_back_and_make_no_loop(behind: Behind<'_>) {
    const QUEUES: usize = 100;
    let names = "EventNames=CreateQueue,TagQueue,DeleteQueue";
    // Nobody else touches the queues: tag-new-queue would look for some that are gone already.
    // The circuit breaker has another test: here as many are deleted as come.
    let breaker = ["RevertMaxActions=100", "RevertMaxActionsWindowSeconds=1"];
    let parameters = [names, "RevertMode=enforce", "TagMode=dry-run", breaker[0], breaker[1]];
    let parameters: Vec<&str> = parameters.into_iter().flat_map(|parameter| ["--parameter", parameter]).collect();
    let stage = Stage::start(&[behind, &parameters].concat()).unwrap();
    let sqs = stage.sqs("bob");
    for number in 0..QUEUES {
        sqs.create_queue().queue_name(format!("forbidden{number}")).send().await.unwrap();
    }
    let mut lines = Vec::new();
    let count = |lines: &[String], words: &str| lines.iter().filter(|line| line.contains(words)).count();
    let all = [
        ("RevertFunction: done: delete queue", QUEUES),
        ("NotifyFunction: our own role", QUEUES),
        ("decided  Revert", 2 * QUEUES),
    ];
    while all.iter().any(|(words, wanted)| count(&lines, words) < *wanted) {
        lines.extend(stage.until(|line| line.starts_with("decided")).unwrap());
    }
    let (rest, _) = stage.end().unwrap();
    lines.extend(rest);
    assert_eq!(count(&lines, "call     DeleteQueue by trailhook-Revert"), QUEUES, "one deletion for each queue");
    assert_eq!(count(&lines, "call     DeleteQueue"), QUEUES, "and no other");
    assert_eq!(count(&lines, "NotifyFunction: our own role"), QUEUES);
}

async fn an_event_of_another_region_is_on_another_bus(behind: Behind<'_>) {
    let stage = Stage::start(behind).unwrap();
    let elsewhere = stage.configuration("bob").into_builder().region(aws_config::Region::new("us-east-1")).build();
    aws_sdk_sqs::Client::new(&elsewhere).create_queue().queue_name("far").send().await.unwrap();
    let lines = stage.until(|line| line.starts_with("call     CreateQueue")).unwrap();
    let far =
        "call     CreateQueue by bob (IAM user): it is on the event bus of us-east-1, and the rules are in eu-west-1";
    assert!(lines.last().unwrap().starts_with(far), "{lines:?}");
    let (sums, _) = stage.end().unwrap();
    assert!(
        sums.iter().any(|line| line.starts_with("calls        1: 0 matched a rule, 0 matched none, 1 not")),
        "{sums:?}"
    );
}

/// The topic is gone: notify fails as often as the template says, and its event is kept.
async fn what_a_function_cannot_do_is_kept_with_the_reason(behind: Behind<'_>) {
    let stage = Stage::start(&[behind, &["--retry-delay", "0.1"]].concat()).unwrap();
    let configuration = stage.configuration("root");
    let (sqs, sns) = (aws_sdk_sqs::Client::new(&configuration), aws_sdk_sns::Client::new(&configuration));
    let topics = sns.list_topics().send().await.unwrap();
    for topic in topics.topics() {
        sns.delete_topic().topic_arn(topic.topic_arn().unwrap()).send().await.unwrap();
    }
    sqs.create_queue().queue_name("unheard-of").send().await.unwrap();
    let lines = stage.until(|line| line.starts_with("kept     NotifyFunction failed the event 3 times")).unwrap();
    assert_eq!(lines.iter().filter(|line| line.starts_with("failed   NotifyFunction")).count(), 3, "{lines:?}");
    let queues = sqs.list_queues().queue_name_prefix("trailhook").send().await.unwrap();
    let mut kept = Vec::new();
    for url in queues.queue_urls() {
        let received = sqs.receive_message().queue_url(url).max_number_of_messages(10).send().await.unwrap();
        kept.extend(
            received.messages().iter().map(|message| serde_json::from_str::<Value>(message.body().unwrap()).unwrap()),
        );
    }
    let [record] = kept.try_into().unwrap();
    assert_eq!(record["requestContext"]["condition"], "RetriesExhausted");
    assert_eq!(record["requestContext"]["approximateInvokeCount"], 3);
    assert_eq!(record["requestPayload"]["detail"]["requestParameters"]["queueName"], "unheard-of");
}
