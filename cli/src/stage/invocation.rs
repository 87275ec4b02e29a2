//! What becomes of one invocation of a function, in the process that runs it.

use super::runtime_api::FunctionError;
use serde_json::Value;
use std::path::PathBuf;
use std::time::Duration;

/// What became of one invocation.
#[derive(Clone, Debug, PartialEq)]
pub enum Invocation {
    /// The function answered.
    Response(Value),
    /// The function reported an error.
    Error(FunctionError),
    /// The function said that it can't start.
    InitError(FunctionError),
    /// The process ended; how, in words.
    Exited(String),
    /// The function took longer than this, and was ended.
    TimedOut(Duration),
    /// The process had more memory than this many MB, and was ended.
    OutOfMemory(u32),
}

/// A function could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The binary can't be run.
    #[error("{} can't be run: {source}", binary.display())]
    Binary {
        /// The binary.
        binary: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// There is no port for the Runtime API.
    #[error("the Runtime API has no port to serve on: {0}")]
    Port(std::io::Error),
}
