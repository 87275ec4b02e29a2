//! Whatever is admitted is what the guards promise, by the event as another reader sees it.
#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use serde_json::Value;
use trailhook::calls::sqs::CreateQueue;
use trailhook::{Call, FromRecord, Guards, Record, admit, decode};
use trailhook_fuzz::{ACCOUNT, REGION, guards, mutate, now, text};

fuzz_mutator!(|data: &mut [u8], size: usize, most: usize, seed: u32| { mutate(data, size, most, seed) });

const EXEMPT: &str = "arn:aws:iam::111122223333:role/ci/";

fn typical<T: FromRecord>() -> Guards {
    let mut guards = guards::<T>();
    guards.max_age = Some(chrono::TimeDelta::hours(1));
    guards.exempt.principals = vec![format!("{EXEMPT}*").parse().expect("a pattern")];
    guards
}

fn asked(guards: &Guards, data: &[u8], event: &Value) {
    let Ok(envelope) = decode(data) else { return };
    let Ok(admitted) = admit(envelope, guards, now()) else { return };
    let at = |pointer: &str| text(event, pointer).unwrap_or_default();
    let absent = |pointer: &str| event.pointer(pointer).is_none_or(Value::is_null);
    assert!(at("/source").starts_with("aws.") && !at("/source").starts_with("aws.partner/"));
    assert_eq!(at("/detail-type"), "AWS API Call via CloudTrail");
    assert!(absent("/detail/eventType") || at("/detail/eventType") == "AwsApiCall");
    assert!(absent("/detail/errorCode") && absent("/detail/errorMessage"), "a call that failed");
    let accounts = [at("/account"), at("/detail/recipientAccountId")];
    assert!(accounts.contains(&ACCOUNT) && accounts.iter().all(|account| [ACCOUNT, ""].contains(account)));
    assert_eq!((at("/detail/awsRegion"), admitted.account()), (REGION, ACCOUNT));
    let issuer = at("/detail/userIdentity/sessionContext/sessionIssuer/arn");
    let own = issuer.split(':').collect::<Vec<_>>();
    assert!(!matches!(own.as_slice(), ["arn", _, "iam", _, ACCOUNT, role, ..] if role.starts_with("role/trailhook/")));
    if ["AssumedRole", "Role"].contains(&at("/detail/userIdentity/type")) {
        assert!(!issuer.is_empty() && !issuer.starts_with(EXEMPT), "{issuer:?}");
    }
    let age = now().signed_duration_since(admitted.record().time().expect("a time"));
    assert!((-300..=3_600).contains(&age.num_seconds()), "{age}");
    assert!(guards.watched.covers(at("/detail/eventSource"), at("/detail/eventName")));
}

fuzz_target!(|data: &[u8]| {
    // Without what serde_json alone can't read: numbers and depths of a part that nobody asks for.
    let Ok(event) = serde_json::from_slice::<Value>(data) else { return drop(decode(data)) };
    asked(&typical::<Call<CreateQueue>>(), data, &event);
    asked(&typical::<Record>(), data, &event);
});
