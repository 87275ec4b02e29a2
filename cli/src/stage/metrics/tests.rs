use super::*;

fn metric() -> MetricName {
    MetricName::new("AWS/Lambda", "Duration", [("FunctionName", "f")])
}

#[test]
fn a_minute_is_a_bucket_and_periods_are_made_of_them() {
    let metrics = Metrics::default();
    for (at, value) in [(1_000_020, 5.0), (1_000_079, 1.0), (1_000_080, 3.0), (1_000_500, 7.0)] {
        metrics.add_at(&metric(), Unit::MILLISECONDS, value, at);
    }
    let minutes = metrics.statistics(&metric(), 1_000_020, 1_000_100, 60);
    let point = |timestamp, sum, sample_count, minimum, maximum| Datapoint {
        timestamp,
        sum,
        sample_count,
        minimum,
        maximum,
        unit: Unit::MILLISECONDS,
    };
    assert_eq!(minutes, [point(1_000_020, 6.0, 2.0, 1.0, 5.0), point(1_000_080, 3.0, 1.0, 3.0, 3.0)]);
    assert_eq!(minutes[0].average(), 3.0);
    // Five minutes from 999,900 and from 1,000,200; periods without a value are left out.
    let five = metrics.statistics(&metric(), 1_000_000, 1_000_600, 300);
    assert_eq!(five, [point(999_900, 9.0, 3.0, 1.0, 5.0), point(1_000_500, 7.0, 1.0, 7.0, 7.0)]);
    assert_eq!(metrics.statistics(&metric(), 0, i64::MAX, 1).len(), 3, "a minute is the shortest period");
    assert_eq!(metrics.statistics(&metric(), 2_000_000, 1_000_000, 60), []);
    assert_eq!(metrics.total(&metric()), Some(16.0));
}

#[test]
fn dimensions_make_the_metric_and_nothing_is_invented() {
    let metrics = Metrics::default();
    metrics.of_rule("r", "TriggeredRules");
    metrics.of_rule("r", "InvocationsSentToDlq");
    let total = |name: &str, rule: Option<&str>| {
        metrics.total(&MetricName::new("AWS/Events", name, rule.map(|rule| ("RuleName", rule))))
    };
    assert_eq!((total("TriggeredRules", Some("r")), total("TriggeredRules", None)), (Some(1.0), Some(1.0)));
    assert_eq!((total("InvocationsSentToDlq", Some("r")), total("InvocationsSentToDlq", None)), (Some(1.0), None));
    assert_eq!((total("FailedInvocations", Some("r")), total("TriggeredRules", Some("s"))), (None, None));
    assert_eq!(metrics.names().len(), 3);
}
