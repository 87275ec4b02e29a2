//! Every call that is declared reads what it is about from real records and from the sample events, and from
//! nothing else.

use crate::about::ABOUT;
use chrono::Utc;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use trailhook::calls::{DECLARED, Declared, declared, ec2, ecr, eks, iam, kms, lambda, logs, sns};
use trailhook::{Admitted, ApiCall, Call, FailedCalls, FromRecord, Guards, Part, Record, Replayed, admit, decode};
use trailhook_tests::{events, say, services, shared_records};

/// Through the guards of a response to any call, which let everything through.
fn admitted(event: &Value) -> Admitted {
    let envelope = decode(event.to_string().as_bytes()).unwrap();
    let account = envelope.detail.recipient_account_id.text().or(envelope.account.as_deref()).unwrap().to_owned();
    let region = envelope.detail.aws_region.text().unwrap().to_owned();
    let mut guards = Guards::of::<Record>(account, region, "/nobody/".parse().unwrap());
    (guards.max_age, guards.failed_calls, guards.replayed) = (None, FailedCalls::Admit, Replayed::Act);
    admit(envelope, &guards, Utc::now()).unwrap_or_else(|refusal| panic!("{refusal}: {event}"))
}

/// An event around a record that has none, with the little that the guards need and old records lack.
fn event(kind: &str, event: &Value) -> Value {
    let mut event = if kind == "envelope" { event.clone() } else { json!({"detail": event}) };
    let source = event["detail"]["eventSource"].as_str().unwrap().split('.').next().unwrap().to_owned();
    event["source"] = format!("aws.{source}").into();
    event["detail-type"] = "AWS API Call via CloudTrail".into();
    let account = event["detail"]["recipientAccountId"].as_str().unwrap_or("111122223333").to_owned();
    event["account"] = account.into();
    event
}

fn of(event: &Value) -> Option<&'static Declared> {
    let name = |name: &str| event["detail"][name].as_str().unwrap_or_default();
    declared(name("eventSource"), name("eventName"))
}

/// The services' samples, each with its folder.
pub(crate) fn samples() -> impl Iterator<Item = (String, Value)> {
    let of_service = |service: String| {
        let samples = events(&service).unwrap().into_iter();
        samples.map(move |(file, bytes)| (format!("{service}/{file}"), serde_json::from_slice(&bytes).unwrap()))
    };
    services().unwrap().into_iter().flat_map(of_service)
}

#[test]
fn every_shared_record_of_a_declared_call_has_its_shape() {
    let Some(records) = shared_records().unwrap() else {
        say("skipped: ../shared/corpus/records.jsonl is not here");
        return;
    };
    let mut read: BTreeMap<(&str, String), usize> = BTreeMap::new();
    let mut without = 0;
    for (kind, record) in &records {
        let detail = record.get("detail").unwrap_or(record);
        let Some(call) = detail["eventSource"].as_str().and_then(|_| of(&json!({ "detail": detail }))) else {
            continue;
        };
        let (name, failed) = (detail["eventName"].as_str().unwrap(), !detail["errorCode"].is_null());
        let about = call.about(admitted(&event(kind, record)));
        let about = about.unwrap_or_else(|error| panic!("{name}: {error}\n{detail}"));
        // A launch that failed made nothing, and there is one serial console.
        let nothing = (failed && name == "RunInstances") || name == "EnableSerialConsoleAccess";
        assert_eq!(about.is_none(), nothing, "{name}: {detail}");
        without += usize::from(nothing);
        *read.entry((call.call.event_source, name.to_owned())).or_default() += 1;
    }
    let (all, calls) = (read.values().sum::<usize>(), read.len());
    say(format!("{all} real records of {calls} declared calls have their call's shape, {without} name nothing"));
    let each: Vec<String> = read.iter().map(|((_, name), count)| format!("{name} {count}")).collect();
    say(each.join(", "));
    assert!(all >= 60 && calls >= 43, "{all} records of {calls} calls");
}

#[test]
fn every_sample_says_what_it_is_about() {
    let expected: BTreeMap<&str, &str> = ABOUT.into_iter().collect();
    let mut compared = 0;
    for (file, event) in samples() {
        let call = of(&event).unwrap_or_else(|| panic!("{file} is of no declared call"));
        let about = call.about(admitted(&event)).unwrap_or_else(|error| panic!("{file}: {error}"));
        let failed = !event["detail"]["errorCode"].is_null();
        if let Some(expected) = expected.get(file.as_str()) {
            assert_eq!(about.as_deref(), Some(*expected), "{file}");
            compared += 1;
        } else if !file.starts_with("sqs/") && !file.contains("EnableSerialConsoleAccess") {
            assert!(failed, "{file} is about {about:?}, and the table does not say so");
        }
        // What failed is about the same thing, or the record doesn't say.
        if let Some((call, _)) = file.split_once(".failed.")
            && let (Some(about), Some(expected)) = (about, expected.get(format!("{call}.success.json").as_str()))
        {
            assert_eq!(about, *expected, "{file}");
        }
    }
    say(format!("{compared} sample events say what they are about"));
    assert_eq!(compared, expected.len(), "a row is of a file that is not there");
}

/// In the events' folders each declared call has its success and its failure, and no folder has another call.
#[test]
fn every_declared_call_has_its_two_cases() {
    let files: BTreeSet<String> = samples().map(|(file, _)| file).collect();
    let mut calls = 0;
    for declared in DECLARED.into_iter().flatten() {
        let service = declared.call.event_source.split('.').next().unwrap();
        for case in ["success", "failed"] {
            let file = format!("{service}/{}.{case}.json", declared.call.event_names[0]);
            assert!(files.contains(&file), "{file} is missing");
        }
        calls += 1;
    }
    say(format!("{calls} declared calls, {} sample events", files.len()));
    assert!(calls >= 80, "{calls}");
}

fn asked<C: ApiCall>(file: &str) -> C::RequestParameters {
    let (_, event) = samples().find(|(sample, _)| sample == file).unwrap();
    match Call::<C>::from_record(admitted(&event)).unwrap().request {
        Part::Known(request) => request,
        Part::Null | Part::Omitted(_) => panic!("{file} does not say what was asked for"),
    }
}

/// Small and capital letters, `tagKey`, maps, EC2's lists by type, and the one tag of an XML dump.
#[test]
fn the_tags_of_a_creation_are_read_in_every_form() {
    let of_nat = asked::<ec2::CreateNatGateway>("ec2/CreateNatGateway.success.json").0.tags;
    for (tags, file) in [
        (asked::<ec2::RunInstances>("ec2/RunInstances.success.json").instance_tags(), "ec2"),
        (of_nat[0].tags.clone(), "an XML dump"),
        (asked::<iam::CreateUser>("iam/CreateUser.success.json").tags, "iam"),
        (asked::<lambda::CreateFunction>("lambda/CreateFunction20150331.success.json").tags, "lambda"),
        (asked::<kms::CreateKey>("kms/CreateKey.success.json").tags, "kms"),
        (asked::<ecr::CreateRepository>("ecr/CreateRepository.success.json").tags, "ecr"),
        (asked::<logs::CreateLogGroup>("logs/CreateLogGroup.success.json").tags, "logs"),
    ] {
        assert_eq!(tags["team"], "payments", "{file}");
    }
    assert!(asked::<eks::CreateCluster>("eks/CreateCluster.success.json").tags.is_empty());
    assert!(asked::<sns::CreateTopic>("sns/CreateTopic.success.json").tags.is_empty());
}

/// Any JSON at all, with the wrappers of lists and dumps among its names.
pub(crate) fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,20}".prop_map(Value::from),
        Just(Value::from("")),
    ];
    let name = prop_oneof!["[a-zA-Z]{1,12}", Just("items".to_owned()), Just("AnythingRequest".to_owned())];
    leaf.prop_recursive(4, 32, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(name.clone(), inner, 0..5).prop_map(|map| json!(map)),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Any JSON in place of the parts, or of a member of theirs: read or refused, for every call.
    #[test]
    fn any_json_in_the_parts_is_read_or_refused(parts in any_json(), member in any_json(), turn in 0..8usize) {
        for (_, event) in samples().skip(turn).step_by(8) {
            let (mut whole, mut mended) = (event.clone(), event.clone());
            whole["detail"]["requestParameters"] = parts.clone();
            whole["detail"]["responseElements"] = parts.clone();
            for part in ["requestParameters", "responseElements"] {
                if let Some(members) = mended["detail"][part].as_object_mut() {
                    members.values_mut().step_by(2).for_each(|value| *value = member.clone());
                }
            }
            for event in [whole, mended] {
                drop(of(&event).unwrap().about(admitted(&event)));
            }
        }
    }
}
