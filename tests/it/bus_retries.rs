//! The stage's bus when a target fails and may not fail later, and when it delivers twice.

use crate::bus::{Noted, event, fast, play};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use trailhook_cli::stage::{BusEvent, BusSettings, BusTold};
use trailhook_cli::template::{Deployment, Stack, Template};

/// The template without the functions as targets, so that only the log group's failures count.
fn only_the_log_group(retries: u32) -> Stack {
    let stack = "
Resources:
  ApiCallRule:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: {source: [aws.sqs]}
      Targets:
        - Id: EventLog
          Arn: !Sub 'arn:aws:logs:eu-west-1:111122223333:log-group:/aws/events/trailhook'
          RetryPolicy: {MaximumRetryAttempts: @}
          DeadLetterConfig: {Arn: !GetAtt Q.Arn}
  P:
    Type: AWS::Logs::ResourcePolicy
    Properties:
      PolicyDocument:
        Statement:
          - Effect: Allow
            Principal: {Service: [events.amazonaws.com, delivery.logs.amazonaws.com]}
            Action: ['logs:CreateLogStream', 'logs:PutLogEvents']
            Resource: 'arn:aws:logs:eu-west-1:111122223333:log-group:/aws/events/*:*'
  Q: {Type: AWS::SQS::Queue}
  QP:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Q]
      PolicyDocument:
        Statement:
          - Effect: Allow
            Principal: {Service: events.amazonaws.com}
            Action: sqs:SendMessage
            Resource: !GetAtt Q.Arn
            Condition: {ArnLike: {aws:SourceArn: 'arn:aws:events:*:111122223333:rule/*'}}
";
    let text = stack.replace('@', &retries.to_string());
    Template::parse(&text, "t").unwrap().deploy(Deployment::default()).unwrap()
}

#[tokio::test]
async fn what_may_pass_is_tried_again_as_often_as_the_policy_says() {
    let world = Arc::new(Noted { failures: 3.into(), ..Noted::default() });
    let played = play(&only_the_log_group(3), world.clone(), fast(), &[event()]).await;
    assert_eq!((world.tries.load(Ordering::SeqCst), world.logged.lock().unwrap().len()), (4, 1));
    let totals = ["Invocations", "InvocationAttempts", "RetryInvocationAttempts", "FailedInvocations"];
    assert_eq!(totals.map(|metric| played.total(metric)), [Some(1.0), Some(4.0), Some(3.0), None]);

    let world = Arc::new(Noted { failures: 3.into(), ..Noted::default() });
    let played = play(&only_the_log_group(2), world.clone(), fast(), &[event()]).await;
    assert_eq!((world.tries.load(Ordering::SeqCst), world.logged.lock().unwrap().len()), (3, 0));
    let totals = ["Invocations", "InvocationAttempts", "FailedInvocations", "InvocationsSentToDlq"];
    assert_eq!(totals.map(|metric| played.total(metric)), [Some(1.0), Some(3.0), Some(1.0), Some(1.0)]);
    let sent = world.sent.lock().unwrap().clone();
    let [(_, letter)] = sent.as_slice() else { panic!("{sent:?}") };
    let attribute = |name: &str| letter.attributes[name].as_str();
    assert_eq!((attribute("ERROR_CODE"), attribute("ERROR_MESSAGE")), ("THROTTLING", "too fast"));
    assert_eq!(attribute("EXHAUSTED_RETRY_CONDITION"), "MaximumRetryAttempts");
    assert_eq!(attribute("RETRY_ATTEMPTS"), "2");

    // A waiting that would outlast the event's age ends it at once.
    let world = Arc::new(Noted { failures: 9.into(), ..Noted::default() });
    let day = Duration::from_secs(200_000);
    let slow = BusSettings { first_delay: day, longest_delay: day, ..BusSettings::default() };
    play(&only_the_log_group(9), world.clone(), slow, &[event()]).await;
    let sent = world.sent.lock().unwrap();
    assert_eq!(sent[0].1.attributes["EXHAUSTED_RETRY_CONDITION"], "MaximumEventAgeInSeconds");
}

#[tokio::test]
async fn duplicates_come_by_chance_that_repeats() {
    let events: Vec<Value> = (0..200)
        .map(|number| {
            let mut event = event();
            event["id"] = json!(number.to_string());
            event
        })
        .collect();
    let mut counts = Vec::new();
    for (duplicate, seed) in [(0.3, 1), (0.3, 1), (0.3, 2), (1.0, 1)] {
        let world = Arc::new(Noted::default());
        let settings = BusSettings { duplicate, seed, ..fast() };
        let played = play(&only_the_log_group(0), world.clone(), settings, &events).await;
        let logged = world.logged.lock().unwrap().len();
        let again = |told: &&BusTold| matches!(told.what, BusEvent::Delivered { again: true, .. });
        assert_eq!(logged, 200 + played.told.iter().filter(again).count());
        let mut twice: Vec<_> = played.told.iter().filter(again).map(|told| told.event.clone()).collect();
        twice.sort();
        counts.push(twice);
    }
    assert_eq!(counts[0], counts[1]);
    assert_ne!(counts[0], counts[2]);
    assert!((30..90).contains(&counts[0].len()), "{}", counts[0].len());
    assert_eq!(counts[3].len(), 200);
}
