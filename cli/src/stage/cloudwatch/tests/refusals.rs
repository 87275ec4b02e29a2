use super::*;

/// The code and the message, the same in every protocol.
fn refused(action: &str, asked: &Value) -> (String, String) {
    let [json, query, cbor] = in_each(action, asked).map(|request| answered(&request));
    let both = |body: &Value| {
        let text = |name: &str| body[name].as_str().unwrap().to_owned();
        (text("__type"), text("message"))
    };
    let in_json = both(&serde_json::from_slice(json.body()).unwrap());
    let in_cbor = both(&super::super::cbor::read(cbor.body()).unwrap());
    assert_eq!(in_json, in_cbor, "{asked}");
    let old = json.headers()["x-amzn-query-error"].to_str().unwrap();
    assert_eq!(cbor.headers()["x-amzn-query-error"], old);
    let code = old.strip_suffix(";Sender").unwrap().to_owned();
    let xml = format!(
        "<ErrorResponse xmlns=\"http://monitoring.amazonaws.com/doc/2010-08-01/\"><Error><Type>Sender</Type>\
         <Code>{code}</Code><Message>{}</Message></Error><RequestId>request-1</RequestId></ErrorResponse>",
        quick_xml::escape::escape(in_json.1.as_str()),
    );
    assert_eq!(query.body(), &xml);
    for response in [json, query, cbor] {
        assert_eq!(
            (response.status().as_u16(), &response.headers()["x-amzn-requestid"]),
            (400, &"request-1".parse().unwrap())
        );
    }
    (code, in_json.1)
}

#[test]
fn statistics_are_checked() {
    let (from, to) = (json!(hour()), json!(hour() - 1));
    for (pointer, value, code, message) in [
        ("/Namespace", Value::Null, "MissingParameter", "The parameter Namespace is required."),
        ("/MetricName", Value::Null, "MissingParameter", "The parameter MetricName is required."),
        ("/StartTime", Value::Null, "MissingParameter", "The parameter StartTime is required."),
        ("/EndTime", Value::Null, "MissingParameter", "The parameter EndTime is required."),
        ("/Period", Value::Null, "MissingParameter", "The parameter Period is required."),
        ("/Period", json!(0), "InvalidParameterValue", "The parameter Period must be a value in the set"),
        ("/Period", json!(-60), "InvalidParameterValue", "The parameter Period must be a value in the set"),
        ("/Period", json!(90), "InvalidParameterValue", "or a multiple of 60."),
        ("/EndTime", from, "InvalidParameterValue", "StartTime must be less than the parameter EndTime."),
        ("/EndTime", to, "InvalidParameterValue", "StartTime must be less than the parameter EndTime."),
        ("/EndTime", json!(hour() + 86_460), "InvalidParameterCombination", "up to 1441 datapoints"),
        ("/Statistics", Value::Null, "InvalidParameterCombination", "either Statistics or ExtendedStatistics"),
        ("/Statistics", json!(["Sum", "p50"]), "InvalidParameterValue", "The parameter Statistics.member.2 must be"),
        ("/ExtendedStatistics", json!(["p50"]), "InvalidParameterValue", "keeps no percentiles"),
    ] {
        let asked = with(statistics(), pointer, value);
        let refusal = refused("GetMetricStatistics", &asked);
        assert!(refusal.0 == code && refusal.1.contains(message), "{refusal:?} of {asked}");
    }
}

#[test]
fn data_are_checked() {
    let words = json!({"Id": "e", "Expression": r#"SELECT SUM(Errors) FROM "AWS/Lambda""#});
    for (pointer, value, message) in [
        ("/StartTime", Value::Null, "The parameter StartTime is required."),
        ("/EndTime", Value::Null, "The parameter EndTime is required."),
        ("/EndTime", json!(hour()), "The parameter StartTime must not equal parameter EndTime."),
        ("/EndTime", json!(hour() - 60), "The parameter EndTime must be greater than StartTime."),
        ("/ScanBy", json!("x"), "The value x for parameter ScanBy is invalid."),
        ("/MetricDataQueries", json!([words]), "MetricDataQueries.member.1.Expression is of no use"),
        ("/MetricDataQueries", json!([query("a", "Sum"), query("a", "Sum")]), "are not unique"),
        ("/MetricDataQueries", json!([query("A", "Sum")]), "expected pattern"),
        ("/MetricDataQueries", json!([query("a", "p99")]), "member.1.MetricStat.Stat is not a valid statistic."),
        ("/MetricDataQueries", Value::Array(vec![query("a", "Sum"); 501]), "a size greater than 500"),
    ] {
        let asked = with(data(json!([query("a", "Sum")])), pointer, value);
        let refusal = refused("GetMetricData", &asked);
        assert!(refusal.0 == "ValidationError" && refusal.1.contains(message), "{refusal:?}");
    }
    for (pointer, value, message) in [
        ("/Id", Value::Null, "The parameter MetricDataQueries.member.2.Id is required."),
        ("/MetricStat", Value::Null, "MetricDataQueries.member.2.MetricStat is required."),
        ("/MetricStat/Metric", Value::Null, "MetricStat.Metric is required."),
        ("/MetricStat/Metric/Namespace", Value::Null, "MetricStat.Metric.Namespace is required."),
        ("/MetricStat/Metric/MetricName", Value::Null, "MetricStat.Metric.MetricName is required."),
        ("/MetricStat/Period", Value::Null, "MetricStat.Period is required."),
        ("/MetricStat/Period", json!(61), "MetricDataQueries.member.2.MetricStat.Period must be a value"),
        ("/MetricStat/Stat", Value::Null, "MetricStat.Stat is required."),
    ] {
        let asked = data(json!([query("a", "Sum"), with(query("b", "Sum"), pointer, value)]));
        let refusal = refused("GetMetricData", &asked);
        assert!(refusal.0 == "ValidationError" && refusal.1.contains(message), "{refusal:?} of {asked}");
    }
}

#[test]
fn tokens_that_nobody_was_given_are_refused() {
    let asked = with(data(json!([query("a", "Sum")])), "/NextToken", json!("t"));
    assert_eq!(refused("GetMetricData", &asked).0, "InvalidNextToken");
    assert_eq!(refused("ListMetrics", &json!({"NextToken": "t"})).0, "InvalidParameterValue");
}

#[test]
fn values_of_another_type_are_unreadable() {
    for (pointer, value) in [
        ("/Period", json!("soon")),
        ("/StartTime", json!("yesterday")),
        ("/Statistics", json!("Sum")),
        ("/Dimensions", json!([{"Name": "FunctionName"}])),
    ] {
        assert_eq!(refused("GetMetricStatistics", &with(statistics(), pointer, value)).0, "MalformedInput");
    }
    let asked = with(statistics(), "/EndTime", json!(1e300));
    assert_eq!(answered(&in_json("GetMetricStatistics", &asked)).status(), 400);
}
