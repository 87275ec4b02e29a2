//! What notify sends and tag-new-queue writes is what SNS, chat and SQS take, whatever a caller put
//! into the record.

use chrono::Utc;
use proptest::prelude::*;
use serde_json::Value;
use trailhook::responses::notify::{Addition, Notification, Notify, NotifyAction, NotifySettings};
use trailhook::responses::tag_new_queue::{TagNewQueue, TagQueueAction, TagSettings};
use trailhook::{Decision, FailedCalls, Guards, Response, decide, decode};
use trailhook_tests::root;

fn sample(name: &str) -> Value {
    serde_json::from_slice(&std::fs::read(root().join("events").join(name)).unwrap()).unwrap()
}

fn actions<R: Response>(response: &R, event: &Value) -> Vec<R::Action> {
    let mut guards = Guards::of::<R::Trigger>("111122223333", "eu-west-1", "/trailhook/".parse().unwrap());
    guards.max_age = None;
    guards.failed_calls = response.failed_calls();
    match decide(response, decode(event.to_string().as_bytes()).unwrap(), &guards, Utc::now()) {
        Ok(Decision::Act(actions)) => actions,
        other => panic!("{other:?}"),
    }
}

fn notification(event: &Value, chat: bool) -> Notification {
    let settings = NotifySettings {
        topic_arn: Some("arn:aws:sns:eu-west-1:111122223333:trailhook".to_owned()),
        journal_log_group: None,
        chat,
        failed_calls: FailedCalls::Admit,
        quiet: Vec::new(),
        digest: None,
    };
    match actions(&Notify::new(settings).unwrap(), event).remove(0) {
        NotifyAction::Topic(notification) => notification,
        other => panic!("{other:?}"),
    }
}

fn protocols(notification: &Notification) -> Value {
    serde_json::from_str(&notification.message()).unwrap()
}

fn tags(settings: &str, event: &Value) -> TagQueueAction {
    actions(&TagNewQueue::new(TagSettings::from_json(settings).unwrap()), event).remove(0)
}

#[test]
fn each_protocol_gets_what_was_made_for_it() {
    let event = sample("sqs/CreateQueue.success.json");
    let plain = protocols(&notification(&event, false));
    assert!(
        plain["email"]
            .as_str()
            .unwrap()
            .starts_with("alice (role Developer) created queue orders in eu-west-1 from 203.0.113.24")
    );
    let story: Value = serde_json::from_str(plain["default"].as_str().unwrap()).unwrap();
    assert_eq!(story["record"], event["detail"], "the whole record, as it came");

    let with_chat = protocols(&notification(&event, true));
    let chat: Value = serde_json::from_str(with_chat["default"].as_str().unwrap()).unwrap();
    assert_eq!((&chat["version"], &chat["source"]), (&"1.0".into(), &"custom".into()));
    assert!(chat["content"]["description"].as_str().unwrap().contains("alice (role Developer)"));
    assert_eq!(chat["metadata"]["threadId"], "arn:aws:sqs:eu-west-1:111122223333:orders");
    assert!(with_chat.get("https").is_none(), "chat is subscribed by https, and reads the default");
    let for_queues: Value = serde_json::from_str(with_chat["sqs"].as_str().unwrap()).unwrap();
    assert_eq!(for_queues["record"], event["detail"]);
}

#[test]
fn a_caller_writes_no_lines_and_no_mentions_of_their_own() {
    let mut event = sample("sqs/CreateQueue.success.json");
    event["detail"]["userAgent"] =
        Value::from("x\nAccount     999999999999\r\n<!channel> <@U1> & `[sign in](https://evil.example)");
    event["detail"]["errorCode"] = Value::from("<!here>[x](https://evil.example)");
    let message = protocols(&notification(&event, true));
    let email = message["email"].as_str().unwrap();
    assert_eq!(email.lines().filter(|line| line.starts_with("Account ")).count(), 1, "{email}");
    let chat = message["default"].as_str().unwrap();
    for mark in ["<!channel>", "<!here>", "<@U1>", "](", "``"] {
        assert!(!chat.contains(mark), "{mark}: {chat}");
    }
}

#[test]
fn a_record_that_does_not_fit_is_left_out_and_that_is_said() {
    let mut event = sample("sqs/CreateQueue.success.json");
    event["detail"]["requestParameters"]["attributes"]["Policy"] = Value::from("\"".repeat(90_000));
    let notification = notification(&event, true);
    assert!(notification.message().len() <= 262_144, "{}", notification.message().len());
    let story: Value = serde_json::from_str(protocols(&notification)["sqs"].as_str().unwrap()).unwrap();
    assert!(story.get("record").is_none());
    assert!(story["recordLeftOut"].as_str().unwrap().contains("event id"));
}

#[test]
fn what_is_added_to_a_message_fits_too() {
    let mut event = sample("sqs/CreateQueue.success.json");
    event["detail"]["requestParameters"]["attributes"]["Policy"] = Value::from("x".repeat(60_000));
    let notification = notification(&event, true);
    assert!(notification.email.contains("Policy"));
    let told = (0..100).map(|number| (format!("{number:036}"), "\u{1f980}\u{1}\"".repeat(100))).collect();
    let with = notification.with(&Addition::others(&told, 300).unwrap());
    assert!(with.message().len() <= 262_144, "{}", with.message().len());
    let story: Value = serde_json::from_str(protocols(&with)["sqs"].as_str().unwrap()).unwrap();
    assert_eq!(story["others"]["count"], 400);
    assert!(with.subject.contains("(+400 like it)"), "{}", with.subject);
    assert!(with.email.contains("400 more calls like this one, which no other message tells of"), "{}", with.email);
    // Few and short ones are all there, with the record.
    let told = [("id".to_owned(), "alice created queue orders".to_owned())].into();
    let with =
        self::notification(&sample("sqs/CreateQueue.success.json"), true).with(&Addition::others(&told, 0).unwrap());
    let story: Value = serde_json::from_str(protocols(&with)["sqs"].as_str().unwrap()).unwrap();
    assert_eq!(story["others"], serde_json::json!({"count": 1, "events": {"id": "alice created queue orders"}}));
    assert_eq!(story["record"]["eventName"], "CreateQueue");
    let chat: Value = serde_json::from_str(protocols(&with)["default"].as_str().unwrap()).unwrap();
    assert!(chat["content"]["description"].as_str().unwrap().ends_with("\n`alice created queue orders`"), "{chat}");
}

#[test]
fn a_record_of_many_resources_gives_a_message_that_sns_takes() {
    let mut event = sample("sqs/CreateQueue.success.json");
    let arn = format!("arn:aws:sqs:eu-west-1:111122223333:{}", "\u{1}é\"".repeat(100));
    event["detail"]["resources"] = Value::from(vec![serde_json::json!({"ARN": arn}); 400]);
    for field in ["eventName", "eventSource", "sourceIPAddress", "errorMessage", "userAgent", "eventID"] {
        event["detail"][field] = Value::from("\"\u{1}\\".repeat(5_000));
    }
    for chat in [false, true] {
        let notification = notification(&event, chat);
        let attributes: usize = notification.attributes.iter().map(|(name, value)| name.len() + value.len() + 6).sum();
        let size = notification.message().len() + notification.subject.len() + attributes;
        assert!(size <= 262_144, "{size} with chat {chat}");
    }
}

#[test]
fn tags_are_what_the_templates_say() {
    let event = sample("sqs/CreateQueue.sso.json");
    let action = tags(r#"{"owner": "{{ actor }}", "via": "{{ actorKind | upper }}", "team": "payments"}"#, &event);
    assert_eq!(action.tags["owner"], "alice@example.com");
    assert_eq!(action.tags["via"], "SSO-USER");
    assert_eq!(action.tags["team"], "payments");
    // The call gave the queue this tag itself.
    let event = sample("sqs/CreateQueue.success.json");
    let action = tags(r#"{"team": "{{ actor }}", "owner": "{{ actor }}"}"#, &event);
    assert_eq!(action.tags.keys().collect::<Vec<_>>(), ["owner"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Any text anywhere in the record: the subject, the size, the attributes and the tags keep to
    /// the services' rules.
    #[test]
    fn any_text_gives_a_message_and_tags_that_are_taken(text in "\\PC{0,400}|[\\x00-\\x20]{0,40}", place in 0..6usize) {
        let mut event = sample("sqs/CreateQueue.iam-user.json");
        let detail = &mut event["detail"];
        let place = match place {
            0 => &mut detail["userAgent"],
            1 => &mut detail["sourceIPAddress"],
            2 => &mut detail["userIdentity"]["userName"],
            3 => &mut detail["eventID"],
            4 => &mut detail["resources"][0]["ARN"],
            _ => &mut detail["eventVersion"],
        };
        *place = Value::from(text);
        let notification = notification(&event, true);
        prop_assert!((1..100).contains(&notification.subject.len()));
        prop_assert!(notification.subject.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
        prop_assert!(notification.message().len() < 250_001);
        prop_assert!(notification.attributes.values().all(|value| !value.is_empty()));
        let chat: Value = serde_json::from_str(protocols(&notification)["default"].as_str().unwrap()).unwrap();
        prop_assert!(chat["content"]["title"].as_str().unwrap().chars().count() <= 250);
        prop_assert!(chat["content"]["description"].as_str().unwrap().chars().count() <= 8_000);
        let action = actions(&TagNewQueue::new(TagSettings::default()), &event).remove(0);
        for value in action.tags.values() {
            prop_assert!((1..=256).contains(&value.chars().count()));
            prop_assert!(value.chars().all(|c| c.is_alphanumeric() || " _.:/=+-@".contains(c)), "{value:?}");
        }
    }
}
