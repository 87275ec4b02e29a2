//! What explanations say.

use serde_json::{Value, json};
use trailhook::pattern::{Found, Pattern};

#[track_caller]
fn says(pattern: &str, event: Value, sentence: &str) {
    let pattern = Pattern::parse(pattern).expect(pattern);
    assert_eq!(pattern.explain(&event).to_string(), sentence);
}

#[test]
fn one_field() {
    let pattern = r#"{"detail": {"errorCode": [{"exists": false}, {"prefix": "Client."}]}}"#;
    says(pattern, json!({"detail": {}}), r#"matches: detail.errorCode is absent, wanted {"exists":false}"#);
    says(
        pattern,
        json!({"detail": {"errorCode": "Client.UnauthorizedOperation"}}),
        r#"matches: detail.errorCode is "Client.UnauthorizedOperation", wanted {"prefix":"Client."}"#,
    );
    says(
        pattern,
        json!({"detail": {"errorCode": ["a", "b"]}}),
        r#"does not match: detail.errorCode is "a" and "b", wanted [{"exists":false},{"prefix":"Client."}]"#,
    );
}

#[test]
fn what_is_no_leaf() {
    let pattern = r#"{"responseElements": [{"exists": true}]}"#;
    for (event, held) in [
        (json!({}), "absent"),
        (json!({"responseElements": {"queueUrl": "u"}}), "an object"),
        (json!({"responseElements": []}), "an empty array"),
    ] {
        let sentence = format!(r#"does not match: responseElements is {held}, wanted [{{"exists":true}}]"#);
        says(pattern, event, &sentence);
    }
}

#[test]
fn only_the_fields_that_failed() {
    says(
        r#"{"source": ["aws.sqs"], "detail": {"eventName": ["CreateQueue"], "readOnly": [false]}}"#,
        json!({"source": "aws.sqs", "detail": {"eventName": "ListQueues", "readOnly": true}}),
        "does not match: detail.eventName is \"ListQueues\", wanted [\"CreateQueue\"]; \
         detail.readOnly is true, wanted [false]",
    );
}

#[test]
fn branches() {
    let pattern = r#"{"detail": {"$or": [{"a": [1], "b": [2]}, {"c": [3]}, {"d": [4]}]}}"#;
    says(pattern, json!({"detail": {"c": 3}}), "matches (by detail.$or[1]): detail.c is 3, wanted 3");
    says(
        pattern,
        json!({"detail": {"a": 1, "c": 4}}),
        "does not match (closest is detail.$or[0]): detail.b is absent, wanted [2]; \
         the other 2 branches of $or fail too",
    );
    let explanation = Pattern::parse(pattern).expect(pattern).explain(&json!({}));
    let taken: Vec<_> = explanation.branches.iter().map(|branch| branch.taken.concat()).collect();
    assert_eq!(taken, ["detail.$or[0]", "detail.$or[1]", "detail.$or[2]"]);
    assert!(explanation.branches.iter().flat_map(|branch| &branch.fields).all(|field| !field.held));
}

#[test]
fn scattered_over_an_array() {
    let pattern = r#"{"r": {"type": ["queue"], "id": [1]}}"#;
    says(
        pattern,
        json!({"r": [{"type": "queue", "id": 2}, {"type": "topic", "id": 1}]}),
        "does not match: no one element of an array holds all of it: r.id is 2 and 1, wanted [1]; \
         r.type is \"queue\" and \"topic\", wanted [\"queue\"]",
    );
    // the leaves named are the ones of the element that matched
    let event = json!({"r": [{"type": "queue", "id": 2}, {"type": "queue", "id": 1}]});
    let explanation = Pattern::parse(pattern).expect(pattern).explain(&event);
    let found: Vec<_> = explanation.deciding().map(|field| field.found.clone()).collect();
    assert_eq!(found, [Found::Values(vec![json!(1)]), Found::Values(vec![json!("queue")])]);
}

#[test]
fn no_event_at_all() {
    says(r#"{"errorCode": [{"exists": false}]}"#, json!("not an envelope"), "does not match");
}
