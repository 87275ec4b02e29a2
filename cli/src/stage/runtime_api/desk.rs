//! Where an invocation lies between the stage that offers it and the process that takes it.

use super::FunctionError;
use bytes::Bytes;
use chrono::Utc;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Mutex as AsyncMutex, mpsc, oneshot, watch};
use tokio::time::Instant;
use uuid::Uuid;

/// What the process answered, as it came.
#[derive(Debug)]
pub(super) enum Answer {
    Response(Bytes),
    Error(FunctionError),
}

/// Why an answer was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// No invocation with this request id is open.
    RequestId,
    /// The process echoed another invocation's id.
    InvocationId,
}

/// An invocation that nobody has taken yet.
#[derive(Debug)]
struct Offer {
    request_id: String,
    payload: Bytes,
    timeout: Duration,
    taken: oneshot::Sender<()>,
    answer: oneshot::Sender<Answer>,
}

/// An invocation as the process gets it.
#[derive(Debug)]
pub(super) struct Next {
    pub(super) request_id: String,
    pub(super) invocation_id: String,
    pub(super) trace_id: String,
    pub(super) deadline_ms: i64,
    pub(super) payload: Bytes,
}

#[derive(Debug)]
struct Open {
    request_id: String,
    invocation_id: String,
    answer: oneshot::Sender<Answer>,
}

#[derive(Debug)]
pub(super) struct Desk {
    pub(super) function_arn: String,
    put: mpsc::Sender<Offer>,
    take: AsyncMutex<mpsc::Receiver<Offer>>,
    open: Mutex<Option<Open>>,
    init_error: watch::Sender<Option<FunctionError>>,
    /// Whether the process has asked for an invocation and waits for it.
    waiting: watch::Sender<bool>,
    /// When the process asked for its first invocation.
    asked_first: watch::Sender<Option<Instant>>,
}

impl Desk {
    pub(super) fn new(function_arn: &str) -> Desk {
        let (put, take) = mpsc::channel(1);
        Desk {
            function_arn: function_arn.to_owned(),
            put,
            take: AsyncMutex::new(take),
            open: Mutex::new(None),
            init_error: watch::Sender::new(None),
            waiting: watch::Sender::new(false),
            asked_first: watch::Sender::new(None),
        }
    }

    /// Puts an invocation down; the receivers hear of the answer, and of the taking.
    pub(super) async fn offer(
        &self,
        request_id: &str,
        payload: Bytes,
        timeout: Duration,
    ) -> (oneshot::Receiver<Answer>, oneshot::Receiver<()>) {
        let (answer, answered) = oneshot::channel();
        let (taken, was_taken) = oneshot::channel();
        // The desk holds the receiver itself, so that sending can't fail.
        let request_id = request_id.to_owned();
        self.put.send(Offer { request_id, payload, timeout, taken, answer }).await.ok();
        (answered, was_taken)
    }

    /// Waits for an invocation and opens it. `None` when there will be none any more.
    pub(super) async fn next(&self) -> Option<Next> {
        self.asked_first.send_if_modified(|asked| asked.replace(asked.unwrap_or_else(Instant::now)).is_none());
        self.waiting.send_replace(true);
        let offer = self.take.lock().await.recv().await?;
        self.waiting.send_replace(false);
        let next = Next {
            request_id: offer.request_id,
            invocation_id: Uuid::new_v4().to_string(),
            trace_id: trace_id(),
            deadline_ms: Utc::now().timestamp_millis() + i64::try_from(offer.timeout.as_millis()).unwrap_or(i64::MAX),
            payload: offer.payload,
        };
        let (request_id, invocation_id) = (next.request_id.clone(), next.invocation_id.clone());
        *self.opened() = Some(Open { request_id, invocation_id, answer: offer.answer });
        // Nobody waits for it when the invocation was given up in the meantime.
        offer.taken.send(()).ok();
        Some(next)
    }

    /// Takes the answer to the open invocation, and closes it.
    pub(super) fn answer(&self, request_id: &str, invocation_id: Option<&str>, answer: Answer) -> Result<(), Refused> {
        let mut opened = self.opened();
        let open = opened.take_if(|open| open.request_id == request_id).ok_or(Refused::RequestId)?;
        if invocation_id.is_some_and(|echoed| echoed != open.invocation_id) {
            *opened = Some(open);
            return Err(Refused::InvocationId);
        }
        // Too late is as good as in time to the process: Lambda tells it nothing.
        open.answer.send(answer).ok();
        Ok(())
    }

    /// Takes an init error; `false` after the first invocation was asked for.
    pub(super) fn fail_init(&self, error: FunctionError) -> bool {
        if self.asked_first().is_some() {
            return false;
        }
        self.init_error.send_replace(Some(error));
        true
    }

    /// Waits for the process to say that it can't start.
    pub(super) async fn init_error(&self) -> FunctionError {
        let mut errors = self.init_error.subscribe();
        match errors.wait_for(Option::is_some).await.map(|error| error.clone()) {
            Ok(error) => error.unwrap_or_default(),
            // The sender lives as long as the desk.
            Err(_) => std::future::pending().await,
        }
    }

    /// Waits until the process waits for an invocation.
    pub(super) async fn waiting(&self) {
        // As above.
        self.waiting.subscribe().wait_for(|waiting| *waiting).await.ok();
    }

    /// When the process asked for its first invocation.
    pub(super) fn asked_first(&self) -> Option<Instant> {
        *self.asked_first.borrow()
    }

    fn opened(&self) -> MutexGuard<'_, Option<Open>> {
        // Nothing panics while it holds the lock, and what is in it is whole at any time.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `Root=1-<seconds>-<96 bits>;Parent=<64 bits>;Sampled=0`, as X-Ray writes it.
fn trace_id() -> String {
    let (root, parent) = (Uuid::new_v4().simple().to_string(), Uuid::new_v4().simple().to_string());
    let (root, parent) = (root.get(..24).unwrap_or_default(), parent.get(..16).unwrap_or_default());
    format!("Root=1-{:08x}-{root};Parent={parent};Sampled=0", Utc::now().timestamp())
}
