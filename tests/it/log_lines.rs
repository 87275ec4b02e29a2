//! The real binaries under a Runtime API: whose invocation a line belongs to, which trace, and that AWS is told of the
//! trace too.

use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use trailhook_cli::stage::Invocation;
use trailhook_tests::functions::{decisions, start};
use trailhook_tests::script::Scripted;
use trailhook_tests::{events, root, rules, say};

fn success() -> Vec<u8> {
    std::fs::read(root().join("events/sqs/CreateQueue.success.json")).unwrap()
}

/// The names of an object's members, as often as they are there.
struct Names(Vec<String>);

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Names, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Names;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Names, A::Error> {
                let mut names = Vec::new();
                while let Some((name, IgnoredAny)) = members.next_entry()? {
                    names.push(name);
                }
                Ok(Names(names))
            }
        }
        deserializer.deserialize_map(Members)
    }
}

/// Dry, for events of any age.
const DRY: [(&str, &str); 2] = [("TRAILHOOK_MODE", "dry-run"), ("TRAILHOOK_MAX_EVENT_AGE_SECONDS", "any")];

/// An AWS that knows no queue.
async fn nothing_there() -> Scripted {
    let gone = |_: &str, _| (400, r#"{"__type": "com.amazonaws.sqs#QueueDoesNotExist", "message": "gone"}"#.to_owned());
    Scripted::start(gone).await.unwrap()
}

#[tokio::test]
async fn every_line_of_an_invocation_names_it_and_its_trace() {
    let aws = nothing_there().await;
    let variables = [DRY[0], DRY[1], ("AWS_LAMBDA_LOG_LEVEL", "TRACE")];
    for function in ["tag-new-queue", "notify", "revert", "snapshot"] {
        let mut process = start(function, &aws.endpoint, &variables).await.unwrap();
        for _ in 0..3 {
            assert!(!matches!(process.invoke(success()).await.unwrap(), Invocation::InitError(_)));
        }
        let log = process.stop().await;
        let lines: Vec<Value> = log.iter().map(|line| serde_json::from_str(&line.text).unwrap()).collect();
        let mut traces: BTreeMap<&str, BTreeSet<Option<&str>>> = BTreeMap::new();
        let mut libraries = BTreeSet::new();
        for (line, written) in lines.iter().zip(&log) {
            rules::json_line(&written.text).unwrap();
            assert_eq!(line["service"], function, "{line}");
            let Some(request_id) = line["requestId"].as_str() else {
                // The process is between two invocations: nothing of ours has anything to say there.
                assert!(!line["target"].as_str().unwrap().starts_with("trailhook"), "{line}");
                continue;
            };
            traces.entry(request_id).or_default().insert(line["xray_trace_id"].as_str());
            libraries.insert(line["target"].as_str().unwrap().split("::").next().unwrap());
        }
        assert_eq!(traces.len(), 3, "{function}: {traces:?}");
        for of_one in traces.values() {
            let trace = of_one.first().copied().flatten().unwrap_or_default();
            assert!(of_one.len() == 1 && trace.starts_with("1-") && trace.len() == 35, "{of_one:?}");
        }
        say(format!("{function}: {} lines, in an invocation those of {libraries:?}", lines.len()));
        if function == "tag-new-queue" {
            // What the SDK and its connections say belongs to the invocation that they work for.
            assert!(libraries.contains("aws_smithy_runtime") && libraries.len() > 3, "{libraries:?}");
        }
    }
}

/// In JSON a name that is there twice says nothing for certain, and a reader takes either.
#[tokio::test]
async fn no_line_says_anything_twice() {
    let aws = nothing_there().await;
    let variables = [DRY[0], DRY[1], ("AWS_LAMBDA_LOG_LEVEL", "TRACE")];
    let mut process = start("tag-new-queue", &aws.endpoint, &variables).await.unwrap();
    for (_, payload) in events("sqs").unwrap() {
        process.invoke(payload).await.unwrap();
    }
    for line in process.stop().await {
        let Names(names) = serde_json::from_str(&line.text).unwrap();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "{}", line.text);
    }
}

#[tokio::test]
async fn each_call_of_aws_carries_the_trace_of_its_invocation() {
    let aws = nothing_there().await;
    let mut process = start("tag-new-queue", &aws.endpoint, &DRY).await.unwrap();
    let mut calls = Vec::new();
    for _ in 0..3 {
        let before = aws.traced().len();
        process.invoke(success()).await.unwrap();
        calls.push(aws.traced().split_off(before));
    }
    let decisions = decisions(&process.stop().await);
    assert_eq!(decisions.len(), 3);
    let mut traces = BTreeSet::new();
    for (decision, calls) in decisions.iter().zip(&calls) {
        let trace = decision["xray_trace_id"].as_str().unwrap();
        assert!(!calls.is_empty());
        for (call, header) in calls {
            let header = header.as_deref().unwrap_or_else(|| panic!("{call} has no trace"));
            // The whole header, and not its root alone: who is called is a part of our segment.
            assert!(header.starts_with(&format!("Root={trace};Parent=")), "{call}: {header} for {trace}");
        }
        traces.insert(trace);
    }
    assert_eq!(traces.len(), 3, "each invocation has its own");
}

#[tokio::test]
async fn who_asks_for_more_than_lambda_lets_through_is_told() {
    for (own, lambdas, warned) in [("DEBUG", "INFO", 1), ("INFO", "INFO", 0), ("WARN", "INFO", 0), ("DEBUG", "", 0)] {
        let variables = [("POWERTOOLS_LOG_LEVEL", own), ("AWS_LAMBDA_LOG_LEVEL", lambdas)];
        let mut process = start("notify", "http://127.0.0.1:9", &variables).await.unwrap();
        process.invoke(success()).await.unwrap();
        let log = process.stop().await;
        let warnings: Vec<Value> = log
            .iter()
            .filter_map(|line| serde_json::from_str(&line.text).ok())
            .filter(|line: &Value| line["message"].as_str().is_some_and(|text| text.contains("AWS_LAMBDA_LOG_LEVEL")))
            .collect();
        assert_eq!(warnings.len(), warned, "{own} and {lambdas}: {log:?}");
        assert!(warnings.iter().all(|line| line["level"] == "WARN"), "{warnings:?}");
        // Lambda's level decides, and the decision is there.
        assert_eq!(decisions(&log).len(), 1);
        let debug = log.iter().any(|line| line.text.contains("\"level\":\"DEBUG\""));
        assert_eq!(debug, lambdas.is_empty(), "{own} and {lambdas}");
    }
}
