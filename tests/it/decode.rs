//! Decoding is lenient in what it accepts and exact in what it keeps.

use proptest::prelude::*;
use serde_json::Value;
use trailhook::{Actor, Envelope, Record};
use trailhook_tests::{events, say, services, shared_records};

/// Decodes and encodes again; the result must be the same JSON value.
fn assert_kept(record: &Value, name: &str) {
    let text = record.to_string();
    let decoded: Record = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
    let encoded = serde_json::to_value(&decoded).unwrap();
    assert_eq!(&encoded, record, "{name} is not what it was");
}

#[test]
fn every_shared_record_decodes_and_encodes_back_equal() {
    let Some(lines) = shared_records().unwrap() else {
        say("skipped: ../shared/corpus/records.jsonl is not here");
        return;
    };
    let (mut records, mut envelopes) = (0, 0);
    for (number, (kind, event)) in lines.iter().enumerate() {
        let name = format!("line {}", number + 1);
        match kind.as_str() {
            "record" => {
                assert_kept(event, &name);
                let around = format!(r#"{{"source":"aws.x","detail-type":"t","detail":{event}}}"#);
                assert!(is_read_the_same_in_any_form(around.as_bytes()), "{name}");
                records += 1;
            }
            "envelope" => {
                let envelope: Envelope =
                    trailhook::decode(event.to_string().as_bytes()).unwrap_or_else(|error| panic!("{name}: {error}"));
                assert_eq!(serde_json::to_value(&envelope.detail).unwrap(), event["detail"], "{name}");
                assert!(is_read_the_same_in_any_form(event.to_string().as_bytes()), "{name}");
                envelopes += 1;
            }
            other => panic!("{name} has the unknown kind {other:?}"),
        }
    }
    say(format!("{records} records and {envelopes} envelopes of {} lines decoded, re-encoded equal", lines.len()));
    assert_eq!(records + envelopes, lines.len());
    assert_eq!(lines.len(), 396, "the shared records have changed: say so here");
}

#[test]
fn every_shared_record_names_an_actor() {
    let Some(lines) = shared_records().unwrap() else {
        say("skipped: ../shared/corpus/records.jsonl is not here");
        return;
    };
    let unnamed = lines.iter().filter(|(_, event)| {
        let detail = event.get("detail").unwrap_or(event);
        let record: Record = serde_json::from_value(detail.clone()).unwrap();
        let actor = record.user_identity.get().map(|identity| Actor::of(identity).to_string());
        actor.is_none_or(|actor| actor.is_empty() || actor.starts_with("someone"))
    });
    assert_eq!(unnamed.count(), 0, "every shared record names somebody");
}

#[test]
fn every_sample_event_decodes_and_encodes_back_equal() {
    let mut count = 0;
    for folder in services().unwrap().iter().map(String::as_str).chain(["near-miss"]) {
        for (name, bytes) in events(folder).unwrap() {
            let value: Value = serde_json::from_slice(&bytes).unwrap();
            let envelope = trailhook::decode(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(serde_json::to_value(&envelope.detail).unwrap(), value["detail"], "{name}");
            assert!(is_read_the_same_in_any_form(&bytes), "{name}");
            count += 1;
        }
    }
    assert!(count > 250, "only {count} sample events");
}

/// Absent, null, and a form nobody knows stay what they are, in any member at any depth.
#[test]
fn absent_null_and_unknown_forms_are_kept() {
    for text in [
        r#"{}"#,
        r#"{"errorCode":null,"resources":null,"userIdentity":null}"#,
        r#"{"userIdentity":{"sessionContext":{"sessionIssuer":{},"webIdFederationData":{}}}}"#,
        r#"{"readOnly":"false","managementEvent":true,"sessionCredentialFromConsole":"true"}"#,
        r#"{"eventTime":5,"resources":"none","tlsDetails":[1,2],"userIdentity":"alice"}"#,
        r#"{"somethingNew":{"a":[1.50,1e400]},"userIdentity":{"newMember":null,"type":"Robot"}}"#,
        r#"{"resources":[{"ARN":"a","arn":null},{"type":3}],"requestParameters":"None"}"#,
    ] {
        let decoded: Record = serde_json::from_str(text).unwrap();
        let again: Record = serde_json::from_str(&serde_json::to_string(&decoded).unwrap()).unwrap();
        assert_eq!(serde_json::to_string(&decoded).unwrap(), serde_json::to_string(&again).unwrap(), "{text}");
        if !text.contains("1e400") {
            assert_kept(&serde_json::from_str(text).unwrap(), text);
        } else {
            assert!(serde_json::to_string(&decoded).unwrap().contains("1e400"), "a number is kept letter for letter");
        }
    }
}

/// Two values of one name can't both be kept, and readers differ in which of them they take.
#[test]
fn what_is_named_twice_is_refused_or_a_form_that_is_not_documented() {
    for text in [
        r#"{"errorCode":"AccessDenied","errorCode":null}"#,
        r#"{"eventName":null,"eventName":"A"}"#,
        r#"{"x":1,"x":1}"#,
    ] {
        let error = serde_json::from_str::<Record>(text).unwrap_err();
        assert!(error.to_string().contains("duplicate field `"), "{text}: {error}");
    }
    let identity: Record = serde_json::from_str(r#"{"userIdentity":{"type":"Root","type":"IAMUser"}}"#).unwrap();
    assert!(identity.user_identity.known("detail.userIdentity").is_err());
    let envelope = |members: &str| {
        trailhook::decode(format!(r#"{{"source":"aws.sqs","detail-type":"t","detail":{{}}{members}}}"#).as_bytes())
    };
    assert!(envelope("").is_ok());
    for twice in [r#","source":"aws.sqs""#, r#","replay-name":"a","replay-name":null"#, r#","detail":{}"#] {
        let error = envelope(twice).unwrap_err().to_string();
        assert!(error.contains("duplicate field `"), "{twice}: {error}");
    }
}

fn samples() -> Vec<Value> {
    let read = |folder| events(folder).unwrap().into_iter();
    read("sqs").chain(read("near-miss")).map(|(_, bytes)| serde_json::from_slice(&bytes).unwrap()).collect()
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[ -~]{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map("[a-zA-Z]{1,8}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// The values of a document, in a fixed order, for a mutation to pick one of.
fn places(value: &mut Value, visit: &mut dyn FnMut(&mut Value)) {
    visit(value);
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| places(item, visit)),
        Value::Object(members) => members.values_mut().for_each(|member| places(member, visit)),
        _ => {}
    }
}

/// Decoding takes a short way where every member has its documented form: it must not lead anywhere else.
fn is_read_the_same_in_any_form(bytes: &[u8]) -> bool {
    match (trailhook::decode(bytes), serde_json::from_slice::<Envelope>(bytes)) {
        (Ok(short), Ok(long)) => format!("{short:?}") == format!("{long:?}"),
        (Err(_), Err(_)) => true,
        // Beside what serde sees, a name in the envelope that stands there twice is refused.
        (Err(error), Ok(_)) => error.to_string().contains("duplicate field"),
        (Ok(_), Err(_)) => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Any one value of a sample event replaced by anything: the record still decodes and is kept,
    /// unless the envelope itself or the record's being an object is gone, which is a clear error.
    #[test]
    fn a_mutated_sample_is_kept_or_refused(sample in 0..1000usize, place in 0..1000usize, new in any_json()) {
        let samples = samples();
        let mut event = samples[sample % samples.len()].clone();
        let mut count = 0;
        places(&mut event, &mut |_| count += 1);
        let mut at = 0;
        places(&mut event, &mut |value| {
            if at == place % count {
                *value = new.clone();
            }
            at += 1;
        });
        match trailhook::decode(event.to_string().as_bytes()) {
            Ok(envelope) => {
                prop_assert!(is_read_the_same_in_any_form(event.to_string().as_bytes()));
                prop_assert_eq!(serde_json::to_value(&envelope.detail).unwrap(), event["detail"].clone());
            }
            Err(error) => prop_assert!(!error.to_string().is_empty()),
        }
    }

    /// Written otherwise, cut, with a name twice, or with bytes that are no text: what is decoded is what a reader finds
    /// who takes every form, and whoever refuses it does so too.
    #[test]
    fn whatever_is_decoded_reads_the_same_in_any_form(
        sample in 0..1000usize, at in 0.0..1.0f64, change in 0..6usize, byte: u8,
    ) {
        let samples = samples();
        let mut text = samples[sample % samples.len()].to_string().into_bytes();
        let at = (at * text.len() as f64) as usize;
        match change {
            0 => text.truncate(at),
            1 => text[at] = byte,
            2 => text.insert(at, byte),
            3 => drop(text.remove(at)),
            // Within a string it is a letter written otherwise, or half of one.
            4 => drop(text.splice(at..at, *b"\\u0041")),
            _ => drop(text.splice(at..at, *b"\",\"source\":\"")),
        }
        prop_assert!(is_read_the_same_in_any_form(&text), "{}", String::from_utf8_lossy(&text));
    }

    #[test]
    fn any_bytes_are_decoded_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        if let Err(error) = trailhook::decode(&bytes) {
            prop_assert!(!error.to_string().is_empty());
        }
    }
}
