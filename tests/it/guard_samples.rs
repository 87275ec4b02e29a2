//! `docs/guards.md` names for each guard a sample event on each side of it, and the tests that hold it.
//! The page is read, the samples are decided, and the tests must be there.

use crate::house;
use serde_json::Value;
use std::collections::BTreeMap;
use trailhook::responses::notify::{Notify, NotifySettings};
use trailhook::responses::revert::Revert;
use trailhook::{Decision, FailedCalls, Guards, Response, TagExemption, Undecided, decide, decode};
use trailhook_tests::root;

const NOW: &str = "2026-11-02T09:30:30Z";

/// A guard's section.
struct Section {
    title: String,
    refused: Vec<String>,
    let_through: Vec<String>,
    tests: Vec<String>,
}

/// What stands between backquotes in the items of a list that begin with this word.
fn quoted(section: &str, word: &str) -> Vec<String> {
    let items = section.split("\n- ").skip(1).map(|item| item.split("\n\n").next().unwrap());
    let items = items.filter(|item| item.starts_with(word));
    items.flat_map(|item| item.split('`').skip(1).step_by(2)).map(str::to_owned).collect()
}

fn sections() -> Vec<Section> {
    let page = std::fs::read_to_string(root().join("docs/guards.md")).unwrap();
    let sections = page.split("\n## ").skip(1).filter(|section| section.contains("**MUST"));
    let section = |text: &str| Section {
        title: text.lines().next().unwrap().to_owned(),
        refused: quoted(text, "refused:"),
        let_through: quoted(text, "let through:"),
        tests: quoted(text, "held by"),
    };
    sections.map(section).collect()
}

fn event(sample: &str) -> Vec<u8> {
    let path = root().join("events").join(sample);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}, which docs/guards.md names: {error}", path.display()))
}

fn decided<R: Response>(response: &R, sample: &str, set: &dyn Fn(&mut Guards)) -> String {
    let mut guards = Guards::of::<R::Trigger>("111122223333", "eu-west-1", "/trailhook/".parse().unwrap());
    guards.max_age = Some(R::DEFAULT_MAX_AGE);
    guards.replayed = R::DEFAULT_REPLAYED;
    guards.failed_calls = response.failed_calls();
    set(&mut guards);
    match decide(response, decode(&event(sample)).unwrap(), &guards, NOW.parse().unwrap()) {
        Ok(Decision::Act(_)) => "acts".to_owned(),
        Ok(Decision::Nothing(reason)) => reason.code.to_owned(),
        Ok(Decision::Skip(skip)) => skip.code().to_owned(),
        Err(Undecided::Misrouted(_)) => "misrouted".to_owned(),
        Err(undecided) => undecided.to_string(),
    }
}

fn reverted(sample: &str, set: &dyn Fn(&mut Guards)) -> String {
    decided(&Revert::default(), sample, set)
}

fn notified(sample: &str, set: &dyn Fn(&mut Guards)) -> String {
    let journal_log_group = Some("/trailhook/journal".to_owned());
    let failed_calls = FailedCalls::AdmitDenied;
    let settings = NotifySettings {
        topic_arn: None,
        journal_log_group,
        chat: false,
        failed_calls,
        quiet: Vec::new(),
        digest: None,
    };
    decided(&Notify::new(settings).unwrap(), sample, set)
}

/// The live queue's tags, when they are those that the call gave it.
fn by_tag(sample: &str) -> String {
    assert_eq!(reverted(sample, &|_| {}), "acts", "{sample}: the plan does not know the tags");
    let event: Value = serde_json::from_slice(&event(sample)).unwrap();
    let tags: BTreeMap<String, String> =
        serde_json::from_value(event["detail"]["requestParameters"]["tags"].clone()).unwrap();
    let exemption = TagExemption::of(&tags, NOW.parse().unwrap());
    let word = if exemption.until.is_some() { "exempt" } else { "acts" };
    assert_eq!(exemption.notes.len(), usize::from(word == "acts"), "{sample}");
    word.to_owned()
}

/// What is decided about a sample with the settings that the guard's section names.
fn by(section: &str, sample: &str) -> String {
    match section {
        "Exempt principal" => reverted(sample, &|guards| {
            guards.exempt.principals = vec!["arn:aws:iam::111122223333:role/ci/*".parse().unwrap()];
        }),
        "Exempt account" => notified(sample, &|guards| guards.exempt.accounts = vec!["444455556666".to_owned()]),
        "Exempt service" => reverted(sample, &|guards| {
            guards.exempt.services = vec!["cloudformation.amazonaws.com".parse().unwrap()];
        }),
        "Exempt queue" => reverted(sample, &|guards| guards.exempt.queues = vec!["*.fifo".parse().unwrap()]),
        "Exempt tag" => by_tag(sample),
        _ => reverted(sample, &|_| {}),
    }
}

#[test]
fn every_guard_has_a_sample_on_each_side_that_is_decided_so() {
    let refusals: [(&str, &[&str]); 12] = [
        ("Genuine", &["misrouted"]),
        ("Watched", &["not-watched"]),
        ("Failed call", &["failed-call"]),
        ("Own call", &["own-call"]),
        ("Account and Region", &["foreign-account", "foreign-region"]),
        ("Replayed", &["replayed"]),
        ("Stale", &["stale"]),
        ("Exempt principal", &["exempt"]),
        ("Exempt account", &["exempt"]),
        ("Exempt service", &["exempt"]),
        ("Exempt queue", &["exempt"]),
        ("Exempt tag", &["exempt"]),
    ];
    let sections = sections();
    let titles: Vec<&str> = sections.iter().map(|section| section.title.as_str()).collect();
    let (guards, around) = titles.split_at(refusals.len());
    assert_eq!(guards, refusals.map(|(title, _)| title), "the guards of docs/guards.md, in their order");
    // What the acting half keeps to depends on what was done before, and on no sample alone.
    assert_eq!(around, ["Once", "In order", "Bounded", "In time", "Not again in vain", "A dry run"]);
    for (section, (title, words)) in sections.iter().zip(refusals) {
        let refused: Vec<String> = section.refused.iter().map(|sample| by(title, sample)).collect();
        assert_eq!(refused, words, "{title}: {:?}", section.refused);
        assert!(!section.let_through.is_empty(), "{title} has no sample that is let through");
        for sample in &section.let_through {
            assert_eq!(by(title, sample), "acts", "{title}: {sample}");
        }
    }
}

#[test]
fn every_guard_names_the_tests_that_hold_it() {
    for section in sections() {
        assert!(!section.tests.is_empty(), "nothing holds {}", section.title);
    }
    let page = std::fs::read_to_string(root().join("docs/guards.md")).unwrap();
    let is_test = |code: &&str| {
        let plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        code.split_once("::").is_some_and(|(module, name)| plain(module) && plain(name))
    };
    let named: Vec<&str> = page.split('`').skip(1).step_by(2).filter(is_test).collect();
    assert!(named.len() > 15, "{named:?}");
    for test in named {
        let (module, name) = test.split_once("::").unwrap();
        let file = root().join("tests/it").join(format!("{module}.rs"));
        assert!(
            house::read(&file).contains(&format!("fn {name}(")),
            "{test}, which docs/guards.md names, is not there"
        );
    }
}
