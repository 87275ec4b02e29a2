//! `events/README.md` says of every sample event what each response does with it. This holds it to
//! that: the table is read, the event is decided, and the two must agree.

use chrono::{DateTime, TimeDelta, Utc};
use std::collections::BTreeMap;
use trailhook::responses::notify::{Notify, NotifySettings};
use trailhook::responses::revert::Revert;
use trailhook::responses::tag_new_queue::{TagNewQueue, TagSettings};
use trailhook::{Decision, FailedCalls, Guards, Response, Undecided, decide, decode};
use trailhook_tests::{events, root, say, services};

const OWN_ACCOUNT: &str = "111122223333";

/// The rows of the README's tables whose first cell is a file: file to the other cells.
fn rows() -> BTreeMap<String, Vec<String>> {
    let readme = std::fs::read_to_string(root().join("events/README.md")).unwrap();
    let mut rows = BTreeMap::new();
    for line in readme.lines().filter(|line| line.starts_with("| `")) {
        let mut cells = line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned());
        let file = cells.next().unwrap().trim_matches('`').to_owned();
        assert!(rows.insert(file.clone(), cells.collect()).is_none(), "{file} has two rows");
    }
    rows
}

fn clock() -> DateTime<Utc> {
    "2026-11-02T09:30:30Z".parse().unwrap()
}

fn tag() -> TagNewQueue {
    TagNewQueue::new(TagSettings::default())
}

fn notify() -> Notify {
    Notify::new(NotifySettings {
        topic_arn: Some("arn:aws:sns:eu-west-1:111122223333:trailhook".to_owned()),
        journal_log_group: Some("/trailhook/journal".to_owned()),
        chat: true,
        failed_calls: FailedCalls::AdmitDenied,
        quiet: Vec::new(),
        digest: None,
    })
    .unwrap()
}

/// The decision in the README's words.
fn decided<R: Response>(response: &R, bytes: &[u8]) -> Result<String, String> {
    let envelope = decode(bytes).map_err(|error| error.to_string())?;
    // Each sample is decided in the Region that it is from, as the table assumes.
    let region = envelope.detail.aws_region.text().unwrap_or("eu-west-1").to_owned();
    let mut guards = Guards::of::<R::Trigger>(OWN_ACCOUNT, region, "/trailhook/".parse().unwrap());
    guards.max_age = Some(R::DEFAULT_MAX_AGE);
    guards.failed_calls = response.failed_calls();
    guards.replayed = R::DEFAULT_REPLAYED;
    match decide(response, envelope, &guards, clock()) {
        Ok(Decision::Act(_)) => Ok("acts".to_owned()),
        Ok(Decision::Nothing(_)) => Ok("nothing".to_owned()),
        Ok(Decision::Skip(skip)) => Ok(format!("skips: {}", skip.code())),
        Err(undecided) => Err(undecided.to_string()),
    }
}

/// A cell of the table as `decided` would say it; `None` where only the live queue can tell.
fn expected(cell: &str) -> Option<String> {
    let (word, rest) = cell.split_once(':').unwrap_or((cell, ""));
    let code = match rest.trim() {
        "other account" => "foreign-account".to_owned(),
        other => other.replace(' ', "-"),
    };
    match word {
        "skips" => Some(format!("skips: {code}")),
        "nothing" if matches!(rest.trim(), "not new" | "exempt by its tag") => None,
        "nothing" => Some("nothing".to_owned()),
        _ => Some("acts".to_owned()),
    }
}

/// The samples of every service. A row of SQS's tables has the file alone, one of another service its folder too.
fn samples() -> Vec<(String, Vec<u8>)> {
    let mut samples = Vec::new();
    for service in services().unwrap() {
        let row = |file| if service == "sqs" { file } else { format!("{service}/{file}") };
        samples.extend(events(&service).unwrap().into_iter().map(|(file, bytes)| (row(file), bytes)));
    }
    samples
}

#[test]
fn every_sample_is_decided_as_the_readme_says() {
    let rows = rows();
    let mut decisions = 0;
    for (file, bytes) in samples() {
        let cells = rows.get(&file).unwrap_or_else(|| panic!("{file} has no row in events/README.md"));
        let mut check = |cell: &str, response: &str, decided: Result<String, String>| {
            let decided = decided.unwrap_or_else(|error| panic!("{file}, {response}: {error}"));
            match expected(cell) {
                Some(expected) => assert_eq!(decided, expected, "{file}, {response}: the README says {cell:?}"),
                None => assert_eq!(decided, "acts", "{file}, {response}: the live queue decides"),
            }
            decisions += 1;
        };
        match cells.as_slice() {
            [_, _, tags, notifies, reverts] => {
                check(tags, "tag-new-queue", decided(&tag(), &bytes));
                check(notifies, "notify", decided(&notify(), &bytes));
                check(reverts, "revert", decided(&Revert::default(), &bytes));
            }
            [_, _, notifies] => check(notifies, "notify", decided(&notify(), &bytes)),
            [_, _, notifies, reverts] => {
                check(notifies, "notify", decided(&notify(), &bytes));
                check(reverts, "revert", decided(&Revert::default(), &bytes));
            }
            other => panic!("{file} has {} cells", other.len()),
        }
    }
    say(format!("{decisions} decisions about sample events agree with events/README.md"));
    assert!(decisions > 300);
}

#[test]
fn near_misses_are_left_alone_with_a_reason_or_are_an_error() {
    for (file, bytes) in events("near-miss").unwrap() {
        // The rule's default pattern lets none through; revert has an answer to these two.
        let answered = ["sqs.DeleteQueue.json", "sqs.SendMessage.json"].contains(&file.as_str());
        let revert = if answered { None } else { Some(decided(&Revert::default(), &bytes)) };
        for decided in [Some(decided(&tag(), &bytes)), revert].into_iter().flatten() {
            match decided {
                Ok(decision) => assert!(decision.starts_with("skips: "), "{file}: {decision}"),
                Err(error) => assert!(error.starts_with("misrouted: "), "{file}: {error}"),
            }
        }
    }
}

#[test]
fn bad_input_is_an_error_that_names_the_place() {
    for (file, bytes) in events("bad").unwrap() {
        let cells = &rows()[&file];
        let error = decided(&Revert::default(), &bytes).expect_err(&file);
        let place = cells[1].trim_start_matches("envelope:").trim();
        let named: Vec<&str> = match place {
            "end of input" => vec!["EOF", "empty"],
            "line 1, column 1" => vec!["line 1 column 1"],
            "the place of the byte" => vec!["line "],
            "an object was expected" => vec!["invalid type: sequence", "expected"],
            // A missing member is named by its parent's path and its own name.
            path => vec![path.trim_matches('`').rsplit('.').next().unwrap()],
        };
        assert!(named.iter().any(|name| error.contains(name)), "{file}: {error:?} does not name {place:?}");
    }
}

#[test]
fn every_row_has_a_file() {
    let mut files: Vec<String> = samples().into_iter().map(|(file, _)| file).collect();
    for folder in ["near-miss", "bad"] {
        files.extend(events(folder).unwrap().into_iter().map(|(file, _)| file));
    }
    for file in rows().keys() {
        assert!(files.contains(file), "events/README.md has a row for {file}, which is not there");
    }
}

#[test]
fn what_a_guard_lacks_is_an_error_and_not_a_way_through() {
    let sample = std::fs::read_to_string(root().join("events/sqs/CreateQueue.success.json")).unwrap();
    for (from, to, named) in [
        (r#""eventSource": "sqs.amazonaws.com""#, r#""eventSource": null"#, "detail.eventSource"),
        (r#""eventName": "CreateQueue""#, r#""eventName": ["CreateQueue"]"#, "detail.eventName"),
        (r#""userIdentity": {"#, r#""userIdentity": "alice", "x": {"#, "detail.userIdentity"),
        (r#""sessionIssuer": {"#, r#""issuer": {"#, "sessionIssuer.arn"),
        (r#""arn": "arn:aws:iam::111122223333:role/Developer","#, r#""arn": 7,"#, "sessionIssuer.arn"),
        (r#""eventTime": "2026-11-02T09:30:00Z""#, r#""eventTime": "yesterday""#, "detail.eventTime"),
        (r#""awsRegion": "eu-west-1""#, r#""awsRegion": {}"#, "detail.awsRegion"),
        (r#""recipientAccountId": "111122223333""#, r#""recipientAccountId": 111122223333"#, "recipientAccountId"),
        (r#""readOnly": false"#, r#""readOnly": false, "errorCode": {"code": "x"}"#, "detail.errorCode"),
    ] {
        assert!(sample.contains(from), "{from} is not in the sample any more");
        let mut changed = sample.replacen(from, to, 1);
        if from.starts_with("\"awsRegion") {
            // `decided` takes the Region from the event, and there is none to be read.
            changed = changed.replace("\"region\": \"eu-west-1\"", "\"region\": \"\"");
        }
        let error = decided(&Revert::default(), changed.as_bytes()).expect_err(to);
        assert!(error.contains("guard cannot decide") && error.contains(named), "{to}: {error}");
    }
}

/// The same event refused by several guards is refused by the first one.
#[test]
fn the_order_of_the_guards_is_fixed() {
    let read = |name: &str| std::fs::read(root().join("events/sqs").join(name)).unwrap();
    let refused = |bytes: &[u8], change: &dyn Fn(&mut Guards)| -> String {
        let mut guards =
            Guards::of::<<Revert as Response>::Trigger>(OWN_ACCOUNT, "eu-west-1", "/trailhook/".parse().unwrap());
        guards.max_age = Some(TimeDelta::minutes(15));
        change(&mut guards);
        match decide(&Revert::default(), decode(bytes).unwrap(), &guards, clock()) {
            Ok(Decision::Skip(skip)) => skip.code().to_owned(),
            Err(Undecided::Misrouted(_)) => "misrouted".to_owned(),
            other => format!("{other:?}"),
        }
    };
    let everything = |guards: &mut Guards| {
        guards.account = "444455556666".to_owned();
        guards.max_age = Some(TimeDelta::seconds(1));
        guards.exempt.accounts.push(OWN_ACCOUNT.to_owned());
    };
    assert_eq!(refused(&read("ListMessageMoveTasks.failed.json"), &everything), "not-watched");
    assert_eq!(refused(&read("CreateQueue.failed.json"), &everything), "failed-call");
    let own = |guards: &mut Guards| {
        everything(guards);
        guards.account = OWN_ACCOUNT.to_owned();
        guards.region = "eu-north-1".to_owned();
    };
    assert_eq!(refused(&read("CreateQueue.own-role.json"), &own), "own-call");
    assert_eq!(refused(&read("CreateQueue.success.json"), &everything), "foreign-account");
    assert_eq!(refused(&read("CreateQueue.success.json"), &own), "foreign-region");
    let stale = |guards: &mut Guards| {
        everything(guards);
        guards.account = OWN_ACCOUNT.to_owned();
    };
    assert_eq!(refused(&read("CreateQueue.replayed.json"), &everything), "foreign-account");
    assert_eq!(refused(&read("CreateQueue.replayed.json"), &stale), "replayed");
    assert_eq!(refused(&read("CreateQueue.success.json"), &stale), "stale");
    let exempt = |guards: &mut Guards| {
        guards.exempt.principals.push("arn:aws:iam::111122223333:role/Dev*".parse().unwrap());
    };
    assert_eq!(refused(&read("CreateQueue.success.json"), &exempt), "exempt");
    let forged = std::fs::read(root().join("events/near-miss/forged.CreateQueue.json")).unwrap();
    assert_eq!(refused(&forged, &everything), "misrouted");
}
