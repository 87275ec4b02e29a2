//! Each guard from both sides, at its edges, with input that means to get around it.

use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};
use trailhook::responses::created_by_this_call;
use trailhook::responses::revert::Revert;
use trailhook::responses::tag_new_queue::{TagNewQueue, TagSettings};
use trailhook::{
    Arn, Call, Decision, ErrorCode, FromRecord, Guards, Mode, Omitted, Refusal, Response, RolePath, admit,
    calls::sqs::DeleteQueue, decide, decode, partition_of,
};
use trailhook_tests::root;

/// A sample with some members of its detail set to other values; `null` in a place of its own is a
/// removal.
pub(crate) fn changed(sample: &str, changes: &[(&str, Value)]) -> Value {
    let bytes = std::fs::read(root().join("events/sqs").join(sample)).unwrap();
    let mut event: Value = serde_json::from_slice(&bytes).unwrap();
    for (pointer, value) in changes {
        let (parent, member) = pointer.rsplit_once('/').unwrap();
        let parent = event.pointer_mut(parent).unwrap().as_object_mut().unwrap();
        match value {
            Value::String(text) if text == "REMOVED" => drop(parent.remove(member)),
            value => drop(parent.insert(member.to_owned(), value.clone())),
        }
    }
    event
}

pub(crate) fn removed() -> Value {
    json!("REMOVED")
}

/// What revert decides, in a word.
pub(crate) fn reverted(event: &Value, change: &dyn Fn(&mut Guards)) -> String {
    let mut guards =
        Guards::of::<<Revert as Response>::Trigger>("111122223333", "eu-west-1", "/trailhook/".parse().unwrap());
    guards.max_age = Some(TimeDelta::minutes(15));
    change(&mut guards);
    let now = "2026-11-02T09:30:30Z".parse().unwrap();
    match decide(&Revert::default(), decode(event.to_string().as_bytes()).unwrap(), &guards, now) {
        Ok(Decision::Act(_)) => "acts".to_owned(),
        Ok(Decision::Nothing(reason)) => reason.code.to_owned(),
        Ok(Decision::Skip(skip)) => skip.code().to_owned(),
        Err(undecided) => undecided.error_type().to_owned(),
    }
}

fn plainly(sample: &str, changes: &[(&str, Value)]) -> String {
    reverted(&changed(sample, changes), &|_| {})
}

pub(crate) const SUCCESS: &str = "CreateQueue.success.json";

#[test]
fn genuine() {
    assert_eq!(plainly(SUCCESS, &[]), "acts");
    for source in ["aws.partner/evil.example/x", "mycompany.sqs", "aws", "awsx.sqs", "", "aws.mediaconvert"] {
        assert_eq!(plainly(SUCCESS, &[("/source", json!(source))]), "Trailhook.Misrouted", "{source}");
    }
    // A response to any call has no source of its own to hold it against.
    let partner = changed(SUCCESS, &[("/source", json!("aws.partner/evil.example/x"))]);
    let guards = Guards::of::<trailhook::Record>("111122223333", "eu-west-1", "/x/".parse().unwrap());
    let now = "2026-11-02T09:30:30Z".parse().unwrap();
    let refused = admit(decode(partner.to_string().as_bytes()).unwrap(), &guards, now).unwrap_err();
    assert!(matches!(refused, Refusal::Misrouted(_)), "{refused}");
    for kind in ["AwsServiceEvent", "AwsConsoleSignIn", "apicall"] {
        assert_eq!(plainly(SUCCESS, &[("/detail/eventType", json!(kind))]), "Trailhook.Misrouted", "{kind}");
    }
    assert_eq!(plainly(SUCCESS, &[("/detail/eventType", json!(1))]), "Trailhook.Undecidable");
    assert_eq!(plainly(SUCCESS, &[("/detail/eventType", removed())]), "acts", "records before 1.02 have none");
}

#[test]
fn failed_calls() {
    assert_eq!(plainly(SUCCESS, &[("/detail/errorCode", json!("Throttling"))]), "failed-call");
    assert_eq!(plainly(SUCCESS, &[("/detail/errorMessage", json!("no"))]), "failed-call", "a message without a code");
    assert_eq!(plainly(SUCCESS, &[("/detail/errorCode", Value::Null)]), "acts");
    for code in ["AccessDenied", "AccessDeniedException", "Client.UnauthorizedOperation", "VpceAccessDenied"] {
        assert!(ErrorCode(code).is_denied(), "{code}");
    }
    for code in ["Client.DryRunOperation", "QueueAlreadyExists", "AWS.SimpleQueueService.NonExistentQueue"] {
        assert!(!ErrorCode(code).is_denied(), "{code}");
    }
}

#[test]
fn own_calls() {
    let role = "arn:aws:sts::111122223333:assumed-role/trailhook-revert/x";
    for (identity, expected) in [
        (json!({"type": "", "arn": role}), "Trailhook.Undecidable"),
        (json!({"arn": role, "invokedBy": "x"}), "Trailhook.Undecidable"),
        (json!({"principalId": "AROA:x", "invokedBy": "x"}), "Trailhook.Undecidable"),
        (json!({"type": "AssumedRole", "arn": role}), "Trailhook.Undecidable"),
        (json!({"type": "AssumedRole", "sessionContext": {"sessionIssuer": {}}}), "Trailhook.Undecidable"),
        (json!({"type": "Role", "arn": "arn:aws:iam::111122223333:role/x"}), "Trailhook.Undecidable"),
        (json!({"type": "Unknown"}), "Trailhook.Undecidable"),
        (json!({"type": "SomethingNew"}), "Trailhook.Undecidable"),
        (json!({}), "Trailhook.Undecidable"),
        (json!({"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/bob"}), "acts"),
        (json!({"accountId": "111122223333", "invokedBy": "AWS Internal"}), "acts"),
        (json!({"type": "AWSService", "invokedBy": "x.amazonaws.com"}), "acts"),
    ] {
        assert_eq!(plainly(SUCCESS, &[("/detail/userIdentity", identity.clone())]), expected, "{identity}");
    }
    // What a caller chooses is no mark of ours.
    let pretender = [
        ("/detail/userAgent", json!("trailhook-revert")),
        ("/detail/userIdentity/principalId", json!("AROA:trailhook-RevertFunction")),
        ("/detail/userIdentity/arn", json!(role)),
    ];
    assert_eq!(plainly(SUCCESS, &pretender), "acts");
    let path: RolePath = "/trailhook/".parse().unwrap();
    for arn in [
        "arn:aws:sts::111122223333:role/trailhook/x",
        "arn:aws:iam::111122223333:user/trailhook/x",
        "arn:aws:iam::111122223333:role/trailhook/",
        "arn:aws:iam::111122223333:role/other/trailhook/x",
        "arn:aws:iam::111122223333:role/trailhookx/x",
    ] {
        assert!(!path.covers(arn, "111122223333"), "{arn}");
    }
}

#[test]
fn account_and_region() {
    let other = json!("444455556666");
    assert_eq!(plainly(SUCCESS, &[("/detail/recipientAccountId", other.clone())]), "foreign-account");
    assert_eq!(plainly(SUCCESS, &[("/account", other.clone())]), "foreign-account");
    assert_eq!(plainly(SUCCESS, &[("/detail/recipientAccountId", removed())]), "acts", "the envelope says it");
    let nowhere = [("/detail/recipientAccountId", removed()), ("/account", removed())];
    assert_eq!(plainly(SUCCESS, &nowhere), "Trailhook.Undecidable");
    for url in [
        "https://sqs.eu-west-1.amazonaws.com/444455556666/orders",
        "https://sqs.us-east-1.amazonaws.com/111122223333/orders",
        "https://vpce-1a-2b.sqs.us-east-1.vpce.amazonaws.com/111122223333/orders",
        "https://sqs.eu-west-1.amazonaws.com/111122223333/another",
    ] {
        let event = [("/detail/responseElements/queueUrl", json!(url)), ("/detail/recipientAccountId", removed())];
        assert_eq!(plainly(SUCCESS, &event), "foreign-queue", "{url}");
        let envelope = decode(changed(SUCCESS, &event).to_string().as_bytes()).unwrap();
        let tag = TagNewQueue::new(TagSettings::default());
        let mut guards =
            Guards::of::<<TagNewQueue as Response>::Trigger>("111122223333", "eu-west-1", "/x/".parse().unwrap());
        guards.max_age = None;
        assert!(matches!(decide(&tag, envelope, &guards, Utc::now()), Ok(Decision::Nothing(_))), "{url}");
    }
    assert_eq!(partition_of("eusc-de-east-1"), "aws-eusc");
    assert_eq!(partition_of("us-isob-east-1"), "aws-iso-b");
}

#[test]
fn staleness() {
    // The sample is of 09:30:00, and it is 09:30:30.
    let limit = |seconds| move |guards: &mut Guards| guards.max_age = Some(TimeDelta::seconds(seconds));
    let sample = changed(SUCCESS, &[]);
    assert_eq!(reverted(&sample, &limit(30)), "acts");
    assert_eq!(reverted(&sample, &limit(29)), "stale");
    let at = |time: &str| plainly(SUCCESS, &[("/detail/eventTime", json!(time))]);
    assert_eq!(at("2026-11-02T09:35:00Z"), "acts", "clocks differ a little");
    assert_eq!(at("2026-11-02T09:36:00Z"), "Trailhook.Undecidable", "and not by years");
    let default = Guards::of::<<Revert as Response>::Trigger>("111122223333", "eu-west-1", "/x/".parse().unwrap());
    assert_eq!(default.max_age, Some(TimeDelta::days(1)), "no limit is nobody's default");
}

#[test]
fn exemptions() {
    let principal = |pattern: &str| {
        let pattern: trailhook::ArnPattern = pattern.parse().unwrap();
        move |guards: &mut Guards| guards.exempt.principals = vec![pattern.clone()]
    };
    let account = |guards: &mut Guards| guards.exempt.accounts = vec!["111122223333".to_owned()];
    let developer = principal("arn:aws:iam::111122223333:role/Developer");
    assert_eq!(reverted(&changed(SUCCESS, &[]), &developer), "exempt");
    assert_eq!(reverted(&changed(SUCCESS, &[]), &principal("arn:aws:iam::*:role/Other*")), "acts");
    assert_eq!(reverted(&changed(SUCCESS, &[]), &account), "exempt");
    let other = [("/detail/userIdentity/accountId", json!("444455556666"))];
    assert_eq!(reverted(&changed(SUCCESS, &other), &account), "acts");
    for nothing in [removed(), Value::Null, json!("")] {
        let unsaid = [("/detail/userIdentity/accountId", nothing)];
        assert_eq!(reverted(&changed(SUCCESS, &unsaid), &account), "Trailhook.Undecidable");
        assert_eq!(reverted(&changed(SUCCESS, &unsaid), &|_| {}), "acts", "nobody asks for it");
    }
    let service = [("/detail/userIdentity", json!({"type": "AWSService", "invokedBy": "x.amazonaws.com"}))];
    assert_eq!(reverted(&changed(SUCCESS, &service), &account), "acts");

    let user = "CreateQueue.iam-user.json";
    let bob = principal("arn:aws:iam::111122223333:user/bob");
    assert_eq!(reverted(&changed(user, &[]), &bob), "exempt");
    // A list that can't be held against the caller stops the action.
    for changes in [
        ("/detail/userIdentity/arn", json!(["arn:aws:iam::111122223333:user/bob"])),
        ("/detail/userIdentity/arn", removed()),
        ("/detail/userIdentity/accountId", json!(111122223333_u64)),
    ] {
        let name = changes.0;
        assert_eq!(reverted(&changed(user, &[changes]), &bob), "Trailhook.Undecidable", "{name}");
    }
    // A federated user's own ARN ends in a name of their choice: the issuer counts.
    let federated = json!({
        "type": "FederatedUser", "accountId": "111122223333", "principalId": "111122223333:bob",
        "arn": "arn:aws:sts::111122223333:federated-user/bob",
        "sessionContext": {"sessionIssuer": {"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/bob"}},
    });
    let event = changed(SUCCESS, &[("/detail/userIdentity", federated.clone())]);
    assert_eq!(reverted(&event, &bob), "exempt");
    assert_eq!(reverted(&event, &principal("arn:*:*::111122223333:*federated-user/bob")), "acts");
}

#[test]
fn what_is_omitted_or_another_call_is_not_read() {
    for (parameters, expected) in [
        (json!({"omitted": true, "reason": "too large", "queueName": "orders"}), "unknown-request"),
        (json!({"omitted": "true", "originalSize": "1", "queueName": "orders"}), "unknown-request"),
        (json!({"omitted": true}), "unknown-request"),
        (json!({"omitted": false, "queueName": "orders"}), "acts"),
        (json!({"omitted": false, "reason": "of its own", "queueName": "orders"}), "acts"),
        (json!({"omitted": "no", "queueName": "orders"}), "acts"),
    ] {
        assert_eq!(plainly(SUCCESS, &[("/detail/requestParameters", parameters.clone())]), expected, "{parameters}");
    }
    let note = serde_json::value::to_raw_value(&json!({"omitted": true, "own": 1})).unwrap();
    assert!(Omitted::in_part(&note).is_none(), "a service's own parameter of that name");
    // Admitted for any call, a record is still not another call than it is.
    let mut guards = Guards::of::<trailhook::Record>("111122223333", "eu-west-1", "/x/".parse().unwrap());
    guards.max_age = None;
    let envelope = decode(changed(SUCCESS, &[]).to_string().as_bytes()).unwrap();
    let error = Call::<DeleteQueue>::from_record(admit(envelope, &guards, Utc::now()).unwrap()).unwrap_err();
    assert!(error.to_string().contains("expected DeleteQueue"), "{error}");
}

#[test]
fn a_queue_is_new_within_a_second_of_the_call() {
    let event = "2026-11-02T09:30:00Z".parse().unwrap();
    let at = |seconds: i64| {
        created_by_this_call(event, &(1_793_611_800 + seconds).to_string()).map_err(|reason| reason.code)
    };
    assert_eq!(
        [at(-2), at(-1), at(0), at(1), at(2)],
        [Err("existed-before"), Ok(()), Ok(()), Ok(()), Err("created-later")]
    );
    assert_eq!(created_by_this_call(event, "").unwrap_err().code, "unknown-state");
    assert_eq!(Revert::DEFAULT_MODE, Mode::DryRun);
    assert!("arn:aws:sqs:eu-west-1:111122223333:orders".parse::<Arn>().is_ok());
}
