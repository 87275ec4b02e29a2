//! The sums of a replay.

use super::played::Played;
use chrono::{DateTime, Utc};
use serde::Serialize;
use std::collections::BTreeMap;
use trailhook::{EventHeader, Report};

/// More places than this are not told one by one.
const MOST_PROBLEMS: usize = 1_000;
/// More callers, calls and Regions than this are not counted one by one: a caller chooses session names.
const MOST_NAMES: usize = 10_000;
const OTHERS: &str = "others";

/// The sums.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Tally {
    /// The files that were read.
    pub files: u64,
    /// The files that were not opened, because their path says that they hold nothing that is asked for.
    pub files_passed_by: u64,
    /// The records in them.
    pub records: u64,
    /// Unpacked.
    pub bytes: u64,
    /// The events of another time, account or Region than is asked for, of those that were parsed.
    pub not_asked_for: u64,
    /// The events that a rule got.
    pub matched: u64,
    /// When the first of them was, by its own account.
    pub first: Option<DateTime<Utc>>,
    /// And the last.
    pub last: Option<DateTime<Utc>>,
    /// The events that a rule matches and would not have got, by the reason.
    pub undelivered: BTreeMap<String, u64>,
    /// By response, what became of the events.
    pub responses: BTreeMap<String, Outcomes>,
    /// By who called: the events that some response would have acted on, here and below.
    pub callers: BTreeMap<String, u64>,
    /// By call.
    pub calls: BTreeMap<String, u64>,
    /// By Region.
    pub regions: BTreeMap<String, u64>,
    /// By day in UTC.
    pub days: BTreeMap<String, u64>,
    /// What could not be read or decided, with the place; the first thousand.
    pub problems: Vec<String>,
    /// All of them.
    pub problem_count: u64,
}

/// By outcome and reason: how many.
pub type Outcomes = BTreeMap<String, u64>;

impl Tally {
    pub(super) fn problem(&mut self, text: String) {
        self.problem_count += 1;
        if self.problems.len() < MOST_PROBLEMS {
            self.problems.push(text);
        }
    }

    pub(super) fn take(&mut self, played: &Played, time: Option<DateTime<Utc>>) {
        match played {
            Played::Unmatched => {}
            Played::Undelivered(why) => one_more(&mut self.undelivered, why.kind()),
            Played::Decided(reports) => {
                self.matched += 1;
                self.span(time, time);
                let mut acts = false;
                for report in reports {
                    acts |= would_act(report);
                    one_more(self.responses.entry(report.response.to_owned()).or_default(), outcome(report));
                }
                if let Some(header) = reports.first().and_then(|report| report.event.as_ref()).filter(|_| acts) {
                    self.count(header, time);
                }
            }
        }
    }

    fn count(&mut self, header: &EventHeader, time: Option<DateTime<Utc>>) {
        let or = |text: &Option<String>| text.clone().unwrap_or_else(|| "unknown".to_owned());
        let caller = header.actor.as_ref().map_or_else(|| "unknown".to_owned(), ToString::to_string);
        one_more(&mut self.callers, caller);
        one_more(&mut self.calls, or(&header.event_name));
        one_more(&mut self.regions, or(&header.aws_region));
        one_more(&mut self.days, time.map_or_else(|| "unknown".to_owned(), |time| time.format("%Y-%m-%d").to_string()));
    }

    fn span(&mut self, first: Option<DateTime<Utc>>, last: Option<DateTime<Utc>>) {
        self.first = self.first.into_iter().chain(first).min();
        self.last = self.last.max(last);
    }

    /// Adds other sums.
    pub(super) fn add(&mut self, other: Tally) {
        self.files += other.files;
        self.files_passed_by += other.files_passed_by;
        self.records += other.records;
        self.bytes += other.bytes;
        self.not_asked_for += other.not_asked_for;
        self.matched += other.matched;
        self.span(other.first, other.last);
        self.problem_count += other.problem_count;
        let room = MOST_PROBLEMS.saturating_sub(self.problems.len());
        self.problems.extend(other.problems.into_iter().take(room));
        for (response, outcomes) in other.responses {
            add(self.responses.entry(response).or_default(), outcomes);
        }
        add(&mut self.undelivered, other.undelivered);
        add(&mut self.callers, other.callers);
        add(&mut self.calls, other.calls);
        add(&mut self.regions, other.regions);
        add(&mut self.days, other.days);
    }
}

fn one_more(counts: &mut BTreeMap<String, u64>, name: String) {
    let name = if counts.len() < MOST_NAMES || counts.contains_key(&name) { name } else { OTHERS.to_owned() };
    *counts.entry(name).or_default() += 1;
}

fn add(counts: &mut BTreeMap<String, u64>, more: BTreeMap<String, u64>) {
    for (name, count) in more {
        let name = if counts.len() < MOST_NAMES || counts.contains_key(&name) { name } else { OTHERS.to_owned() };
        *counts.entry(name).or_default() += count;
    }
}

fn would_act(report: &Report) -> bool {
    report.outcome == trailhook::Outcome::DryRun
}

/// In words: `would act`, or the outcome with its reason.
fn outcome(report: &Report) -> String {
    match &report.reason {
        _ if would_act(report) => "would act".to_owned(),
        Some(reason) => format!("{}: {reason}", report.outcome.as_str()),
        None => report.outcome.as_str().to_owned(),
    }
}
