//! The functions' processes that are at work on an event, by their session tokens: who answers a call of
//! one can end it.
//!
//! A process is doomed at most once, and only while it has an event: what it was at then is tried again. It
//! decides nothing: whom to doom is the front door's affair, and the killing the function's own.

use bytes::Bytes;
use serde::Serialize;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;

/// A process was killed on purpose, around an AWS call of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Crash {
    /// The service that it called, as in `sns`.
    pub service: String,
    /// What it asked for, as in `Publish`.
    pub action: String,
    /// On which side of the call.
    pub moment: Moment,
    /// The answer's status, which the process never got; none where the call was not done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The call's body, for who has to know more of it; it is not shown.
    #[serde(skip)]
    pub request: Bytes,
}

/// On which side of a call a process was killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Moment {
    /// The call was not done, and is in no record.
    Before,
    /// The call was done, and is in the record.
    After,
}

/// The processes that are at work.
#[derive(Debug, Default)]
pub(super) struct AtWork(Mutex<HashMap<String, oneshot::Sender<Order>>>);

/// A process is to be killed.
#[derive(Debug)]
pub(super) struct Order {
    pub(super) crash: Crash,
    /// Dropped when it is dead.
    _until: oneshot::Sender<()>,
}

/// A process's time with one event.
#[derive(Debug)]
pub(super) struct Shift {
    at_work: Arc<AtWork>,
    token: String,
    orders: oneshot::Receiver<Order>,
    order: Option<Order>,
}

impl AtWork {
    /// The process with this token gets an event.
    pub(super) fn begin(self: &Arc<Self>, token: &str) -> Shift {
        let (order, orders) = oneshot::channel();
        self.all().insert(token.to_owned(), order);
        Shift { at_work: self.clone(), token: token.to_owned(), orders, order: None }
    }

    /// Whether the process with this token has an event.
    pub(super) fn has(&self, token: &str) -> bool {
        self.all().contains_key(token)
    }

    /// Has the process killed, and waits until it is dead; `false` when it is not at work any more, or
    /// doomed already.
    pub(super) async fn doom(&self, token: &str, crash: Crash) -> bool {
        let (until, dead) = oneshot::channel();
        let doomed = {
            // Under the lock, so that a shift that has ended knows of no order that is still to come.
            let mut all = self.all();
            all.remove(token).is_some_and(|order| order.send(Order { crash, _until: until }).is_ok())
        };
        if doomed {
            // Nothing is ever sent: it ends when the other half is dropped.
            dead.await.ok();
        }
        doomed
    }

    fn all(&self) -> MutexGuard<'_, HashMap<String, oneshot::Sender<Order>>> {
        // Nothing panics while it holds the lock, and what is in it is whole at any time.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shift {
    /// Waits until the process is doomed.
    pub(super) async fn doomed(&mut self) {
        match (&mut self.orders).await {
            Ok(order) => self.order = Some(order),
            Err(_) => std::future::pending().await,
        }
    }

    /// Ends it: nobody can doom the process any more. The order, where somebody has.
    pub(super) fn end(mut self) -> Option<Order> {
        self.at_work.all().remove(&self.token);
        self.order.take().or_else(|| self.orders.try_recv().ok())
    }
}

impl Drop for Shift {
    fn drop(&mut self) {
        self.at_work.all().remove(&self.token);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn crash() -> Crash {
        let (service, action) = ("sns".to_owned(), "Publish".to_owned());
        Crash { service, action, moment: Moment::Before, status: None, request: Bytes::new() }
    }

    #[tokio::test]
    async fn who_dooms_a_process_waits_until_it_is_dead() {
        let at_work = Arc::<AtWork>::default();
        assert!(!at_work.doom("t", crash()).await, "it has no event");
        let mut shift = at_work.begin("t");
        let dooms = at_work.clone();
        let mut dooming = tokio::spawn(async move { dooms.doom("t", crash()).await });
        shift.doomed().await;
        assert!(!at_work.has("t") && !at_work.doom("t", crash()).await, "it dies once");
        let order = shift.end().unwrap();
        assert!(tokio::time::timeout(Duration::from_millis(50), &mut dooming).await.is_err());
        assert_eq!(order.crash, crash());
        drop(order);
        assert!(dooming.await.unwrap());
    }

    #[tokio::test]
    async fn an_order_that_comes_with_the_answer_counts_and_one_behind_it_does_not() {
        let at_work = Arc::<AtWork>::default();
        let shift = at_work.begin("t");
        let dooms = at_work.clone();
        let dooming = tokio::spawn(async move { dooms.doom("t", crash()).await });
        tokio::task::yield_now().await;
        assert!(shift.end().is_some());
        assert!(dooming.await.unwrap());
        assert!(at_work.begin("t").end().is_none());
        assert!(!at_work.doom("t", crash()).await);
        drop(at_work.begin("t"));
        assert!(!at_work.has("t"));
    }
}
