use super::super::super::redrive::{Cause, Letter, Origin, Target};
use super::super::facts::{Decision, Gap, Logged, Looked};
use super::*;
use crate::aws::{self, Rule};
use serde_json::json;

const ID: &str = "5afe7e57-0000-4000-8000-000000000001";
const NOTIFY: &str = "arn:aws:lambda:eu-west-1:111122223333:function:notify";
pub(super) const LOG: &str = "/trailhook/notify";
pub(super) const GROUP_NAME: &str = "/aws/events/t";
const GROUP: &str = "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/events/t";

const NO_RULE: &str = "no rule of the stack trailhook hands it over, so none of its functions was to answer it; rules of other stacks are \
                       not looked at";

/// An event that a rule matches, for a function and a log group, with these decisions of the function.
pub(super) fn facts(decisions: &[(&str, &str)]) -> Facts {
    let at = time("2026-11-02T09:30:00Z").unwrap();
    let detail = json!({
        "eventID": ID, "eventName": "CreateQueue", "eventSource": "sqs.amazonaws.com", "eventTime": "2026-11-02T09:30:00Z",
        "awsRegion": "eu-west-1", "recipientAccountId": "111122223333",
        "userIdentity": {"type": "IAMUser", "userName": "alice", "accountId": "111122223333"},
    });
    let decision = |(outcome, reason): &(&str, &str)| Decision {
        at: Some(at),
        report: json!({"response": "notify", "outcome": outcome, "reason": reason, "message": "a sentence"}),
    };
    let target = |id: &str, arn: &str| aws::Target { id: id.to_owned(), arn: arn.to_owned(), ..aws::Target::default() };
    Facts {
        event_id: ID.to_owned(),
        now: at + TimeDelta::hours(1),
        stack: "trailhook".to_owned(),
        event: Some(crate::input::around(detail)),
        in_history: Some(true),
        rules: vec![Rule {
            name: "rule".to_owned(),
            bus: "default".to_owned(),
            state: "ENABLED".to_owned(),
            pattern: r#"{"detail": {"eventName": ["CreateQueue"]}}"#.to_owned(),
            targets: vec![target("Log", GROUP), target("Notify", NOTIFY)],
            ..Rule::default()
        }],
        functions: vec![Looked {
            called: "NotifyFunction".to_owned(),
            arn: NOTIFY.to_owned(),
            log_group: LOG.to_owned(),
            decisions: decisions.iter().map(decision).collect(),
            ..Looked::default()
        }],
        logged: [("/aws/events/t".to_owned(), Logged::There)].into(),
        queues_told: true,
        ..Facts::default()
    }
}

pub(super) fn letter(code: &str, tries: Option<u32>) -> Letter {
    Letter {
        cause: Cause { code: code.to_owned(), message: "no".to_owned() },
        target: Target::of(NOTIFY),
        event: "{}".to_owned(),
        event_id: Some(ID.to_owned()),
        envelope_id: None,
        event_name: None,
        time: None,
        origin: tries.map_or(Origin::Rule, |tries| Origin::Destination { tries }),
    }
}

pub(super) fn told(story: &Story, hop: &str, of: &str) -> String {
    let line = story.lines.iter().find(|line| line.hop == hop && line.of == of);
    line.unwrap_or_else(|| panic!("no {hop} {of}: {story:#?}")).told.clone()
}

#[test]
fn each_end_has_its_words() {
    for (decisions, letters, conclusion) in [
        (&[("acted", "")][..], vec![], "notify told of it"),
        (&[("dry-run", "")], vec![], "notify would have told of it"),
        (&[("skipped", "stale")], vec![], "notify left it alone (stale)"),
        (&[("nothing", "gone")], vec![], "notify found nothing to do (gone)"),
        (&[("acted", ""), ("duplicate", "")], vec![], "notify told of it"),
        (&[("duplicate", "")], vec![], "notify had answered it before"),
        (&[("failed", "Trailhook.Denied"), ("acted", "")], vec![], "notify told of it"),
        (&[("failed", "Trailhook.Denied")], vec![], "notify failed in 1 try so far (Trailhook.Denied)"),
        (
            &[("failed", "D"), ("failed", "D"), ("failed", "D")],
            vec![letter("Trailhook.Denied", Some(3))],
            "notify gave up after 3 tries (Trailhook.Denied)",
        ),
        (&[], vec![letter("ZeroReservedConcurrency", Some(0))], "NotifyFunction never ran (ZeroReservedConcurrency)"),
        (&[], vec![letter("NO_PERMISSIONS", None)], "NotifyFunction never got it (NO_PERMISSIONS)"),
        (&[], vec![], "NotifyFunction says nothing of it"),
        (&[("from-the-future", "")], vec![], "notify says nothing of it"),
    ] {
        let story = tell(&Facts { letters, ..facts(decisions) });
        assert_eq!(story.conclusion, conclusion);
        assert!(story.found && story.whole);
    }
}

#[test]
fn the_call_the_rule_and_the_targets_are_told_in_their_order() {
    let story = tell(&facts(&[("acted", "")]));
    let hops: Vec<&str> = story.lines.iter().map(|line| line.hop).collect();
    assert_eq!(hops, ["call", "history", "rule", "target", "target", "decision"]);
    assert_eq!(told(&story, "call", ""), "CreateQueue by alice (IAM user), account 111122223333, eu-west-1");
    assert_eq!(told(&story, "rule", "rule"), "matches");
    assert_eq!(told(&story, "target", "Log"), "got it: /aws/events/t");
    assert_eq!(told(&story, "target", "Notify"), "got it");
}

#[test]
fn why_no_rule_hands_it_over_is_said() {
    let with = |change: &dyn Fn(&mut Rule)| {
        let mut facts = Facts { functions: vec![], ..facts(&[]) };
        change(&mut facts.rules[0]);
        let story = tell(&facts);
        assert_eq!(story.conclusion, NO_RULE);
        told(&story, "rule", "rule")
    };
    let text = with(&|rule| rule.state = "DISABLED".to_owned());
    assert!(text.starts_with("it is disabled"), "{text}");
    let text = with(&|rule| rule.pattern = r#"{"detail": {"eventName": ["TagQueue"]}}"#.to_owned());
    assert!(text.contains(r#"detail.eventName is "CreateQueue""#), "{text}");
    let mut read = Facts { functions: vec![], ..facts(&[]) };
    read.event.as_mut().unwrap()["detail"]["eventName"] = "ListQueues".into();
    assert!(told(&tell(&read), "rule", "rule").starts_with("a read-only call never reaches"));
}

/// What could not be asked is never taken for an empty answer.
#[test]
fn what_is_not_told_is_said_in_its_place() {
    let mut asked = facts(&[]);
    asked.functions[0].gap = Some(Gap::NotAsked);
    asked.logged = [("/aws/events/t".to_owned(), Logged::NotAsked)].into();
    asked.in_history = None;
    asked.untold = vec!["logs:FilterLogEvents: AccessDenied: you may not".to_owned()];
    let story = tell(&asked);
    assert!(!story.whole && told(&story, "untold", "").contains("AccessDenied"));
    assert!(told(&story, "target", "Log").starts_with("nobody can say"));
    assert!(told(&story, "target", "Notify").starts_with("nobody can say"));
    assert!(story.conclusion.starts_with("NotifyFunction could not be asked; not everything"), "{}", story.conclusion);
    let story = tell(&Facts { event: None, ..asked });
    assert!(!story.found && story.conclusion.starts_with("what could be asked does not know it"));
    let story = tell(&Facts { event: None, ..facts(&[]) });
    assert!(story.conclusion.starts_with("nothing knows it") && story.lines.is_empty());
}

#[test]
fn what_is_young_may_be_on_its_way() {
    let young = Facts { now: time("2026-11-02T09:31:00Z").unwrap(), in_history: Some(false), ..facts(&[]) };
    let story = tell(&young);
    assert!(told(&story, "target", "Notify").contains("may be on its way"));
    assert!(told(&story, "history", "").contains("yet"));
    let story = tell(&Facts { queues_told: false, ..facts(&[]) });
    assert!(told(&story, "target", "Notify").contains("have of it is not all known"));
}
