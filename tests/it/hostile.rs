//! Every string of a record is the caller's: whatever stands there, what the responses make of it keeps to the rules of those
//! who get it, in `trailhook_tests::rules`.

use chrono::Utc;
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use trailhook::calls::sqs::CreateQueue;
use trailhook::responses::notify::{DigestLimit, Notify, NotifySettings};
use trailhook::responses::revert::Revert;
use trailhook::responses::tag_new_queue::{TagNewQueue, TagSettings};
use trailhook::{Call, Decision, EventHeader, FailedCalls, FromRecord, Guards, Mode, Outcome, Report, Response};
use trailhook::{decide, decode};
use trailhook_tests::hostile::{STRINGS, is_decisive, places};
use trailhook_tests::moto::{ACCOUNT, REGION};
use trailhook_tests::rules::{self, Kept};
use trailhook_tests::{events, say, services};

const LOG_GROUP: &str = "/trailhook/journal";

struct Responses {
    notify: [Notify; 2],
    tag: TagNewQueue,
    /// How many actions were looked at.
    actions: usize,
}

fn guards<T: FromRecord>(failed_calls: FailedCalls) -> Guards {
    let mut guards = Guards::of::<T>(ACCOUNT, REGION, "/trailhook/".parse().unwrap());
    (guards.max_age, guards.failed_calls) = (None, failed_calls);
    guards
}

impl Responses {
    fn new() -> Responses {
        let notify = |chat| {
            let settings = NotifySettings {
                topic_arn: Some("arn:aws:sns:eu-west-1:111122223333:trailhook".to_owned()),
                journal_log_group: Some(LOG_GROUP.to_owned()),
                chat,
                failed_calls: FailedCalls::Admit,
                quiet: Vec::new(),
                digest: Some(DigestLimit::default()),
            };
            Notify::new(settings).unwrap()
        };
        let everything = r#"{"actor": "{{ actor }}", "with": "{{ userAgent }}", "short": "{{ userAgent[:20] | upper }}",
            "from": "{{ sourceIPAddress }}", "arn": "{{ principalArn }}", "by": "{{ through }}", "id": "{{ eventID }}",
            "all": "{{ record }}", "who": "{{ who }}"}"#;
        let tag = TagNewQueue::new(TagSettings::from_json(everything).unwrap());
        Responses { notify: [notify(false), notify(true)], tag, actions: 0 }
    }

    /// What the three make of this event keeps to the rules.
    fn hold(&mut self, event: &[u8]) -> Kept {
        for (chat, notify) in [false, true].into_iter().zip(&self.notify) {
            for action in decided(notify, event)? {
                self.actions += 1;
                rules::told(&action, LOG_GROUP, chat)?;
            }
        }
        for action in decided(&self.tag, event)? {
            self.actions += 1;
            rules::tags(&action)?;
        }
        for action in decided(&Revert::default(), event)? {
            self.actions += 1;
            rules::undone(&action, ACCOUNT, REGION, &asked_for(event))?;
        }
        Ok(())
    }
}

/// The name of the queue that the call was about, read with other eyes than the response's; what stands beside the way
/// there is not read.
fn asked_for(event: &[u8]) -> String {
    let text = |way: [&str; 3]| {
        let mut at = std::str::from_utf8(event).unwrap().to_owned();
        for name in way.into_iter().filter(|name| !name.is_empty()) {
            let members: BTreeMap<String, Box<RawValue>> = serde_json::from_str(&at).unwrap();
            at = members[name].get().to_owned();
        }
        serde_json::from_str::<String>(&at).unwrap()
    };
    let (name, before) = match text(["detail", "eventName", ""]).as_str() {
        "CreateQueue" => return text(["detail", "requestParameters", "queueName"]),
        "StartMessageMoveTask" => ("sourceArn", ':'),
        _ => ("queueUrl", '/'),
    };
    text(["detail", "requestParameters", name]).rsplit(before).next().unwrap().to_owned()
}

/// The actions; where there are none, the report of why keeps to the rules of a line.
fn decided<R: Response>(response: &R, event: &[u8]) -> Result<Vec<R::Action>, String> {
    let report = |header, outcome, reason: &str, message: String| {
        let report = Report::without_actions(R::NAME, Mode::Enforce, header, outcome, reason, message);
        let line = trailhook::shown_json(&serde_json::to_string(&report).unwrap());
        if line.len() > 256 * 1024 {
            return Err(format!("a report of {} bytes", line.len()));
        }
        rules::json_line(&line).map(|()| Vec::new())
    };
    let envelope = match decode(event) {
        Ok(envelope) => envelope,
        Err(error) => return report(None, Outcome::Failed, "Trailhook.Decode", error.to_string()),
    };
    let header = Some(EventHeader::of(&envelope));
    match decide(response, envelope, &guards::<R::Trigger>(response.failed_calls()), Utc::now()) {
        Ok(Decision::Act(actions)) => {
            actions.iter().try_for_each(|action| rules::line(&trailhook::shown_line(&response.describe(action))))?;
            Ok(actions)
        }
        Ok(Decision::Nothing(reason)) => report(header, Outcome::Nothing, reason.code, reason.message),
        Ok(Decision::Skip(skip)) => report(header, Outcome::Skipped, skip.code(), skip.to_string()),
        Err(undecided) => report(header, Outcome::Failed, undecided.error_type(), undecided.to_string()),
    }
}

fn samples() -> Vec<(String, Value)> {
    let read = |folder| events(folder).unwrap().into_iter();
    let value = |(name, bytes): (String, Vec<u8>)| (name, serde_json::from_slice(&bytes).unwrap());
    services().unwrap().iter().map(String::as_str).chain(["near-miss"]).flat_map(read).map(value).collect()
}

#[track_caller]
fn hold(responses: &mut Responses, event: &Value, about: impl Fn() -> String) {
    let kept = responses.hold(event.to_string().as_bytes());
    assert!(kept.is_ok(), "{}: {}", about(), kept.unwrap_err().chars().take(2_000).collect::<String>());
}

/// A record keeps the layout that it came in, and what is told of it has to read as it is in any.
#[test]
fn no_layout_of_a_record_writes_over_what_is_told() {
    let mut responses = Responses::new();
    for (name, sample) in samples() {
        for layout in ["\r", "\r\n", "\t\n "] {
            let event = format!("{sample:#}").replace('\n', layout);
            let kept = responses.hold(event.as_bytes());
            assert!(kept.is_ok(), "{name} laid out with {layout:?}: {}", kept.unwrap_err());
        }
    }
    assert!(responses.actions > 100, "only {} actions", responses.actions);
}

/// Each string of each sample in turn. Which of the hostile ones it becomes goes round, so that every one of them comes to
/// every kind of place.
#[test]
fn a_hostile_string_in_any_place_of_any_sample_does_no_harm() {
    let mut responses = Responses::new();
    let mut turn = 0;
    for (name, sample) in samples() {
        for place in places(&sample) {
            let (mut event, string) = (sample.clone(), STRINGS[turn % STRINGS.len()]);
            turn += 1;
            *event.pointer_mut(&place).unwrap() = string.into();
            hold(&mut responses, &event, || format!("{name} with {string:?} at {place}"));
        }
    }
    say(format!(
        "{turn} events, each with one hostile string, gave {} actions that keep to the rules",
        responses.actions
    ));
    assert!(responses.actions > turn, "{} actions of {turn} events", responses.actions);
}

/// All strings at once that no guard decides by, each string both in front of and behind what was there.
#[test]
fn hostile_strings_everywhere_do_no_harm() {
    let mut responses = Responses::new();
    for (name, sample) in samples().into_iter().step_by(5) {
        let free: Vec<String> = places(&sample).into_iter().filter(|place| !is_decisive(place)).collect();
        for string in STRINGS {
            let mut event = sample.clone();
            for place in &free {
                let own = event.pointer_mut(place).unwrap();
                let text = own.as_str().unwrap_or_default();
                *own = format!("{string}{text}{string}").into();
            }
            hold(&mut responses, &event, || format!("{name} with {string:?} everywhere"));
        }
    }
    assert!(responses.actions > 2_000, "{}", responses.actions);
}

/// One megabyte in every fourth place: of letters, of quotes that JSON doubles, and of characters that it writes as twelve letters.
#[test]
fn a_megabyte_in_any_place_does_no_harm() {
    let mut responses = Responses::new();
    let sample = |name: &str| samples().into_iter().find(|(sample, _)| sample == name).unwrap().1;
    for name in ["CreateQueue.role.json", "CreateQueue.failed.json"] {
        let sample = sample(name);
        for (turn, place) in places(&sample).into_iter().enumerate().step_by(4) {
            let unit = ["a", "\"", "\u{e0041}", "\u{1}", "`<"][turn % 5];
            let mut event = sample.clone();
            *event.pointer_mut(&place).unwrap() = unit.repeat(1_048_576 / unit.len()).into();
            hold(&mut responses, &event, || format!("{name} with a megabyte of {unit:?} at {place}"));
        }
        // The same twelve letters wherever they can be at once.
        let mut event = sample.clone();
        for place in places(&sample).into_iter().filter(|place| !is_decisive(place)) {
            *event.pointer_mut(&place).unwrap() = "\u{e0041}".repeat(20_000).into();
        }
        hold(&mut responses, &event, || format!("{name} with eighty kilobytes everywhere"));
    }
}

/// What only JSON's text can say: halves of pairs, depth, numbers of any size.
#[test]
fn hostile_json_does_no_harm() {
    let mut responses = Responses::new();
    let (name, sample) = samples().into_iter().find(|(name, _)| name == "CreateQueue.role.json").unwrap();
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let members = format!("{}1{}", "{\"a\":".repeat(50_000), "}".repeat(50_000));
    let digits = "9".repeat(100_000);
    let values =
        [r#""\ud800""#, r#""\udc00\ud800""#, "1e400", "-1e-400", "1E+9999999999", "-0", &digits, &deep, &members];
    let values = values.into_iter().chain(["\"\u{202e}\"", "true", "null", "[]", "{}"]);
    for value in values {
        for place in places(&sample) {
            let mut event = sample.clone();
            *event.pointer_mut(&place).unwrap() = "HERE".into();
            let event = event.to_string().replacen("\"HERE\"", value, 1);
            let kept = responses.hold(event.as_bytes());
            let shown: String = value.chars().take(40).collect();
            assert!(kept.is_ok(), "{name} with {shown} at {place}: {kept:?}");
        }
    }
}

/// A name that is there twice decides nothing: no guard reads another value than the plan does.
#[test]
fn what_is_said_twice_is_not_acted_on() {
    let text = String::from_utf8(
        events("sqs").unwrap().into_iter().find(|(name, _)| name == "CreateQueue.role.json").unwrap().1,
    );
    let value: Value = serde_json::from_str(&text.unwrap()).unwrap();
    let text = value.to_string();
    let guards = guards::<Call<CreateQueue>>(FailedCalls::Skip);
    let acts = |text: &str| match decode(text.as_bytes())
        .map(|envelope| decide(&Revert::default(), envelope, &guards, Utc::now()))
    {
        Ok(Ok(Decision::Act(actions))) => Some(actions),
        _ => None,
    };
    assert!(acts(&text).is_some(), "the sample as it is");
    let mut refused = 0;
    for member in [
        r#""source":"aws.sqs""#,
        r#""detail-type":"AWS API Call via CloudTrail""#,
        r#""replay-name":"yesterday""#,
        r#""detail":{}"#,
    ] {
        let (name, _) = member.split_once(':').unwrap();
        let twice = text.replacen('{', &format!("{{{name}:null,{member},"), 1);
        let twice = if member.contains("replay") { twice } else { text.replacen('{', &format!("{{{member},"), 1) };
        assert!(acts(&twice).is_none(), "{twice}");
        refused += 1;
    }
    for (object, member) in [
        (r#""detail":{"#, r#""eventSource":"sqs.amazonaws.com""#),
        (r#""detail":{"#, r#""eventName":"CreateQueue""#),
        (r#""detail":{"#, r#""recipientAccountId":"111122223333""#),
        (r#""detail":{"#, r#""errorCode":"AccessDenied","errorCode":null"#),
        (r#""detail":{"#, r#""errorCode":null,"errorCode":null"#),
        (r#""detail":{"#, r#""unheardOf":1,"unheardOf":2"#),
        (r#""detail":{"#, r#""userIdentity":{"type":"Root"}"#),
        (r#""userIdentity":{"#, r#""type":"IAMUser""#),
        (r#""sessionContext":{"#, r#""sessionIssuer":{}"#),
        (r#""sessionIssuer":{"#, r#""arn":"arn:aws:iam::111122223333:role/trailhook/tagger""#),
        (r#""requestParameters":{"#, r#""queueName":"another""#),
        (r#""requestParameters":{"#, r#""omitted":true,"omitted":false"#),
        (r#""requestParameters":{"#, r#""attributes":{}"#),
        (r#""attributes":{"#, r#""DelaySeconds":"9","DelaySeconds":"8""#),
        (r#""responseElements":{"#, r#""queueUrl":"https://sqs.eu-west-1.amazonaws.com/111122223333/another""#),
    ] {
        assert!(text.contains(object), "the sample has no {object}");
        let twice = text.replacen(object, &format!("{object}{member},"), 1).replace(",}", "}");
        assert!(serde_json::from_str::<Value>(&twice).is_ok(), "{twice}");
        assert!(acts(&twice).is_none(), "{member} twice in {object}");
        refused += 1;
    }
    say(format!("{refused} events that say something twice were not acted on"));
}
