//! What was found in a part: sums, decision lines and problems, of records that are counted from its beginning.

use super::Tally;
use super::played::Played;
use crate::stored::{Boundary, PartRead, Stored};
use chrono::{DateTime, Utc};
use serde_json::Value;
use trailhook::{Outcome, Report, shown_json};

/// About what it takes with nothing in it, in bytes.
const EMPTY: usize = 1_024;
/// And for each event in the sums.
const SUMS: usize = 128;

/// The findings.
pub(super) struct Found {
    /// Where the part was taken to begin.
    pub(super) began: Option<Boundary>,
    /// What the part came to.
    pub(super) read: PartRead,
    file: String,
    tally: Tally,
    lines: Vec<Line>,
    /// By record, which is 0 for what is about the part as a whole.
    problems: Vec<(u64, String)>,
    /// About how many bytes it takes, and how many of them have been counted.
    size: usize,
    counted: usize,
}

/// What one response decided about one event, as JSON.
struct Line {
    record: u64,
    within: String,
    message: String,
    report: String,
}

impl Found {
    /// Nothing yet, in a file of this name.
    pub(super) fn of(file: String) -> Found {
        let (read, tally) = (PartRead::default(), Tally::default());
        let (lines, problems, size, counted) = (Vec::new(), Vec::new(), EMPTY, 0);
        Found { began: None, read, file, tally, lines, problems, size, counted }
    }

    /// A file that was not opened.
    pub(super) fn passed_by() -> Found {
        Found { tally: Tally { files_passed_by: 1, ..Tally::default() }, ..Found::of(String::new()) }
    }

    /// A place that could not be looked into.
    pub(super) fn unread(problem: String) -> Found {
        Found { problems: vec![(0, problem)], ..Found::of(String::new()) }
    }

    /// About how many bytes have come since they were counted.
    pub(super) fn uncounted(&self) -> usize {
        self.size - self.counted
    }

    /// Counts them.
    pub(super) fn count(&mut self) -> usize {
        let more = self.uncounted();
        self.counted = self.size;
        more
    }

    /// Those that were counted.
    pub(super) fn counted(&self) -> usize {
        self.counted
    }

    /// Whether something in it could not be read or decided.
    pub(super) fn is_bad(&self) -> bool {
        !self.problems.is_empty()
    }

    /// What stands behind the record's place.
    pub(super) fn problem(&mut self, record: u64, text: String) {
        self.size += text.len() + size_of::<(u64, String)>();
        self.problems.push((record, text));
    }

    /// An event that is not asked for.
    pub(super) fn not_asked_for(&mut self) {
        self.tally.not_asked_for += 1;
    }

    /// What became of an event.
    pub(super) fn take(
        &mut self,
        number: u64,
        event: &Stored<'_>,
        played: &Played,
        time: Option<DateTime<Utc>>,
        lines: bool,
    ) {
        self.size += SUMS;
        self.tally.take(played, time);
        let Played::Decided(reports) = played else { return };
        for report in reports {
            if report.outcome == Outcome::Failed {
                self.problem(number, format!("{}: {}: {}", event.within, report.response, report.message));
            }
            if lines {
                let line = Line::of(number, event.within.clone(), report);
                self.size += line.message.len() + line.report.len() + size_of::<Line>();
                self.lines.push(line);
            }
        }
    }

    /// All of the part was read.
    pub(super) fn end(&mut self, is_first: bool, read: PartRead) {
        self.tally.files += u64::from(is_first);
        self.tally.records += read.records;
        self.tally.bytes += read.bytes;
        if let Some(problem) = &read.problem {
            self.problem(0, format!("{}: {problem}", self.file));
        }
        self.read = read;
    }

    /// The sums and the lines so far, when so many records of the file are before the part. They are taken out.
    pub(super) fn drain(&mut self, before: u64) -> (Tally, Vec<String>) {
        let file = &self.file;
        let place = |record: u64, within: &str| format!("{file}: record {}{within}", before + record);
        let mut tally = std::mem::take(&mut self.tally);
        for (record, problem) in self.problems.drain(..) {
            tally.problem(if record == 0 { problem } else { place(record, &problem) });
        }
        let line = |line: Line| {
            let place = shown_json(&Value::from(place(line.record, &line.within)).to_string());
            format!("{{\"message\":{},\"place\":{place},\"report\":{}}}", line.message, line.report)
        };
        let lines = self.lines.drain(..).map(line).collect();
        (self.size, self.counted) = (0, 0);
        (tally, lines)
    }
}

impl Line {
    fn of(record: u64, within: String, report: &Report) -> Line {
        // A report is plain data, so it can always be written; if not, the line still has its message.
        let json = serde_json::to_string(report).unwrap_or_else(|_| Value::Null.to_string());
        let message = Value::from(report.message.as_str()).to_string();
        Line { record, within, message: shown_json(&message), report: shown_json(&json) }
    }
}
