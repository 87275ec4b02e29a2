//! A process of a function, with every line it writes.

use super::memory::Memory;
use super::metrics::is_of_metrics;
use serde::Serialize;
use std::collections::{BTreeMap, VecDeque};
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// How long the last lines of a process that has ended may take. Only a process that left a child
/// behind with its pipes open needs it.
const LAST_LINES: Duration = Duration::from_secs(1);

/// How many of the last lines of the standard error are kept, for who asks why a process has ended.
const TAIL: usize = 3;

/// A line that a function wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LogLine {
    /// Where it wrote it; Lambda keeps both in one stream.
    pub output: Output,
    /// The line, without its end; bytes that are not UTF-8 are replaced.
    pub text: String,
}

/// Where a line was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Output {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
    /// Nowhere: it is Lambda's own, about an invocation.
    Platform,
}

impl LogLine {
    /// Whether it holds metrics for CloudWatch, and says nothing that people need.
    pub fn is_of_metrics(&self) -> bool {
        is_of_metrics(&self.text)
    }
}

/// Where the lines of a function's processes go, in the order in which they were read.
#[derive(Clone, Debug)]
pub(super) enum Log {
    /// Kept, all of them.
    Kept(Arc<Mutex<Vec<LogLine>>>),
    /// Told, and forgotten: for functions that run for long. Who does not listen makes them wait.
    Told(mpsc::Sender<LogLine>),
}

#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    readers: Vec<JoinHandle<()>>,
    tail: Tail,
}

/// The last lines of a process's standard error.
#[derive(Clone, Debug, Default)]
struct Tail(Arc<Mutex<VecDeque<String>>>);

impl Process {
    /// Starts a binary with these variables and no others: nothing of this process's environment,
    /// its credentials above all, gets into a function.
    pub(super) fn start(binary: &Path, environment: &BTreeMap<String, String>, log: &Log) -> std::io::Result<Process> {
        let mut child = Command::new(binary)
            .env_clear()
            .envs(environment)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // Not in this one's group, or the terminal's Ctrl-C would end functions that are at work.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()?;
        let (mut readers, tail) = (Vec::new(), Tail::default());
        readers.extend(child.stdout.take().map(|pipe| tokio::spawn(read(pipe, Output::Stdout, log.clone(), None))));
        let kept = Some(tail.clone());
        readers.extend(child.stderr.take().map(|pipe| tokio::spawn(read(pipe, Output::Stderr, log.clone(), kept))));
        Ok(Process { child, readers, tail })
    }

    /// Whether the process has not ended by itself.
    pub(super) fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Waits for the process to end by itself.
    pub(super) async fn ended(&mut self) -> std::io::Result<ExitStatus> {
        self.child.wait().await
    }

    /// Kills the process, and waits until it is gone.
    pub(super) async fn killed(&mut self) -> std::io::Result<ExitStatus> {
        // An error means that it has ended already.
        self.child.start_kill().ok();
        self.child.wait().await
    }

    /// Its memory.
    pub(super) fn memory(&self) -> Memory {
        Memory::of(self.child.id())
    }

    /// Lets the last lines of its standard error be those that are still to come.
    pub(super) fn forget_tail(&self) {
        self.tail.lines().clear();
    }

    /// Ends the process, as Lambda does, without asking, and waits until it is gone and its last
    /// lines are read; the last ones of its standard error.
    pub(super) async fn end(mut self) -> Vec<String> {
        // An error means that it has ended already.
        self.child.kill().await.ok();
        for mut reader in self.readers {
            if tokio::time::timeout(LAST_LINES, &mut reader).await.is_err() {
                reader.abort();
            }
        }
        self.tail.lines().drain(..).collect()
    }
}

impl Tail {
    fn lines(&self) -> MutexGuard<'_, VecDeque<String>> {
        // Nothing panics while it holds the lock, and what is in it is whole at any time.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, line: &str) {
        if line.trim().is_empty() {
            return;
        }
        let mut lines = self.lines();
        if lines.len() == TAIL {
            lines.pop_front();
        }
        lines.push_back(line.to_owned());
    }
}

impl Default for Log {
    fn default() -> Self {
        Log::Kept(Arc::default())
    }
}

impl Log {
    /// The lines that are kept.
    pub(super) fn kept(&self) -> Vec<LogLine> {
        match self {
            Log::Kept(lines) => lines.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            Log::Told(_) => Vec::new(),
        }
    }

    async fn take(&self, line: LogLine) {
        match self {
            Log::Kept(lines) => lines.lock().unwrap_or_else(PoisonError::into_inner).push(line),
            // Nobody listens any more: nobody misses it.
            Log::Told(listener) => drop(listener.send(line).await),
        }
    }
}

async fn read(pipe: impl AsyncRead + Unpin, output: Output, log: Log, tail: Option<Tail>) {
    let mut pipe = BufReader::new(pipe);
    let mut line = Vec::new();
    // An error is the end, as the end of the file is.
    while pipe.read_until(b'\n', &mut line).await.is_ok_and(|bytes| bytes > 0) {
        let text = String::from_utf8_lossy(line.trim_ascii_end()).into_owned();
        if let Some(tail) = &tail {
            tail.take(&text);
        }
        log.take(LogLine { output, text }).await;
        line.clear();
    }
}
