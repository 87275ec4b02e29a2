//! The sums of a stage: what came in, and where each of it is now. They add up, or something was lost
//! that nobody told of.

use super::at_work::Moment;
use super::bus::BusEvent;
use super::lambda::LambdaEvent;
use super::live::Told;
use super::world::Kept;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;

/// What came in, and where it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Tally {
    /// Management calls that were recorded.
    pub calls: Calls,
    /// Events on their way to targets: each matching rule has one for each target, and one more for
    /// each that is delivered twice.
    pub deliveries: Ends,
    /// Events that Lambda has taken.
    pub invocations: Ends,
    /// Tries of functions that ended in a decision line, by its outcome.
    pub decisions: BTreeMap<String, u64>,
    /// Processes of functions that were killed on purpose.
    pub crashes: Crashes,
}

/// Calls, by what rules made of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Calls {
    /// A rule matched.
    pub matched: u64,
    /// No rule did.
    pub unmatched: u64,
    /// The event was not delivered to any rule: it was too large.
    pub undelivered: u64,
}

/// Processes that were killed on purpose, by the side of the call that they were killed at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Crashes {
    /// The call was not done.
    pub before: u64,
    /// The call was done.
    pub after: u64,
}

/// How things ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Ends {
    /// All that began.
    pub begun: u64,
    /// The target has it, the function has answered.
    pub done: u64,
    /// It is in a queue for what could not be done.
    pub kept: u64,
    /// It is nowhere.
    pub lost: u64,
    /// The stage was closed before.
    pub left: u64,
}

impl Tally {
    /// Whether everything that began and did not end is one of so many that are under way.
    pub fn adds_up(&self, pending: usize) -> bool {
        let open = self.deliveries.open().zip(self.invocations.open());
        open.and_then(|(deliveries, invocations)| usize::try_from(deliveries + invocations).ok()) == Some(pending)
    }

    pub(super) fn note(&mut self, told: &Told) {
        match told {
            Told::Call { rules: Ok(rules), .. } if rules.is_empty() => self.calls.unmatched += 1,
            Told::Call { rules: Ok(_), .. } => self.calls.matched += 1,
            Told::Call { rules: Err(_), .. } => self.calls.undelivered += 1,
            Told::Bus(told) => match &told.what {
                BusEvent::Matched { deliveries } => self.deliveries.begun += u64::from(*deliveries),
                BusEvent::Delivered { .. } => self.deliveries.done += 1,
                BusEvent::GaveUp { kept, .. } => self.deliveries.keep(kept),
                BusEvent::Left { .. } => self.deliveries.left += 1,
                BusEvent::Retrying { .. } => {}
            },
            Told::Lambda(told) => match &told.what {
                LambdaEvent::Accepted => self.invocations.begun += 1,
                LambdaEvent::Answered { .. } => self.invocations.done += 1,
                LambdaEvent::GaveUp { kept, .. } => self.invocations.keep(kept),
                LambdaEvent::Left => self.invocations.left += 1,
                LambdaEvent::Crashed(crash) => match crash.moment {
                    Moment::Before => self.crashes.before += 1,
                    Moment::After => self.crashes.after += 1,
                },
                LambdaEvent::Decided(decision) => {
                    let outcome = decision.report.get("outcome").and_then(serde_json::Value::as_str);
                    *self.decisions.entry(outcome.unwrap_or("unknown").to_owned()).or_default() += 1;
                }
                _ => {}
            },
            Told::LogFile(_) => {}
        }
    }
}

impl Ends {
    /// How many have not ended; none when more ended than began.
    pub fn open(&self) -> Option<u64> {
        self.begun.checked_sub(self.done + self.kept + self.lost + self.left)
    }

    fn keep(&mut self, kept: &Kept) {
        match kept {
            Kept::In { .. } => self.kept += 1,
            Kept::Nowhere | Kept::Lost { .. } => self.lost += 1,
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Calls { matched, unmatched, undelivered } = &self.calls;
        let calls = matched + unmatched + undelivered;
        writeln!(
            f,
            "calls        {calls}: {matched} matched a rule, {unmatched} matched none, {undelivered} not delivered"
        )?;
        for (name, ends, done) in
            [("deliveries", &self.deliveries, "handed over"), ("invocations", &self.invocations, "answered")]
        {
            let Ends { begun, done: number, kept, lost, left } = ends;
            let open =
                ends.open().map_or_else(|| "more ended than began".to_owned(), |open| format!("{open} under way"));
            writeln!(
                f,
                "{name:11}  {begun}: {number} {done}, {kept} kept in a queue, {lost} lost, {left} left, {open}"
            )?;
        }
        let all: u64 = self.decisions.values().sum();
        let each: Vec<String> = self.decisions.iter().map(|(outcome, number)| format!("{number} {outcome}")).collect();
        write!(f, "decisions    {all}: {}", if each.is_empty() { "none".to_owned() } else { each.join(", ") })?;
        match self.crashes {
            Crashes { before: 0, after: 0 } => Ok(()),
            Crashes { before, after } => {
                write!(f, "\ncrashes      {}: {before} before a call, {after} after one", before + after)
            }
        }
    }
}
