//! What becomes of a function's lines on the stage: Lambda's filter stands before the log group, and metrics are taken
//! out of what gets past it.

use crate::lambda_service::run;
use trailhook_cli::stage::{LambdaEvent, MetricName};

const GROUP: &str = "/aws/lambda/f";

/// A line of each kind, and metrics of two levels.
const WRITES: &str = r#"    def say(**members):
        print(json.dumps({"timestamp": "2026-11-02T09:30:00.000Z", **members}), flush=True)
    def count(level, value):
        directive = {"Namespace": "Shop", "Dimensions": [["Till"]], "Metrics": [{"Name": "Orders", "Unit": "Count"}]}
        meta = {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [directive]}
        say(level=level, _aws=meta, Till="2", Orders=value)
    say(level="INFO", message="an order")
    say(level="ERROR", message="no order")
    count("INFO", 1)
    count("WARN", 2)
    answer(b'{}')"#;

#[tokio::test]
async fn what_lambda_filters_is_in_no_log_group_and_no_metric() {
    let metric = MetricName::new("Shop", "Orders", [("Till", "2")]);
    for (format, level, of_text, of_info, orders) in [
        ("JSON", Some("WARN"), false, false, 2.0),
        ("JSON", Some("INFO"), true, true, 3.0),
        ("JSON", None, true, true, 3.0),
        ("Text", None, true, true, 3.0),
    ] {
        let mut run = run("writes", WRITES, 1, |function| {
            function.log_format = format.to_owned();
            function.log_level = level.map(str::to_owned);
        })
        .await;
        run.lambda.invoke("f", "{}").unwrap();
        let told = run.drained().await;
        let log = run.back_end.log_events(GROUP).await;
        let has = |text: &str| log.iter().any(|event| event.message.contains(text));
        // Lambda's own lines have a level of their own.
        assert!(has("no order") && (has("platform.start") || has("START RequestId")), "{format}, {level:?}: {log:?}");
        assert_eq!((has("started"), has("an order")), (of_text, of_info), "{format}, {level:?}: {log:?}");
        assert_eq!(run.backstage.metrics.total(&metric), Some(orders), "{format}, {level:?}");
        let is_told = |text: &str| {
            told.iter().any(|told| matches!(&told.what, LambdaEvent::Logged(line) if line.text.contains(text)))
        };
        assert!(is_told("an order"), "who watches the stage sees it all");
    }
}
