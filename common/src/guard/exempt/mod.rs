//! Does the configuration say to let this caller, or this queue, be?
//!
//! A list that can't be read fails at the start: it never means "nobody". Who is exempt is asked of
//! the record's header, before the parameters; which queue, of the plan (`Exemptions::queue`),
//! because only the plan says what would be changed. An exemption that is used is named in the
//! decision. What it refuses to look at is what the caller chooses: the session's name, the user
//! agent, and `sourceIPAddress`, where a service's name may stand too.

mod caller;
mod queue;
mod service;
mod tag;

pub use queue::{QueuePattern, QueuePatternError};
pub use service::{ServiceName, ServiceNameError};
pub use tag::{ExemptUntil, TagExemption};

use super::{Refusal, Skip, Undecidable, undecidable};
use crate::{ArnPattern, Record};
use std::fmt;

/// Who and what is let be.
///
/// ```
/// use trailhook::Exemptions;
///
/// let exempt = Exemptions {
///     principals: vec!["arn:aws:iam::111122223333:role/ci/*".parse()?],
///     services: vec!["cloudformation.amazonaws.com".parse()?],
///     queues: vec!["scratch-*".parse()?],
///     ..Exemptions::default()
/// };
/// assert!(exempt.accounts.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Exemptions {
    /// Principals, by patterns of their ARNs.
    pub principals: Vec<ArnPattern>,
    /// Accounts of callers.
    pub accounts: Vec<String>,
    /// AWS services that call for someone, or for themselves.
    pub services: Vec<ServiceName>,
    /// Queues, by patterns of their names.
    pub queues: Vec<QueuePattern>,
}

/// The exemption that applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Exemption {
    /// A principal pattern.
    Principal {
        /// The caller's ARN.
        arn: String,
        /// The pattern that covers it.
        pattern: String,
    },
    /// A caller's account.
    Account(String),
    /// A service that made the call, for itself or for someone.
    Service(String),
    /// A queue that an action would change.
    Queue {
        /// The queue's name.
        queue: String,
        /// The pattern that covers it.
        pattern: String,
    },
}

/// Asks about the caller. An empty list asks for nothing of the record.
pub(super) fn ask(record: &Record, exempt: &Exemptions) -> Result<(), Refusal> {
    if exempt.principals.is_empty() && exempt.accounts.is_empty() && exempt.services.is_empty() {
        return Ok(());
    }
    let cannot = undecidable("exempt");
    let identity = record.user_identity.known("detail.userIdentity").map_err(|form| cannot(form.into()))?;
    let identity = identity.ok_or_else(|| cannot(Undecidable::Missing("detail.userIdentity")))?;
    match caller::exemption(identity, exempt).map_err(cannot)? {
        Some(exemption) => Err(Refusal::Skip(Skip::Exempt(exemption))),
        None => Ok(()),
    }
}

impl fmt::Display for Exemption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Exemption::Principal { arn, pattern } => {
                write!(f, "the caller is exempt: principal {arn} is covered by {pattern}")
            }
            Exemption::Account(account) => write!(f, "the caller is exempt: account {account} is on the list"),
            Exemption::Service(service) => write!(f, "the caller is exempt: service {service} is on the list"),
            Exemption::Queue { queue, pattern } => write!(f, "the queue is exempt: {queue} is covered by {pattern}"),
        }
    }
}
