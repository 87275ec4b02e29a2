//! What was looked at, as a page: what is wrong first, then how long each hop took, then all of it.

use super::validate::{time, word};
use crate::report::{Cell, Fact, Page, Part, Section, Stack, Table, Tone, figure};
use crate::validate::{Row, Verdict};
use chrono::Utc;

/// The order in which verdicts matter, each with its colour and name.
const KINDS: [(Verdict, Tone, &str); 4] = [
    (Verdict::Bad, Tone::Failed, "bad"),
    (Verdict::Untold, Tone::Later, "not told"),
    (Verdict::Note, Tone::Skip0, "notes"),
    (Verdict::Good, Tone::Act, "good"),
];

/// The page; `what` is the stack or the rule.
pub fn validated_page(rows: &[Row], what: &str, region: &str, read_only: bool, ended_early: bool) -> Page {
    let count = |verdict| rows.iter().filter(|row| row.verdict == verdict).count() as u64;
    let kinds = || KINDS.iter().map(|(verdict, tone, name)| (*tone, *name, count(*verdict)));
    let parts = kinds().filter(|(_, _, count)| *count > 0).map(|(tone, name, count)| (tone, name.to_owned(), count));
    let all = Stack::of("All that was looked at", format!("{} rows", figure(rows.len() as u64)), parts.collect());
    let mut sections = vec![Section::of("How it is", Part::Stacks(vec![all]))];
    sections.extend(wrong(rows));
    sections.extend(hops(rows));
    sections.push(everything(rows));
    let tried = if read_only { "No call was made." } else { "It was tried with a queue that was made for it." };
    Page {
        title: format!("Does {what} work?"),
        lead: format!("What stands between an API call in {region} and its response. {tried}"),
        notice: ended_early.then(|| "It was ended before everything was tried.".to_owned()),
        figures: kinds().map(|(_, name, count)| (figure(count), name.to_owned())).collect(),
        sections,
        foot: vec![
            "A note works, and somebody may wonder at it. “Not told” is what AWS did not say to whoever asked, so that \
             nobody knows. What each row asks is in docs/operations.md."
                .to_owned(),
            format!("Made by trailhook {} on {}.", env!("CARGO_PKG_VERSION"), Utc::now().format("%Y-%m-%d at %H:%M UTC")),
        ],
    }
}

/// What is not good, with its cause and its fix.
fn wrong(rows: &[Row]) -> Option<Section> {
    let mut wrong: Vec<&Row> = rows.iter().filter(|row| row.verdict != Verdict::Good).collect();
    wrong.sort_by_key(|row| KINDS.iter().position(|(verdict, _, _)| *verdict == row.verdict));
    let fact = |row: &&Row| {
        let fix = row.fix.iter().map(|fix| format!("Fix: {fix}"));
        let lines = std::iter::once(format!("Seen: {}", row.seen)).chain(fix);
        Fact::of(format!("{} · {} {}", word(row.verdict), row.check, row.subject), lines)
    };
    (!wrong.is_empty()).then(|| Section::of("What to look at", Part::Facts(wrong.iter().map(fact).collect())))
}

/// How long after the call each hop was seen.
fn hops(rows: &[Row]) -> Option<Section> {
    let timed: Vec<(&Row, u64)> = rows.iter().filter_map(|row| Some((row, row.after_ms?))).collect();
    let longest = timed.iter().map(|(_, after)| *after).max()?.max(1);
    let row = |(row, after): &(&Row, u64)| {
        let width = (*after as f64 * 100.0 / longest as f64).max(0.5);
        let bar = Cell::Bar { figure: time(*after), width };
        vec![Cell::Text(format!("{} {}", row.check, row.subject)), Cell::Text(word(row.verdict).to_owned()), bar]
    };
    let table = Table {
        caption: "From the call on".to_owned(),
        head: ["hop", "", "seen after"].map(str::to_owned).to_vec(),
        rows: timed.iter().map(row).collect(),
        more: None,
    };
    Some(Section::of("How long each hop took", Part::Table(table)))
}

fn everything(rows: &[Row]) -> Section {
    let row = |row: &Row| {
        [word(row.verdict), row.check, &row.subject, &row.seen].map(|text| Cell::Text(text.to_owned())).to_vec()
    };
    let table = Table {
        caption: "In the order in which an event meets it".to_owned(),
        head: ["", "check", "of", "seen"].map(str::to_owned).to_vec(),
        rows: rows.iter().map(row).collect(),
        more: None,
    };
    Section::of("All that was looked at", Part::Table(table))
}
