//! What is still to be done, so that a service can be closed: after the last of it, or at once.

use tokio::sync::watch;

#[derive(Debug)]
pub(super) struct Pending {
    open: watch::Sender<usize>,
    closed: watch::Sender<bool>,
}

/// One thing that is to be done; it is done when this is dropped.
#[derive(Debug)]
pub(super) struct Ticket(watch::Sender<usize>);

impl Pending {
    pub(super) fn new() -> Pending {
        Pending { open: watch::Sender::new(0), closed: watch::Sender::new(false) }
    }

    pub(super) fn begin(&self) -> Ticket {
        self.open.send_modify(|open| *open += 1);
        Ticket(self.open.clone())
    }

    /// How much is still to be done.
    pub(super) fn count(&self) -> usize {
        *self.open.borrow()
    }

    /// Waits until nothing is to be done.
    pub(super) async fn done(&self) {
        // The sender lives as long as this.
        self.open.subscribe().wait_for(|open| *open == 0).await.ok();
    }

    /// Says that what is to be done is to be left.
    pub(super) fn close(&self) {
        self.closed.send_replace(true);
    }

    pub(super) fn is_closed(&self) -> bool {
        *self.closed.borrow()
    }

    /// Waits until what is to be done is to be left.
    pub(super) async fn closed(&self) {
        // As above.
        self.closed.subscribe().wait_for(|closed| *closed).await.ok();
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.0.send_modify(|open| *open -= 1);
    }
}
