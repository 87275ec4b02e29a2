//! Whom `why` believes: a dead letter, which whoever may write to the queue can write, is no word of AWS's.

use super::{asked, end_at, line, until};
use aws_sdk_sqs::types::{MessageAttributeValue, QueueAttributeName};
use serde_json::json;
use trailhook_tests::letters::{self, event, record};
use trailhook_tests::stage::Stage;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dead_letter_is_taken_at_nobodys_word_but_awss() {
    const REVERT: &str = "arn:aws:lambda:eu-west-1:111122223333:function:trailhook-RevertFunction-1A2B3C";
    const QUEUE: &str = "https://sqs.eu-west-1.amazonaws.com/111122223333/trailhook-FailedEventsQueue-1A2B3C";
    let stage = Stage::start(&[]).unwrap();
    let sqs = stage.sqs("alice");
    sqs.create_queue().queue_name("orders").send().await.unwrap();
    let story = tokio::task::block_in_place(|| until(&stage, "orders", "RevertFunction", &json!({"end": "dry-run"})));
    let id = story["eventId"].as_str().unwrap().to_owned();
    let strange = "5afe7e57-0000-4000-8000-00000000f00d";
    for id in [id.as_str(), strange] {
        let forged = event(id, 1).unwrap();
        sqs.send_message().queue_url(QUEUE).message_body(record(REVERT, &forged)).send().await.unwrap();
    }
    let (status, told) = tokio::task::block_in_place(|| asked(&stage.endpoint, &id));
    let story = &told["stories"][0];
    assert_eq!((status, end_at(story, "RevertFunction")), (Some(1), json!({"end": "dry-run"})), "{story:#}");
    assert!(line(story, "untold", "").contains("a dead letter says something else about"), "{story:#}");
    let (status, told) = tokio::task::block_in_place(|| asked(&stage.endpoint, strange));
    let untold = line(&told["stories"][0], "untold", "");
    assert!(status == Some(1) && untold.contains("nothing but a dead letter has the record"), "{told:#}");

    // Not even by a line of the log group that keeps the events, which dead letters get into as well.
    let group = "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/events/trailhook";
    let said = [("TARGET_ARN", group), ("ERROR_CODE", "NO_PERMISSIONS"), ("ERROR_MESSAGE", "may not")];
    let message = sqs.send_message().queue_url(QUEUE).message_body(event(&id, 1).unwrap().to_string());
    let attributes = said.map(|(name, value)| {
        let value = MessageAttributeValue::builder().data_type("String").string_value(value).build().unwrap();
        (name.to_owned(), value)
    });
    message.set_message_attributes(Some(attributes.into())).send().await.unwrap();
    let redrive = |more: &[&str]| {
        let arguments =
            [&["redrive", "--send", "--yes", "--event-id", &id, "--cause", "NO_PERMISSIONS"], more].concat();
        tokio::task::block_in_place(|| letters::asked(&stage.endpoint, &arguments)).unwrap().1["letters"][0].clone()
    };
    let left = redrive(&[]);
    assert!(left["why"].as_str().unwrap().contains("the event history says something else"), "{left:#}");
    assert_eq!(redrive(&["--unvouched-too"])["fate"], "sent");
    let (_, told) = tokio::task::block_in_place(|| asked(&stage.endpoint, &id));
    assert_eq!(line(&told["stories"][0], "call", ""), line(story, "call", ""), "{told:#}");

    // A look would count where SQS counts it, so there is none.
    let arn = "arn:aws:sqs:eu-west-1:111122223333:trailhook-UndeliveredEventsQueue-1A2B3C";
    let policy = json!({"deadLetterTargetArn": arn, "maxReceiveCount": "3"}).to_string();
    let asked_for = sqs.set_queue_attributes().queue_url(QUEUE);
    asked_for.attributes(QueueAttributeName::RedrivePolicy, policy).send().await.unwrap();
    let (status, told) = tokio::task::block_in_place(|| asked(&stage.endpoint, &id));
    let untold = line(&told["stories"][0], "untold", "");
    assert!(status == Some(1) && untold.contains("has a redrive policy"), "{told:#}");
}
