//! What the threads have found, put into the order of the files.
//!
//! The same events give the same lines in the same order, so that two replays can be compared. Who is far ahead
//! waits once much is held.

use super::Tally;
use super::share::Found;
use crate::commands::CommandError;
use crate::stored::{Boundary, Chain, Fit, Part};
use std::collections::BTreeMap;
use std::io::Write;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// So many bytes of lines may wait for their turn.
const HELD: usize = 32 * 1024 * 1024;

/// The findings so far.
pub(super) struct Order {
    state: Mutex<State>,
    room: Condvar,
}

struct State {
    /// Whose turn it is.
    turn: u64,
    waiting: BTreeMap<u64, (Option<Part>, Found)>,
    held: usize,
    chain: Chain,
    tally: Tally,
    decisions: Option<Box<dyn Write + Send>>,
    failed: Option<CommandError>,
    /// A thread is gone with its part.
    gone: bool,
}

impl Order {
    pub(super) fn new(decisions: Option<Box<dyn Write + Send>>) -> Order {
        let (waiting, chain, tally) = (BTreeMap::new(), Chain::default(), Tally::default());
        let state = State { turn: 1, waiting, held: 0, chain, tally, decisions, failed: None, gone: false };
        Order { state: Mutex::new(state), room: Condvar::new() }
    }

    /// Whether decision lines are asked for.
    pub(super) fn wants_lines(&self) -> bool {
        self.lock().decisions.is_some()
    }

    /// Takes what was found in the part of this number, and reads a part again that began at the wrong place.
    pub(super) fn take(
        &self,
        number: u64,
        part: Option<Part>,
        found: Found,
        mut again: impl FnMut(&Part, Boundary) -> Found,
    ) {
        let mut state = self.lock();
        state.held += found.size();
        state.waiting.insert(number, (part, found));
        loop {
            let turn = state.turn;
            let Some((part, found)) = state.waiting.remove(&turn) else { break };
            state.turn += 1;
            state.held -= found.size();
            if let Err(error) = state.settle(part.as_ref(), found, &mut again) {
                state.failed.get_or_insert(error);
            }
        }
        self.room.notify_all();
        while state.held > HELD && state.failed.is_none() && !state.gone && state.turn <= number {
            state = self.room.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Whether there is no use in going on.
    pub(super) fn has_failed(&self) -> bool {
        let state = self.lock();
        state.failed.is_some() || state.gone
    }

    /// Lets nobody wait any more, when a part will never come.
    pub(super) fn give_up(&self) {
        self.lock().gone = true;
        self.room.notify_all();
    }

    /// The sums.
    ///
    /// # Errors
    /// A rule could not be set, or the lines not be written.
    pub(super) fn end(self) -> Result<Tally, CommandError> {
        let state = self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        if let Some(failed) = state.failed {
            return Err(failed);
        }
        if let Some(mut decisions) = state.decisions {
            decisions.flush()?;
        }
        Ok(state.tally)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn settle(
        &mut self,
        part: Option<&Part>,
        found: Found,
        again: &mut impl FnMut(&Part, Boundary) -> Found,
    ) -> Result<(), CommandError> {
        let mut found = found;
        let before = match part {
            None => 0,
            Some(part) => loop {
                match self.chain.fit(part, &found.read) {
                    Fit::After(before) => break before,
                    Fit::Again(from) => found = again(part, from),
                    Fit::Empty => return Ok(()),
                }
            },
        };
        let (tally, lines) = found.settled(before)?;
        self.tally.add(tally);
        if let Some(decisions) = &mut self.decisions {
            for line in lines {
                writeln!(decisions, "{line}")?;
            }
        }
        Ok(())
    }
}
