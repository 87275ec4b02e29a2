//! The stage's Lambda: it takes events at once and runs the real binaries on them later, by Lambda's
//! rules for asynchronous invocations.
//!
//! Each function has a queue of its own. A process gets one event at a time and is kept for the next
//! one; as many run at once as the settings allow. One that dies, can't start or takes too long is
//! ended, and its event tried again, at most as often and as long as the template says, and then kept
//! in the on-failure queue, with Lambda's record of it. What it writes gets into its log group past Lambda's
//! filter, and is told unfiltered. All tries of an event have one request id. Only
//! the waiting between tries is shorter than Lambda's. It refuses what a stage does not need: versions,
//! aliases, invocations that wait for the answer.
//!
//! Learned from <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html>.

mod ended;
mod environment;
mod failure;
mod filter;
mod host;
mod platform;
mod queue;
mod record;
mod told;

pub use ended::Ended;
pub(crate) use ended::in_words;
pub use filter::LogFilter;
pub(super) use told::decision;
pub use told::{Condition, Decision, LambdaEvent, LambdaTold};

use super::backstage::Backstage;
use super::observer::Observer;
use crate::template::FunctionResource;
use bytes::Bytes;
use host::Host;
use queue::Queue;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// The functions of a stage, running.
#[derive(Debug)]
pub struct Lambda {
    queues: BTreeMap<String, Arc<Queue>>,
}

/// A function that is to be run.
#[derive(Clone, Debug)]
pub struct Hosted {
    /// What the template says of it.
    pub function: FunctionResource,
    /// Its binary.
    pub binary: PathBuf,
    /// Its variables: those of [`surroundings`](super::surroundings()). The log stream's name is set
    /// for each process.
    pub environment: BTreeMap<String, String>,
}

/// How functions are run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LambdaSettings {
    /// How many processes of one function may run at once; its reserved concurrency may say fewer.
    pub concurrency: usize,
    /// How long Lambda waits before the second try, and before the third.
    pub retry_delays: Vec<Duration>,
}

/// Lambda does not take an event.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvokeError {
    /// There is no such function.
    #[error("there is no function {0}")]
    NoSuchFunction(String),
    /// The stage is closed.
    #[error("the stage is closed")]
    Closed,
}

impl Default for LambdaSettings {
    /// Two processes; a second and two seconds, where Lambda waits for minutes.
    fn default() -> Self {
        LambdaSettings { concurrency: 2, retry_delays: vec![Duration::from_secs(1), Duration::from_secs(2)] }
    }
}

impl Lambda {
    /// Opens it with these functions. Their processes are started with their first events.
    pub fn open(
        functions: impl IntoIterator<Item = Hosted>,
        backstage: &Backstage,
        observer: Observer<LambdaTold>,
        settings: &LambdaSettings,
    ) -> Lambda {
        let queue = |hosted: Hosted| {
            let host = Host {
                function: hosted.function,
                binary: hosted.binary,
                environment: hosted.environment,
                backstage: backstage.clone(),
                observer: observer.clone(),
            };
            (host.function.name.clone(), Arc::new(Queue::new(host, settings)))
        };
        Lambda { queues: functions.into_iter().map(queue).collect() }
    }

    /// Takes an event for a function, by its name in Lambda, and answers at once with the request id:
    /// Lambda's 202.
    ///
    /// # Errors
    /// There is no such function, or the stage is closed.
    pub fn invoke(&self, function: &str, event: impl Into<Bytes>) -> Result<String, InvokeError> {
        let queue = self.queues.get(function).ok_or_else(|| InvokeError::NoSuchFunction(function.to_owned()))?;
        if queue.pending.is_closed() {
            return Err(InvokeError::Closed);
        }
        Ok(queue.accept(event.into()))
    }

    /// How many events are not dealt with yet: they wait, are tried, or will be tried again.
    pub fn pending(&self) -> usize {
        self.queues.values().map(|queue| queue.pending.count()).sum()
    }

    /// Waits until every event is dealt with.
    pub async fn idle(&self) {
        for queue in self.queues.values() {
            queue.pending.done().await;
        }
    }

    /// Ends all processes at once; what they were at is left, and told so.
    pub async fn close(&self) {
        for queue in self.queues.values() {
            queue.pending.close();
        }
        for queue in self.queues.values() {
            queue.pending.done().await;
            queue.cool().await;
        }
    }

    /// Waits until every event is dealt with, and ends all processes.
    pub async fn drain(&self) {
        self.idle().await;
        self.close().await;
    }
}
