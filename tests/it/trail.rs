//! Every SQS call, in both its protocols, becomes the record that `events/` has of it.

use crate::trail_wire::{Answer, comparable, event, json_call, query_call, sample, trail};
use serde_json::{Map, Value, json};
use trailhook::calls::sqs::*;
use trailhook::{ApiCall, Call, FromRecord, Guards, Part, admit, decode};
use trailhook_cli::trail::Envelope;
use trailhook_tests::{events, root};

const URL: &str = "https://sqs.eu-west-1.amazonaws.com/111122223333/orders";
const DEAD: &str = "arn:aws:sqs:eu-west-1:111122223333:orders-dead-letter";
const HANDLE: &str = "eyJ0YXNrSWQiOiI0NjdjNWQ1Mi0zMGM1LTQzMmUtOWZlMi1mYzM1MjExMjMyZjIiLCJzb3VyY2VBcm4iOiJhcm46YXdzOnNxczpl\
                      dS13ZXN0LTE6MTExMTIyMjIzMzMzOm9yZGVycy1kZWFkLWxldHRlciJ9";

/// A call as both protocols ask and answer it.
struct Both {
    action: &'static str,
    json: (Value, Value),
    /// The form, and what is in the result element.
    query: (String, String),
}

fn calls() -> Vec<Both> {
    let queue = |action, json: Value, form: &str| {
        let mut body = json;
        body["QueueUrl"] = json!(URL);
        Both { action, json: (body, json!({})), query: (format!("QueueUrl={URL}&{form}"), String::new()) }
    };
    let attributes = [
        ("DelaySeconds", "0"),
        ("MaximumMessageSize", "1048576"),
        ("MessageRetentionPeriod", "345600"),
        ("ReceiveMessageWaitTimeSeconds", "0"),
        ("VisibilityTimeout", "30"),
    ];
    let start = json!({
        "SourceArn": DEAD,
        "DestinationArn": "arn:aws:sqs:eu-west-1:111122223333:orders",
        "MaxNumberOfMessagesPerSecond": 50,
    });
    let start_form = format!(
        "SourceArn={DEAD}&DestinationArn=arn%3Aaws%3Asqs%3Aeu-west-1%3A111122223333%3Aorders\
         &MaxNumberOfMessagesPerSecond=50"
    );
    let create = json!({
        "QueueName": "orders",
        "Attributes": attributes.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect::<Map<_, _>>(),
        "tags": {"team": "payments"},
    });
    let create_form = "QueueName=orders&Attribute.1.Name=VisibilityTimeout&Attribute.1.Value=120\
                       &Tag.1.Key=team&Tag.1.Value=payments";
    let permission = json!({"Label": "partner-send", "AWSAccountIds": ["444455556666"], "Actions": ["SendMessage"]});
    vec![
        queue("AddPermission", permission, "Label=partner-send&AWSAccountId.1=444455556666&ActionName.1=SendMessage"),
        Both {
            action: "CancelMessageMoveTask",
            json: (json!({ "TaskHandle": HANDLE }), json!({"ApproximateNumberOfMessagesMoved": 1742})),
            query: (
                format!("TaskHandle={HANDLE}"),
                "<ApproximateNumberOfMessagesMoved>1742</ApproximateNumberOfMessagesMoved>".to_owned(),
            ),
        },
        Both {
            action: "CreateQueue",
            json: (create, json!({ "QueueUrl": URL })),
            query: (create_form.to_owned(), format!("<QueueUrl>{URL}</QueueUrl>")),
        },
        queue("DeleteQueue", json!({}), ""),
        Both {
            action: "ListMessageMoveTasks",
            json: (json!({"SourceArn": DEAD, "MaxResults": 5}), json!({"Results": [{"Status": "RUNNING"}]})),
            query: (format!("SourceArn={DEAD}&MaxResults=5"), "<Result><Status>RUNNING</Status></Result>".to_owned()),
        },
        queue("PurgeQueue", json!({}), ""),
        queue("RemovePermission", json!({"Label": "partner-send"}), "Label=partner-send"),
        queue(
            "SetQueueAttributes",
            json!({"Attributes": {"VisibilityTimeout": "120"}}),
            "Attribute.1.Name=VisibilityTimeout&Attribute.1.Value=120",
        ),
        Both {
            action: "StartMessageMoveTask",
            json: (start, json!({ "TaskHandle": HANDLE })),
            query: (start_form, format!("<TaskHandle>{HANDLE}</TaskHandle>")),
        },
        queue(
            "TagQueue",
            json!({"Tags": {"team": "payments", "cost-centre": "4711"}}),
            "Tag.1.Key=team&Tag.1.Value=payments",
        ),
        queue("UntagQueue", json!({"TagKeys": ["cost-centre"]}), "TagKey.1=cost-centre"),
    ]
}

fn xml(action: &str, result: &str) -> String {
    let result = if result.is_empty() { String::new() } else { format!("<{action}Result>{result}</{action}Result>") };
    format!(
        "<?xml version=\"1.0\"?><{action}Response xmlns=\"http://queue.amazonaws.com/doc/2012-11-05/\">{result}\
         <ResponseMetadata><RequestId>from-the-body</RequestId></ResponseMetadata></{action}Response>"
    )
}

#[test]
fn json_calls_become_the_samples() {
    let calls = calls();
    assert_eq!(calls.len(), MANAGEMENT_CALLS.len());
    for Both { action, json: (body, answer), .. } in calls {
        let sample = sample(&format!("sqs/{action}.success.json"));
        let call = json_call(&sample, action, &body, Answer::of(answer.to_string()));
        assert_eq!(comparable(event(&call)), comparable(sample), "{action}");
    }
}

#[test]
fn query_calls_become_the_samples() {
    let samples: Vec<String> = events("sqs").unwrap().into_iter().map(|(name, _)| name).collect();
    for Both { action, query: (form, result), .. } in calls() {
        let own = format!("{action}.query-protocol.json");
        let file = if samples.contains(&own) { own } else { format!("{action}.success.json") };
        let sample = sample(&format!("sqs/{file}"));
        let call = query_call(&sample, action, &form, Answer::of(xml(action, &result)));
        assert_eq!(comparable(event(&call)), comparable(sample), "{action}");
    }
}

#[test]
fn the_envelope_and_the_record_have_the_members_order_of_the_samples() {
    let Both { action, json: (body, answer), .. } = calls().swap_remove(2);
    let sample = sample("sqs/CreateQueue.success.json");
    let call = json_call(&sample, action, &body, Answer::of(answer.to_string()));
    let written = serde_json::to_string(&Envelope::around(trail().record(&call).unwrap())).unwrap();
    let file = std::fs::read_to_string(root().join("events/sqs/CreateQueue.success.json")).unwrap();
    // Two spaces for a member of the envelope, four for one of the record.
    for (indent, from) in [("  ", "{"), ("    ", "\"detail\":{")] {
        let mut rest = written.split_once(from).unwrap().1;
        let own = |line: &'_ str| Some(line.strip_prefix(indent)?.strip_prefix('"')?.split_once('"')?.0.to_owned());
        let members: Vec<String> = file.lines().filter_map(own).collect();
        assert!(members.len() > 8, "{members:?}");
        for member in members {
            let behind = rest.split_once(&format!("\"{member}\":"));
            rest = behind.unwrap_or_else(|| panic!("{member} does not follow: {rest}")).1;
        }
    }
}

#[test]
fn every_record_has_the_shape_of_its_typed_call() {
    fn typed<C: ApiCall>(event: &Value) {
        let envelope = decode(event.to_string().as_bytes()).unwrap();
        let guards = Guards::of::<Call<C>>("111122223333", "eu-west-1", "/trailhook/".parse().unwrap());
        let now = envelope.detail.time().unwrap();
        let call = Call::<C>::from_record(admit(envelope, &guards, now).unwrap()).unwrap();
        assert!(matches!(call.request, Part::Known(_)), "{:?}", C::EVENT_NAMES);
        let answers = ["CreateQueue", "StartMessageMoveTask", "CancelMessageMoveTask"].contains(&C::EVENT_NAMES[0]);
        assert_eq!(matches!(call.response, Part::Known(_)), answers, "{:?}", C::EVENT_NAMES);
    }
    for Both { action, json: (body, answer), query: (form, result) } in calls() {
        let sample = sample(&format!("sqs/{action}.success.json"));
        let json = json_call(&sample, action, &body, Answer::of(answer.to_string()));
        let query = query_call(&sample, action, &form, Answer::of(xml(action, &result)));
        for call in [json, query] {
            let event = event(&call);
            match action {
                "AddPermission" => typed::<AddPermission>(&event),
                "CancelMessageMoveTask" => typed::<CancelMessageMoveTask>(&event),
                "CreateQueue" => typed::<CreateQueue>(&event),
                "DeleteQueue" => typed::<DeleteQueue>(&event),
                "ListMessageMoveTasks" => typed::<ListMessageMoveTasks>(&event),
                "PurgeQueue" => typed::<PurgeQueue>(&event),
                "RemovePermission" => typed::<RemovePermission>(&event),
                "SetQueueAttributes" => typed::<SetQueueAttributes>(&event),
                "StartMessageMoveTask" => typed::<StartMessageMoveTask>(&event),
                "TagQueue" => typed::<TagQueue>(&event),
                "UntagQueue" => typed::<UntagQueue>(&event),
                other => panic!("{other}"),
            }
        }
    }
}
