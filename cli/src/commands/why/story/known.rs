//! What is not known is said, and nothing is made of it.

use super::super::facts::{Gap, Logged, Other};
use super::super::kept::Kept;
use super::tests::{GROUP_NAME, LOG, facts, letter, told};
use super::*;
use serde_json::json;

fn days(days: i64) -> Kept {
    Kept::For(TimeDelta::days(days))
}

/// An event of ten days ago.
fn old(decisions: &[(&str, &str)]) -> Facts {
    let facts = facts(decisions);
    Facts { now: facts.now + TimeDelta::days(10), ..facts }
}

#[test]
fn a_rule_that_is_not_known_is_no_rule_that_does_not_match() {
    let mut asked = Facts { functions: vec![], ..facts(&[]) };
    asked.rules[0].pattern = "{".to_owned();
    let story = tell(&asked);
    let text = told(&story, "rule", "rule");
    assert!(text.starts_with("not known whether it hands the event over: its pattern can't be read: "), "{text}");
    let whether = "whether the rule rule hands it over is not known; not everything is known, so this may not be all";
    assert_eq!((story.conclusion.as_str(), story.whole), (whether, false));
    // What is disabled hands nothing over, whatever its pattern.
    asked.rules[0].state = "DISABLED".to_owned();
    assert!(tell(&asked).conclusion.starts_with("no rule of the stack trailhook hands it over"));

    let denied = ("ApiCallRule".to_owned(), "could not be asked: events:DescribeRule: AccessDenied".to_owned());
    let mut asked = Facts { rules_untold: vec![denied.clone(), denied.clone()], ..facts(&[("acted", "")]) };
    asked.rules_untold[1].0 = "Other".to_owned();
    let story = tell(&asked);
    let text = told(&story, "rule", "ApiCallRule");
    assert!(text.starts_with("not known whether it hands the event over: the rule could not be asked"), "{text}");
    let and = "notify told of it; whether the rules ApiCallRule and Other hand it over is not known";
    assert!(!story.whole && story.conclusion.starts_with(and), "{}", story.conclusion);
    let story = tell(&Facts { functions: vec![], rules: vec![], rules_untold: vec![denied], ..facts(&[]) });
    assert!(story.conclusion.starts_with("whether the rule ApiCallRule hands it over"), "{}", story.conclusion);
}

#[test]
fn lines_that_may_have_been_there_are_not_none() {
    let kept = |kept: &Kept| Facts {
        groups_kept: [(LOG.to_owned(), kept.clone()), (GROUP_NAME.to_owned(), kept.clone())].into(),
        logged: [(GROUP_NAME.to_owned(), Logged::Nothing)].into(),
        ..old(&[])
    };
    let story = tell(&kept(&days(7)));
    let text = told(&story, "target", "Notify");
    assert_eq!(text, format!("not known: {LOG} keeps its lines 7 days only, and the event is older"));
    assert!(told(&story, "target", "Log").starts_with("not known: /aws/events/t keeps its lines 7 days only"));
    let and = "NotifyFunction is not known to have answered it: lines are kept 7 days only; not everything is known";
    assert!(!story.whole && story.conclusion.starts_with(and), "{}", story.conclusion);

    let untold = Kept::Untold("could not be asked: logs:DescribeLogGroups: AccessDenied".to_owned());
    let story = tell(&kept(&untold));
    let text = told(&story, "target", "Notify");
    assert!(text.starts_with("not known: there is no line of it, and how long") && text.contains("DescribeLogGroups"));
    assert!(!story.whole && story.conclusion.contains("nobody told how long lines are kept"), "{}", story.conclusion);
    // No log group keeps its lines for less than a day.
    let young = facts(&[]).now;
    assert!(tell(&Facts { now: young, ..kept(&untold) }).whole);

    for kept_longer in [days(30), Kept::Forever] {
        let story = tell(&kept(&kept_longer));
        assert!(told(&story, "target", "Notify").starts_with("no line of it and no dead letter"), "{story:#?}");
        assert_eq!((story.conclusion.as_str(), story.whole), ("NotifyFunction says nothing of it", true));
    }
    // What was found is known, whatever is gone.
    let told_of = Facts { groups_kept: kept(&days(7)).groups_kept, ..old(&[("acted", "")]) };
    assert_eq!((tell(&told_of).conclusion.as_str(), tell(&told_of).whole), ("notify told of it", true));
}

#[test]
fn letters_that_may_have_been_there_are_not_none() {
    let kept = |decisions: &[(&str, &str)], kept: Kept| Facts {
        queues_kept: [("failed".to_owned(), kept)].into(),
        ..old(decisions)
    };
    let story = tell(&kept(&[], days(4)));
    let text = told(&story, "target", "Notify");
    let gone = "whether there was a dead letter is not known: the queue failed keeps dead letters 4 days only";
    assert!(text.contains(gone) && !story.whole, "{text}");
    let story = tell(&kept(&[("failed", "D")], days(4)));
    let text = told(&story, "given-up", "NotifyFunction");
    assert!(text.starts_with("whether it gave up is not known: the queue failed") && !story.whole, "{text}");
    assert!(tell(&kept(&[("failed", "D")], days(14))).whole);
    assert!(tell(&kept(&[("acted", "")], days(4))).whole);
    let there = Facts { letters: vec![letter("D", Some(3))], ..kept(&[("failed", "D")], days(4)) };
    assert!(tell(&there).whole);
}

#[test]
fn decisions_that_are_nobodys_are_told_as_such() {
    let other = |function: Option<&str>| Other {
        function: function.map(str::to_owned),
        log_group: "/shared".to_owned(),
        decision: facts(&[("acted", "")]).functions[0].decisions[0].clone(),
    };
    let mut asked = facts(&[]);
    asked.functions[0].gap = Some(Gap::Shared);
    let story = tell(&Facts { others: vec![other(None), other(Some("another"))], ..asked });
    assert_eq!(told(&story, "decision", "/shared"), "notify of a function that it does not say: a sentence");
    assert_eq!(told(&story, "decision", "another"), "a sentence (none of the stack's functions)");
    assert!(told(&story, "target", "Notify").starts_with("nobody can say: "));
    let not_known = json!({"end": "not-known", "because": "a decision in a shared log does not say whose it is"});
    assert_eq!(json!(story.ends[0].end), not_known);
}

#[test]
fn several_say_and_one_says() {
    let mut asked = facts(&[]);
    for name in ["B", "C"] {
        let arn = format!("arn:aws:lambda:eu-west-1:111122223333:function:{name}");
        asked.rules[0].targets.push(crate::aws::Target { id: name.to_owned(), arn: arn.clone(), ..Default::default() });
        let looked = super::super::facts::Looked { called: name.to_owned(), arn, ..Default::default() };
        asked.functions.push(looked);
    }
    assert_eq!(tell(&asked).conclusion, "NotifyFunction, B and C say nothing of it");
}
