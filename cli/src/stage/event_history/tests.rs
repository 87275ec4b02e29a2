//! What `LookupEvents` is asked and answered.

use super::*;

fn history() -> EventHistory {
    let history = EventHistory::default();
    let mut held = history.held();
    for number in 0..70_u64 {
        let record = json!({
            "eventID": format!("event-{number}"),
            "eventTime": format!("2026-11-02T09:{:02}:00Z", number % 60),
            "eventSource": if number % 2 == 0 { "sqs.amazonaws.com" } else { "sns.amazonaws.com" },
            "eventName": "TagQueue",
            "readOnly": false,
            "userIdentity": { "type": "IAMUser", "userName": "bob" },
        });
        held.events.push_back((number, record.to_string()));
    }
    drop(held);
    history
}

fn asked(history: &EventHistory, body: &Value) -> (u16, Value) {
    let request = Request::post("/")
        .header("x-amz-target", "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents")
        .body(Bytes::from(body.to_string()))
        .unwrap();
    let answer = history.answer(&request).unwrap();
    (answer.status().as_u16(), serde_json::from_slice(answer.body()).unwrap())
}

#[test]
fn pages_are_newest_first_and_go_on_where_the_last_one_ended() {
    let history = history();
    let attribute = json!([{ "AttributeKey": "EventSource", "AttributeValue": "sqs.amazonaws.com" }]);
    let (mut ids, mut token) = (Vec::new(), Value::Null);
    loop {
        let mut body = json!({ "LookupAttributes": attribute, "MaxResults": 20 });
        if !token.is_null() {
            body["NextToken"] = token;
        }
        let (status, page) = asked(&history, &body);
        assert_eq!(status, 200, "{page}");
        let events = page["Events"].as_array().unwrap();
        ids.extend(events.iter().map(|event| event["EventId"].as_str().unwrap().to_owned()));
        assert_eq!((&events[0]["ReadOnly"], &events[0]["Username"]), (&json!("false"), &json!("bob")));
        token = page["NextToken"].clone();
        if token.is_null() {
            break;
        }
    }
    assert_eq!(ids, (0..70).rev().filter(|number| number % 2 == 0).map(|n| format!("event-{n}")).collect::<Vec<_>>());
}

#[test]
fn what_cloudtrail_refuses_is_refused() {
    let history = history();
    let two = json!([{ "AttributeKey": "EventName", "AttributeValue": "x" }, { "AttributeKey": "EventId", "AttributeValue": "x" }]);
    for (body, code) in [
        (json!({ "MaxResults": 51 }), "InvalidMaxResultsException"),
        (json!({ "LookupAttributes": two }), "InvalidLookupAttributesException"),
        (
            json!({ "LookupAttributes": [{ "AttributeKey": "Colour", "AttributeValue": "x" }] }),
            "InvalidLookupAttributesException",
        ),
        (json!({ "NextToken": "?" }), "InvalidNextTokenException"),
    ] {
        let (status, answer) = asked(&history, &body);
        assert_eq!((status, answer["__type"].as_str()), (400, Some(code)), "{body}");
    }
    let times = json!({ "StartTime": 1_793_611_800.0, "EndTime": 1_793_611_860.0 });
    let (_, page) = asked(&history, &times);
    assert_eq!(page["Events"].as_array().unwrap().len(), 2, "both ends belong to it: {page}");
}
