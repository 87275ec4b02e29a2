//! How severe a line is, as Lambda names it.

use std::fmt;
use std::str::FromStr;
use tracing::level_filters::LevelFilter;

/// A level, from the least severe to the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    Trace,
    Debug,
    Info,
    Warn,
    Error,
    Fatal,
}

/// No level of Lambda's or of Powertools'.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is none of TRACE, DEBUG, INFO, WARN, ERROR, FATAL")]
pub(super) struct NoLevel(String);

impl Level {
    /// The word for it.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Level::Trace => "TRACE",
            Level::Debug => "DEBUG",
            Level::Info => "INFO",
            Level::Warn => "WARN",
            Level::Error => "ERROR",
            Level::Fatal => "FATAL",
        }
    }

    /// What tracing lets through. It has no FATAL: then only what stops the function is written.
    pub(super) fn filter(self) -> LevelFilter {
        match self {
            Level::Trace => LevelFilter::TRACE,
            Level::Debug => LevelFilter::DEBUG,
            Level::Info => LevelFilter::INFO,
            Level::Warn => LevelFilter::WARN,
            Level::Error => LevelFilter::ERROR,
            Level::Fatal => LevelFilter::OFF,
        }
    }
}

impl FromStr for Level {
    type Err = NoLevel;

    /// In any case, and in Python's words too.
    fn from_str(text: &str) -> Result<Level, NoLevel> {
        match text.to_ascii_uppercase().as_str() {
            "TRACE" => Ok(Level::Trace),
            "DEBUG" => Ok(Level::Debug),
            "INFO" => Ok(Level::Info),
            "WARN" | "WARNING" => Ok(Level::Warn),
            "ERROR" => Ok(Level::Error),
            "FATAL" | "CRITICAL" => Ok(Level::Fatal),
            _ => Err(NoLevel(text.to_owned())),
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
