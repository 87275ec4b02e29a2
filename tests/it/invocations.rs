//! Lambda's `Invoke` on the stage, as the AWS CLI asks for it: what it takes ends as an event of the bus does.

use crate::clients::{Cli, NOTIFY};
use serde_json::{Value, json};
use trailhook_tests::command::folder;
use trailhook_tests::stage::Stage;

fn payload(name: &str, content: &str) -> String {
    let file = folder(&format!("invocations-{name}")).unwrap().join("event.json");
    std::fs::write(&file, content).unwrap();
    format!("fileb://{}", file.to_str().unwrap())
}

fn invoke<'a>(function: &'a str, kind: &'a str, payload: &'a str) -> Vec<&'a str> {
    vec!["lambda", "invoke", "--function-name", function, "--invocation-type", kind, "--payload", payload, "/dev/null"]
}

/// The function's decisions, as its log has them.
fn decisions(told: &Value) -> Vec<Value> {
    let messages = told["events"].as_array().unwrap().iter().map(|event| event["message"].as_str().unwrap());
    let lines = messages.filter_map(|message| serde_json::from_str::<Value>(message).ok());
    lines.filter(|line| line["target"] == "trailhook::decision").collect()
}

#[test]
fn an_event_that_is_sent_to_a_function_again_is_known_to_it() {
    let stage = Stage::start(&[]).unwrap();
    let aws = Cli(&stage);
    aws.call(&["sqs", "create-queue", "--queue-name", "orders"]);
    let group = ["logs", "filter-log-events", "--log-group-name", "/aws/events/trailhook"];
    let events = aws.until(&group, |told| told.to_string().contains("CreateQueue"));
    let event = events["events"][0]["message"].as_str().unwrap();
    let function = aws.call(&["lambda", "get-function-configuration", "--function-name", NOTIFY]);
    let log = function["LoggingConfig"]["LogGroup"].as_str().unwrap();
    let log = ["logs", "filter-log-events", "--log-group-name", log];
    aws.until(&log, |told| decisions(told).iter().any(|line| line["report"]["outcome"] == "acted"));

    // By whatever name: each time the same decision.
    let arn = format!("arn:aws:lambda:eu-west-1:111122223333:function:{NOTIFY}");
    let file = payload("again", event);
    for (number, name) in [NOTIFY, &arn, &format!("{arn}:$LATEST")].into_iter().enumerate() {
        assert_eq!(aws.call(&invoke(name, "Event", &file))["StatusCode"], 202);
        let told = aws.until(&log, |told| decisions(told).len() >= number + 2);
        let last = decisions(&told).pop().unwrap();
        assert_eq!(last["report"]["outcome"], "duplicate", "{last:#}");
    }
    let calls = aws.call(&["cloudtrail", "lookup-events"]).to_string();
    assert!(calls.contains("CreateQueue") && !calls.contains("Invoke"), "{calls}");
    let (lines, _) = stage.end().unwrap();
    let sums = lines.join("\n");
    // Four functions got the queue's event, snapshot that of its tags.
    assert!(sums.contains("invocations  8: 8 answered"), "{sums}");
}

#[test]
fn an_event_that_fails_is_tried_again_and_kept() {
    let stage = Stage::start(&["--retry-delay", "0"]).unwrap();
    let aws = Cli(&stage);
    let file = payload("fails", r#"{"no": "event"}"#);
    assert_eq!(aws.call(&invoke(NOTIFY, "Event", &file))["StatusCode"], 202);
    let resources = aws.call(&["cloudformation", "list-stack-resources", "--stack-name", "trailhook"]);
    let resources = resources["StackResourceSummaries"].as_array().unwrap();
    let queue = resources.iter().find(|resource| resource["LogicalResourceId"] == "FailedEventsQueue").unwrap();
    let url = queue["PhysicalResourceId"].as_str().unwrap();
    let told = aws.until(&["sqs", "receive-message", "--queue-url", url], |told| !told["Messages"].is_null());
    let record: Value = serde_json::from_str(told["Messages"][0]["Body"].as_str().unwrap()).unwrap();
    assert_eq!(record["requestPayload"], json!({"no": "event"}), "{record:#}");
    assert_eq!(record["requestContext"]["approximateInvokeCount"], 3, "{record:#}");
    assert!(record["responsePayload"]["errorType"].as_str().unwrap().starts_with("Trailhook."), "{record:#}");
}

#[test]
fn what_lambda_would_not_take_is_refused_as_it_does() {
    let stage = Stage::start(&[]).unwrap();
    let aws = Cli(&stage);
    let event = payload("good", "{}");
    assert_eq!(aws.call(&invoke(NOTIFY, "DryRun", &event))["StatusCode"], 204);
    let large = payload("large", &format!("\"{}\"", "x".repeat(1024 * 1024)));
    let broken = payload("broken", "{\"no\": ");
    for (asked, code, words) in [
        (invoke("other", "Event", &event), "ResourceNotFoundException", "Function not found: other"),
        (invoke(&format!("{NOTIFY}:live"), "Event", &event), "ResourceNotFoundException", "Function not found"),
        (invoke(NOTIFY, "RequestResponse", &event), "NotImplemented", "say --invocation-type Event"),
        (
            invoke(NOTIFY, "Event", &large),
            "RequestEntityTooLargeException",
            "1048578 byte payload is too large for the Event invocation type (limit 1048576 bytes)",
        ),
        (invoke(NOTIFY, "Event", &broken), "InvalidRequestContentException", "Could not parse request body into json"),
    ] {
        let told = aws.refused(&asked);
        assert!(told.contains(&format!("({code})")) && told.contains(words), "{told}");
    }
    let (lines, _) = stage.end().unwrap();
    let sums = lines.join("\n");
    assert!(sums.contains("invocations  0:"), "{sums}");
}
