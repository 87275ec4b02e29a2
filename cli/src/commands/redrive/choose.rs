//! Which dead letters are to be sent again, and why the others are not.
//!
//! It decides and does nothing. A letter is written by whoever may send to the queue, so only those are sent whose target is
//! one that the stack has, or that the command names: it is the caller's credentials that it is sent with.

use super::letter::{Letter, Origin, Target, not_newest};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::BTreeMap;
use trailhook::Response;
use trailhook::responses::revert::Revert;

/// What may be sent to.
#[derive(Clone, Debug, Default)]
pub struct Allowed {
    /// Functions, with how old an event they answer; `None` where it may have any age. A version has settings of its own.
    pub functions: BTreeMap<Versioned, Option<TimeDelta>>,
    /// Log groups by their ARN.
    pub log_groups: Vec<String>,
}

/// A function by its ARN, and its version or alias where it is not the newest.
pub type Versioned = (String, Option<String>);

/// Which letters are asked for.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// The code, or a part of the message.
    pub cause: Option<String>,
    /// The function's ARN.
    pub function: Option<String>,
    /// Its version or alias.
    pub qualifier: Option<String>,
    /// Either of the event's ids.
    pub event_id: Option<String>,
    /// Whether a function gets what it will leave alone.
    pub stale_too: bool,
}

/// Why a letter is not sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Left {
    /// Nobody knows its target.
    #[error("it is for {0}, which is neither a target of the stack nor named by --function")]
    Stranger(String),
    /// It is for a version that no rule hands events to.
    #[error(
        "it is for the version {version} of the function, and no rule of the stack hands events to that, nor does --function name it"
    )]
    Version {
        /// The version or alias.
        version: String,
    },
    /// It may be for a version that is a target, or for the newest one.
    #[error("Lambda does not say for which version of the function it is, and a rule hands events to one of them")]
    AnyVersion,
    /// The function would leave it alone.
    #[error("the function would leave it alone: it is {age} old, and at most {limit} may be")]
    Stale {
        /// How old it is, in words.
        age: String,
        /// How old it may be, in words.
        limit: String,
    },
}

impl Wanted {
    /// Whether a letter is one of those that are asked for.
    pub fn is_about(&self, letter: &Letter) -> bool {
        let cause = |cause: &String| letter.cause.code == *cause || letter.cause.message.contains(cause.as_str());
        let function = |arn: &String| letter.target.arn() == arn;
        let version = |version: &String| letter.target.version() == not_newest(version);
        let event = |id: &String| [&letter.event_id, &letter.envelope_id].contains(&&Some(id.clone()));
        self.cause.as_ref().is_none_or(cause)
            && self.function.as_ref().is_none_or(function)
            && self.qualifier.as_ref().is_none_or(version)
            && self.event_id.as_ref().is_none_or(event)
    }

    /// Whether a letter that is asked for is to be sent.
    ///
    /// # Errors
    /// It is to be left, and why.
    pub fn sent(&self, letter: &Letter, allowed: &Allowed, now: DateTime<Utc>) -> Result<(), Left> {
        let stranger = || Left::Stranger(letter.target.arn().to_owned());
        let limit = match &letter.target {
            Target::Function { arn, .. } => {
                let versions: Vec<_> = allowed.functions.iter().filter(|((target, _), _)| target == arn).collect();
                let is_newest = |version: &Option<String>| version.is_none();
                if letter.origin == Origin::Function && versions.iter().any(|((_, version), _)| !is_newest(version)) {
                    return Err(Left::AnyVersion);
                }
                let version = letter.target.version();
                match versions.iter().find(|((_, target), _)| target.as_deref() == version) {
                    Some((_, limit)) => **limit,
                    None if versions.is_empty() => return Err(stranger()),
                    None => return Err(Left::Version { version: version.unwrap_or("$LATEST").to_owned() }),
                }
            }
            Target::LogGroup { arn } if allowed.log_groups.contains(arn) => None,
            Target::LogGroup { .. } | Target::Other(_) => return Err(stranger()),
        };
        match (limit, letter.time) {
            (Some(limit), Some(time)) if !self.stale_too && now.signed_duration_since(time) > limit => {
                Err(Left::Stale { age: in_words(now.signed_duration_since(time)), limit: in_words(limit) })
            }
            // Without a time the function can't decide, and says so itself.
            _ => Ok(()),
        }
    }
}

/// How old an event a function answers, by its environment; `None` for any age. One of ours that does not say so goes by its
/// response's default, and which one that is can't be seen: the shortest of them counts.
pub fn limit(variables: &BTreeMap<String, String>) -> Option<TimeDelta> {
    let said = variables.get("TRAILHOOK_MAX_EVENT_AGE_SECONDS").filter(|value| !value.is_empty());
    let ours = || variables.contains_key("TRAILHOOK_ACCOUNT_ID").then_some(Revert::DEFAULT_MAX_AGE);
    match said.map(String::as_str) {
        Some("any") => None,
        // What it can't read stops the function at its start, and nothing is left alone.
        Some(seconds) => seconds.parse::<u32>().ok().map(|seconds| TimeDelta::seconds(seconds.into())),
        None => ours(),
    }
}

fn in_words(time: TimeDelta) -> String {
    let (number, unit) = match time.num_seconds() {
        ..120 => (time.num_seconds(), "second"),
        120..7_200 => (time.num_minutes(), "minute"),
        7_200..172_800 => (time.num_hours(), "hour"),
        _ => (time.num_days(), "day"),
    };
    format!("{number} {unit}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
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

    fn allowed() -> Allowed {
        let functions = BTreeMap::from([
            ((FUNCTION.to_owned(), None), Some(TimeDelta::minutes(15))),
            ((FUNCTION.to_owned(), Some("live".to_owned())), Some(TimeDelta::hours(1))),
        ]);
        Allowed { functions, log_groups: vec![GROUP.to_owned()] }
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
        assert_eq!(Wanted::default().sent(&letter, &newest, now), Ok(()));
        let mut live = allowed();
        live.functions.retain(|(_, version), _| version.is_some());
        assert_eq!(Wanted::default().sent(&letter, &live, now), Err(Left::AnyVersion));
        let letter = Letter { origin: Origin::Rule, ..letter };
        let version = "$LATEST".to_owned();
        assert_eq!(Wanted::default().sent(&letter, &live, now), Err(Left::Version { version }));
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
}
