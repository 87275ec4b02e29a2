use super::super::letter::{Cause, Origin};
use super::*;

const FUNCTION: &str = "arn:aws:lambda:eu-west-1:111122223333:function:revert";
const GROUP: &str = "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/events/trailhook";

fn letter(target: &str, minutes_ago: i64) -> (Letter, DateTime<Utc>) {
    let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
    let cause = Cause { code: "Trailhook.Denied".to_owned(), message: "no sqs:DeleteQueue".to_owned() };
    let (event, event_id, envelope_id) = ("{}".to_owned(), Some("r-1".to_owned()), Some("e-1".to_owned()));
    let time = Some(now - TimeDelta::minutes(minutes_ago));
    let target = Target::of(target);
    (Letter { cause, target, event, event_id, envelope_id, event_name: None, time, origin: Origin::Rule }, now)
}

/// Matches what the letters here have in them.
const ANY: &str = r#"{"detail": [{"exists": false}]}"#;

fn allowed() -> Allowed {
    let functions = BTreeMap::from([
        ((FUNCTION.to_owned(), None), Some(TimeDelta::minutes(15))),
        ((FUNCTION.to_owned(), Some("live".to_owned())), Some(TimeDelta::hours(1))),
    ]);
    Allowed { functions, log_groups: vec![GROUP.to_owned()], ..Allowed::default() }
}

#[test]
fn only_what_the_stack_has_is_sent_to() {
    for (target, good) in [
        (FUNCTION, true),
        (&format!("{FUNCTION}:$LATEST"), true),
        (&format!("{FUNCTION}:live"), true),
        (&format!("{FUNCTION}:1"), false),
        (&format!("{GROUP}:*"), true),
        ("arn:aws:lambda:eu-west-1:111122223333:function:pay", false),
        ("arn:aws:lambda:eu-west-1:444455556666:function:revert", false),
        ("arn:aws:logs:eu-west-1:111122223333:log-group:/aws/other", false),
        ("arn:aws:sqs:eu-west-1:111122223333:q", false),
        ("revert", false),
    ] {
        let (letter, now) = letter(target, 1);
        let sent = Wanted::default().sent(&letter, &allowed(), now);
        assert_eq!(sent.is_ok(), good, "{target}: {sent:?}");
    }
}

#[test]
fn a_letter_of_no_version_is_sent_where_there_is_one_only() {
    let (letter, now) = letter(FUNCTION, 1);
    let letter = Letter { origin: Origin::Function, ..letter };
    assert_eq!(Wanted::default().sent(&letter, &allowed(), now), Err(Left::AnyVersion));
    let mut newest = allowed();
    newest.functions.retain(|(_, version), _| version.is_none());
    assert_eq!(Wanted::default().sent(&letter, &newest, now), Err(Left::AnyVersion), "nobody knows the rules");
    newest.patterns = Some(BTreeMap::from([((FUNCTION.to_owned(), None), vec![ANY.to_owned()])]));
    assert_eq!(Wanted::default().sent(&letter, &newest, now), Ok(()));
    // Who names one gets it there.
    for version in ["$LATEST", "live"] {
        let wanted = Wanted { qualifier: Some(version.to_owned()), ..Wanted::default() };
        assert!(wanted.is_about(&letter));
        let addressed = wanted.addressed(letter.clone());
        assert_eq!(addressed.target.qualifier(), Some(version));
        assert_eq!(wanted.sent(&addressed, &allowed(), now), Ok(()));
    }
    let mut live = allowed();
    live.functions.retain(|(_, version), _| version.is_some());
    assert_eq!(Wanted::default().sent(&letter, &live, now), Err(Left::AnyVersion));
    let letter = Letter { origin: Origin::Rule, ..letter };
    let version = "$LATEST".to_owned();
    assert_eq!(Wanted::default().sent(&letter, &live, now), Err(Left::Version { version }));
}

#[test]
fn what_no_rule_hands_over_is_sent_to_none_but_the_one_that_is_named() {
    let (letter, now) = letter(FUNCTION, 1);
    let mut allowed = allowed();
    let function = Some(FUNCTION.to_owned());
    let named = Wanted { function: function.clone(), unvouched_too: true, ..Wanted::default() };
    for patterns in [None, Some("{"), Some(r#"{"detail": [{"exists": true}]}"#)] {
        let of_target = patterns.map(|text| ((FUNCTION.to_owned(), None), vec![text.to_owned()]));
        allowed.patterns = Some(of_target.into_iter().collect());
        for wanted in [
            Wanted::default(),
            Wanted { unvouched_too: true, ..Wanted::default() },
            Wanted { function: function.clone(), ..Wanted::default() },
        ] {
            let why = match patterns {
                Some("{") => Left::UnreadPattern { is_function: true },
                _ => Left::NoRule { is_function: true },
            };
            assert_eq!(wanted.sent(&letter, &allowed, now), Err(why), "{patterns:?}");
        }
        assert_eq!(named.sent(&letter, &allowed, now), Ok(()));
    }
    allowed.patterns = Some(BTreeMap::from([((FUNCTION.to_owned(), None), vec![ANY.to_owned()])]));
    assert_eq!(Wanted::default().sent(&letter, &allowed, now), Ok(()));
    // A rule's own input is not known.
    allowed.transformed.insert((FUNCTION.to_owned(), None));
    assert_eq!(Wanted::default().sent(&letter, &allowed, now), Err(Left::Transformed));
    let letter = Letter { origin: Origin::Destination { tries: 3 }, ..letter };
    assert_eq!(Wanted::default().sent(&letter, &allowed, now), Ok(()), "it is what the function got");
}

#[test]
fn what_is_for_a_bus_is_put_on_none() {
    let (letter, now) = letter("arn:aws:events:eu-west-1:111122223333:event-bus/central", 1);
    let left = Wanted::default().sent(&letter, &allowed(), now).unwrap_err();
    assert!(matches!(left, Left::Bus(_)), "{left}");
    let destination = "arn:aws:events:eu-west-1:111122223333:api-destination/d/1";
    let left = Wanted::default().sent(&self::letter(destination, 1).0, &allowed(), now).unwrap_err();
    assert!(matches!(left, Left::Stranger(_)), "{left}");
}

#[test]
fn what_a_function_would_leave_alone_stays_unless_it_is_asked_for() {
    let (old, now) = letter(FUNCTION, 16);
    let left = Wanted::default().sent(&old, &allowed(), now).unwrap_err().to_string();
    assert_eq!(left, "the function would leave it alone: it is 16 minutes old, and at most 15 minutes may be");
    assert_eq!(Wanted { stale_too: true, ..Wanted::default() }.sent(&old, &allowed(), now), Ok(()));
    let (young, now) = letter(FUNCTION, 15);
    assert_eq!(Wanted::default().sent(&young, &allowed(), now), Ok(()));
    let alias = format!("{FUNCTION}:live");
    assert!(Wanted::default().sent(&letter(&alias, 59).0, &allowed(), now).is_ok(), "it has a limit of its own");
    assert!(Wanted::default().sent(&letter(&alias, 61).0, &allowed(), now).is_err());
    let mut without = allowed();
    without.patterns = Some(BTreeMap::new());
    let left = Wanted::default().sent(&letter(GROUP, 1).0, &without, now).unwrap_err().to_string();
    assert_eq!(left, "no rule of the stack hands such an event to it now", "nobody can name a log group");
    let (logged, now) = letter(GROUP, 60 * 24 * 3);
    assert_eq!(Wanted::default().sent(&logged, &allowed(), now), Ok(()), "a log group has no guard");
    let limit_of = |name: &str, value: &str| limit(&BTreeMap::from([(name.to_owned(), value.to_owned())]));
    assert_eq!(limit_of("TRAILHOOK_MAX_EVENT_AGE_SECONDS", "60"), Some(TimeDelta::seconds(60)));
    assert_eq!(limit_of("TRAILHOOK_MAX_EVENT_AGE_SECONDS", "any"), None);
    assert_eq!(limit_of("TRAILHOOK_ACCOUNT_ID", "111122223333"), Some(TimeDelta::minutes(15)));
    assert_eq!(limit_of("OTHER", ""), None, "a function of somebody else's has no such guard");
}

#[test]
fn what_is_asked_for_is_chosen() {
    let (letter, _) = letter(FUNCTION, 1);
    let text = |text: &str| Some(text.to_owned());
    let by_cause = |cause: &str| Wanted { cause: text(cause), ..Wanted::default() }.is_about(&letter);
    assert!(by_cause("Trailhook.Denied") && by_cause("sqs:DeleteQueue"));
    assert!(!by_cause("Trailhook") && !by_cause("sns:"), "a code is a whole one");
    let by_event = |id: &str| Wanted { event_id: text(id), ..Wanted::default() }.is_about(&letter);
    assert!(by_event("r-1") && by_event("e-1") && !by_event("r"));
    let by_function = |arn: &str| Wanted { function: text(arn), ..Wanted::default() }.is_about(&letter);
    assert!(by_function(FUNCTION) && !by_function("revert"));
    let live = self::letter(&format!("{FUNCTION}:live"), 1).0;
    for (asked, [plain, other]) in [("$LATEST", [true, false]), ("live", [false, true]), ("3", [false, false])] {
        let wanted = Wanted { function: text(FUNCTION), qualifier: text(asked), ..Wanted::default() };
        assert_eq!([wanted.is_about(&letter), wanted.is_about(&live)], [plain, other], "{asked}");
    }
}
