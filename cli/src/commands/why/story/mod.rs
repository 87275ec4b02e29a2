//! The story of an event: what is known of it, told in the order in which events travel, and what it comes to.
//!
//! It goes by the facts and asks nobody. What is not known is said, with where to look.

mod end;
mod places;
mod rules;
mod silence;
mod words;

#[cfg(test)]
mod known;
#[cfg(test)]
mod tests;

pub use end::End;

use super::facts::{Facts, time};
use super::kept::{Kept, span};
use chrono::{DateTime, TimeDelta, Utc};
use rules::Rules;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use trailhook::{EventHeader, Record};

/// CloudTrail is this late at most, as a rule.
const LATE: TimeDelta = TimeDelta::minutes(15);

/// The story of an event.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Story {
    /// CloudTrail's id of it.
    pub event_id: String,
    /// Whether anything knows it.
    pub found: bool,
    /// Whether all that it is about could be asked, and was still there to be read.
    pub whole: bool,
    /// What happened, in the order in which events travel.
    pub lines: Vec<Line>,
    /// What became of it at each function that was to get it, or got it.
    pub ends: Vec<Ended>,
    /// What it comes to.
    pub conclusion: String,
}

/// A line of a story.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// At which hop: `call`, `history`, `rule`, `target`, `decision`, `given-up`, `journal`, `untold`.
    pub hop: &'static str,
    /// Of what: a rule, a target, a function, by its name.
    pub of: String,
    /// When, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<DateTime<Utc>>,
    /// What happened.
    pub told: String,
}

/// What became of an event at a function.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Ended {
    /// The function, as the template calls it.
    pub function: String,
    /// Its response, where it said so; otherwise what the function is called.
    pub response: String,
    /// What became of it.
    #[serde(flatten)]
    pub end: End,
}

/// Tells it.
pub fn tell(facts: &Facts) -> Story {
    let mut story = Story {
        event_id: facts.event_id.clone(),
        found: facts.is_found(),
        whole: facts.untold.is_empty(),
        lines: Vec::new(),
        ends: Vec::new(),
        conclusion: String::new(),
    };
    if story.found {
        story.call(facts);
        story.history(facts);
        let rules = story.rules(facts);
        story.places(facts, &rules.matching);
        facts.journal.iter().for_each(|summary| story.line("journal", "", None, summary.clone()));
        story.conclusion = story.conclude(facts, &rules);
    } else {
        story.conclusion = nowhere(facts);
    }
    facts.untold.iter().for_each(|what| story.line("untold", "", None, what.clone()));
    if !story.whole {
        story.conclusion.push_str("; not everything is known, so this may not be all");
    }
    story
}

impl Story {
    fn line(&mut self, hop: &'static str, of: &str, at: Option<DateTime<Utc>>, told: impl Into<String>) {
        self.lines.push(Line { hop, of: of.to_owned(), at, told: told.into() });
    }

    /// When the call was made.
    pub fn began(&self) -> Option<DateTime<Utc>> {
        self.lines.iter().find(|line| line.hop == "call").and_then(|line| line.at)
    }

    fn call(&mut self, facts: &Facts) {
        let header = header(facts);
        let or = |name: &str, otherwise: &str| header.get(name).and_then(Value::as_str).unwrap_or(otherwise).to_owned();
        let who = record(facts).and_then(|record| EventHeader::of_record(&record).actor);
        let who = who.map_or_else(|| "somebody that only the record names".to_owned(), |actor| actor.to_string());
        let (name, account, region) = (or("eventName", "a call"), or("account", "?"), or("awsRegion", "?"));
        let failed = header.get("errorCode").and_then(Value::as_str);
        let failed = failed.map(|code| format!("; the call failed with {code}")).unwrap_or_default();
        let at = header.get("eventTime").and_then(Value::as_str).and_then(time);
        self.line("call", "", at, format!("{name} by {who}, account {account}, {region}{failed}"));
    }

    fn history(&mut self, facts: &Facts) {
        let is_young = self.began().is_some_and(|at| facts.now.signed_duration_since(at) < LATE);
        let told = match facts.in_history {
            // Said with what could not be asked.
            None => return,
            Some(true) => "CloudTrail's event history has it",
            Some(false) if is_young => "not in CloudTrail's event history yet, which is up to 15 minutes late",
            Some(false) => {
                "not in CloudTrail's event history, which has the management events of 90 days of its own Region"
            }
        };
        self.line("history", "", None, told);
    }

    fn conclude(&self, facts: &Facts, rules: &Rules<'_>) -> String {
        let mut told = Vec::new();
        if self.ends.is_empty() {
            match (rules.matching.is_empty(), rules.not_known.is_empty()) {
                (false, _) => told.push("a rule matches it, and no function is a target of it".to_owned()),
                (true, _) if facts.event.is_none() => {
                    told.push("it is known of, and nothing has the record".to_owned());
                }
                (true, true) => told.push(format!(
                    "no rule of the stack {} hands it over, so none of its functions was to answer it; rules of other stacks are \
                     not looked at",
                    facts.stack
                )),
                (true, false) => {}
            }
        }
        let mut clauses: Vec<(&Ended, Vec<&str>)> = Vec::new();
        for ended in &self.ends {
            let clause = |ended: &Ended| ended.end.clause(&ended.response, false);
            match clauses.iter_mut().find(|(known, _)| clause(known) == clause(ended)) {
                Some((_, names)) => names.push(&ended.response),
                None => clauses.push((ended, vec![&ended.response])),
            }
        }
        told.extend(
            clauses.iter().map(|(ended, names)| {
                format!("{} {}", all_of(names), ended.end.clause(&ended.response, names.len() > 1))
            }),
        );
        if let [first, more @ ..] = rules.not_known.as_slice() {
            let (what, hands) = if more.is_empty() { ("rule", "hands") } else { ("rules", "hand") };
            let names: Vec<&str> = std::iter::once(first).chain(more).map(String::as_str).collect();
            told.push(format!("whether the {what} {} {hands} it over is not known", all_of(&names)));
        }
        told.join("; ")
    }
}

/// The record, where it can be read.
fn record(facts: &Facts) -> Option<Record> {
    serde_json::from_value(facts.event.as_ref()?.get("detail")?.clone()).ok()
}

/// What is said of the event: by its record, or by a function that had it.
fn header(facts: &Facts) -> BTreeMap<String, Value> {
    let of_record = record(facts).and_then(|record| serde_json::to_value(EventHeader::of_record(&record)).ok());
    let header = of_record.or_else(|| facts.decisions().find_map(|decision| decision.report.get("event").cloned()));
    match header {
        Some(Value::Object(members)) => members.into_iter().collect(),
        _ => BTreeMap::new(),
    }
}

/// Nothing knows it.
fn nowhere(facts: &Facts) -> String {
    let asked = if facts.untold.is_empty() { "nothing knows it" } else { "what could be asked does not know it" };
    let kept =
        facts.groups_kept.values().filter_map(|kept| if let Kept::For(time) = kept { Some(*time) } else { None });
    let kept = kept.min().map(|time| format!(" and keep their lines {} only", span(time))).unwrap_or_default();
    format!(
        "{asked}: the event history, the logs, the journal and the dead-letter queues of {} in {}. CloudTrail is up to 15 \
         minutes late; the history has the management events of 90 days, of its own Region and account (--region, \
         --profile), and logs are searched no further back than --since{kept}. Where no trail logs in the Region, no rule ever gets \
         an event: trailhook validate --stack-name {}",
        facts.stack, facts.region, facts.stack
    )
}

fn all_of(names: &[&str]) -> String {
    match names {
        [before @ .., last] if !before.is_empty() => format!("{} and {last}", before.join(", ")),
        _ => names.concat(),
    }
}
