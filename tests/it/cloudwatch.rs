//! The stage's metrics, read back by clients that know nothing of it: boto3 in each protocol that it
//! has, and the SDK for Rust.

use aws_config::{BehaviorVersion, Region};
use aws_sdk_cloudwatch::config::Credentials;
use aws_sdk_cloudwatch::error::ProvideErrorMetadata;
use aws_sdk_cloudwatch::operation::get_metric_statistics::GetMetricStatisticsError;
use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricStat, Statistic};
use aws_sdk_cloudwatch::{Client, Config};
use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response, StatusCode};
use serde_json::{Value, json};
use std::process::Command;
use std::sync::Arc;
use trailhook_cli::stage::{MetricName, Metrics, Unit, answer_cloudwatch};
use trailhook_tests::{python, root};

/// The beginning of the hour that the metrics are of.
fn hour() -> i64 {
    let now = chrono::Utc::now().timestamp();
    now - now % 3600
}

/// A rule that triggered twice in a minute and once in another, and a function that ran once.
fn metrics(hour: i64) -> Metrics {
    let metrics = Metrics::default();
    let triggered = MetricName::new("AWS/Events", "TriggeredRules", [("RuleName", "orders")]);
    for after in [3, 4, 125] {
        metrics.add_at(&triggered, Unit::COUNT, 1.0, hour + after);
    }
    let duration = MetricName::new("AWS/Lambda", "Duration", [("FunctionName", "f")]);
    metrics.add_at(&duration, Unit::MILLISECONDS, 12.5, hour + 5);
    metrics
}

/// Serves them on loopback; the endpoint.
async fn serve(metrics: Metrics) -> String {
    let metrics = Arc::new(metrics);
    let enter = move |request: Request<Body>| {
        let metrics = Arc::clone(&metrics);
        async move {
            let (parts, body) = request.into_parts();
            let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
            let request = Request::from_parts(parts, body);
            match answer_cloudwatch(&request, &metrics, "12345678-1234-1234-1234-123456789012") {
                Some(response) => response.map(Body::from),
                None => {
                    let mut response = Response::new(Body::from("not ours"));
                    *response.status_mut() = StatusCode::NOT_IMPLEMENTED;
                    response
                }
            }
        }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(enter)).await });
    endpoint
}

#[tokio::test(flavor = "multi_thread")]
async fn boto3_reads_the_metrics_in_every_protocol_it_has() {
    let hour = hour();
    let endpoint = serve(metrics(hour)).await;
    let python = python::programs("moto").unwrap().join("python");
    let protocols =
        [("json", "application/x-amz-json-1.0"), ("query", "text/xml"), ("smithy-rpc-v2-cbor", "application/cbor")];
    for (protocol, spoken) in protocols {
        let (endpoint, python) = (endpoint.clone(), python.clone());
        let ran = tokio::task::spawn_blocking(move || {
            let script = root().join("tests/python/cloudwatch.py");
            let times = [hour, hour + 3600].map(|time| time.to_string());
            Command::new(python).arg(script).args([&endpoint, protocol]).args(times).output().unwrap()
        });
        let ran = ran.await.unwrap();
        assert!(ran.status.success(), "{protocol}: {}", String::from_utf8_lossy(&ran.stderr));
        let told: Value = serde_json::from_slice(&ran.stdout).unwrap();
        let (first, third) = (hour as f64, (hour + 120) as f64);
        let expected = json!({
            "triggered": [[first, 2.0, 1.0, "Count"], [third, 1.0, 1.0, "Count"]],
            "failed": [],
            "data": [["sum", "Duration", [first], [12.5]], ["other", "NumberOfMessagesSent", [], []]],
            "pages": false,
            "metrics": [["AWS/Events", "TriggeredRules", [{"Name": "RuleName", "Value": "orders"}]]],
            "period": ["InvalidParameterValueException", "InvalidParameterValue",
                "The parameter Period must be a value in the set [ 1, 5, 10, 20, 30 ] or a multiple of 60."],
            "statistics": ["InvalidParameterCombinationException", "InvalidParameterCombination",
                "Must specify either Statistics or ExtendedStatistics"],
            "request": "12345678-1234-1234-1234-123456789012",
            "spoken": spoken,
        });
        assert_eq!(told, expected, "{protocol}");
    }
}

#[tokio::test]
async fn the_sdk_for_rust_reads_them_too() {
    let hour = hour();
    let configuration = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .credentials_provider(Credentials::new("testing", "testing", None, None, "the tests"))
        .region(Region::new("eu-west-1"))
        .endpoint_url(serve(metrics(hour)).await)
        .build();
    let client = Client::from_conf(configuration);
    let rule = Dimension::builder().name("RuleName").value("orders").build();
    let (start, end) = (DateTime::from_secs(hour), DateTime::from_secs(hour + 3600));

    let statistics = |period| {
        let asked = client.get_metric_statistics().namespace("AWS/Events").metric_name("TriggeredRules");
        asked.dimensions(rule.clone()).start_time(start).end_time(end).period(period).statistics(Statistic::Sum)
    };
    let told = statistics(60).send().await.unwrap();
    let points = told.datapoints().iter().map(|point| (point.timestamp().unwrap().secs(), point.sum()));
    assert_eq!(points.collect::<Vec<_>>(), [(hour, Some(2.0)), (hour + 120, Some(1.0))]);
    let refusal = statistics(7).send().await.unwrap_err().into_service_error();
    assert!(matches!(refusal, GetMetricStatisticsError::InvalidParameterValueException(_)), "{refusal:?}");
    assert!(refusal.message().unwrap().contains("multiple of 60"), "{refusal:?}");

    let metric = Metric::builder().namespace("AWS/Events").metric_name("TriggeredRules").dimensions(rule).build();
    let stat = MetricStat::builder().metric(metric.clone()).period(300).stat("SampleCount").build();
    let query = MetricDataQuery::builder().id("m").metric_stat(stat).build();
    let asked = client.get_metric_data().metric_data_queries(query.clone()).start_time(start).end_time(end);
    let told = asked.send().await.unwrap();
    let [result] = told.metric_data_results() else { panic!("{told:?}") };
    assert_eq!((result.timestamps()[0].secs(), result.values()), (hour, &[3.0][..]));
    let asked = client.get_metric_data().metric_data_queries(query).start_time(end).end_time(start);
    let refusal = asked.send().await.unwrap_err().into_service_error();
    assert_eq!(refusal.message(), Some("The parameter EndTime must be greater than StartTime."));

    let told = client.list_metrics().namespace("AWS/Events").send().await.unwrap();
    assert_eq!(told.metrics(), [metric]);
}
