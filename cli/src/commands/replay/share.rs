//! One thread's share of a replay.

use super::found::Found;
use super::{Next, Replay};
use crate::input::InputError;
use crate::stored::{self, Boundary, Fit, Part, Stored, Text};
use chrono::DateTime;
use serde_json::Value;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;

/// So much is found before it is settled, or somebody is asked whether it may be kept.
const BATCH: usize = 1024 * 1024;

/// A thread.
pub(super) struct Share<'r, 'a> {
    replay: &'r Replay<'a>,
}

/// Whether a part's findings may be settled as they come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Turn {
    /// It is this part's turn, and it began where it should.
    Mine,
    /// Not yet, as far as is known.
    NotYet(u64),
}

impl<'r, 'a> Share<'r, 'a> {
    pub(super) fn new(replay: &'r Replay<'a>) -> Self {
        Share { replay }
    }

    /// Does parts until there are none.
    pub(super) fn work(self) {
        while !self.replay.over.load(Ordering::Relaxed) {
            match self.replay.next() {
                None => break,
                Some((number, Next::PassedBy)) => self.hand_in(number, None, Found::passed_by(), false),
                Some((number, Next::Unread(problem))) => self.hand_in(number, None, Found::unread(problem), false),
                Some((number, Next::Part(part))) => self.part(number, part),
            }
        }
    }

    fn part(&self, number: u64, part: Part) {
        let mut found = Found::of(stored::name(&part.file));
        let mut turn = Turn::NotYet(number);
        match part.start() {
            Err(source) => found.problem(0, unread(&part, source)),
            Ok(began) => {
                found.began = began;
                // Where no record looks to begin there is nothing to be read; if one does, it is read again.
                if let Some(began) = began {
                    self.read(&part, began, &mut found, &mut turn);
                }
            }
        }
        self.hand_in(number, Some(part), found, turn == Turn::Mine);
    }

    /// Settles what was found when its turn comes, and what others have left behind it.
    fn hand_in(&self, number: u64, part: Option<Part>, found: Found, mine: bool) {
        let order = &self.replay.order;
        let (mut next, mut fits) = ((part, found), mine);
        if !mine {
            let (part, mut found) = next;
            order.keep(found.count(), 0);
            match order.leave(number, part, found) {
                Some(back) => next = back,
                None => return,
            }
        }
        loop {
            let (part, mut found) = next;
            let fit = part.as_ref().filter(|_| !fits).map(|part| order.fit(part, found.began));
            let counts = match (fit, &part) {
                (Some(Fit::Empty), _) => {
                    order.keep(0, found.counted());
                    false
                }
                (Some(Fit::Again(from)), Some(part)) => {
                    order.keep(0, found.counted());
                    found = Found::of(stored::name(&part.file));
                    self.read(part, from, &mut found, &mut Turn::Mine);
                    true
                }
                _ => true,
            };
            if counts {
                order.settle(&mut found);
            }
            match order.pass(part.as_ref().filter(|_| counts).map(|_| &found.read)) {
                Some((_, part, found)) => (next, fits) = ((part, found), false),
                None => return,
            }
        }
    }

    fn read(&self, part: &Part, from: Boundary, found: &mut Found, turn: &mut Turn) {
        let replay = self.replay;
        // What is read again was counted before.
        let first = *turn != Turn::Mine;
        let on = |bytes| {
            if first {
                replay.bar.inc(bytes)
            }
        };
        let read = part.read(from, replay.over, on, |number, text| {
            if text.too_large {
                found.problem(number, format!(": {}", stored::too_large()));
            } else if replay.setting.wanted.may_be(text) {
                self.record(number, text, found);
            }
            let stop = replay.setting.arguments.strict && found.is_bad();
            if stop || found.uncounted() >= BATCH { self.batch(part, found, turn) } else { ControlFlow::Continue(()) }
        });
        match read {
            Ok(read) => found.end(part.is_first(), read),
            Err(source) => found.problem(0, unread(part, source)),
        }
    }

    /// Settles a batch, or keeps it; breaks off where it can't count.
    fn batch(&self, part: &Part, found: &mut Found, turn: &mut Turn) -> ControlFlow<()> {
        let order = &self.replay.order;
        if let Turn::NotYet(number) = *turn {
            order.keep(found.count(), 0);
            if !order.is_turn(number, !order.has_room()) {
                return if order.has_room() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) };
            }
            if !matches!(order.fit(part, found.began), Fit::After(_)) {
                return ControlFlow::Break(());
            }
            *turn = Turn::Mine;
        }
        order.settle(found);
        ControlFlow::Continue(())
    }

    fn record(&self, number: u64, text: Text<'_>, found: &mut Found) {
        match self.replay.setting.members.events(text.bytes, "") {
            Ok(events) => events.iter().for_each(|event| self.event(number, event, found)),
            Err(error) => found.problem(number, error.to_string()),
        }
    }

    fn event(&self, number: u64, event: &Stored<'_>, found: &mut Found) {
        let envelope = &event.envelope;
        let text = |name: &str| envelope.get(name).and_then(Value::as_str).unwrap_or_default();
        let time = envelope.get("detail").and_then(|detail| detail.get("eventTime")).and_then(Value::as_str);
        let time = time.and_then(|time| DateTime::parse_from_rfc3339(time).ok()).map(|time| time.to_utc());
        if !self.replay.asked.is_at(time) {
            return found.not_asked_for();
        }
        let stage = match self.replay.stages.of(text("account"), text("region")) {
            Ok(Some(stage)) => stage,
            Ok(None) => return found.not_asked_for(),
            Err(error) => return found.problem(number, format!("{}: {error}", event.within)),
        };
        // A function turns a panic into a failed decision; what it says is on the standard error.
        match catch_unwind(AssertUnwindSafe(|| stage.play(event))) {
            Ok(Err(error)) => found.problem(number, format!("{}: {error}", event.within)),
            Ok(Ok(played)) => {
                let lines = self.replay.setting.arguments.decisions.is_some();
                found.take(number, event, &played, time, lines);
            }
            Err(_) => found.problem(number, format!("{}: a response panicked", event.within)),
        }
    }
}

impl Drop for Share<'_, '_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.replay.order.give_up();
        }
    }
}

fn unread(part: &Part, source: std::io::Error) -> String {
    InputError::Read { file: part.file.to_path_buf(), source }.to_string()
}
