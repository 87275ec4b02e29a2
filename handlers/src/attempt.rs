//! One invocation, as far as time goes: how much is left, when an action may still be begun, and what
//! is cut short.
//!
//! What Lambda ends has no decision line. So everything that waits is bounded by a moment before the
//! deadline, and a panic is caught where it happens: what was done before it is still reported.

use crate::ApplyError;
use chrono::{DateTime, TimeDelta, Utc};
use lambda_runtime::Context;
use std::any::Any;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

/// The time kept for saying what became of an event.
const LAST_WORDS: TimeDelta = TimeDelta::milliseconds(500);
/// No action is begun with less than this left: one try of a call may take five seconds, and most take
/// a tenth of one.
const LAST_START: TimeDelta = TimeDelta::seconds(2);
/// How long a try may have an event in hand where there is no deadline (`cargo lambda watch`).
const NO_DEADLINE: TimeDelta = TimeDelta::seconds(60);

/// One invocation.
#[derive(Clone, Debug)]
pub(crate) struct Attempt {
    /// Lambda's id of the request: the same for each try of one delivery.
    pub(crate) request_id: String,
    deadline: Option<DateTime<Utc>>,
}

/// Why something did not come to its end.
#[derive(Debug)]
pub(crate) enum Cut {
    /// The time was up.
    TimeUp,
    /// It panicked, with these words.
    Panicked(String),
}

impl Attempt {
    /// What Lambda says of the invocation.
    pub(crate) fn of(context: &Context) -> Attempt {
        // `cargo lambda` writes a duration where Lambda writes a time: that is no deadline.
        const FIRST_TIME: i64 = 1_000_000_000_000;
        let millis = i64::try_from(context.deadline).ok().filter(|millis| *millis >= FIRST_TIME);
        let deadline = millis.and_then(DateTime::from_timestamp_millis);
        Attempt { request_id: context.request_id.clone(), deadline }
    }

    /// Until when this try may have something in hand: nobody else takes it before.
    pub(crate) fn lease_until(&self) -> DateTime<Utc> {
        self.deadline.unwrap_or_else(|| Utc::now() + NO_DEADLINE)
    }

    /// What is left, when it is too little to begin an action with.
    pub(crate) fn too_little(&self) -> Option<TimeDelta> {
        let left = self.deadline?.signed_duration_since(Utc::now());
        (left < LAST_START).then_some(left.max(TimeDelta::zero()))
    }

    /// The output, unless it panics, or Lambda is about to end the process.
    pub(crate) fn bounded<F: Future>(&self, future: F) -> impl Future<Output = Result<F::Output, Cut>> {
        self.until(LAST_WORDS, Box::pin(future))
    }

    /// What is written to the table once the time for everything else may be up, or why it is not.
    pub(crate) fn written<F>(&self, writing: F) -> impl Future<Output = Result<(), String>>
    where
        F: Future<Output = Result<(), ApplyError>>,
    {
        let bounded = self.until(LAST_WORDS / 2, Box::pin(writing));
        async {
            match bounded.await {
                Ok(written) => written.map_err(|error| error.to_string()),
                Err(_) => Err("the time was up".to_owned()),
            }
        }
    }

    /// The output of what has its own bounds inside: a moment later than any of them, or what was done
    /// before they ended it would be told by nobody.
    pub(crate) fn bounded_last<F: Future>(&self, future: F) -> impl Future<Output = Result<F::Output, Cut>> {
        self.until(LAST_WORDS / 4, Box::pin(future))
    }

    /// The SDK's futures are large, and nested deeply: they are put in a box where they are made, and not carried in the
    /// state of everything around them.
    async fn until<F: Future>(&self, before: TimeDelta, mut future: Pin<Box<F>>) -> Result<F::Output, Cut> {
        let caught = poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx))) {
            Ok(poll) => poll.map(Ok),
            Err(panic) => Poll::Ready(Err(Cut::Panicked(words(&*panic)))),
        });
        let Some(deadline) = self.deadline else {
            return caught.await;
        };
        let left = (deadline - before).signed_duration_since(Utc::now()).to_std().unwrap_or(Duration::ZERO);
        tokio::time::timeout(left, caught).await.unwrap_or(Err(Cut::TimeUp))
    }
}

fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("it did not say why").to_owned()
}
