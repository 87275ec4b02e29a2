//! Where a line comes from: the service, and the invocation that the process has in hand.
//!
//! A process answers one event at a time, so every line that is written meanwhile belongs to it,
//! whichever task and library writes it. A span would miss the tasks that keep connections, or leave
//! them in the invocation that opened the connection. Where Lambda hands it several at once, each has a task of its own
//! that says which; what another task writes while there are several belongs to none of them for certain, and names none.

use lambda_runtime::Context;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::task::{Id, try_id};

/// Where the lines of a process come from.
#[derive(Debug)]
pub(super) struct Origin {
    service: String,
    used: AtomicBool,
    /// The invocations, each with the task that has it in hand.
    in_hand: Mutex<Vec<(Option<Id>, Arc<InHand>)>>,
}

/// The invocation in hand.
#[derive(Debug)]
pub(super) struct InHand {
    pub(super) request_id: String,
    /// X-Ray's id of the trace, as Powertools writes it: the root alone, by which a trace is looked up.
    pub(super) trace_id: Option<String>,
    /// Whether it is the first of its process.
    pub(super) cold_start: bool,
}

impl Origin {
    pub(super) fn of(service: String) -> Origin {
        Origin { service, used: AtomicBool::new(false), in_hand: Mutex::default() }
    }

    pub(super) fn service(&self) -> &str {
        &self.service
    }

    pub(super) fn begin(&self, context: &Context) {
        let trace_id = context.xray_trace_id.as_deref().and_then(root);
        let cold_start = !self.used.swap(true, Ordering::Relaxed);
        let in_hand = InHand { request_id: context.request_id.clone(), trace_id, cold_start };
        self.end();
        self.lock().push((try_id(), Arc::new(in_hand)));
    }

    pub(super) fn end(&self) {
        let own = try_id();
        self.lock().retain(|(task, _)| *task != own);
    }

    pub(super) fn in_hand(&self) -> Option<Arc<InHand>> {
        let (all, own) = (self.lock(), try_id());
        let only = || all.first().filter(|_| all.len() == 1);
        all.iter().find(|(task, _)| *task == own).or_else(only).map(|(_, in_hand)| in_hand.clone())
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(Option<Id>, Arc<InHand>)>> {
        // Nothing panics while it holds the lock, and what is in it is whole at any time.
        self.in_hand.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// As tracing writes the fields of a line of text.
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "service={:?}", self.service)?;
        if let Some(in_hand) = self.in_hand() {
            write!(f, " requestId={:?}", in_hand.request_id)?;
            if let Some(trace_id) = &in_hand.trace_id {
                write!(f, " xray_trace_id={trace_id:?}")?;
            }
        }
        Ok(())
    }
}

/// The root of a tracing header like `Root=1-…;Parent=…;Sampled=1`, whose parts come in any order.
fn root(header: &str) -> Option<String> {
    header.split(';').find_map(|part| part.trim().strip_prefix("Root=")).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_is_found_wherever_it_stands() {
        let id = "1-5759e988-bd862e3fe1be46a994272793";
        for header in [
            format!("Root={id};Parent=53995c3f42cd8ad8;Sampled=1"),
            format!("Lineage=1:abc:0; Root={id}"),
            format!("Root={id}"),
        ] {
            assert_eq!(root(&header).as_deref(), Some(id), "{header}");
        }
        assert_eq!(root("Parent=53995c3f42cd8ad8;Sampled=1"), None);
    }
}
