use super::*;
use proptest::prelude::*;
use serde_json::json;

const FUNCTION: &str = "arn:aws:lambda:eu-west-1:111122223333:function:notify";
const EVENT: &str = r#"{"id": "e-1", "time": "2026-11-02T09:30:03Z",  "detail": {"eventID": "r-1", "eventName": "CreateQueue",
    "eventTime": "2026-11-02T09:30:00Z", "additional": 1.10}}"#;

fn failed(context: Value, response: &str) -> Result<Letter, Unreadable> {
    let body = format!(r#"{{"version": "1.0", "requestContext": {context}, "requestPayload": {EVENT}{response}}}"#);
    read(&Message { body, ..Message::default() }, &[])
}

fn undelivered(attributes: &[(&str, &str)], body: &str) -> Result<Letter, Unreadable> {
    let attributes = attributes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    read(&Message { body: body.to_owned(), attributes, ..Message::default() }, &[])
}

#[test]
fn a_record_of_lambdas_says_who_failed_with_what() {
    let context = json!({"functionArn": format!("{FUNCTION}:$LATEST"), "condition": "RetriesExhausted"});
    let response = r#", "responsePayload": {"errorType": "Trailhook.Denied", "errorMessage": "no sns:Publish"}"#;
    let letter = failed(context.clone(), response).unwrap();
    assert_eq!(letter.cause, Cause { code: "Trailhook.Denied".to_owned(), message: "no sns:Publish".to_owned() });
    assert_eq!(letter.target, Target::Function { arn: FUNCTION.to_owned(), qualifier: Some("$LATEST".to_owned()) });
    assert_eq!(letter.event, EVENT, "to the letter");
    let names = (letter.event_id.as_deref(), letter.envelope_id.as_deref(), letter.event_name.as_deref());
    assert_eq!(names, (Some("r-1"), Some("e-1"), Some("CreateQueue")));
    assert_eq!(letter.time.unwrap().to_rfc3339(), "2026-11-02T09:30:00+00:00");
    // Nobody was at work, or said anything that can be read.
    for response in ["", r#", "responsePayload": "killed""#, r#", "responsePayload": {"errorType": 7}"#] {
        assert_eq!(failed(context.clone(), response).unwrap().cause.code, "RetriesExhausted", "{response}");
    }
    assert_eq!(failed(json!({ "functionArn": FUNCTION }), "").unwrap().cause.code, "UNKNOWN");
}

#[test]
fn an_event_that_says_something_twice_is_nobodys() {
    let twice = EVENT.replace(r#""detail": {"#, r#""detail": {"eventID": "forged"}, "detail": {"#);
    let attributes = [("TARGET_ARN", FUNCTION), ("ERROR_CODE", "NO_PERMISSIONS"), ("ERROR_MESSAGE", "may not")];
    let of_function = [("RequestID", "q-1"), ("ErrorCode", "200"), ("ErrorMessage", "timed out")];
    let body = of_function.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let own = Message { body: twice.clone(), attributes: body.into(), ..Message::default() };
    let context = json!({ "functionArn": FUNCTION });
    let body = format!(r#"{{"version": "1.0", "requestContext": {context}, "requestPayload": {twice}}}"#);
    for read in [
        undelivered(&attributes, &twice),
        read(&own, &[FUNCTION.to_owned()]),
        read(&Message { body, ..Message::default() }, &[]),
    ] {
        let error = read.unwrap_err().to_string();
        assert!(error.contains("\"detail\" is named twice"), "{error}");
    }
}

#[test]
fn a_letter_of_eventbridge_has_its_cause_in_its_attributes() {
    let attributes = [("TARGET_ARN", FUNCTION), ("ERROR_CODE", "NO_PERMISSIONS"), ("ERROR_MESSAGE", "may not")];
    let letter = undelivered(&attributes, EVENT).unwrap();
    assert_eq!(letter.cause, Cause { code: "NO_PERMISSIONS".to_owned(), message: "may not".to_owned() });
    assert_eq!((letter.target.arn(), letter.event.as_str()), (FUNCTION, EVENT));
    assert_eq!(undelivered(&attributes[..1], EVENT).unwrap().cause.code, "UNKNOWN");
    for (arn, named) in [
        ("arn:aws:logs:eu-west-1:111122223333:log-group:/aws/events/t", "log group /aws/events/t"),
        ("arn:aws:logs:eu-west-1:111122223333:log-group:/aws/events/t:*", "log group /aws/events/t"),
        (FUNCTION, "notify"),
        (&format!("{FUNCTION}:$LATEST"), "notify"),
        (&format!("{FUNCTION}:live"), "notify:live"),
        ("arn:aws:sqs:eu-west-1:111122223333:q", "arn:aws:sqs:eu-west-1:111122223333:q"),
        (
            "arn:aws:lambda:eu-west-1:111122223333:function:a:b:c",
            "arn:aws:lambda:eu-west-1:111122223333:function:a:b:c",
        ),
        ("", ""),
    ] {
        assert_eq!(undelivered(&[("TARGET_ARN", arn)], EVENT).unwrap().target.to_string(), named);
    }
}

/// Lambda does not say in it which function it was.
#[test]
fn a_letter_of_a_functions_own_queue_is_for_the_one_that_has_the_queue() {
    let attributes =
        [("RequestID", "q-1"), ("ErrorCode", "200"), ("ErrorMessage", "Task timed out after 3.00 seconds")];
    let attributes = attributes.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let message = Message { body: EVENT.to_owned(), attributes: attributes.into(), ..Message::default() };
    let letter = read(&message, &[FUNCTION.to_owned()]).unwrap();
    let cause = Cause { code: "ErrorCode 200".to_owned(), message: "Task timed out after 3.00 seconds".to_owned() };
    assert_eq!((letter.origin, letter.tries()), (Origin::Function, None), "nobody says how often it was tried");
    assert_eq!((letter.cause, letter.target.arn(), letter.event.as_str()), (cause, FUNCTION, EVENT));
    assert!(matches!(read(&message, &[]), Err(Unreadable::NoOwner)));
    let several = read(&message, &[FUNCTION.to_owned(), FUNCTION.replace("notify", "revert")]).unwrap_err();
    assert!(several.to_string().ends_with("several have this dead-letter queue: notify, revert"), "{several}");
}

/// Whoever may send to the queue can write anything there.
#[test]
fn what_is_no_dead_letter_is_not_taken_for_one() {
    let target = [("TARGET_ARN", FUNCTION)];
    for body in ["", "no JSON", "[]", "7", "null", "\"text\"", "{\"detail\": ", "{} {}"] {
        assert!(undelivered(&target, body).is_err(), "{body}");
        assert!(undelivered(&[], body).is_err(), "{body}");
    }
    for (body, why) in [
        (EVENT.to_owned(), "neither an event"),
        (json!({"requestContext": {"functionArn": FUNCTION}}).to_string(), "neither an event"),
        (
            json!({"requestContext": {"functionArn": FUNCTION}, "requestPayload": "no JSON"}).to_string(),
            "no JSON object",
        ),
        (json!({"requestContext": {"functionArn": FUNCTION}, "requestPayload": [1]}).to_string(), "no JSON object"),
        (json!({"requestContext": {"functionArn": 7}, "requestPayload": {}}).to_string(), "can't be read"),
        (json!({"requestContext": {}, "requestPayload": {}}).to_string(), "functionArn"),
        (
            format!(
                r#"{{"requestContext": {{"functionArn": "a"}}, "requestPayload": {{}}, "requestPayload": {EVENT}}}"#
            ),
            "duplicate",
        ),
        (format!("{}{}", "[".repeat(100_000), "]".repeat(100_000)), "can't be read"),
    ] {
        let error = undelivered(&[], &body).unwrap_err().to_string();
        assert!(error.contains(why), "{why}: {error}");
    }
    // An event of another kind has no names, and is an event all the same.
    let odd =
        undelivered(&target, r#"{"detail": {"eventID": 1, "eventTime": "yesterday", "eventName": ""}, "time": 7}"#);
    let odd = odd.unwrap();
    assert_eq!((odd.event_id, odd.event_name, odd.time), (None, None, None));
}

proptest! {
    /// Whatever is in a queue, it is read or told, and an event that is read is what came.
    #[test]
    fn any_message_is_read_or_refused(
        body in ".*",
        arn in "[a-z:]{0,40}|arn:aws:(lambda|logs):r:1:(function|log-group):[a-z:*]*",
        code in ".*",
    ) {
        for event in [body.clone(), json!({ "detail": { "eventTime": body, "eventID": code } }).to_string()] {
            if let Ok(letter) = undelivered(&[("TARGET_ARN", &arn), ("ERROR_CODE", &code)], &event) {
                prop_assert_eq!(&letter.event, &event);
                prop_assert!(arn.starts_with(letter.target.arn()));
            }
            let record = json!({"requestContext": {"functionArn": arn, "condition": code}, "requestPayload": event});
            // A text is no event.
            prop_assert!(undelivered(&[], &record.to_string()).is_err());
        }
    }
}
