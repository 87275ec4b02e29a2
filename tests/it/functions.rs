//! The real binaries under a Runtime API: input that is bad, configuration that is wrong, logs.

use serde_json::Value;
use trailhook_cli::stage::Invocation;
use trailhook_tests::functions::{invoke, start};
use trailhook_tests::{events, root, say};

/// Nothing listens there: a call to AWS would fail, and be seen as another error.
const NOWHERE: &str = "http://127.0.0.1:9";
const FUNCTIONS: [&str; 3] = ["tag-new-queue", "notify", "revert"];

fn success() -> Vec<u8> {
    std::fs::read(root().join("events/sqs/CreateQueue.success.json")).unwrap()
}

#[tokio::test]
async fn bad_input_is_an_error_of_ours_without_a_panic_or_an_aws_call() {
    let mut payloads = events("bad").unwrap();
    let junk = |byte: u8| vec![byte; 256 * 1024];
    payloads.push(("256 KB of zeroes".to_owned(), junk(0)));
    payloads.push(("256 KB of brackets".to_owned(), junk(b'[')));
    payloads.push(("256 KB of quotes".to_owned(), junk(b'"')));
    payloads.push(("256 KB of 0xff".to_owned(), junk(0xff)));
    let bytes: Vec<Vec<u8>> = payloads.iter().map(|(_, bytes)| bytes.clone()).collect();
    let mut refused = 0;
    for function in ["tag-new-queue", "revert"] {
        let invocations = invoke(function, NOWHERE, &[], &bytes).await.unwrap();
        for ((name, _), invocation) in payloads.iter().zip(invocations) {
            match invocation {
                Invocation::Error(error) => {
                    let ours = ["Trailhook.Decode", "Trailhook.Undecidable", "Trailhook.Shape"];
                    // The parameters of an event of 2 November are not read before it is stale.
                    assert!(ours.contains(&error.error_type.as_str()), "{function}, {name}: {error:?}");
                    assert!(!error.error_message.is_empty(), "{function}, {name}");
                    refused += 1;
                }
                Invocation::Response(report) => {
                    assert_eq!(report["reason"], "stale", "{function}, {name}: {report}");
                }
                other => panic!("{function}, {name}: {other:?}"),
            }
        }
        // With no age limit the parameters are read, and are what is wrong.
        let parameters: Vec<&(String, Vec<u8>)> =
            payloads.iter().filter(|(name, _)| name.starts_with("queue-") || name.contains("attributes")).collect();
        let bytes: Vec<Vec<u8>> = parameters.iter().map(|(_, bytes)| bytes.clone()).collect();
        let any_age = [("TRAILHOOK_MAX_EVENT_AGE_SECONDS", "any")];
        for ((name, _), invocation) in parameters.iter().zip(invoke(function, NOWHERE, &any_age, &bytes).await.unwrap())
        {
            match invocation {
                Invocation::Error(error) if error.error_type == "Trailhook.Shape" => {
                    assert!(error.error_message.starts_with("detail."), "{function}, {name}: {error:?}");
                    refused += 1;
                }
                other => panic!("{function}, {name}: {other:?}"),
            }
        }
    }
    say(format!("{refused} bad payloads refused with an error of ours"));
    assert!(refused > 30);
}

#[tokio::test]
async fn every_problem_of_the_configuration_is_told_at_once() {
    let wrong = [
        ("TRAILHOOK_ACCOUNT_ID", "12345"),
        ("TRAILHOOK_ROLE_PATH", "trailhook"),
        ("TRAILHOOK_MODE", "destroy"),
        ("TRAILHOOK_MAX_EVENT_AGE_SECONDS", "-1"),
        ("TRAILHOOK_EXEMPT_PRINCIPALS", "alice,arn:aws-cn:iam::111122223333:role/x"),
        ("TRAILHOOK_EXEMPT_SERVICES", "AWS Internal,cloudformation"),
        ("TRAILHOOK_EXEMPT_QUEUES", "scratch-*,scratch-?"),
        ("TRAILHOOK_REPLAYED_EVENTS", "maybe"),
        ("TRAILHOOK_ALSO_ACCOUNTS", "4444"),
        ("TRAILHOOK_ALSO_REGIONS", "cn-north-1"),
        ("TRAILHOOK_EXEMPT_ACCOUNT", "111122223333"),
        ("TRAILHOOK_TAGS", r#"{"aws:owner": "x", "who": "{{ wo }}"}"#),
        ("TRAILHOOK_TOPIC_ARN", "my-topic"),
        ("TRAILHOOK_JOURNAL_LOG_GROUP", "arn:aws:logs:eu-west-1:111122223333:log-group:x:*"),
        ("TRAILHOOK_CHAT", "yes"),
        ("TRAILHOOK_NOTIFY_QUIET", "TagQueue,*"),
        ("AWS_LAMBDA_LOG_LEVEL", "LOUD"),
        ("AWS_LAMBDA_LOG_FORMAT", "YAML"),
        ("POWERTOOLS_LOG_LEVEL", "silent"),
        ("POWERTOOLS_METRICS_NAMESPACE", "AWS/Lambda"),
        ("POWERTOOLS_METRICS_DISABLED", "maybe"),
    ];
    for (function, own) in [("tag-new-queue", 2), ("notify", 4), ("revert", 1)] {
        let mut function_process = start(function, NOWHERE, &wrong).await.unwrap();
        let Invocation::InitError(error) = function_process.invoke(success()).await.unwrap() else {
            panic!("{function} started");
        };
        assert_eq!(error.error_type, "Trailhook.Configuration");
        let problems = error.error_message.lines().filter(|line| line.starts_with("- ")).count();
        assert_eq!(problems, 17 + own, "{function}: {}", error.error_message);
        let log = function_process.stop().await;
        let fatal: Value = serde_json::from_str(&log[0].text).unwrap();
        assert_eq!((&fatal["level"], &fatal["service"]), (&"FATAL".into(), &function.into()));
    }
}

#[tokio::test]
async fn both_channels_off_is_a_problem_and_one_is_not() {
    let off = [("TRAILHOOK_TOPIC_ARN", ""), ("TRAILHOOK_JOURNAL_LOG_GROUP", "")];
    let mut function = start("notify", NOWHERE, &off).await.unwrap();
    let Invocation::InitError(error) = function.invoke(success()).await.unwrap() else { panic!("notify started") };
    assert!(error.error_message.contains("neither a topic nor a journal"), "{error:?}");
    function.stop().await;
}

#[tokio::test]
async fn the_log_honours_format_and_level() {
    for function in FUNCTIONS {
        for (level, format, lines) in
            [("INFO", "JSON", 1), ("DEBUG", "JSON", 1), ("WARN", "JSON", 0), ("FATAL", "JSON", 0), ("INFO", "Text", 1)]
        {
            let variables = [("AWS_LAMBDA_LOG_LEVEL", level), ("AWS_LAMBDA_LOG_FORMAT", format)];
            let mut process = start(function, NOWHERE, &variables).await.unwrap();
            assert!(matches!(process.invoke(success()).await.unwrap(), Invocation::Response(_)));
            let log = process.stop().await;
            let decisions: Vec<&str> =
                log.iter().map(|line| line.text.as_str()).filter(|line| line.contains("trailhook::decision")).collect();
            assert_eq!(decisions.len(), lines, "{function} at {level} in {format}: {log:?}");
            for line in decisions.iter().filter(|_| format == "JSON") {
                let line: Value = serde_json::from_str(line).unwrap();
                chrono::DateTime::parse_from_rfc3339(line["timestamp"].as_str().unwrap()).unwrap();
                assert_eq!(line["level"], "INFO");
                assert_eq!(line["report"]["reason"], "stale");
                assert!(line["requestId"].is_string());
            }
        }
    }
}
