//! What would have been done, for people.

use super::{counted, line, table};
use crate::commands::Tally;
use std::collections::BTreeMap;
use trailhook::shown_line;

/// So many of the callers, calls and Regions are named.
const TOP: usize = 10;
/// So many problems are shown.
const PROBLEMS: usize = 20;
/// The most lines of the timeline.
const LONGEST: usize = 36;
/// The longest bar of the timeline.
const BAR: u64 = 40;

/// The sums of a replay.
pub fn replayed(tally: &Tally) -> String {
    let mut text = String::new();
    let read = format!(
        "{} with {} ({:.1} MB){}",
        counted(tally.files as usize, "file"),
        counted(tally.records as usize, "record"),
        tally.bytes as f64 / 1e6,
        match tally.files_passed_by {
            0 => String::new(),
            passed => format!("; {} not opened, by what their paths say", counted(passed as usize, "file")),
        }
    );
    line(&mut text, "read", &read);
    if tally.not_asked_for > 0 {
        let left = counted(tally.not_asked_for as usize, "event");
        line(&mut text, "", &format!("{left} of another time, account or Region than asked for"));
    }
    let span = tally.first.zip(tally.last).map(|(first, last)| format!(", from {first} to {last}")).unwrap_or_default();
    line(&mut text, "matched", &format!("{}{span}", counted(tally.matched as usize, "event")));
    for (why, count) in &tally.undelivered {
        line(&mut text, "", &format!("{} matched and not delivered: {why}", counted(*count as usize, "event")));
    }
    if !tally.responses.is_empty() {
        let rows = tally.responses.iter().flat_map(|(response, outcomes)| {
            outcomes.iter().map(|(outcome, count)| [response.clone(), outcome.clone(), count.to_string()])
        });
        text.push_str(&table::table(["response", "outcome", "events"], rows));
        text.push('\n');
    }
    for (label, counts) in [("callers", &tally.callers), ("calls", &tally.calls), ("Regions", &tally.regions)] {
        top(&mut text, label, counts);
    }
    let (unit, times) = timeline(&tally.days);
    let most = times.values().copied().max().unwrap_or(0).max(1);
    for (index, (time, count)) in times.iter().take(LONGEST).enumerate() {
        let bar = "▇".repeat((count * BAR / most).max(1) as usize);
        line(&mut text, if index == 0 { unit } else { "" }, &format!("{time} {bar} {count}"));
    }
    if times.len() > LONGEST {
        line(&mut text, "", &format!("and {} more", times.len() - LONGEST));
    }
    for problem in tally.problems.iter().take(PROBLEMS) {
        line(&mut text, "problem", &shown_line(problem));
    }
    if tally.problem_count > PROBLEMS as u64 {
        line(&mut text, "", &format!("and {} more", tally.problem_count - PROBLEMS as u64));
    }
    text.trim_end().to_owned()
}

/// By day, month or year, so that it is not too long to be looked at.
fn timeline(days: &BTreeMap<String, u64>) -> (&'static str, BTreeMap<&str, u64>) {
    let by = |length| {
        let mut times = BTreeMap::new();
        for (day, count) in days {
            *times.entry(day.get(..length).unwrap_or(day)).or_default() += count;
        }
        times
    };
    let units = [("days", "2026-11-02".len()), ("months", "2026-11".len()), ("years", "2026".len())];
    let fitting = units.into_iter().map(|(unit, length)| (unit, by(length))).find(|(_, times)| times.len() <= LONGEST);
    fitting.unwrap_or_else(|| ("years", by("2026".len())))
}

/// The most frequent names, of the events that a response would have acted on.
fn top(text: &mut String, label: &str, counts: &BTreeMap<String, u64>) {
    let mut sorted: Vec<(&String, &u64)> = counts.iter().collect();
    sorted.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    for (index, (name, count)) in sorted.iter().take(TOP).enumerate() {
        line(text, if index == 0 { label } else { "" }, &format!("{count:>7} {}", shown_line(name)));
    }
    if sorted.len() > TOP {
        line(text, "", &format!("        and {} more", sorted.len() - TOP));
    }
}
