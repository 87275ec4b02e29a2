//! Which records a rule gets; other services than SQS.

use crate::trail_wire::{Answer, event, json_call, query_call, sample, trail};
use bytes::Bytes;
use serde_json::{Value, json};
use trailhook_cli::template::RuleState;
use trailhook_cli::trail::{AnsweredCall, Delivery, Record, Selectors, Undelivered, delivered};

const RULES: [RuleState; 3] = [RuleState::Enabled, RuleState::EnabledWithReadOnlyCalls, RuleState::Disabled];

fn record(service: &str, action: &str) -> Record {
    let sample = sample("sqs/CreateQueue.success.json");
    let mut call = json_call(&sample, action, &json!({"QueueName": "orders"}), Answer::of("{}"));
    call.service = service.to_owned();
    trail().record(&call).unwrap()
}

fn rest(service: &str, method: &str, uri: &str, body: &str) -> AnsweredCall {
    let sample = sample("sqs/CreateQueue.success.json");
    let mut call = json_call(&sample, "X", &json!({}), Answer::of(""));
    call.service = service.to_owned();
    call.request.headers_mut().remove("x-amz-target");
    let host = format!("{service}.eu-west-1.amazonaws.com");
    call.request.headers_mut().insert("host", host.parse().unwrap());
    *call.request.method_mut() = method.parse().unwrap();
    *call.request.uri_mut() = uri.parse().unwrap();
    *call.request.body_mut() = Bytes::from(body.to_owned());
    call
}

#[test]
fn a_rule_gets_what_its_state_asks_for() {
    use Delivery::{Delivered, NotDelivered};
    let (data, read, disabled) = (
        NotDelivered(Undelivered::DataEvent),
        NotDelivered(Undelivered::ReadOnly),
        NotDelivered(Undelivered::RuleDisabled),
    );
    for (service, action, without, with) in [
        ("sqs", "CreateQueue", [Delivered, Delivered, disabled], [Delivered, Delivered, disabled]),
        ("sqs", "ListMessageMoveTasks", [read, Delivered, disabled], [read, Delivered, disabled]),
        ("sqs", "GetQueueAttributes", [data, data, disabled], [Delivered, Delivered, disabled]),
        ("sqs", "SendMessage", [data, data, disabled], [Delivered, Delivered, disabled]),
        ("logs", "DescribeLogGroups", [read, Delivered, disabled], [read, Delivered, disabled]),
        // Reads, but by a name that EventBridge has always let through.
        ("events", "TestEventPattern", [Delivered, Delivered, disabled], [Delivered, Delivered, disabled]),
    ] {
        let record = record(service, action);
        for (selectors, expected) in [(false, without), (true, with)] {
            let selectors = Selectors { data_events: selectors };
            assert_eq!(RULES.map(|rule| delivered(&record, rule, selectors)), expected, "{action}");
        }
    }
}

#[test]
fn an_event_over_256_kb_is_not_delivered() {
    let mut large = record("sqs", "CreateQueue");
    let empty = serde_json::to_vec(&large).unwrap().len() - "null".len();
    // Two quotes.
    large.response_elements = json!("x".repeat(256 * 1024 - empty - 2));
    let all = Selectors::default();
    assert_eq!(delivered(&large, RuleState::Enabled, all), Delivery::Delivered);
    large.response_elements = json!("x".repeat(256 * 1024 - empty - 1));
    let Delivery::NotDelivered(reason) = delivered(&large, RuleState::Enabled, all) else { panic!() };
    assert_eq!(reason.to_string(), "it has 262145 bytes, and CloudTrail sends 262144 at most");
}

#[test]
fn topics_tables_and_log_groups() {
    let mut sample = sample("near-miss/sns.CreateTopic.json");
    let xml = "<CreateTopicResponse><CreateTopicResult><TopicArn>arn:aws:sns:eu-west-1:111122223333:orders</TopicArn>\
               </CreateTopicResult></CreateTopicResponse>";
    let form = "Name=orders&Tags.member.1.Key=team&Tags.member.1.Value=payments";
    let made = event(&query_call(&sample, "CreateTopic", form, Answer::of(xml)));
    assert_eq!(made["source"], "aws.sns");
    let asked = json!({"name": "orders", "tags": [{"key": "team", "value": "payments"}]});
    assert_eq!(made["detail"]["requestParameters"], asked);
    assert_eq!(made["detail"]["responseElements"], sample["detail"]["responseElements"]);
    let topic = json!([{
        "accountId": "111122223333", "type": "AWS::SNS::Topic", "ARN": "arn:aws:sns:eu-west-1:111122223333:orders",
    }]);
    assert_eq!(made["detail"]["resources"], topic);
    let form = "TopicArn=arn:aws:sns:eu-west-1:111122223333:orders&Message=hello";
    let denied = "<ErrorResponse><Error><Code>AuthorizationError</Code><Message>no</Message></Error></ErrorResponse>";
    let refused = event(&query_call(&sample, "Publish", form, Answer::refusal(403, denied)));
    assert_eq!(refused["detail"]["errorCode"], "AuthorizationError");
    assert_eq!(refused["detail"]["resources"], topic);
    assert_eq!(refused["detail"]["requestParameters"]["message"], "HIDDEN_DUE_TO_SECURITY_REASONS");

    sample["detail"]["eventSource"] = json!("dynamodb.amazonaws.com");
    let body = json!({"TableName": "seen", "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]});
    let made =
        event(&json_call(&sample, "CreateTable", &body, Answer::of(r#"{"TableDescription": {"TableArn": "a"}}"#)));
    let detail = &made["detail"];
    assert_eq!(detail["requestParameters"]["keySchema"], json!([{"attributeName": "id", "keyType": "HASH"}]));
    assert_eq!(detail["responseElements"]["tableDescription"]["tableArn"], "a");
    assert_eq!(detail["resources"][0]["ARN"], "arn:aws:dynamodb:eu-west-1:111122223333:table/seen");
    assert_eq!(detail["apiVersion"], "2012-08-10");

    sample["detail"]["eventSource"] = json!("logs.amazonaws.com");
    let body = json!({"logGroupName": "/a", "tags": {"Team": "payments"}});
    let made = event(&json_call(&sample, "CreateLogGroup", &body, Answer::of("")));
    assert_eq!(made["detail"]["requestParameters"], body);
    assert_eq!(made["detail"]["responseElements"], Value::Null);
    assert!(made["detail"].get("resources").is_none());
}

#[test]
fn buckets_and_functions() {
    for (service, method, uri, body, name, parameters) in [
        ("s3", "PUT", "/photos", "", "CreateBucket", json!({"bucketName": "photos"})),
        ("s3", "PUT", "/photos?policy", "{}", "PutBucketPolicy", json!({"bucketName": "photos", "policy": ""})),
        ("s3", "GET", "/", "", "ListBuckets", json!({})),
        (
            "s3",
            "GET",
            "/photos/a/b.jpg?x-id=GetObject",
            "",
            "GetObject",
            json!({"bucketName": "photos", "key": "a/b.jpg"}),
        ),
        (
            "lambda",
            "POST",
            "/2015-03-31/functions",
            r#"{"FunctionName": "f", "Code": {"ZipFile": "secret"}}"#,
            "CreateFunction20150331",
            json!({"functionName": "f", "code": {}}),
        ),
        ("lambda", "DELETE", "/2015-03-31/functions/f", "", "DeleteFunction20150331", json!({"functionName": "f"})),
        ("lambda", "POST", "/2015-03-31/functions/f/invocations", "{}", "Invoke", json!({"functionName": "f"})),
    ] {
        let mut event = event(&rest(service, method, uri, body));
        event["detail"]["requestParameters"].as_object_mut().unwrap().remove("Host");
        assert_eq!((&event["detail"]["eventName"], &event["detail"]["requestParameters"]), (&json!(name), &parameters));
    }
    assert!(trail().record(&rest("apigateway", "POST", "/restapis", "{}")).is_none());
    assert!(trail().record(&rest("s3", "POST", "/photos/a?uploads", "")).is_none());
    for method in ["PUT", "DELETE"] {
        let unknown = trail().record(&rest("s3", method, "/photos?accelerate", ""));
        assert!(unknown.is_none(), "it makes no bucket and takes none away");
    }
}
