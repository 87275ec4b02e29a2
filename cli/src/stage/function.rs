//! A function: its binary as a process under a Runtime API of its own.
//!
//! As in Lambda, a process is kept from one invocation to the next, gets one at a time, is ended
//! when it takes too long, and is started anew when it has died. Retries and destinations are
//! [`Lambda`](super::Lambda)'s affair, not the function's.

use super::at_work::{AtWork, Crash, Shift};
use super::invocation::{Invocation, StartError};
use super::process::{Log, LogLine, Process};
use super::runtime_api::{RuntimeApi, Said};
use bytes::Bytes;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::Instant;
use uuid::Uuid;

/// What a function is run with.
///
/// ```no_run
/// use trailhook_cli::stage::{Function, FunctionSettings};
///
/// # async fn example() -> Result<(), trailhook_cli::stage::StartError> {
/// let settings = FunctionSettings::new("target/debug/notify", [("TRAILHOOK_MODE", "dry-run")]);
/// let mut function = Function::start(settings).await?;
/// println!("{:?}", function.invoke("not JSON").await?);
/// println!("{} lines logged", function.stop().await.len());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct FunctionSettings {
    /// The executable.
    pub binary: PathBuf,
    /// Its variables, all of them but `AWS_LAMBDA_RUNTIME_API`.
    pub environment: BTreeMap<String, String>,
    /// How long one invocation may take.
    pub timeout: Duration,
    /// How much memory its process may have, in MB, where the system tells how much it has.
    pub memory_mb: Option<u32>,
    /// What it is told its ARN is.
    pub arn: String,
}

/// A function that is running.
#[derive(Debug)]
pub struct Function {
    settings: FunctionSettings,
    log: Log,
    /// Where its processes are known by their tokens, so that one can be killed on purpose.
    at_work: Option<Arc<AtWork>>,
    live: Option<Live>,
    /// When the process that had the last invocation was ready for its first, and how long that took.
    ready: Option<(Instant, Duration)>,
    /// The most memory that that process has had.
    peak_memory_mb: Option<u64>,
    /// The last lines that the last process to be ended wrote to its standard error.
    last_words: Vec<String>,
    /// The call at which the last invocation was killed on purpose.
    crash: Option<Crash>,
}

#[derive(Debug)]
struct Live {
    api: RuntimeApi,
    process: Process,
    /// Its own session token.
    token: String,
    started: Instant,
}

impl FunctionSettings {
    /// A binary with these variables, a time limit of a minute, any memory it likes, and an invented ARN.
    pub fn new<K: Into<String>, V: Into<String>>(
        binary: impl Into<PathBuf>,
        environment: impl IntoIterator<Item = (K, V)>,
    ) -> FunctionSettings {
        FunctionSettings {
            binary: binary.into(),
            environment: environment.into_iter().map(|(name, value)| (name.into(), value.into())).collect(),
            timeout: Duration::from_secs(60),
            memory_mb: None,
            arn: "arn:aws:lambda:eu-west-1:111122223333:function:trailhook".to_owned(),
        }
    }

    /// The same with this time limit.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> FunctionSettings {
        self.timeout = timeout;
        self
    }

    /// The same with this limit on its memory.
    #[must_use]
    pub fn memory_mb(mut self, limit: u32) -> FunctionSettings {
        self.memory_mb = Some(limit);
        self
    }
}

impl Function {
    /// Starts the function's process.
    ///
    /// # Errors
    /// The binary can't be run, or no port is free.
    pub async fn start(settings: FunctionSettings) -> Result<Function, StartError> {
        Function::start_with(settings, Log::default(), None).await
    }

    /// Starts the function's process; its lines are told, and not kept.
    ///
    /// # Errors
    /// As above.
    pub async fn start_telling(
        settings: FunctionSettings,
        lines: mpsc::Sender<LogLine>,
    ) -> Result<Function, StartError> {
        Function::start_with(settings, Log::Told(lines), None).await
    }

    /// The same, with each of its processes known by a session token of its own, as Lambda gives it one.
    pub(super) async fn start_known(
        settings: FunctionSettings,
        lines: mpsc::Sender<LogLine>,
        at_work: Arc<AtWork>,
    ) -> Result<Function, StartError> {
        Function::start_with(settings, Log::Told(lines), Some(at_work)).await
    }

    async fn start_with(
        settings: FunctionSettings,
        log: Log,
        at_work: Option<Arc<AtWork>>,
    ) -> Result<Function, StartError> {
        let live = Some(Live::start(&settings, &log, at_work.is_some()).await?);
        let (last_words, crash) = (Vec::new(), None);
        Ok(Function { settings, log, at_work, live, ready: None, peak_memory_mb: None, last_words, crash })
    }

    /// Hands it an event, any bytes, and waits for what becomes of it.
    ///
    /// # Errors
    /// Its process had died before, and can't be started again.
    pub async fn invoke(&mut self, payload: impl Into<Bytes>) -> Result<Invocation, StartError> {
        self.invoke_as(&Uuid::new_v4().to_string(), payload).await
    }

    /// The same under a request id that the caller knows. Who stops waiting has to [`stop`](Self::stop)
    /// the function: its process is still at work.
    ///
    /// # Errors
    /// As above.
    pub async fn invoke_as(&mut self, request_id: &str, payload: impl Into<Bytes>) -> Result<Invocation, StartError> {
        let running = match self.live.take_if(|live| live.process.is_running()) {
            Some(live) => {
                // What a process wrote before its first event may be about its start, and counts.
                if self.ready.is_some() {
                    live.process.forget_tail();
                }
                live
            }
            None => Live::start(&self.settings, &self.log, self.at_work.is_some()).await?,
        };
        let live = self.live.insert(running);
        let (mut memory, limit) = (live.process.memory(), self.settings.memory_mb);
        let mut shift = self.at_work.as_ref().map(|at_work| at_work.begin(&live.token));
        let mut invocation = tokio::select! {
            biased;
            () = doomed(&mut shift) => Invocation::Exited(String::new()),
            said = live.api.invoke_as(request_id, payload.into(), self.settings.timeout) => match said {
                Said::Response(response) => Invocation::Response(response),
                Said::Error(error) => Invocation::Error(error),
                Said::InitError(error) => Invocation::InitError(error),
                Said::Nothing(limit) => Invocation::TimedOut(limit),
            },
            ended = live.process.ended() => exited(ended),
            () = memory.outgrows(limit) => Invocation::OutOfMemory(limit.unwrap_or_default()),
        };
        // Whoever grew and answered between two looks would not have lived to answer in Lambda.
        if let Some(limit) = limit.filter(|_| memory.has_outgrown(limit)) {
            invocation = Invocation::OutOfMemory(limit);
        }
        let order = shift.and_then(Shift::end);
        if order.is_some() {
            invocation = exited(live.process.killed().await);
        }
        // Whoever waits for its death may go on now.
        self.crash = order.map(|order| order.crash);
        let most = limit.map_or(u64::MAX, u64::from);
        self.peak_memory_mb = memory.peak_mb().map(|peak| peak.min(most));
        self.ready = live.api.asked_first().map(|ready| (ready, ready.duration_since(live.started)));
        match invocation {
            Invocation::Response(_) | Invocation::Error(_) => live.api.idle(Duration::from_millis(250)).await,
            Invocation::InitError(_) | Invocation::Exited(_) | Invocation::TimedOut(_) | Invocation::OutOfMemory(_) => {
                self.end().await
            }
        }
        Ok(invocation)
    }

    /// The lines it has written so far. The last ones may still be on their way while it runs.
    pub fn log(&self) -> Vec<LogLine> {
        self.log.kept()
    }

    /// Whether its process is there.
    pub fn is_running(&mut self) -> bool {
        self.live.as_mut().is_some_and(|live| live.process.is_running())
    }

    /// When the process that had the last invocation asked for its first one, and how long after its
    /// start that was; none when it never did.
    pub fn ready(&self) -> Option<(Instant, Duration)> {
        self.ready
    }

    /// The most memory that the process that had the last invocation has had, in MB and up to the
    /// limit, where the system tells.
    pub fn peak_memory_mb(&self) -> Option<u64> {
        self.peak_memory_mb
    }

    /// The last lines that it wrote to its standard error when the last invocation ended its process.
    pub fn last_words(&self) -> &[String] {
        &self.last_words
    }

    /// The call at which the last invocation's process was killed on purpose, if it was.
    pub(super) fn crash(&self) -> Option<&Crash> {
        self.crash.as_ref()
    }

    /// Ends its process; every line it has ever written, where they are kept.
    pub async fn stop(mut self) -> Vec<LogLine> {
        self.end().await;
        self.log()
    }

    async fn end(&mut self) {
        if let Some(live) = self.live.take() {
            self.last_words = live.process.end().await;
        }
    }
}

impl Live {
    async fn start(settings: &FunctionSettings, log: &Log, known: bool) -> Result<Live, StartError> {
        let started = Instant::now();
        let api = RuntimeApi::start(&settings.arn).await.map_err(StartError::Port)?;
        let mut environment = settings.environment.clone();
        environment.insert("AWS_LAMBDA_RUNTIME_API".to_owned(), api.address().to_string());
        let token = format!("testing-{}", Uuid::new_v4());
        if known {
            environment.insert("AWS_SESSION_TOKEN".to_owned(), token.clone());
        }
        let process = Process::start(&settings.binary, &environment, log);
        let process = process.map_err(|source| StartError::Binary { binary: settings.binary.clone(), source })?;
        Ok(Live { api, process, token, started })
    }
}

fn exited(how: std::io::Result<ExitStatus>) -> Invocation {
    Invocation::Exited(how.map_or_else(|error| error.to_string(), |status| status.to_string()))
}

/// Waits for somebody to kill the process on purpose; for ever, where nobody can.
async fn doomed(shift: &mut Option<Shift>) {
    match shift {
        Some(shift) => shift.doomed().await,
        None => std::future::pending().await,
    }
}
