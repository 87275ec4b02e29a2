//! What was seen of one program, from its start on.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use tokio::sync::Notify;

/// One run, as its servers see it.
#[derive(Debug, Default)]
pub struct Seen {
    /// When it first asked for an event.
    pub first_poll: Option<Instant>,
    /// When AWS first answered a signed call.
    pub first_call: Option<Instant>,
    /// How often it called.
    pub calls: usize,
    /// When each event was handed out.
    pub handed: Vec<Instant>,
    /// When each was answered, and with what.
    pub answered: Vec<(Instant, String)>,
    /// What must not be: an error that it told, a call that is not signed.
    pub wrong: Vec<String>,
}

/// A run, shared by its servers.
#[derive(Clone, Debug, Default)]
pub struct Shared {
    seen: Arc<Mutex<Seen>>,
    /// Told when all events are answered, and when something is wrong.
    pub over: Arc<Notify>,
}

impl Shared {
    pub fn lock(&self) -> MutexGuard<'_, Seen> {
        // Whoever panicked ends the process.
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes what must not be, and ends the run.
    pub fn wrong(&self, what: String) {
        self.lock().wrong.push(what);
        self.over.notify_one();
    }
}
