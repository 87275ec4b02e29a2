//! Failed calls, data events, and what a record does not say.

use crate::trail_wire::{Answer, comparable, event, json_call, query_call, sample, trail};
use serde_json::{Value, json};
use trailhook::ErrorCode;

const URL: &str = "https://sqs.eu-west-1.amazonaws.com/111122223333/orders";

fn message(sample: &Value) -> &str {
    sample["detail"]["errorMessage"].as_str().unwrap()
}

/// The error as both protocols answer it: the JSON protocol's shape, the Query protocol's code.
fn refusals(sample: &Value, shape: &str, code: &str) -> [Answer; 3] {
    let body = json!({"__type": shape, "message": message(sample)}).to_string();
    let both = Answer::refusal(400, body.clone()).with("x-amzn-query-error", format!("{code};Sender"));
    let xml = format!(
        "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{0}</Message>\
         <message>{0}</message></Error><RequestId>r</RequestId></ErrorResponse>",
        message(sample)
    );
    [both, Answer::refusal(400, body), Answer::refusal(400, xml)]
}

#[test]
fn failed_calls_become_the_samples() {
    let not_found = sample("sqs/CancelMessageMoveTask.not-found.json");
    let handle = not_found["detail"]["requestParameters"]["taskHandle"].as_str().unwrap().to_owned();
    let delay = "Attribute.1.Name=DelaySeconds&Attribute.1.Value=5";
    for (file, shape, code, body, form) in [
        (
            "DeleteQueue.does-not-exist",
            "com.amazonaws.sqs#QueueDoesNotExist",
            "AWS.SimpleQueueService.NonExistentQueue",
            json!({ "QueueUrl": URL }),
            format!("QueueUrl={URL}"),
        ),
        (
            "PurgeQueue.in-progress",
            "com.amazonaws.sqs#PurgeQueueInProgress",
            "AWS.SimpleQueueService.PurgeQueueInProgress",
            json!({ "QueueUrl": URL }),
            format!("QueueUrl={URL}"),
        ),
        (
            "CancelMessageMoveTask.not-found",
            "com.amazonaws.sqs#ResourceNotFoundException",
            "ResourceNotFoundException",
            json!({ "TaskHandle": handle }),
            format!("TaskHandle={handle}"),
        ),
        (
            "CreateQueue.failed",
            "com.amazon.coral.service#AccessDeniedException",
            "AccessDenied",
            json!({"QueueName": "orders", "Attributes": {"DelaySeconds": "5"}}),
            format!("QueueName=orders&{delay}"),
        ),
        (
            "SetQueueAttributes.failed",
            "AccessDeniedException",
            "AccessDenied",
            json!({"QueueUrl": URL, "Attributes": {"DelaySeconds": "5"}}),
            format!("QueueUrl={URL}&{delay}"),
        ),
    ] {
        let expected = sample(&format!("sqs/{file}.json"));
        let action = file.split('.').next().unwrap();
        let [both, json_only, xml] = refusals(&expected, shape, code);
        for call in [
            json_call(&expected, action, &body, both),
            json_call(&expected, action, &body, json_only),
            query_call(&expected, action, &form, xml),
        ] {
            let mut event = comparable(event(&call));
            let mut expected = comparable(expected.clone());
            // The samples' denied people are another role's; who calls is tested elsewhere.
            for event in [&mut event, &mut expected] {
                event["detail"]["userIdentity"].take();
            }
            assert_eq!(event, expected, "{file}");
            assert!(ErrorCode(event["detail"]["errorCode"].as_str().unwrap()).is_denied() == (code == "AccessDenied"));
        }
    }
}

#[test]
fn an_answer_that_makes_no_sense_is_still_an_error() {
    let sample = sample("sqs/CreateQueue.success.json");
    let body = json!({"QueueName": "orders"});
    for (status, text, code) in [
        (500, "", "InternalFailure"),
        (503, "<html>", "InternalFailure"),
        (400, "[]", "UnknownError"),
        (400, r#"{"__type": "ThrottlingException:http://internal/", "Message": ""}"#, "ThrottlingException"),
    ] {
        let event = event(&json_call(&sample, "CreateQueue", &body, Answer::refusal(status, text)));
        assert_eq!(event["detail"]["errorCode"], code, "{text}");
        assert_eq!(event["detail"]["responseElements"], Value::Null);
        assert_eq!(event["detail"]["requestParameters"]["queueName"], "orders");
        assert!(event["detail"].get("errorMessage").is_none());
    }
}

#[test]
fn data_events_become_the_samples() {
    let sent = sample("near-miss/sqs.SendMessage.json");
    let body = json!({"QueueUrl": URL, "MessageBody": "hello"});
    let answer = Answer::of(
        json!({"MD5OfMessageBody": "5d41402abc4b2a76b9719d911017c592", "MessageId": "735d79c5-feb2-4e9d-8f66-786bf46fc011"})
            .to_string(),
    );
    let written = event(&json_call(&sent, "SendMessage", &body, answer));
    assert!(!written.to_string().contains("hello"));
    assert_eq!(comparable(written), comparable(sent));

    let listed = sample("near-miss/sqs.ListQueues.json");
    let answer = Answer::of(json!({ "QueueUrls": [URL] }).to_string());
    let call = json_call(&listed, "ListQueues", &json!({"QueueNamePrefix": "orders"}), answer);
    assert_eq!(comparable(event(&call)), comparable(listed));
}

#[test]
fn large_parts_are_omitted_and_long_texts_cut() {
    let mut expected = sample("sqs/CreateQueue.omitted-bool.json");
    let body = json!({"QueueName": "orders", "tags": {"a": "x".repeat(110_000)}});
    let answer = Answer::of(json!({ "QueueUrl": URL }).to_string());
    expected["detail"]["userAgent"] = json!("u".repeat(3000));
    let event = event(&json_call(&expected, "CreateQueue", &body, answer));
    let size = json!({"queueName": "orders", "tags": {"a": "x".repeat(110_000)}}).to_string().len().to_string();
    let note = json!({"reason": "requestParameters too large", "omitted": true, "originalSize": size});
    assert_eq!(event["detail"]["requestParameters"], note);
    let members = |event: &Value| -> Vec<String> {
        event["detail"]["requestParameters"].as_object().unwrap().keys().cloned().collect()
    };
    assert_eq!(members(&event), members(&expected));
    assert_eq!(event["detail"]["responseElements"]["queueUrl"], URL);
    assert_eq!(event["detail"]["resources"], expected["detail"]["resources"], "the queue is named all the same");
    assert_eq!(event["detail"]["userAgent"].as_str().unwrap().len(), 1024);
}

#[test]
fn what_can_not_be_told_has_no_record() {
    let sample = sample("sqs/CreateQueue.success.json");
    let call = || json_call(&sample, "CreateQueue", &json!({"QueueName": "orders"}), Answer::of("{}"));
    assert!(trail().record(&call()).is_some());
    let mut changed = call();
    changed.region = "../../etc".to_owned();
    assert!(trail().record(&changed).is_none(), "a Region is a name");
    let mut changed = call();
    changed.service = "sqs.evil".to_owned();
    assert!(trail().record(&changed).is_none(), "a service is a name");
    let mut changed = call();
    changed.request.headers_mut().clear();
    assert!(trail().record(&changed).is_none(), "no action");
    assert!(trail().record(&json_call(&sample, "Create Queue", &json!({}), Answer::of("{}"))).is_none());
    let mut changed = json_call(&sample, "PutLogEvents", &json!({}), Answer::of("{}"));
    changed.service = "logs".to_owned();
    assert!(trail().record(&changed).is_none(), "AWS has none either");
}
