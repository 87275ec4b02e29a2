//! A resource's own exemption: the tag `trailhook:exempt-until` with a time.
//!
//! It ends by itself, so that nobody has to remember it. Whatever does not end within a year, or
//! can't be read as a time, exempts nothing, and that is told: someone believes the resource to be
//! safe. The same goes for a key that is almost the right one. Keys and values are their writer's
//! choice: what is repeated of them is cut, and quoted with every odd character escaped.

use crate::{Judgement, Reason, Verdict};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use std::collections::BTreeMap;

/// The most that is repeated of a key or a value, in characters.
const LONGEST: usize = 64;

/// What the value of a tag `trailhook:exempt-until` says at a certain time.
///
/// ```
/// use trailhook::ExemptUntil;
///
/// let now = "2026-11-02T09:30:30Z".parse()?;
/// assert!(matches!(ExemptUntil::of("2026-12-01T00:00:00Z", now), ExemptUntil::Exempt(_)));
/// assert!(matches!(ExemptUntil::of("2026-11-02T10:30:30+01:00", now), ExemptUntil::Expired(_)));
/// assert_eq!(ExemptUntil::of("tomorrow", now), ExemptUntil::Malformed);
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExemptUntil {
    /// The resource is exempt until then.
    Exempt(DateTime<Utc>),
    /// It was, until then; at that very time it is so no more.
    Expired(DateTime<Utc>),
    /// The time is further ahead than [`ExemptUntil::FARTHEST`]: no exemption, because one is to end.
    TooFar(DateTime<Utc>),
    /// Not a time as RFC 3339 writes it.
    Malformed,
}

/// What the tags of a resource say about letting it be.
///
/// ```
/// use std::collections::BTreeMap;
/// use trailhook::{TagExemption, Verdict};
///
/// let now = "2026-11-02T09:30:30Z".parse()?;
/// let tags = BTreeMap::from([("Trailhook:Exempt-Until".to_owned(), "2026-12-01T00:00:00Z".to_owned())]);
/// let exemption = TagExemption::of(&tags, now);
/// assert_eq!(exemption.until, None);
/// // What was misspelt is said, and the action goes on.
/// let verdict: Verdict<()> = exemption.over(Verdict::proceed());
/// assert_eq!(verdict.notes.len(), 1);
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TagExemption {
    /// Until when the resource is exempt, if it is.
    pub until: Option<DateTime<Utc>>,
    /// What was to exempt it and doesn't, in sentences.
    pub notes: Vec<String>,
}

impl ExemptUntil {
    /// The tag's key, compared letter for letter.
    pub const KEY: &'static str = "trailhook:exempt-until";

    /// How far ahead an exemption may end: a year, of a leap year's length.
    pub const FARTHEST: TimeDelta = TimeDelta::days(366);

    /// Whether a tag's key is this one, or so near to it that somebody may take it for this one: case,
    /// spaces and signs don't count.
    pub fn resembles(key: &str) -> bool {
        letters(key) == letters(ExemptUntil::KEY)
    }

    /// What this value says at this time. Spaces around it, or a time without its offset from UTC,
    /// are malformed: what is meant must not be guessed.
    pub fn of(value: &str, now: DateTime<Utc>) -> Self {
        let Ok(until) = DateTime::parse_from_rfc3339(value) else {
            return ExemptUntil::Malformed;
        };
        let until = until.to_utc();
        let ahead = until.signed_duration_since(now);
        if ahead <= TimeDelta::zero() {
            ExemptUntil::Expired(until)
        } else if ahead > ExemptUntil::FARTHEST {
            ExemptUntil::TooFar(until)
        } else {
            ExemptUntil::Exempt(until)
        }
    }
}

impl TagExemption {
    /// What these tags say at this time.
    pub fn of(tags: &BTreeMap<String, String>, now: DateTime<Utc>) -> Self {
        const KEY: &str = ExemptUntil::KEY;
        let mut exemption = TagExemption::default();
        for (key, value) in tags {
            if key != KEY {
                if ExemptUntil::resembles(key) {
                    let key = quoted(key);
                    exemption
                        .notes
                        .push(format!("the tag {key} exempts nothing: the key is not {KEY} letter for letter"));
                }
                continue;
            }
            let why = match ExemptUntil::of(value, now) {
                ExemptUntil::Exempt(until) => {
                    exemption.until = Some(until);
                    continue;
                }
                ExemptUntil::Expired(until) => format!("it ended at {}", text(until)),
                ExemptUntil::TooFar(until) => {
                    let days = ExemptUntil::FARTHEST.num_days();
                    format!("{} is more than {days} days ahead, and an exemption is to end", text(until))
                }
                ExemptUntil::Malformed => {
                    format!("{} is not an RFC 3339 time, as in 2026-12-01T00:00:00Z", quoted(value))
                }
            };
            exemption.notes.push(format!("the tag {KEY} exempts nothing: {why}"));
        }
        exemption
    }

    /// The verdict on an action that changes the resource, where this was the verdict without its
    /// tags. What would be nothing anyway stays so, for its own reason: the exemption is not used.
    pub fn over<A>(self, verdict: Verdict<A>) -> Verdict<A> {
        if matches!(verdict.judgement, Judgement::Nothing(_)) {
            return verdict.noting(self.notes);
        }
        match self.until {
            Some(until) => {
                let message = format!("the tag {} exempts it until {}", ExemptUntil::KEY, text(until));
                let notes = verdict.notes.into_iter().chain(self.notes);
                Verdict::nothing(Reason::new("exempt", message)).noting(notes)
            }
            None => verdict.noting(self.notes),
        }
    }
}

/// A key's letters and digits in lower case: what is left of it when case, spaces and signs don't
/// count.
fn letters(key: &str) -> String {
    key.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn quoted(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{:?}…", text.get(..end).unwrap_or_default()),
        None => format!("{text:?}"),
    }
}

fn text(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-11-02T09:30:30Z".parse().unwrap()
    }

    fn word(value: &str) -> &'static str {
        match ExemptUntil::of(value, now()) {
            ExemptUntil::Exempt(_) => "exempt",
            ExemptUntil::Expired(_) => "expired",
            ExemptUntil::TooFar(_) => "too far",
            ExemptUntil::Malformed => "malformed",
        }
    }

    #[test]
    fn a_time_is_read_as_rfc_3339_writes_it() {
        let long = format!("2026-12-01T00:00:00.{}Z", "0".repeat(300));
        for (value, expected) in [
            ("2026-12-01T00:00:00Z", "exempt"),
            ("2026-12-01t00:00:00z", "exempt"),
            ("2026-12-01 00:00:00Z", "exempt"),
            ("2026-12-01T00:00:00.5Z", "exempt"),
            ("2026-12-31T23:59:60Z", "exempt"),
            ("2026-12-01T00:00:00-00:00", "exempt"),
            (&long, "exempt"),
            // The edges: the time itself, a second on either side, by other offsets too.
            ("2026-11-02T09:30:30Z", "expired"),
            ("2026-11-02T09:30:31Z", "exempt"),
            ("2026-11-02T10:30:30+01:00", "expired"),
            ("2026-11-02T10:30:31+01:00", "exempt"),
            ("2026-11-02T09:30:30.000000001Z", "exempt"),
            ("2026-11-02T23:59:59+23:59", "expired"),
            ("2027-11-03T09:30:30Z", "exempt"),
            ("2027-11-03T09:30:31Z", "too far"),
            ("2027-11-03T09:30:30-00:01", "too far"),
            ("9999-12-31T23:59:59Z", "too far"),
            ("0000-01-01T00:00:00Z", "expired"),
            ("", "malformed"),
            ("never", "malformed"),
            ("true", "malformed"),
            ("*", "malformed"),
            ("2026-12-01", "malformed"),
            ("2026-12-01T00:00:00", "malformed"),
            ("2026-12-01T00:00Z", "malformed"),
            ("2026-12-01T00:00:00+0100", "malformed"),
            ("2026-12-01T00:00:00Z ", "malformed"),
            (" 2026-12-01T00:00:00Z", "malformed"),
            ("2026-12-01T00:00:00Z\u{200b}", "malformed"),
            ("2026-12-01T00:00:00Z\n", "malformed"),
            ("2026-12-01T00:00:00Zulu", "malformed"),
            ("2026-12-01T25:00:00Z", "malformed"),
            ("2026-12-01T00:00:00+25:00", "malformed"),
            ("2026-02-29T00:00:00Z", "malformed"),
            ("２０２６-12-01T00:00:00Z", "malformed"),
            ("+12026-12-01T00:00:00Z", "malformed"),
            ("1796083200", "malformed"),
        ] {
            assert_eq!(word(value), expected, "{value:?}");
        }
        assert_eq!(word(&"9".repeat(1_000_000)), "malformed");
    }

    #[test]
    fn what_was_to_exempt_and_does_not_is_said() {
        let of = |tags: &[(&str, &str)]| {
            let tags = tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
            TagExemption::of(&tags, now())
        };
        assert_eq!(of(&[("team", "payments"), ("trailhook:created-by", "alice")]), TagExemption::default());
        let later = "2026-12-01T00:00:00Z";
        assert!(of(&[("trailhook:exempt-until", later)]).notes.is_empty());
        for key in [
            "Trailhook:Exempt-Until",
            " trailhook:exempt-until",
            "trailhook:exempt-until ",
            "trailhook: exempt-until",
            "trailhook:exempt_until",
            "trailhook/exempt-until",
            "trailhook:exempt\u{200b}-until",
        ] {
            let exemption = of(&[(key, later)]);
            assert_eq!((exemption.until, exemption.notes.len()), (None, 1), "{key:?}");
            assert!(exemption.notes[0].contains("letter for letter"), "{exemption:?}");
        }
        // The right one counts, and the misspelt one beside it is said all the same.
        let both = of(&[("trailhook:exempt-until", later), ("TRAILHOOK:EXEMPT-UNTIL", "x")]);
        assert!(both.until.is_some() && both.notes.len() == 1, "{both:?}");
        let hostile = format!("\u{202e}\n\"{}", "x".repeat(1_000_000));
        let notes = of(&[("trailhook:exempt-until", &hostile)]).notes;
        assert!(notes[0].len() < 300 && notes[0].chars().all(|c| !c.is_control() && c != '\u{202e}'), "{notes:?}");
        let padded = format!("trailhook:exempt-until{}", " ".repeat(1_000_000));
        assert!(of(&[(&padded, later)]).notes[0].len() < 300);
    }

    #[test]
    fn an_exemption_stops_what_would_be_done_and_nothing_else() {
        let exempt = || TagExemption { until: Some(now()), notes: vec!["a note".to_owned()] };
        let stopped = exempt().over(Verdict::<()>::amend(()));
        let Judgement::Nothing(reason) = &stopped.judgement else { panic!("{stopped:?}") };
        assert_eq!((reason.code, stopped.notes.len()), ("exempt", 1));
        assert!(reason.message.contains("trailhook:exempt-until exempts it until 2026-11-02T09:30:30Z"), "{reason}");
        let gone = exempt().over(Verdict::<()>::nothing(Reason::new("queue-gone", "it is gone")));
        assert!(matches!(&gone.judgement, Judgement::Nothing(reason) if reason.code == "queue-gone"), "{gone:?}");
        let not = TagExemption { until: None, notes: vec!["a note".to_owned()] };
        assert_eq!(not.over(Verdict::<()>::proceed()), Verdict::proceed().noting(["a note".to_owned()]));
    }
}
