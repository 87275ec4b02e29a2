//! What a queue was before a call, told from facts in any order.

use super::*;
use crate::calls::TextMap;
use chrono::TimeDelta;

/// Seconds after an hour in 2026.
fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_793_600_000, 0).unwrap() + TimeDelta::seconds(seconds)
}

fn map(pairs: &[(&str, &str)]) -> TextMap {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

fn seen(seconds: i64, created: Option<i64>, attributes: &[(&str, &str)], tags: &[(&str, &str)]) -> Fact {
    let created = created.map(|created| at(created).timestamp());
    let queue = QueueSnapshot { created, attributes: map(attributes), tags: map(tags) };
    Fact::Seen { at: at(seconds), queue, with: Vec::new() }
}

fn called(seconds: i64, effect: Effect) -> Fact {
    Fact::Called { at: at(seconds), event_id: format!("event-{seconds}-{}", effect.name()), effect, by: None }
}

fn set(seconds: i64, attributes: &[(&str, &str)]) -> Fact {
    called(seconds, Effect::SetQueueAttributes { attributes: map(attributes) })
}

fn made(seconds: i64, attributes: &[(&str, &str)], tags: &[(&str, &str)]) -> Fact {
    called(seconds, Effect::CreateQueue { attributes: map(attributes), tags: map(tags) })
}

/// The value of an attribute before an event at second 1000, `?` where it is not known, `-` where there was none.
fn before(facts: &[Fact], name: &str) -> String {
    word(QueueHistory { facts: facts.to_vec() }.before("the-event", at(1000)).attribute(name))
}

fn tag_before(facts: &[Fact], key: &str) -> String {
    word(QueueHistory { facts: facts.to_vec() }.before("the-event", at(1000)).tag(key))
}

fn word(previous: Previous) -> String {
    match previous {
        Previous::Known(known) => known.value.unwrap_or_else(|| "-".to_owned()),
        Previous::Unknown(_) => "?".to_owned(),
    }
}

const VISIBILITY: &str = "VisibilityTimeout";

#[test]
fn the_newest_fact_before_the_call_counts() {
    assert_eq!(before(&[], VISIBILITY), "?");
    let look = seen(100, None, &[(VISIBILITY, "30")], &[("owner", "alice")]);
    assert_eq!(before(std::slice::from_ref(&look), VISIBILITY), "30");
    assert_eq!(before(std::slice::from_ref(&look), "Policy"), "-");
    assert_eq!(
        (tag_before(std::slice::from_ref(&look), "owner"), tag_before(std::slice::from_ref(&look), "team")),
        ("alice".into(), "-".into())
    );
    // A call between the look and the event.
    assert_eq!(before(&[set(500, &[(VISIBILITY, "45")]), look.clone()], VISIBILITY), "45");
    assert_eq!(before(&[look.clone(), set(500, &[("DelaySeconds", "1")])], VISIBILITY), "30");
    // A look after the call, and one that is too near to it to have seen it.
    assert_eq!(before(&[set(20, &[(VISIBILITY, "45")]), look.clone()], VISIBILITY), "30");
    assert_eq!(before(&[set(90, &[(VISIBILITY, "45")]), look.clone()], VISIBILITY), "45");
    // What is of the event's own time or later tells nothing of the time before.
    assert_eq!(before(&[seen(1000, None, &[(VISIBILITY, "90")], &[])], VISIBILITY), "?");
    assert_eq!(before(&[look.clone(), seen(1020, None, &[(VISIBILITY, "90")], &[])], VISIBILITY), "30");
    assert_eq!(before(&[look.clone(), set(1001, &[(VISIBILITY, "90")])], VISIBILITY), "30");
    assert_eq!(before(&[look, Fact::Gone { at: at(200) }], VISIBILITY), "?");
}

#[test]
fn what_has_no_order_is_unknown() {
    let look = seen(100, None, &[(VISIBILITY, "30")], &[]);
    assert_eq!(before(&[look.clone(), set(1000, &[(VISIBILITY, "45")])], VISIBILITY), "?");
    assert_eq!(before(&[look.clone(), set(1000, &[("DelaySeconds", "45")])], VISIBILITY), "30");
    let two = [set(500, &[(VISIBILITY, "45")]), made(500, &[(VISIBILITY, "60")], &[]), look.clone()];
    assert_eq!(before(&two, VISIBILITY), "?");
    // The event itself is no fact about the time before it.
    let itself = Fact::Called { at: at(1000), event_id: "the-event".into(), effect: Effect::DeleteQueue, by: None };
    assert_eq!(before(&[look, itself], VISIBILITY), "30");
}

#[test]
fn a_policy_that_was_changed_is_known_once_it_was_seen() {
    let look = seen(100, None, &[("Policy", "{}")], &[]);
    let share = called(500, Effect::AddPermission { label: "share".into() });
    assert_eq!(before(&[look.clone(), share.clone()], "Policy"), "?");
    assert_eq!(before(&[look, share.clone()], VISIBILITY), "-");
    let mut after = seen(505, None, &[("Policy", "new")], &[]);
    assert_eq!(
        before(&[share.clone(), after.clone()], "Policy"),
        "?",
        "it may have been asked of a host that didn't know"
    );
    if let Fact::Seen { with, .. } = &mut after {
        with.push("event-500-AddPermission".into());
    }
    assert_eq!(before(&[share, after], "Policy"), "new");
}

#[test]
fn defaults_count_only_where_the_queue_was_made() {
    let asked = made(200, &[("DelaySeconds", "5"), ("KmsMasterKeyId", "")], &[("owner", "bob")]);
    let facts = std::slice::from_ref(&asked);
    assert_eq!(before(facts, "DelaySeconds"), "5", "found or made, it has what it was asked for with");
    assert_eq!(before(facts, "KmsMasterKeyId"), "-");
    assert_eq!(before(facts, VISIBILITY), "?");
    assert_eq!(tag_before(facts, "owner"), "?");
    // A look tells when it was made; one after the event does as well.
    for made_at in [200, 201] {
        let facts = [asked.clone(), seen(1010, Some(made_at), &[], &[])];
        assert_eq!(before(&facts, VISIBILITY), "30");
        assert_eq!(before(&facts, "FifoQueue"), "-");
        assert_eq!((tag_before(&facts, "owner"), tag_before(&facts, "x")), ("bob".into(), "-".into()));
    }
    let found = [asked.clone(), seen(1010, Some(50), &[], &[])];
    assert_eq!(before(&found, VISIBILITY), "?", "it was there before, so what it is like is older");
    let after_deletion = [called(100, Effect::DeleteQueue), asked];
    assert_eq!(before(&after_deletion, VISIBILITY), "30");
    assert_eq!(before(&[seen(50, None, &[(VISIBILITY, "9")], &[]), called(100, Effect::DeleteQueue)], VISIBILITY), "?");
}

#[test]
fn the_two_kinds_of_encryption_exclude_each_other() {
    let look = seen(100, None, &[("SqsManagedSseEnabled", "true")], &[]);
    let key = set(500, &[("KmsMasterKeyId", "alias/orders")]);
    assert_eq!(before(&[look.clone(), key.clone()], "SqsManagedSseEnabled"), "false");
    let own = set(600, &[("SqsManagedSseEnabled", "true")]);
    assert_eq!(before(&[look.clone(), key, own], "KmsMasterKeyId"), "-");
    assert_eq!(before(&[look, set(500, &[("KmsMasterKeyId", "")])], "SqsManagedSseEnabled"), "?");
}

#[test]
fn what_cloudtrail_left_out_or_hides_is_unknown() {
    let look = seen(100, None, &[(VISIBILITY, "30")], &[]);
    let untold = called(500, Effect::Untold { name: "SetQueueAttributes".into() });
    assert_eq!(before(&[look.clone(), untold], VISIBILITY), "?");
    assert_eq!(before(&[look, set(500, &[(VISIBILITY, "HIDDEN_DUE_TO_SECURITY_REASONS")])], VISIBILITY), "?");
}

#[test]
fn the_whole_queue_is_known_or_it_is_said_why_not() {
    let look =
        seen(100, Some(50), &[(VISIBILITY, "30"), ("SqsManagedSseEnabled", "true")], &[("owner", "alice"), ("x", "1")]);
    let facts = vec![
        look,
        set(300, &[(VISIBILITY, "45"), ("Policy", "{}")]),
        called(400, Effect::TagQueue { tags: map(&[("team", "payments")]) }),
        called(500, Effect::UntagQueue { tag_keys: vec!["x".into()] }),
    ];
    let queue = QueueHistory { facts: facts.clone() }.before("the-event", at(1000)).queue().unwrap();
    assert_eq!(queue.attributes, map(&[(VISIBILITY, "45"), ("Policy", "{}"), ("SqsManagedSseEnabled", "true")]));
    assert_eq!(queue.tags, map(&[("owner", "alice"), ("team", "payments")]));
    let mut facts = facts;
    facts.push(called(600, Effect::RemovePermission { label: "x".into() }));
    let why = QueueHistory { facts }.before("the-event", at(1000)).queue().unwrap_err();
    assert!(why.starts_with("Policy: RemovePermission of "), "{why}");
    assert!(QueueHistory::default().before("the-event", at(1000)).queue().is_err());
}

#[test]
fn facts_survive_the_way_to_the_table_and_back() {
    let history = QueueHistory {
        facts: vec![seen(1, Some(0), &[("a", "b")], &[]), set(2, &[("c", "d")]), Fact::Gone { at: at(3) }],
    };
    let json = serde_json::to_string(&history).unwrap();
    assert_eq!(serde_json::from_str::<QueueHistory>(&json).unwrap(), history);
    let mut again = history.clone();
    again.add(history.facts.clone());
    assert_eq!(again, history);
}

#[test]
fn what_one_caller_did_in_one_second_is_one() {
    let look = seen(100, None, &[(VISIBILITY, "30")], &[]);
    let by = |fact: Fact, caller: &str| match fact {
        Fact::Called { at, event_id, effect, .. } => Fact::Called { at, event_id, effect, by: Some(caller.to_owned()) },
        other => other,
    };
    let itself = |caller| match by(set(1000, &[(VISIBILITY, "5")]), caller) {
        Fact::Called { at, effect, by, .. } => Fact::Called { at, event_id: "the-event".to_owned(), effect, by },
        other => other,
    };
    let other = |caller| by(set(1000, &[(VISIBILITY, "10")]), caller);
    assert_eq!(before(&[look.clone(), itself("alice"), other("alice")], VISIBILITY), "30");
    assert_eq!(before(&[look.clone(), itself("alice"), other("bob")], VISIBILITY), "?");
    assert_eq!(before(&[look.clone(), itself("alice"), other("alice"), other("bob")], VISIBILITY), "?");
    assert_eq!(before(&[look.clone(), other("alice")], VISIBILITY), "?", "who made the event's own is not known");
    assert_eq!(before(&[look.clone(), itself("alice"), set(1000, &[(VISIBILITY, "10")])], VISIBILITY), "?");
    // A queue that was made in that second was another one before.
    assert_eq!(before(&[look, itself("alice"), by(made(1000, &[], &[]), "alice")], VISIBILITY), "?");
}
