//! A process of a function, with every line it writes.

use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, Command};
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
}

/// The lines of a function's processes, in the order in which they were read.
pub(super) type Log = Arc<Mutex<Vec<LogLine>>>;

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
        for reader in self.readers {
            tokio::time::timeout(LAST_LINES, reader).await.ok();
        }
    }
}

async fn read(pipe: impl AsyncRead + Unpin, output: Output, log: Log) {
    let mut pipe = BufReader::new(pipe);
    let mut line = Vec::new();
    // An error is the end, as the end of the file is.
    while pipe.read_until(b'\n', &mut line).await.is_ok_and(|bytes| bytes > 0) {
        let text = String::from_utf8_lossy(line.trim_ascii_end()).into_owned();
        log.lock().unwrap_or_else(PoisonError::into_inner).push(LogLine { output, text });
        line.clear();
    }
}
