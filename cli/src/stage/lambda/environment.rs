//! An execution environment: one process of a function, its log stream, and the writer that takes its
//! lines there.

use super::super::at_work::Crash;
use super::super::function::{Function, FunctionSettings};
use super::super::invocation::{Invocation, StartError};
use super::super::process::{LogLine, Output};
use super::super::surroundings::log_stream;
use super::super::world::{LogEntry, surely};
use super::filter::LogFilter;
use super::host::Host;
use super::told::{LambdaEvent, decision};
use bytes::Bytes;
use chrono::Utc;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// How many lines may wait to be written before the function has to wait too.
const LINES_WAITING: usize = 1024;

/// How many lines are put into the log group at once.
const LINES_AT_ONCE: usize = 256;

/// How long the last lines may take into the log group when a process is ended.
const LAST_LINES: Duration = Duration::from_secs(10);

#[derive(Debug)]
pub(super) struct Environment {
    function: Function,
    lines: mpsc::Sender<LogLine>,
    writer: JoinHandle<()>,
    used: bool,
}

impl Environment {
    pub(super) async fn start(host: &Arc<Host>) -> Result<Environment, StartError> {
        let stream = log_stream(&host.function);
        let mut environment = host.environment.clone();
        environment.insert("AWS_LAMBDA_LOG_STREAM_NAME".to_owned(), stream.clone());
        let settings = FunctionSettings {
            binary: host.binary.clone(),
            environment,
            timeout: host.function.timeout,
            memory_mb: Some(host.function.memory_mb),
            arn: host.function.arn.clone(),
        };
        let (lines, written) = mpsc::channel(LINES_WAITING);
        let function = Function::start_known(settings, lines.clone(), host.backstage.at_work.clone()).await?;
        let writer = tokio::spawn(write(host.clone(), stream, written));
        Ok(Environment { function, lines, writer, used: false })
    }

    /// Whether it has not had an invocation yet.
    pub(super) fn is_cold(&self) -> bool {
        !self.used
    }

    pub(super) fn is_running(&mut self) -> bool {
        self.function.is_running()
    }

    /// When its process was ready, and how long that took.
    pub(super) fn ready(&self) -> Option<(Instant, Duration)> {
        self.function.ready()
    }

    pub(super) fn peak_memory_mb(&self) -> Option<u64> {
        self.function.peak_memory_mb()
    }

    /// The last lines that its process wrote to its standard error when the last invocation ended it.
    pub(super) fn last_words(&self) -> &[String] {
        self.function.last_words()
    }

    /// The call at which the last invocation's process was killed on purpose, if it was.
    pub(super) fn crash(&self) -> Option<&Crash> {
        self.function.crash()
    }

    pub(super) async fn invoke(&mut self, request_id: &str, payload: Bytes) -> Result<Invocation, StartError> {
        self.used = true;
        self.function.invoke_as(request_id, payload).await
    }

    /// Writes a line of Lambda's own.
    pub(super) async fn say(&self, text: String) {
        // The writer goes on until the last sender is dropped.
        self.lines.send(LogLine { output: Output::Platform, text }).await.ok();
    }

    /// Ends the process, and waits until it is gone and its lines are written.
    pub(super) async fn stop(self) {
        self.function.stop().await;
        drop(self.lines);
        let mut writer = self.writer;
        if tokio::time::timeout(LAST_LINES, &mut writer).await.is_err() {
            writer.abort();
        }
    }
}

/// Takes the lines to who is told, and those that Lambda lets through to the log group and to the metrics; a group that takes them not is told once.
async fn write(host: Arc<Host>, stream: String, mut written: mpsc::Receiver<LogLine>) {
    let filter = LogFilter::of(&host.function.log_format, host.function.log_level.as_deref());
    let mut lines = Vec::new();
    let mut lost = false;
    while written.recv_many(&mut lines, LINES_AT_ONCE).await > 0 {
        let mut entries = Vec::with_capacity(lines.len());
        for line in lines.drain(..) {
            // Lambda's own lines have a level of their own, which the template leaves alone.
            let passes = line.output == Output::Platform || filter.is_none_or(|filter| filter.passes(&line.text));
            if passes {
                host.backstage.metrics.add_line(&line.text);
                entries.push(LogEntry { at: Utc::now(), message: line.text.clone() });
            }
            let decided = decision(&line.text);
            host.tell(None, LambdaEvent::Logged(line));
            if let Some((request_id, decision)) = decided {
                host.tell(Some(&request_id), LambdaEvent::Decided(decision));
            }
        }
        // Log groups refuse events without a text.
        entries.retain(|entry| !entry.message.is_empty());
        if entries.is_empty() {
            continue;
        }
        let world = &host.backstage.world;
        if let Err(error) = surely(|| world.put_log_events(&host.function.log_group, &stream, &entries)).await
            && !lost
        {
            lost = true;
            host.tell(None, LambdaEvent::LogLost { error: error.to_string() });
        }
    }
}
