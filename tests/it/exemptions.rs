//! Who and what the configuration exempts, with input that means to be taken for it.

use crate::guards::{SUCCESS, changed, removed, reverted};
use serde_json::{Value, json};
use trailhook::{Arn, Decision, Guards, Plan, Record, Response, ServiceName, decide, decode};

/// What revert decides with these services on the list.
fn with_services(event: &Value, services: &[&str]) -> String {
    let services: Vec<ServiceName> = services.iter().map(|service| service.parse().unwrap()).collect();
    reverted(event, &|guards| guards.exempt.services = services.clone())
}

fn with_queues(event: &Value, pattern: &str) -> String {
    reverted(event, &|guards| guards.exempt.queues = vec![pattern.parse().unwrap()])
}

#[test]
fn a_service_is_known_by_what_only_cloudtrail_writes() {
    const CLOUDFORMATION: &str = "cloudformation.amazonaws.com";
    let stack = changed("CreateQueue.cloudformation.json", &[]);
    assert_eq!(with_services(&stack, &[CLOUDFORMATION]), "exempt");
    assert_eq!(with_services(&stack, &["sns.amazonaws.com", CLOUDFORMATION]), "exempt");
    assert_eq!(with_services(&stack, &["sns.amazonaws.com", "AWS Internal"]), "acts");
    assert_eq!(with_services(&stack, &["amazonaws.com"]), "acts", "a name is no suffix");
    assert_eq!(with_services(&changed("CreateQueue.no-type.json", &[]), &["AWS Internal"]), "exempt");
    // What a caller writes, or what is an address, makes nobody a service.
    let pretender = [
        ("/detail/userAgent", json!(CLOUDFORMATION)),
        ("/detail/sourceIPAddress", json!(CLOUDFORMATION)),
        ("/detail/userIdentity/userName", json!(CLOUDFORMATION)),
        ("/detail/userIdentity/principalId", json!(format!("AROA:{CLOUDFORMATION}"))),
        ("/detail/userIdentity/sessionContext/sourceIdentity", json!(CLOUDFORMATION)),
        ("/detail/userIdentity/sessionContext/invokedBy", json!(CLOUDFORMATION)),
        ("/detail/invokedBy", json!(CLOUDFORMATION)),
        ("/detail/userIdentity/InvokedBy", json!(CLOUDFORMATION)),
    ];
    assert_eq!(with_services(&changed(SUCCESS, &pretender), &[CLOUDFORMATION]), "acts");
    let invoked_by = |value: Value| changed(SUCCESS, &[("/detail/userIdentity/invokedBy", value)]);
    for (value, expected) in [
        (json!(CLOUDFORMATION), "exempt"),
        (json!("CloudFormation.amazonaws.com"), "acts"),
        (json!("cloudformation.amazonaws.com."), "acts"),
        (json!(" cloudformation.amazonaws.com"), "acts"),
        (json!("evil.cloudformation.amazonaws.com"), "acts"),
        (json!("cloudformation.amazonaws.com.evil.example"), "acts"),
        (json!(""), "acts"),
        (Value::Null, "acts"),
        (json!([CLOUDFORMATION]), "Trailhook.Undecidable"),
        (json!({"service": CLOUDFORMATION}), "Trailhook.Undecidable"),
        (json!(7), "Trailhook.Undecidable"),
        (json!(false), "Trailhook.Undecidable"),
    ] {
        assert_eq!(with_services(&invoked_by(value.clone()), &[CLOUDFORMATION]), expected, "{value}");
    }
    assert_eq!(with_services(&invoked_by(json!([CLOUDFORMATION])), &[]), "acts", "nobody asks for it");
    // Of a service's own call the name is needed.
    for nothing in [removed(), Value::Null, json!("")] {
        let service = json!({"type": "AWSService"});
        let changes = [("/detail/userIdentity", service), ("/detail/userIdentity/invokedBy", nothing)];
        assert_eq!(with_services(&changed(SUCCESS, &changes), &[CLOUDFORMATION]), "Trailhook.Undecidable");
    }
}

#[test]
fn a_queue_is_known_by_its_whole_name() {
    let orders = changed(SUCCESS, &[]);
    for (pattern, expected) in [
        ("orders", "exempt"),
        ("ord*", "exempt"),
        ("*", "exempt"),
        ("*orders*", "exempt"),
        ("Orders", "acts"),
        ("order", "acts"),
        ("orders-*", "acts"),
        ("*.fifo", "acts"),
        ("111122223333*", "acts"),
    ] {
        assert_eq!(with_queues(&orders, pattern), expected, "{pattern}");
    }
    // A call that failed, and a plan that is nothing, have their own reasons.
    assert_eq!(with_queues(&changed("CreateQueue.failed.json", &[]), "*"), "failed-call");
    assert_eq!(with_queues(&changed("CreateQueue.omitted.json", &[]), "*"), "unknown-request");
    // The queue that would be changed counts, not what else the record mentions.
    let mentions = [
        ("/detail/requestParameters/attributes/exempt", json!("scratch")),
        ("/detail/userAgent", json!("scratch")),
        ("/detail/resources", json!([{"ARN": "arn:aws:sqs:eu-west-1:111122223333:scratch"}])),
    ];
    assert_eq!(with_queues(&changed(SUCCESS, &mentions), "scratch*"), "acts");
    let asked_for = [("/detail/requestParameters/queueName", json!("scratch"))];
    assert_eq!(with_queues(&changed(SUCCESS, &asked_for), "scratch*"), "foreign-queue");
}

/// Would change these resources.
struct Change(Vec<Option<&'static str>>);

impl Response for Change {
    type Trigger = Record;
    type Action = Option<Arn>;
    const NAME: &'static str = "change";
    const IDEMPOTENT: bool = true;

    fn resource(&self, arn: &Option<Arn>) -> Option<Arn> {
        arn.clone()
    }

    fn plan(&self, _: &Record) -> Plan<Option<Arn>> {
        Plan::Act(self.0.iter().map(|arn| arn.map(|arn| arn.parse().unwrap())).collect())
    }
}

#[test]
fn a_plan_that_is_exempt_in_part_is_for_people() {
    const ORDERS: Option<&str> = Some("arn:aws:sqs:eu-west-1:111122223333:orders");
    const SCRATCH: Option<&str> = Some("arn:aws:sqs:eu-west-1:111122223333:scratch");
    const TOPIC: Option<&str> = Some("arn:aws:sns:eu-west-1:111122223333:scratch");
    let decided = |resources: &[Option<&'static str>]| {
        let mut guards = Guards::of::<Record>("111122223333", "eu-west-1", "/trailhook/".parse().unwrap());
        guards.exempt.queues = vec!["scratch".parse().unwrap()];
        let event = decode(changed(SUCCESS, &[]).to_string().as_bytes()).unwrap();
        let now = "2026-11-02T09:30:30Z".parse().unwrap();
        match decide(&Change(resources.to_vec()), event, &guards, now) {
            Ok(Decision::Act(actions)) => format!("acts on {}", actions.len()),
            Ok(Decision::Nothing(reason)) => reason.code.to_owned(),
            Ok(Decision::Skip(skip)) => skip.to_string(),
            Err(undecided) => format!("{}: {undecided}", undecided.error_type()),
        }
    };
    assert_eq!(decided(&[SCRATCH]), "the queue is exempt: scratch is covered by scratch");
    assert_eq!(decided(&[SCRATCH, SCRATCH]), "the queue is exempt: scratch is covered by scratch");
    assert_eq!(decided(&[ORDERS, ORDERS]), "acts on 2");
    assert_eq!(decided(&[TOPIC, None]), "acts on 2", "no queues");
    assert_eq!(decided(&[]), "empty-plan");
    for part in [[ORDERS, SCRATCH], [SCRATCH, ORDERS], [SCRATCH, None], [TOPIC, SCRATCH]] {
        let decided = decided(&part);
        assert!(decided.starts_with("Trailhook.Undecidable: the exempt guard cannot decide: "), "{part:?}: {decided}");
        assert!(decided.contains("scratch is covered by scratch"), "{part:?}: {decided}");
    }
}

/// A type that nobody knows yet, or none, is no way past the issuer: the session's own ARN ends in a
/// name of the caller's choice.
#[test]
fn a_session_is_known_by_its_issuer_whatever_its_type() {
    let principal = |event: &Value, pattern: &str| {
        reverted(event, &|guards| guards.exempt.principals = vec![pattern.parse().unwrap()])
    };
    for kind in [json!("AssumedRole"), json!("Role"), json!("SomethingNew"), json!("Unknown"), json!(""), removed()] {
        let event = changed(
            SUCCESS,
            &[
                ("/detail/userIdentity/type", kind.clone()),
                ("/detail/userIdentity/arn", json!("arn:aws:sts::111122223333:assumed-role/Developer/role-ci-deploy")),
            ],
        );
        assert_eq!(principal(&event, "arn:aws:*::111122223333:*deploy"), "acts", "{kind}");
        assert_eq!(principal(&event, "arn:aws:iam::111122223333:role/Developer"), "exempt", "{kind}");
    }
    // The path is part of the name.
    let with_path = changed("CreateQueue.role.json", &[]);
    assert_eq!(principal(&with_path, "arn:aws:iam::111122223333:role/ci/*"), "exempt");
    assert_eq!(principal(&with_path, "arn:aws:iam::111122223333:role/GitHubDeploy"), "acts");
    assert_eq!(principal(&with_path, "arn:aws:iam::111122223333:role/*"), "exempt");
}
