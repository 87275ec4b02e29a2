use super::*;

#[test]
fn statistics_are_told_by_period() {
    let all = json!(["Maximum", "Sum", "SampleCount", "Minimum", "Average", "Sum"]);
    let point = |after: i64, count: f64, sum: f64, minimum: f64, maximum: f64| {
        json!({
            "Timestamp": hour() + after, "SampleCount": count, "Average": sum / count, "Sum": sum,
            "Minimum": minimum, "Maximum": maximum, "Unit": "Milliseconds",
        })
    };
    let minutes = json!([point(0, 2.0, 6.5, 1.5, 5.0), point(180, 1.0, 3.0, 3.0, 3.0)]);
    let asked = with(statistics(), "/Statistics", all);
    let expected = json!({"Label": "Duration", "Datapoints": minutes});
    assert_eq!(told("GetMetricStatistics", &asked), expected);
    // Half a minute is not shorter than what is kept, and an unaligned start is rounded down.
    let half = with(with(asked.clone(), "/Period", json!(30)), "/StartTime", json!(hour() + 59));
    assert_eq!(told("GetMetricStatistics", &half), expected);
    let five = told("GetMetricStatistics", &with(asked.clone(), "/Period", json!(300)));
    assert_eq!(five["Datapoints"], json!([point(0, 3.0, 9.5, 1.5, 5.0)]));
    // The end is not in it; a fraction of a second behind it is.
    let to = |end: f64| told("GetMetricStatistics", &with(asked.clone(), "/EndTime", json!(hour() as f64 + end)));
    assert_eq!(to(180.0)["Datapoints"].as_array().unwrap().len(), 1);
    assert_eq!(to(180.5)["Datapoints"].as_array().unwrap().len(), 2);
}

#[test]
fn the_older_the_start_the_coarser_it_is_rounded() {
    const DAY: i64 = 24 * 3600;
    let metrics = Metrics::default();
    let duration = MetricName::new("AWS/Lambda", "Duration", [("FunctionName", "f")]);
    for (days, rounded) in [(1, 240), (20, 0), (70, -1200)] {
        // Twenty minutes past an hour.
        let about = hour() - days * DAY + 1200;
        let points = (-1200..300).step_by(60).map(|after| about + after);
        points.for_each(|at| metrics.add_at(&duration, Unit::MILLISECONDS, 1.0, at));
        let asked = with(with(statistics(), "/StartTime", json!(about + 290)), "/EndTime", json!(about + 300));
        let response = answer(&in_json("GetMetricStatistics", &asked), &metrics, "r").unwrap();
        let told: Value = serde_json::from_slice(response.body()).unwrap();
        assert_eq!(told["Datapoints"][0]["Timestamp"], json!(about + rounded), "{days} days ago");
    }
}

#[test]
fn what_was_not_counted_has_no_datapoints() {
    let other = json!([{"Name": "FunctionName", "Value": "g"}]);
    let more = json!([{"Name": "FunctionName", "Value": "f"}, {"Name": "Resource", "Value": "f"}]);
    for (pointer, value) in [
        ("/Dimensions", Value::Null),
        ("/Dimensions", other),
        ("/Dimensions", more),
        ("/MetricName", json!("Errors")),
        ("/Unit", json!("Seconds")),
        ("/EndTime", json!(hour() - 60)),
    ] {
        let asked = with(with(statistics(), "/StartTime", json!(hour() - 3600)), pointer, value);
        assert_eq!(told("GetMetricStatistics", &asked)["Datapoints"], json!([]), "{asked}");
    }
    let asked = with(statistics(), "/Unit", json!("Milliseconds"));
    assert_eq!(told("GetMetricStatistics", &asked)["Datapoints"].as_array().unwrap().len(), 2);
}

#[test]
fn data_come_latest_first_unless_they_are_asked_for_otherwise() {
    let result = |id: &str, label: &str, points: &[(i64, f64)]| {
        let times: Vec<i64> = points.iter().map(|(after, _)| hour() + after).collect();
        let values: Vec<f64> = points.iter().map(|(_, value)| *value).collect();
        json!({"Id": id, "Label": label, "Timestamps": times, "Values": values, "StatusCode": "Complete"})
    };
    let hidden = with(query("hidden", "Sum"), "/ReturnData", json!(false));
    let mine = with(query("mine", "Sum"), "/MetricStat/Metric/Namespace", json!("Mine"));
    let named = with(query("named_1", "SampleCount"), "/Label", json!("how often"));
    let asked = data(json!([query("sum", "Sum"), hidden, mine, named]));
    let results = json!([
        result("sum", "Duration", &[(180, 3.0), (0, 6.5)]),
        result("mine", "Duration", &[]),
        result("named_1", "how often", &[(180, 1.0), (0, 2.0)]),
    ]);
    assert_eq!(told("GetMetricData", &asked), json!({"MetricDataResults": results, "Messages": []}));
    let ascending = with(data(json!([query("m", "Average")])), "/ScanBy", json!("TimestampAscending"));
    let results = json!([result("m", "Duration", &[(0, 3.25), (180, 3.0)])]);
    assert_eq!(told("GetMetricData", &ascending)["MetricDataResults"], results);
}

/// A namespace is the stage's once a function has written a metric of it into its log.
#[test]
fn what_a_log_counts_is_answered_too() {
    let metrics = metrics();
    let asked = json!({
        "Namespace": "Shop", "MetricName": "Orders", "Dimensions": [{"Name": "Till", "Value": "2"}],
        "StartTime": hour(), "EndTime": hour() + 600, "Period": 60, "Statistics": ["Sum"],
    });
    let answered = |asked: &Value, action: &str| {
        let response = answer(&in_json(action, asked), &metrics, "r")?;
        Some(serde_json::from_slice::<Value>(response.body()).unwrap())
    };
    assert_eq!(answered(&asked, "GetMetricStatistics"), None);
    let directive = json!({
        "Namespace": "Shop", "Dimensions": [["Till"]], "Metrics": [{"Name": "Orders", "Unit": "Count"}],
    });
    let line = json!({
        "_aws": {"Timestamp": hour() * 1000, "CloudWatchMetrics": [directive]}, "Till": "2", "Orders": 3,
    });
    metrics.add_line(&line.to_string());
    let points = json!([{"Timestamp": hour(), "Sum": 3.0, "Unit": "Count"}]);
    assert_eq!(answered(&asked, "GetMetricStatistics").unwrap()["Datapoints"], points);
    let listed = answered(&json!({"Namespace": "Shop"}), "ListMetrics").unwrap();
    assert_eq!(listed["Metrics"][0]["MetricName"], "Orders", "{listed}");
}

#[test]
fn metrics_are_listed_by_what_they_have() {
    let metric = |namespace: &str, name: &str, dimensions: &[(&str, &str)]| {
        let dimensions: Vec<_> = dimensions.iter().map(|(name, value)| json!({"Name": name, "Value": value})).collect();
        json!({"Namespace": namespace, "MetricName": name, "Dimensions": dimensions})
    };
    let bare = metric("AWS/Events", "Invocations", &[]);
    let invocations = metric("AWS/Events", "Invocations", &[("RuleName", "a<b")]);
    let triggered = metric("AWS/Events", "TriggeredRules", &[("RuleName", "a<b")]);
    let duration = metric("AWS/Lambda", "Duration", &[("FunctionName", "f")]);
    let all = json!([bare, invocations, triggered, duration]);
    for (asked, expected) in [
        (json!({}), all),
        (json!({"Namespace": "AWS/Lambda"}), json!([duration])),
        (json!({"MetricName": "Invocations"}), json!([bare, invocations])),
        (json!({"Dimensions": [{"Name": "RuleName"}]}), json!([invocations, triggered])),
        (json!({"Dimensions": [{"Name": "FunctionName", "Value": "f"}]}), json!([duration])),
        (json!({"Dimensions": [{"Name": "FunctionName", "Value": "g"}]}), json!([])),
    ] {
        assert_eq!(told("ListMetrics", &asked), json!({"Metrics": expected}), "{asked}");
    }
}
