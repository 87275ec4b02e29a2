//! A process of a function, with every line it writes.

use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// How long the last lines of a process that has ended may take. Only a process that left a child
/// behind with its pipes open needs it.
const LAST_LINES: Duration = Duration::from_secs(1);

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
}

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
        let mut readers = Vec::new();
        readers.extend(child.stdout.take().map(|pipe| tokio::spawn(read(pipe, Output::Stdout, log.clone()))));
        readers.extend(child.stderr.take().map(|pipe| tokio::spawn(read(pipe, Output::Stderr, log.clone()))));
        Ok(Process { child, readers })
    }

    /// Whether the process has not ended by itself.
    pub(super) fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Waits for the process to end by itself.
    pub(super) async fn ended(&mut self) -> std::io::Result<ExitStatus> {
        self.child.wait().await
    }

    /// Ends the process, as Lambda does, without asking, and waits until it is gone and its last
    /// lines are read.
    pub(super) async fn end(mut self) {
        // An error means that it has ended already.
        self.child.kill().await.ok();
        for mut reader in self.readers {
            if tokio::time::timeout(LAST_LINES, &mut reader).await.is_err() {
                reader.abort();
            }
        }
    }

    /// The most memory that the process has had so far, in MB, where the system tells.
    pub(super) fn peak_memory_mb(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()?)).ok()?;
        let kilobytes = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        kilobytes.trim().trim_end_matches(" kB").parse::<u64>().ok().map(|kilobytes| kilobytes.div_ceil(1024))
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

async fn read(pipe: impl AsyncRead + Unpin, output: Output, log: Log) {
    let mut pipe = BufReader::new(pipe);
    let mut line = Vec::new();
    // An error is the end, as the end of the file is.
    while pipe.read_until(b'\n', &mut line).await.is_ok_and(|bytes| bytes > 0) {
        let text = String::from_utf8_lossy(line.trim_ascii_end()).into_owned();
        log.take(LogLine { output, text }).await;
        line.clear();
    }
}
