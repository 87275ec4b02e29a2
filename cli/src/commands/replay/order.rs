//! What the threads have found, put into the order of the files.
//!
//! The same events give the same lines in the same order, so that two replays can be compared. One thread has the
//! turn: that of the first part which is not settled. It settles as it reads. The others keep what they find, and
//! wait for their turn once too much is kept.

use super::Tally;
use super::decisions::Decisions;
use super::found::Found;
use crate::commands::CommandError;
use crate::stored::{Boundary, Chain, Fit, Part, PartRead};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// So many bytes may be kept that wait for their turn, by all threads together, in so many parts.
const KEPT: usize = 64 * 1024 * 1024;
const PARTS: usize = 4_096;

/// The findings so far.
pub(super) struct Order<'a> {
    state: Mutex<State>,
    turned: Condvar,
    kept: AtomicUsize,
    /// End at the first problem.
    strict: bool,
    /// Set when all are to end.
    over: &'a AtomicBool,
}

struct State {
    turn: u64,
    waiting: BTreeMap<u64, (Option<Part>, Found)>,
    chain: Chain,
    tally: Tally,
    decisions: Option<Decisions>,
    failed: Option<CommandError>,
    /// Nothing counts any more.
    ended: bool,
}

impl<'a> Order<'a> {
    pub(super) fn new(decisions: Option<Decisions>, strict: bool, over: &'a AtomicBool) -> Self {
        let (waiting, chain, tally) = (BTreeMap::new(), Chain::default(), Tally::default());
        let state = State { turn: 1, waiting, chain, tally, decisions, failed: None, ended: false };
        Order { state: Mutex::new(state), turned: Condvar::new(), kept: AtomicUsize::new(0), strict, over }
    }

    /// Notes that more, or less, is kept.
    pub(super) fn keep(&self, more: usize, less: usize) {
        self.kept.fetch_add(more, Ordering::Relaxed);
        self.kept.fetch_sub(less, Ordering::Relaxed);
    }

    /// Whether there is room for more.
    pub(super) fn has_room(&self) -> bool {
        self.kept.load(Ordering::Relaxed) < KEPT
    }

    /// Whether it is this part's turn; waits for it, if asked to. Where nothing counts any more it is nobody's.
    pub(super) fn is_turn(&self, number: u64, wait: bool) -> bool {
        let mut state = self.lock();
        while wait && state.turn != number && !state.ended {
            state = self.turned.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.turn == number && !state.ended
    }

    /// Keeps what was found until its turn comes; gives it back when that is now, or there is no room and it has come.
    pub(super) fn leave(&self, number: u64, part: Option<Part>, found: Found) -> Option<(Option<Part>, Found)> {
        let mut state = self.lock();
        if state.turn != number && state.waiting.len() < PARTS && self.has_room() {
            state.waiting.insert(number, (part, found));
            return None;
        }
        drop(state);
        self.is_turn(number, true).then_some((part, found))
    }

    /// Whether what was found in the part whose turn it is counts.
    pub(super) fn fit(&self, part: &Part, began: Option<Boundary>) -> Fit {
        self.lock().chain.fit(part, began)
    }

    /// Takes what was found in the part whose turn it is.
    pub(super) fn settle(&self, found: &mut Found) {
        let mut state = self.lock();
        let State { tally, decisions, chain, ended, failed, .. } = &mut *state;
        self.keep(0, found.counted());
        let (more, lines) = found.drain(chain.before());
        if *ended {
            return;
        }
        let bad = !more.problems.is_empty();
        tally.add(more);
        if let Some(decisions) = decisions
            && let Err(error) = lines.iter().try_for_each(|line| decisions.write(line))
        {
            failed.get_or_insert(CommandError::Write(error));
        }
        if (bad && self.strict) || failed.is_some() {
            *ended = true;
            self.over.store(true, Ordering::Relaxed);
            self.turned.notify_all();
        }
    }

    /// Gives the turn to the next part, after this one has come to this; and what waits for it, if somebody left it.
    pub(super) fn pass(&self, read: Option<&PartRead>) -> Option<(u64, Option<Part>, Found)> {
        let mut state = self.lock();
        if let Some(read) = read {
            state.chain.add(read);
        }
        state.turn += 1;
        self.turned.notify_all();
        let turn = state.turn;
        state.waiting.remove(&turn).map(|(part, found)| (turn, part, found))
    }

    /// Lets nobody wait any more.
    pub(super) fn give_up(&self) {
        self.lock().ended = true;
        self.turned.notify_all();
    }

    /// The sums; and the file that holds the decisions so far, where it was ended before they were all there.
    ///
    /// # Errors
    /// The lines can't be written.
    pub(super) fn end(self) -> Result<(Tally, Option<PathBuf>), CommandError> {
        let State { tally, decisions, failed, .. } = self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        if let Some(failed) = failed {
            return Err(failed);
        }
        let unfinished = match decisions {
            Some(decisions) if self.over.load(Ordering::Relaxed) => decisions.leave()?,
            decisions => {
                decisions.map_or(Ok(()), Decisions::finish)?;
                None
            }
        };
        Ok((tally, unfinished))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
