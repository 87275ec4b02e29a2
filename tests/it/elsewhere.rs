//! Events of other accounts and Regions, and events from an archive: from both sides.

use crate::guards::{SUCCESS, changed, removed, reverted};
use crate::settings::problems;
use serde_json::{Value, json};
use trailhook::responses::notify::{Notify, NotifySettings};
use trailhook::responses::revert::Revert;
use trailhook::{Decision, Elsewhere, FailedCalls, Guards, Replayed, Response, decide, decode};

const OTHER: &str = "444455556666";

fn notify() -> Notify {
    let journal_log_group = Some("/trailhook/journal".to_owned());
    let failed_calls = FailedCalls::AdmitDenied;
    Notify::new(NotifySettings {
        topic_arn: None,
        journal_log_group,
        chat: false,
        failed_calls,
        quiet: Vec::new(),
        digest: None,
    })
    .unwrap()
}

/// What notify decides, in a word, where it answers for one account and one Region more.
fn notified(event: &Value) -> String {
    let mut guards = Guards::of::<<Notify as Response>::Trigger>("111122223333", "eu-west-1", "/x/".parse().unwrap());
    guards.elsewhere = Elsewhere { accounts: vec![OTHER.to_owned()], regions: vec!["us-east-1".to_owned()] };
    let now = "2026-11-02T09:30:30Z".parse().unwrap();
    match decide(&notify(), decode(event.to_string().as_bytes()).unwrap(), &guards, now) {
        Ok(Decision::Act(_)) => "acts".to_owned(),
        Ok(Decision::Nothing(reason)) => reason.code.to_owned(),
        Ok(Decision::Skip(skip)) => skip.code().to_owned(),
        Err(undecided) => undecided.error_type().to_owned(),
    }
}

#[test]
fn a_listed_account_or_region_is_answered_and_no_other() {
    assert_eq!(notified(&changed("CreateQueue.other-account.json", &[])), "acts");
    assert_eq!(notified(&changed("CreateQueue.legacy-url-us-east-1.json", &[])), "acts");
    assert_eq!(notified(&changed("CreateQueue.china.json", &[])), "foreign-region");
    let of = |recipient: Value, account: Value| {
        notified(&changed(SUCCESS, &[("/detail/recipientAccountId", recipient), ("/account", account)]))
    };
    assert_eq!(of(json!(OTHER), json!(OTHER)), "acts");
    assert_eq!(of(json!(OTHER), json!("111122223333")), "acts", "each of the two is answered for");
    assert_eq!(of(removed(), json!(OTHER)), "acts");
    assert_eq!(of(json!(""), json!(OTHER)), "acts");
    // One that is listed does not bring another along.
    assert_eq!(of(json!(OTHER), json!("777788889999")), "foreign-account");
    assert_eq!(of(json!("777788889999"), json!(OTHER)), "foreign-account");
    assert_eq!(of(json!("444455556666 "), json!(OTHER)), "foreign-account");
    assert_eq!(of(json!(444455556666_u64), json!(OTHER)), "Trailhook.Undecidable");
    assert_eq!(of(json!([OTHER]), json!(OTHER)), "Trailhook.Undecidable");
    assert_eq!(of(removed(), removed()), "Trailhook.Undecidable");
    let region = |region: Value| notified(&changed(SUCCESS, &[("/detail/awsRegion", region)]));
    assert_eq!(region(json!("us-east-1")), "acts");
    for other in ["us-east-2", "US-EAST-1", "us-east-1 ", "us-east-1a", ""] {
        assert_eq!(region(json!(other)), "foreign-region", "{other:?}");
    }
    assert_eq!(region(json!(["us-east-1"])), "Trailhook.Undecidable");
    assert_eq!(region(removed()), "Trailhook.Undecidable");
}

/// A role under our path in another account is not ours: there, somebody else decides who has it.
#[test]
fn another_accounts_role_under_our_path_is_not_ours() {
    let role = |account: &str| {
        let arn = format!("arn:aws:iam::{account}:role/x/notify");
        let changes = [
            ("/account", json!(OTHER)),
            ("/detail/recipientAccountId", json!(OTHER)),
            ("/detail/userIdentity/sessionContext/sessionIssuer/arn", json!(arn)),
        ];
        notified(&changed(SUCCESS, &changes))
    };
    assert_eq!(role(OTHER), "acts");
    assert_eq!(role("111122223333"), "own-call");
}

#[test]
fn a_response_that_cannot_answer_there_may_not_have_the_lists() {
    for (name, value) in [("TRAILHOOK_ALSO_ACCOUNTS", OTHER), ("TRAILHOOK_ALSO_REGIONS", "us-east-1")] {
        let told = problems::<Revert>(&[(name, value)]);
        assert!(told.len() == 1 && told[0].starts_with(&format!("{name}: revert can't have it")), "{told:?}");
        assert_eq!(problems::<Notify>(&[(name, value)]), Vec::<String>::new());
        assert_eq!(problems::<Revert>(&[(name, "")]), Vec::<String>::new(), "an empty one is none");
    }
    // Should somebody give them to it in code, it decides without them.
    let list = |guards: &mut Guards| {
        guards.elsewhere = Elsewhere { accounts: vec![OTHER.to_owned()], regions: vec!["us-east-1".to_owned()] };
    };
    assert_eq!(reverted(&changed("CreateQueue.other-account.json", &[]), &list), "foreign-account");
    assert_eq!(reverted(&changed("CreateQueue.legacy-url-us-east-1.json", &[]), &list), "foreign-region");
    assert_eq!(reverted(&changed(SUCCESS, &[]), &list), "acts");
}

#[test]
fn a_replayed_event_is_not_reverted_whatever_the_form_of_its_name() {
    let act = |guards: &mut Guards| guards.replayed = Replayed::Act;
    let long = "r".repeat(200_000);
    for (name, expected) in [
        (json!("orders-2026-11-02"), "replayed"),
        (json!(""), "replayed"),
        (json!(" "), "replayed"),
        (json!(long), "replayed"),
        (json!(false), "replayed"),
        (json!(0), "replayed"),
        (json!([]), "replayed"),
        (json!({"name": null}), "replayed"),
        (Value::Null, "acts"),
        (removed(), "acts"),
    ] {
        let event = changed(SUCCESS, &[("/replay-name", name)]);
        assert_eq!(reverted(&event, &|_| {}), expected, "{}", &event.to_string()[..200]);
        assert_eq!(reverted(&event, &act), "acts");
    }
    // It belongs to the envelope: in the record a caller's text may stand.
    assert_eq!(reverted(&changed(SUCCESS, &[("/detail/replay-name", json!("x"))]), &|_| {}), "acts");
    // Acting on replays is no way past the age.
    let late = changed("CreateQueue.delayed.json", &[("/replay-name", json!("x"))]);
    assert_eq!(reverted(&late, &act), "stale");
    let hostile = changed(SUCCESS, &[("/replay-name", json!("\u{202e}\n\"x"))]);
    let guards = Guards::of::<<Revert as Response>::Trigger>("111122223333", "eu-west-1", "/x/".parse().unwrap());
    let now = "2026-11-02T09:30:30Z".parse().unwrap();
    let decision = decide(&Revert::default(), decode(hostile.to_string().as_bytes()).unwrap(), &guards, now).unwrap();
    let Decision::Skip(skip) = decision else { panic!("{decision:?}") };
    assert!(skip.to_string().contains(r#""\u{202e}\n\"x""#), "{skip}");
    assert_eq!((Revert::DEFAULT_REPLAYED, Notify::DEFAULT_REPLAYED), (Replayed::Skip, Replayed::Act));
}
