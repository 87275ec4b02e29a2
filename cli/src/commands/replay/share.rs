//! One thread's share of a replay.

use super::played::Played;
use super::stages::Stages;
use super::{Next, Replay, Tally};
use crate::commands::CommandError;
use crate::input::InputError;
use crate::stored::{self, Boundary, Part, PartRead, Stored, Text};
use chrono::{DateTime, Utc};
use serde_json::Value;
use std::sync::atomic::Ordering;
use trailhook::{Outcome, Report, shown_json};

/// A thread.
pub(super) struct Share<'r, 'a> {
    replay: &'r Replay<'a>,
    stages: Stages<'r, 'a>,
    lines: bool,
}

/// What was found in a part. Records are counted from its beginning.
#[derive(Default)]
pub(super) struct Found {
    pub(super) read: PartRead,
    file: String,
    tally: Tally,
    lines: Vec<Line>,
    /// By record, which is 0 for what is about the part as a whole.
    problems: Vec<(u64, String)>,
    failed: Option<CommandError>,
}

/// What one response decided about one event, as JSON.
struct Line {
    record: u64,
    within: String,
    message: String,
    report: String,
}

impl<'r, 'a> Share<'r, 'a> {
    pub(super) fn new(replay: &'r Replay<'a>) -> Self {
        Share { replay, stages: Stages::new(&replay.setting), lines: replay.order.wants_lines() }
    }

    /// Does parts until there are none.
    pub(super) fn work(mut self) {
        let replay = self.replay;
        while !replay.over.load(Ordering::Relaxed) && !replay.order.has_failed() {
            let Some((number, next)) = replay.next() else { break };
            let (part, found) = match next {
                Next::PassedBy => {
                    (None, Found { tally: Tally { files_passed_by: 1, ..Tally::default() }, ..Found::default() })
                }
                Next::Unread(problem) => (None, Found { problems: vec![(0, problem)], ..Found::default() }),
                Next::Part(part) => {
                    let found = self.part(&part, None);
                    (Some(part), found)
                }
            };
            if replay.setting.arguments.strict && found.is_bad() {
                replay.over.store(true, Ordering::Relaxed);
            }
            replay.order.take(number, part, found, |part, from| self.part(part, Some(from)));
        }
    }

    fn part(&mut self, part: &Part, from: Option<Boundary>) -> Found {
        let mut found = Found { file: stored::name(&part.file), ..Found::default() };
        let replay = self.replay;
        let on = |bytes| replay.bar.inc(bytes);
        let read = part.read(from, replay.over, on, |number, text| {
            if found.failed.is_none() && replay.setting.wanted.may_be(text) {
                found.failed = self.record(number, text, &mut found).err();
            }
        });
        match read {
            Ok(read) => {
                found.tally.files = u64::from(part.is_first());
                (found.tally.records, found.tally.bytes) = (read.records, read.bytes);
                found.problems.extend(read.problem.as_ref().map(|problem| (0, format!("{}: {problem}", found.file))));
                found.read = read;
            }
            Err(source) => {
                let file = part.file.to_path_buf();
                found.problems.push((0, InputError::Read { file, source }.to_string()));
            }
        }
        found
    }

    fn record(&mut self, number: u64, text: Text<'_>, found: &mut Found) -> Result<(), CommandError> {
        match self.replay.setting.members.events(text.bytes, "") {
            Ok(events) => events.iter().try_for_each(|event| self.event(number, event, found)),
            Err(error) => {
                found.problems.push((number, error.to_string()));
                Ok(())
            }
        }
    }

    fn event(&mut self, number: u64, event: &Stored<'_>, found: &mut Found) -> Result<(), CommandError> {
        let envelope = &event.envelope;
        let text = |name: &str| envelope.get(name).and_then(Value::as_str).unwrap_or_default();
        let time = envelope.get("detail").and_then(|detail| detail.get("eventTime")).and_then(Value::as_str);
        let time = time.and_then(|time| DateTime::parse_from_rfc3339(time).ok()).map(|time| time.to_utc());
        if !self.replay.asked.is_at(time) {
            return Ok(());
        }
        let Some(stage) = self.stages.of(text("account"), text("region"))? else { return Ok(()) };
        found.take(number, event, &stage.play(event), time, self.lines);
        Ok(())
    }
}

impl Drop for Share<'_, '_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.replay.order.give_up();
        }
    }
}

impl Found {
    /// How many bytes of lines it holds.
    pub(super) fn size(&self) -> usize {
        self.lines.iter().map(|line| line.message.len() + line.report.len() + size_of::<Line>()).sum()
    }

    /// Whether something in it could not be read or decided.
    fn is_bad(&self) -> bool {
        !self.problems.is_empty()
    }

    fn take(&mut self, number: u64, event: &Stored<'_>, played: &Played, time: Option<DateTime<Utc>>, lines: bool) {
        self.tally.take(played, time);
        let Played::Decided(reports) = played else { return };
        let failed = reports.iter().filter(|report| report.outcome == Outcome::Failed);
        let told = |report: &Report| format!("{}: {}: {}", event.within, report.response, report.message);
        self.problems.extend(failed.map(|report| (number, told(report))));
        if lines {
            // A report is plain data, so it can always be written; if not, the line still has its message.
            let report_json = |report: &Report| shown_json(&serde_json::to_string(report).unwrap_or_default());
            self.lines.extend(reports.iter().map(|report| Line {
                record: number,
                within: event.within.clone(),
                message: shown_json(&Value::from(report.message.as_str()).to_string()),
                report: report_json(report),
            }));
        }
    }

    /// The sums and the lines, when so many records of the file are before it.
    ///
    /// # Errors
    /// A rule could not be set.
    pub(super) fn settled(self, before: u64) -> Result<(Tally, impl Iterator<Item = String>), CommandError> {
        let Found { file, mut tally, lines, problems, failed, .. } = self;
        if let Some(failed) = failed {
            return Err(failed);
        }
        let place = move |record: u64, within: &str| format!("{file}: record {}{within}", before + record);
        for (record, problem) in problems {
            tally.problem(if record == 0 { problem } else { place(record, &problem) });
        }
        let line = move |line: Line| {
            let place = shown_json(&Value::from(place(line.record, &line.within)).to_string());
            format!("{{\"message\":{},\"place\":{place},\"report\":{}}}", line.message, line.report)
        };
        Ok((tally, lines.into_iter().map(line)))
    }
}
