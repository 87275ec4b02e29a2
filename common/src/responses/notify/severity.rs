//! How much a call matters to people.
//!
//! It comes from what the call is and what it says: nothing of it is a guess about who called. A call that was
//! refused changed nothing, but somebody wanted to; a call whose parameters are unknown may have been anything.

use serde::Serialize;
use std::fmt;

/// How much a call matters, in four steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// For the record.
    Info,
    /// Worth knowing: something can do more, or is gone.
    Notice,
    /// Worth a look: refused, shared with others, opened to the internet.
    Warning,
    /// To be looked at now: everyone is let in, nobody watches any more, somebody may do everything.
    Critical,
}

impl Severity {
    /// The word for it, as it is written in message attributes.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Notice => "notice",
            Severity::Warning => "warning",
            Severity::Critical => "critical",
        }
    }

    /// What is put before a subject or a title; nothing where there is no hurry.
    pub(super) fn mark(self) -> &'static str {
        match self {
            Severity::Info | Severity::Notice => "",
            Severity::Warning => "Warning: ",
            Severity::Critical => "Critical: ",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
