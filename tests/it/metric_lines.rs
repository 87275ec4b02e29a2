//! The real binaries under a Runtime API: each decision is counted in a line of metrics, which is in CloudWatch's
//! embedded metric format and gets through Lambda's filter.

use crate::template_watch::OWN;
use chrono::{SecondsFormat, TimeDelta, Utc};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use trailhook_cli::stage::{Invocation, LogFilter, LogLine};
use trailhook_tests::emf::{Extracted, extracted, is_embedded};
use trailhook_tests::functions::{decisions, start};
use trailhook_tests::script::Scripted;
use trailhook_tests::{events, say};

/// Nothing listens there.
const NOWHERE: &str = "http://127.0.0.1:9";
const FUNCTIONS: [&str; 4] = ["tag-new-queue", "notify", "revert", "snapshot"];

/// The log of a function that was handed these events.
async fn log_of(function: &str, endpoint: &str, variables: &[(&str, &str)], payloads: &[Vec<u8>]) -> Vec<LogLine> {
    let mut process = start(function, endpoint, variables).await.unwrap();
    for payload in payloads {
        let became = process.invoke(payload.clone()).await.unwrap();
        assert!(matches!(became, Invocation::Response(_) | Invocation::Error(_)), "{function}: {became:?}");
    }
    process.stop().await
}

fn metric_lines(log: &[LogLine]) -> Vec<&str> {
    log.iter().map(|line| line.text.as_str()).filter(|line| is_embedded(line)).collect()
}

fn sample(name: &str) -> Value {
    let (_, bytes) = events("sqs").unwrap().into_iter().find(|(other, _)| other == name).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

/// The sample, of a call at this time.
fn called_at(time: &str) -> Vec<u8> {
    let mut event = sample("CreateQueue.success.json");
    event["detail"]["eventTime"] = time.into();
    event.to_string().into_bytes()
}

fn by(extracted: &Extracted, name: &str, dimensions: &[(&str, &str)]) -> bool {
    let dimensions: BTreeMap<String, String> =
        dimensions.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    extracted.name == name && extracted.dimensions == dimensions
}

#[tokio::test]
async fn each_decision_is_counted_in_a_line_that_is_in_the_schema() {
    let payloads: Vec<Vec<u8>> =
        ["sqs", "near-miss", "bad"].iter().flat_map(|folder| events(folder).unwrap()).map(|(_, bytes)| bytes).collect();
    let gone = |_: &str, _| (400, r#"{"__type": "com.amazonaws.sqs#QueueDoesNotExist", "message": "gone"}"#.to_owned());
    let aws = Scripted::start(gone).await.unwrap();
    let (mut lines, mut outcomes) = (0, BTreeSet::new());
    for function in FUNCTIONS {
        let variables = [("TRAILHOOK_MODE", "dry-run"), ("TRAILHOOK_MAX_EVENT_AGE_SECONDS", "any")];
        let log = log_of(function, &aws.endpoint, &variables, &payloads).await;
        let (decisions, metrics) = (decisions(&log), metric_lines(&log));
        assert_eq!((decisions.len(), metrics.len()), (payloads.len(), payloads.len()), "{function}");
        for (number, (decision, line)) in decisions.iter().zip(metrics).enumerate() {
            let (report, document) = (&decision["report"], serde_json::from_str::<Value>(line).unwrap());
            let values = extracted(line).unwrap();
            let outcome = report["outcome"].as_str().unwrap();
            let response = ("Response", function);
            assert!(values.iter().all(|value| value.namespace == "Trailhook"), "{line}");
            let counted =
                |name: &str, dimensions: &[(&str, &str)]| values.iter().find(|value| by(value, name, dimensions));
            // What there is, under which dimensions, and nothing else: each of them is paid for.
            let mut there = 2;
            for dimensions in [&[response, ("Outcome", outcome)][..], &[response]] {
                let decided = counted("Decisions", dimensions).unwrap_or_else(|| panic!("{dimensions:?}: {line}"));
                assert_eq!((decided.value, decided.unit.as_str()), (1.0, "Count"));
            }
            let time = report["event"]["eventTime"].as_str();
            let time = time.and_then(|time| chrono::DateTime::parse_from_rfc3339(time).ok());
            let latency = counted("Latency", &[response]);
            assert_eq!(latency.is_some(), time.is_some(), "{line}");
            if let Some(latency) = latency {
                assert!(latency.unit == "Milliseconds" && latency.value > 0.0, "{line}");
                there += 1;
            }
            let cold = counted("ColdStart", &[response]).map(|cold| cold.value);
            assert_eq!(cold, (number == 0).then_some(1.0), "the first of its process, and no other: {line}");
            assert_eq!(decision["coldStart"], number == 0);
            there += usize::from(cold.is_some());
            assert_eq!(values.len(), there, "{line}");
            // What the template's alarms and dashboard look for is what the functions write.
            for value in &values {
                let dimensions: Vec<&str> = value.dimensions.keys().map(String::as_str).collect();
                let known = OWN.iter().find(|(name, _)| *name == value.name);
                assert!(known.is_some_and(|(_, sets)| sets.contains(&dimensions.as_slice())), "{line}");
            }
            assert_eq!(document["reason"], report["reason"], "{line}");
            for member in ["eventId", "eventName", "eventSource", "awsRegion"] {
                assert_eq!(document[member], report["event"][member], "{member} in {line}");
            }
            for member in ["requestId", "xray_trace_id", "service"] {
                assert!(document[member].is_string() && document[member] == decision[member], "{member} in {line}");
            }
            outcomes.insert(outcome.to_owned());
            lines += 1;
        }
    }
    say(format!("{lines} lines of metrics in the schema, of the outcomes {outcomes:?}"));
    assert!(outcomes.len() >= 4, "{outcomes:?}");
}

#[tokio::test]
async fn the_latency_is_that_of_the_call_and_never_negative() {
    let now = Utc::now();
    let at = |by: TimeDelta| called_at(&(now + by).to_rfc3339_opts(SecondsFormat::Secs, true));
    let payloads =
        [at(TimeDelta::hours(-3)), at(TimeDelta::minutes(4)), called_at("yesterday"), b"no event at all".to_vec()];
    let log = log_of("notify", NOWHERE, &[("TRAILHOOK_MODE", "dry-run")], &payloads).await;
    let latencies: Vec<Option<f64>> = metric_lines(&log)
        .iter()
        .map(|line| Some(extracted(line).unwrap().iter().find(|value| value.name == "Latency")?.value))
        .collect();
    let [late, early, without, unread] = latencies.try_into().unwrap();
    let hours = 3.0 * 3_600_000.0;
    assert!(late.is_some_and(|late| (hours..hours + 600_000.0).contains(&late)), "{late:?}");
    assert_eq!((early, without, unread), (Some(0.0), None, None));
}

/// To Lambda a line of metrics is a line like any other.
#[tokio::test]
async fn no_level_of_lambdas_drops_a_metric() {
    let payloads = [called_at("2026-11-02T09:30:00Z"), b"no event at all".to_vec()];
    for level in ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"] {
        let log = log_of("revert", NOWHERE, &[("AWS_LAMBDA_LOG_LEVEL", level)], &payloads).await;
        let filter = LogFilter::of("JSON", Some(level)).unwrap();
        let passes = |line: &&str| filter.passes(line);
        assert_eq!(metric_lines(&log).into_iter().filter(passes).count(), payloads.len(), "{level}: {log:?}");
        // What is written is what gets through: nothing else is dropped either.
        let all: Vec<&str> = log.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(all.iter().filter(|line| !filter.passes(line)).count(), 0, "{level}: {all:?}");
        let decided = decisions(&log).len();
        assert_eq!(
            decided,
            match level {
                "FATAL" => 0,
                "WARN" | "ERROR" => 1,
                _ => 2,
            }
        );
        let severe = json!(if ["TRACE", "DEBUG"].contains(&level) { "INFO" } else { level });
        for line in metric_lines(&log) {
            assert_eq!(serde_json::from_str::<Value>(line).unwrap()["level"], severe);
        }
    }
    // In a log of text nothing is filtered, and the metrics are JSON all the same.
    let log = log_of("revert", NOWHERE, &[("AWS_LAMBDA_LOG_FORMAT", "Text")], &payloads).await;
    assert_eq!((metric_lines(&log).len(), log.len()), (2, 4), "{log:?}");
    metric_lines(&log).iter().for_each(|line| drop(extracted(line).unwrap()));
}

#[tokio::test]
async fn the_namespace_is_the_one_that_powertools_would_take() {
    let payloads = [called_at("2026-11-02T09:30:00Z")];
    let named =
        [("POWERTOOLS_METRICS_NAMESPACE", "Shop/Queues"), ("POWERTOOLS_SERVICE_NAME", "shop \"north\"\u{202e}")];
    let log = log_of("tag-new-queue", NOWHERE, &named, &payloads).await;
    let [line] = metric_lines(&log).try_into().unwrap();
    assert!(extracted(line).unwrap().iter().all(|value| value.namespace == "Shop/Queues"), "{line}");
    assert!(log.iter().all(|line| {
        let line: Value = serde_json::from_str(&line.text).unwrap();
        line["service"] == "shop \"north\"\u{202e}"
    }));
    let log = log_of("tag-new-queue", NOWHERE, &[("POWERTOOLS_METRICS_DISABLED", "true")], &payloads).await;
    assert_eq!((metric_lines(&log).len(), decisions(&log).len()), (0, 1));
}
