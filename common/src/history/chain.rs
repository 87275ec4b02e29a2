//! Calls on one attribute or tag that came one after the other and are all undone: they are undone as one.
//!
//! Undone one by one, the newest would put the one before it back, and so on: each needs a try of its own, and
//! Lambda has three. So what was there before the first of them is put back, whoever comes first. It refuses to
//! take for one of them what is not proved to be: somebody's who is let be, a call that no rule is about, one whose
//! caller is not known, one long before (revert may not have been there yet), and any call at all where the queue
//! was seen with a value that none of them gave it.

use super::previous::{Before, Called, Known, Previous};
use super::said::{Of, Said};
use super::{Caller, Effect, Fact, QueueHistory, same_value};
use chrono::{DateTime, TimeDelta, Utc};

/// The longest between two of them: as long as Lambda's tries go on for the first.
const IN_A_ROW: TimeDelta = TimeDelta::seconds(150);

/// What becomes of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is undone.
    Undone,
    /// It is our own, and undid another.
    Ours,
    /// It stays.
    Stays,
    /// Nobody can tell.
    Unknown,
}

/// A call of the history, for who knows what becomes of it.
#[derive(Clone, Copy, Debug)]
pub struct OtherCall<'a> {
    /// What it did.
    pub effect: &'a Effect,
    /// Who made it.
    pub who: Option<&'a Caller>,
}

/// Calls in a row that are all undone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    /// What was there before the first of them.
    pub before: Previous,
    /// What they set; `None` for what took it away.
    pub values: Vec<Option<String>>,
    /// What is there by a newer call that stays, and by which.
    pub stays: Option<(Option<String>, String)>,
}

/// A call that has a say.
struct Spoken<'a> {
    called: Called<'a>,
    /// `None` for one that leaves nobody knows what.
    value: Option<Option<String>>,
    fate: Fate,
}

impl QueueHistory {
    /// The calls in a row that an event's own is one of; `None` where the history does not know that one.
    pub fn chain(
        &self,
        event_id: &str,
        event_time: DateTime<Utc>,
        of: Of<'_>,
        fate: impl Fn(OtherCall<'_>) -> Fate,
    ) -> Option<Chain> {
        let spoken = self.spoken(of, fate);
        let own = spoken.iter().find(|spoken| spoken.called.event_id == event_id)?;
        // By the second, oldest first: within one there is no order.
        let seconds: Vec<&[Spoken<'_>]> = spoken.chunk_by(|one, other| one.called.at == other.called.at).collect();
        let here = seconds.iter().position(|second| second.iter().any(|one| one.called.event_id == event_id))?;
        let (before, from_here) = seconds.split_at(here);
        let stays = seconds.last().filter(|_| from_here.len() > 1).and_then(|newest| that_stays(newest));
        let alone = || Chain {
            before: self.before(event_id, event_time).of_one(of),
            values: own.value.iter().cloned().collect(),
            stays: stays.clone(),
        };
        if !is_undone(from_here.first()?) {
            return Some(alone());
        }
        let later = in_a_row(from_here.iter().copied());
        let mut earlier = in_a_row(from_here.first().into_iter().chain(before.iter().rev()).copied());
        // What we put back ourselves begins nothing.
        while earlier.len() > 1 && earlier.last().is_some_and(|second| !second.iter().any(Spoken::is_to_be_undone)) {
            earlier.pop();
        }
        let first = earlier.last()?.iter().find(|one| one.is_to_be_undone())?;
        let members = earlier.iter().skip(1).chain(&later).copied().flatten().filter(|one| one.is_to_be_undone());
        let values: Vec<Option<String>> = members.filter_map(|one| one.value.clone()).collect();
        let after = from_here.get(later.len()).and_then(|second| second.first()).map(|one| one.called.at);
        // What we put back in that very second was there before, or undid what was done in it.
        let ours = earlier.last().and_then(|second| put_back(second));
        let before = ours.unwrap_or_else(|| self.before(first.called.event_id, first.called.at).of_one(of));
        let chain = Chain { before, values, stays: stays.clone() };
        let proved = self.looks(of, first.called.at, after).all(|seen| chain.explains(of, seen));
        Some(if proved { chain } else { alone() })
    }

    /// The calls that have a say, oldest first.
    fn spoken(&self, of: Of<'_>, fate: impl Fn(OtherCall<'_>) -> Fate) -> Vec<Spoken<'_>> {
        let all = Before::of(&self.facts, "", DateTime::<Utc>::MAX_UTC - TimeDelta::days(1));
        let mut spoken = Vec::new();
        for (index, called) in all.calls.iter().enumerate() {
            let value = match all.said(index, called, of) {
                Said::Nothing => continue,
                Said::Value(value) => Some(value),
                Said::Unclear(_) => None,
            };
            let fate = fate(OtherCall { effect: called.effect, who: called.who });
            spoken.push(Spoken { called: *called, value, fate });
        }
        spoken.reverse();
        spoken
    }

    /// What was seen from one time on, and before another.
    fn looks(
        &self,
        of: Of<'_>,
        from: DateTime<Utc>,
        until: Option<DateTime<Utc>>,
    ) -> impl Iterator<Item = Option<&str>> {
        self.facts.iter().filter_map(move |fact| match fact {
            Fact::Seen { at, queue, .. } if *at >= from && until.is_none_or(|until| *at < until) => Some(match of {
                Of::Attribute(name) => queue.attribute(name),
                Of::Tag(key) => queue.tags.get(key).map(String::as_str),
            }),
            _ => None,
        })
    }
}

impl Chain {
    /// Whether a value is what one of them set.
    pub fn has_set(&self, of: Of<'_>, value: Option<&str>) -> bool {
        self.values.iter().any(|set| of.same(set.as_deref(), value))
    }

    /// Whether it is theirs, or what was there before them.
    fn explains(&self, of: Of<'_>, seen: Option<&str>) -> bool {
        let before = matches!(&self.before, Previous::Known(known) if of.same(known.value.as_deref(), seen));
        before || self.has_set(of, seen)
    }
}

impl Of<'_> {
    /// Whether two values of it say the same; `None` for none.
    pub fn same(&self, one: Option<&str>, other: Option<&str>) -> bool {
        match self {
            Of::Attribute(name) => same_value(name, one.unwrap_or_default(), other.unwrap_or_default()),
            Of::Tag(_) => one == other,
        }
    }
}

impl Spoken<'_> {
    fn is_to_be_undone(&self) -> bool {
        self.fate == Fate::Undone
    }
}

/// Whether all calls of a second are undone, or our own.
fn is_undone(second: &[Spoken<'_>]) -> bool {
    second.iter().all(|one| matches!(one.fate, Fate::Undone | Fate::Ours))
}

/// As many as follow each other closely and are all undone.
fn in_a_row<'a, 's: 'a>(seconds: impl Iterator<Item = &'a [Spoken<'s>]>) -> Vec<&'a [Spoken<'s>]> {
    let mut row: Vec<&[Spoken<'_>]> = Vec::new();
    for second in seconds {
        let at = |second: &[Spoken<'_>]| second.first().map(|one| one.called.at);
        let near = match (row.last().and_then(|last| at(last)), at(second)) {
            (Some(last), Some(next)) => (next - last).abs() <= IN_A_ROW,
            _ => true,
        };
        if !near || !is_undone(second) {
            break;
        }
        row.push(second);
    }
    row
}

/// What we put back ourselves within a second.
fn put_back(second: &[Spoken<'_>]) -> Option<Previous> {
    let mut ours = second.iter().filter(|one| one.fate == Fate::Ours);
    let first = ours.next()?;
    let agree = ours.all(|other| other.value == first.value);
    let from = format!("what we put back ourselves, event {}", first.called.event_id);
    first.value.clone().filter(|_| agree).map(|value| Previous::Known(Known { value, from }))
}

/// What the calls of a second left, if all of them stay and agree.
fn that_stays(second: &[Spoken<'_>]) -> Option<(Option<String>, String)> {
    let first = second.first()?;
    let agree = second.iter().all(|one| one.fate == Fate::Stays && one.value == first.value);
    let by = format!("{}, event {}", first.called.effect.name(), first.called.event_id);
    first.value.clone().filter(|_| agree).map(|value| (value, by))
}
