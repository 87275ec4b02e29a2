//! CloudWatch in the JSON protocol, which boto3 and the AWS CLI prefer: it speaks CBOR, which has the
//! same shapes in another spelling.

use crate::stage::cloudwatch::cbor;
use axum::http::{HeaderValue, Request, header};
use bytes::Bytes;
use serde_json::{Value, json};
use winterbaume_core::{MockRequest, MockResponse};

/// The action of a call of CloudWatch in JSON.
pub(in crate::stage) fn in_json(request: &Request<Bytes>) -> Option<String> {
    let target = request.headers().get("x-amz-target")?;
    Some(target.to_str().ok()?.rsplit_once('.')?.1.to_owned())
}

/// The call in CBOR. What is no JSON is no CBOR either, and CloudWatch says so.
pub(in crate::stage) fn as_cbor(action: &str, region: &str, mut asked: MockRequest) -> MockRequest {
    let path = format!("/service/GraniteServiceVersion20100801/operation/{action}");
    asked.uri = super::uri("monitoring", region, &path);
    asked.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/cbor"));
    asked.headers.insert("smithy-protocol", HeaderValue::from_static("rpc-v2-cbor"));
    if !asked.body.is_empty()
        && let Ok(body) = serde_json::from_slice::<Value>(&asked.body)
    {
        asked.body = cbor::of_json(&body).into();
    }
    asked
}

/// The answer in JSON.
pub(in crate::stage) fn as_json(mut answer: MockResponse) -> MockResponse {
    let body = if answer.body.is_empty() { Ok(json!({})) } else { cbor::read(&answer.body) };
    let body = body.unwrap_or_else(|problem| {
        answer.status = 500;
        json!({ "__type": "InternalFailure", "message": format!("CloudWatch's answer can't be read: {problem}") })
    });
    answer.body = body.to_string().into();
    answer.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-amz-json-1.0"));
    answer.headers.remove("smithy-protocol");
    answer
}

#[cfg(test)]
mod tests {
    use crate::stage::back_end::services::Services;
    use crate::stage::endpoint::json_request;
    use crate::stage::front_door::Scope;
    use serde_json::{Value, json};

    #[tokio::test]
    async fn metrics_of_ones_own_are_put_and_listed_in_json() {
        let services = Services::default();
        let scope = Scope::new("alice", "eu-west-1", "monitoring");
        let call = async |action: &str, body: Value| {
            let answer = services.call(&scope, &json_request(&scope, action, &body)).await.unwrap();
            let read: Value = serde_json::from_slice(answer.body()).unwrap();
            (answer.status().as_u16(), read)
        };
        let datum = json!({"MetricName": "Orders", "Value": 2.5});
        let put = call("PutMetricData", json!({"Namespace": "Shop", "MetricData": [datum]})).await;
        assert_eq!(put, (200, json!({})));
        let (_, listed) = call("ListMetrics", json!({"Namespace": "Shop"})).await;
        assert_eq!(listed["Metrics"][0]["MetricName"], "Orders", "{listed}");
        let alarm = json!({"AlarmName": "a", "Threshold": 1.0, "ComparisonOperator": "GreaterThanThreshold",
            "EvaluationPeriods": 1, "Namespace": "Shop", "MetricName": "Orders"});
        assert_eq!(call("PutMetricAlarm", alarm).await.0, 200);
        let (_, alarms) = call("DescribeAlarms", json!({})).await;
        assert_eq!(alarms["MetricAlarms"][0]["Threshold"], 1.0, "written in two bytes: {alarms}");
        let (status, refused) = call("GetDashboard", json!({"DashboardName": "none"})).await;
        assert_eq!((status, &refused["__type"]), (404, &json!("ResourceNotFound")), "{refused}");
    }
}
