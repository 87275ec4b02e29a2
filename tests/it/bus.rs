//! The stage's bus: who gets an event, who may, and where it goes when nobody does.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use trailhook_cli::stage::{
    BackEnd, Backstage, Bus, BusEvent, BusSettings, BusTold, Doing, Hosted, Kept, Lambda, LambdaEvent, LambdaSettings,
    LogEntry, Message, MetricName, Observer, QueueMade, World, WorldError,
};
use trailhook_cli::template::{Deployment, Stack, Template};
use trailhook_tests::{root, scripts};

const GROUP: &str = "/aws/events/trailhook";
const RULE: &str = "arn:aws:events:eu-west-1:111122223333:rule/trailhook-ApiCallRule-1A2B3C";

/// The project's own template, with a text in it changed.
fn stack(change: &str, to: &str) -> Stack {
    let text = std::fs::read_to_string(root().join("template.yaml")).unwrap();
    assert!(text.contains(change), "{change}");
    Template::parse(&text.replace(change, to), "template.yaml").unwrap().deploy(Deployment::default()).unwrap()
}

pub(crate) fn event() -> Value {
    let file = root().join("events/sqs/CreateQueue.success.json");
    serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap()
}

/// A world that notes everything, and fails its first calls about log groups.
#[derive(Debug, Default)]
pub(crate) struct Noted {
    pub(crate) failures: AtomicU32,
    pub(crate) tries: AtomicU32,
    pub(crate) logged: Mutex<Vec<(String, LogEntry)>>,
    pub(crate) sent: Mutex<Vec<(String, Message)>>,
}

impl World for Noted {
    fn put_log_events<'a>(&'a self, group: &'a str, _: &'a str, lines: &'a [LogEntry]) -> Doing<'a> {
        Box::pin(async move {
            self.tries.fetch_add(1, Ordering::SeqCst);
            let left = self.failures.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
            if left.is_ok() {
                return Err(WorldError::Throttled("too fast".to_owned()));
            }
            self.logged.lock().unwrap().extend(lines.iter().map(|line| (group.to_owned(), line.clone())));
            Ok(())
        })
    }

    fn send_message<'a>(&'a self, queue_arn: &'a str, message: &'a Message) -> Doing<'a> {
        Box::pin(async move {
            self.sent.lock().unwrap().push((queue_arn.to_owned(), message.clone()));
            Ok(())
        })
    }
}

pub(crate) struct Played {
    pub(crate) told: Vec<BusTold>,
    pub(crate) backstage: Backstage,
    /// How many events each function was handed.
    pub(crate) invoked: BTreeMap<String, usize>,
}

impl Played {
    pub(crate) fn total(&self, metric: &str) -> Option<f64> {
        let rule = RULE.rsplit('/').next().unwrap();
        self.backstage.metrics.total(&MetricName::new("AWS/Events", metric, [("RuleName", rule)]))
    }

    fn of(&self, target: &str) -> Vec<&BusEvent> {
        let is_of = |event: &&BusEvent| serde_json::to_value(event).unwrap()["target"] == target;
        self.told.iter().map(|told| &told.what).filter(is_of).collect()
    }
}

/// Puts events on a bus whose functions answer at once, and waits until all is done.
pub(crate) async fn play(stack: &Stack, world: Arc<dyn World>, settings: BusSettings, events: &[Value]) -> Played {
    let backstage = Backstage::new(world);
    let binary = scripts::function("bus", "answers", "    answer(b'{}')").unwrap();
    let environment = BTreeMap::from([("PATH".to_owned(), "/usr/local/bin:/usr/bin:/bin".to_owned())]);
    let hosted = |function| Hosted { function, binary: binary.clone(), environment: environment.clone() };
    let functions = stack.functions().unwrap().into_iter().map(hosted);
    let (observer, mut lambda_told) = Observer::new();
    let lambda = Arc::new(Lambda::open(functions, &backstage, observer, &LambdaSettings::default()));
    let (observer, mut told) = Observer::new();
    let bus = Bus::open(stack, lambda.clone(), &backstage, observer, settings).unwrap();
    for event in events {
        bus.put(event);
    }
    bus.idle().await;
    lambda.drain().await;
    let told = std::iter::from_fn(|| told.try_recv().ok()).collect();
    let mut invoked = BTreeMap::new();
    while let Ok(told) = lambda_told.try_recv() {
        if told.what == LambdaEvent::Accepted {
            *invoked.entry(told.function).or_insert(0) += 1;
        }
    }
    Played { told, backstage, invoked }
}

pub(crate) fn fast() -> BusSettings {
    BusSettings { first_delay: Duration::ZERO, ..BusSettings::default() }
}

#[tokio::test]
async fn a_matching_event_gets_to_every_target_and_is_counted() {
    let back_end = Arc::new(BackEnd::start("111122223333", "eu-west-1").await.unwrap());
    back_end.create_log_group(GROUP).await.unwrap();
    let played = play(&stack("State: ENABLED", "State: ENABLED"), back_end.clone(), fast(), &[event()]).await;
    let expected = ["NotifyFunction", "RevertFunction", "SnapshotFunction", "TagNewQueueFunction"];
    assert_eq!(played.invoked, expected.map(|name| (name.to_owned(), 1)).into());
    let log = back_end.log_events(GROUP).await;
    assert_eq!((log.len(), serde_json::from_str::<Value>(&log[0].message).unwrap()), (1, event()));
    let time = event()["time"].as_str().unwrap().parse::<chrono::DateTime<chrono::Utc>>().unwrap();
    assert_eq!(log[0].timestamp, time.timestamp_millis());
    for (metric, expected) in [
        ("TriggeredRules", Some(1.0)),
        ("MatchedEvents", Some(1.0)),
        ("Invocations", Some(4.0)),
        ("InvocationAttempts", Some(4.0)),
        ("FailedInvocations", None),
        ("InvocationsSentToDlq", None),
    ] {
        assert_eq!(played.total(metric), expected, "{metric}");
    }
}

#[tokio::test]
async fn what_no_rule_takes_goes_nowhere() {
    let mut other = event();
    other["detail"]["eventName"] = json!("SendMessage");
    for (stack, event) in
        [(stack("State: ENABLED", "State: DISABLED"), event()), (stack("State: ENABLED", "State: ENABLED"), other)]
    {
        let played = play(&stack, Arc::new(Noted::default()), fast(), &[event]).await;
        assert_eq!((played.told, played.invoked), (Vec::new(), BTreeMap::new()));
        assert_eq!(played.backstage.metrics.names(), []);
    }
}

#[tokio::test]
async fn a_missing_permission_is_not_tried_again_and_the_event_is_put_aside() {
    // The permission of notify is for another rule now.
    let text = "FunctionName: !GetAtt NotifyFunction.Arn\n      Principal: events.amazonaws.com\n      SourceArn: !GetAtt ApiCallRule.Arn";
    let other = text.replace("!GetAtt ApiCallRule.Arn", "arn:aws:events:eu-west-1:111122223333:rule/other");
    let back_end = Arc::new(BackEnd::start("111122223333", "eu-west-1").await.unwrap());
    let stack = stack(text, &other);
    for queue in stack.queues().unwrap() {
        let made = QueueMade { name: queue.name, attributes: queue.attributes, ..QueueMade::default() };
        back_end.create_queue(&made).await.unwrap();
    }
    back_end.create_log_group(GROUP).await.unwrap();
    let played = play(&stack, back_end.clone(), fast(), &[event()]).await;
    assert!(!played.invoked.contains_key("NotifyFunction"));
    assert_eq!((played.total("Invocations"), played.total("FailedInvocations")), (Some(4.0), Some(1.0)));
    assert_eq!((played.total("InvocationsSentToDlq"), played.total("RetryInvocationAttempts")), (Some(1.0), None));
    // A queue made later does not empty the others.
    back_end.create_queue(&QueueMade { name: "later".to_owned(), ..QueueMade::default() }).await.unwrap();
    let [letter] = back_end.take_messages("trailhook-UndeliveredEventsQueue-1A2B3C").await.try_into().unwrap();
    assert_eq!(serde_json::from_str::<Value>(&letter.body).unwrap(), event());
    let function = "arn:aws:lambda:eu-west-1:111122223333:function:trailhook-NotifyFunction-1A2B3C";
    let message = format!("no AWS::Lambda::Permission lets events.amazonaws.com invoke {function} for {RULE}");
    let expected = [
        ("ERROR_CODE", "NO_PERMISSIONS"),
        ("ERROR_MESSAGE", message.as_str()),
        ("RETRY_ATTEMPTS", "0"),
        ("RULE_ARN", RULE),
        ("TARGET_ARN", function),
    ];
    let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(letter.attributes, BTreeMap::from(expected));
}

#[tokio::test]
async fn a_log_group_needs_a_policy_for_both_services() {
    for (change, to) in [
        (r#""events.amazonaws.com", "delivery.logs.amazonaws.com""#, r#""events.amazonaws.com""#),
        (r#""logs:CreateLogStream", "logs:PutLogEvents"]"#, r#""logs:PutLogEvents"]"#),
        ("log-group:${EventLogGroup}:*\"", "log-group:${EventLogGroup}\""),
        ("log-group:${EventLogGroup}:*\"", "log-group:/other:*\""),
    ] {
        let world = Arc::new(Noted::default());
        let played = play(&stack(change, to), world.clone(), fast(), &[event()]).await;
        let [BusEvent::GaveUp { error, attempts: 1, condition: None, kept: Kept::In { .. }, .. }] =
            played.of("EventLog").as_slice()
        else {
            panic!("{to}: {:?}", played.told)
        };
        assert_eq!(error.code, "NO_PERMISSIONS");
        assert!(error.message.starts_with("no AWS::Logs::ResourcePolicy lets"), "{}", error.message);
        let events = world.logged.lock().unwrap().iter().filter(|(group, _)| group == GROUP).count();
        assert_eq!((events, world.sent.lock().unwrap().len()), (0, 1), "{to}");
    }
}

#[tokio::test]
async fn a_dead_letter_queue_that_lets_nobody_in_loses_the_event() {
    let template = std::fs::read_to_string(root().join("template.yaml")).unwrap();
    let text = template.replace(
        "                  - !GetAtt ApiCallRule.Arn\n",
        "                  - arn:aws:events:*:*:rule/other\n",
    );
    let text = text.replace("log-group:${EventLogGroup}:*\"", "log-group:/other:*\"");
    let stack = Template::parse(&text, "t").unwrap().deploy(Deployment::default()).unwrap();
    let world = Arc::new(Noted::default());
    let played = play(&stack, world.clone(), fast(), &[event()]).await;
    let [BusEvent::GaveUp { kept: Kept::Lost { error, .. }, .. }] = played.of("EventLog").as_slice() else {
        panic!("{:?}", played.told)
    };
    assert!(error.starts_with("no AWS::SQS::QueuePolicy lets events.amazonaws.com"), "{error}");
    assert_eq!(world.sent.lock().unwrap().len(), 0);
    let totals = ["FailedInvocations", "InvocationsSentToDlq", "InvocationsFailedToBeSentToDlq"];
    assert_eq!(totals.map(|metric| played.total(metric)), [Some(1.0), None, Some(1.0)]);
}
