//! Lambda's Runtime API (2018-06-01) for one process of one function.
//!
//! The functions are the real binaries, so they get the real interface: the next invocation with
//! its headers, `202` for what is accepted, `4xx` with Lambda's error types for what isn't. Payloads
//! are bytes and pass unread. It refuses to serve two processes: a process that died may leave an
//! invocation open, so each gets a server of its own.
//!
//! Learned from <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>.

mod desk;
mod routes;
#[cfg(test)]
mod tests;

use super::server::Server;
use bytes::Bytes;
use desk::{Answer, Desk};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
use uuid::Uuid;

/// How long a process may take before it asks for its first invocation.
pub const INIT_LIMIT: Duration = Duration::from_secs(10);

/// The Runtime API, serving on a port of its own.
#[derive(Debug)]
pub struct RuntimeApi {
    desk: Arc<Desk>,
    server: Server,
}

/// What a function said of an invocation.
#[derive(Clone, Debug, PartialEq)]
pub enum Said {
    /// It answered; a text that isn't JSON is a JSON string here.
    Response(Value),
    /// It reported an error.
    Error(FunctionError),
    /// It could not start, and said why.
    InitError(FunctionError),
    /// It said nothing in time; how long it was given.
    Nothing(Duration),
}

/// An error as functions report it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct FunctionError {
    /// As in `Trailhook.Decode`.
    pub error_type: String,
    /// A sentence.
    pub error_message: String,
}

impl RuntimeApi {
    /// Starts serving on a free port of loopback.
    ///
    /// # Errors
    /// There is no free port.
    pub async fn start(function_arn: &str) -> std::io::Result<RuntimeApi> {
        let desk = Arc::new(Desk::new(function_arn));
        let server = Server::start(routes::router(desk.clone())).await?;
        Ok(RuntimeApi { desk, server })
    }

    /// What `AWS_LAMBDA_RUNTIME_API` is to be set to.
    pub fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// Hands an invocation to the process as soon as it asks for one, and waits for what it says.
    /// The time limit counts from then on; before, the process has [`INIT_LIMIT`].
    pub async fn invoke(&self, payload: Bytes, timeout: Duration) -> Said {
        self.invoke_as(&Uuid::new_v4().to_string(), payload, timeout).await
    }

    /// The same under a request id that the caller knows.
    pub async fn invoke_as(&self, request_id: &str, payload: Bytes, timeout: Duration) -> Said {
        let (answer, taken) = self.desk.offer(request_id, payload, timeout).await;
        let handed_over = async {
            // The desk drops the sender only with itself, and this borrows it.
            tokio::time::timeout(INIT_LIMIT, taken).await.is_ok()
        };
        tokio::select! {
            biased;
            error = self.desk.init_error() => return Said::InitError(error),
            in_time = handed_over => if !in_time {
                return Said::Nothing(INIT_LIMIT);
            },
        }
        match tokio::time::timeout(timeout, answer).await {
            Ok(Ok(Answer::Response(body))) => {
                let text = || Value::String(String::from_utf8_lossy(&body).into_owned());
                Said::Response(serde_json::from_slice(&body).unwrap_or_else(|_| text()))
            }
            Ok(Ok(Answer::Error(error))) => Said::Error(error),
            Ok(Err(_)) | Err(_) => Said::Nothing(timeout),
        }
    }

    /// Waits until the process asks for its next invocation, so that it has written its last line
    /// about the one before; not longer than this.
    pub async fn idle(&self, at_most: Duration) {
        let waiting = self.desk.waiting();
        // Not in time is an answer too: nobody needs to know which.
        tokio::time::timeout(at_most, waiting).await.ok();
    }
    /// When the process asked for its first invocation: the end of its start.
    pub(super) fn asked_first(&self) -> Option<Instant> {
        self.desk.asked_first()
    }
}
