//! The guards: the questions asked of every event before anything else is decoded.
//!
//! They look at the record's header only, because failed calls have null parameters and a third of
//! successful writes have null responses. The order is fixed and written once, in [`admit`]:
//! genuine, watched, failed call, own call, foreign account (and Region), replayed, stale, exempt. A
//! guard that lacks what it needs to decide refuses the event as [`Refusal::Undecidable`], which ends
//! in the dead-letter queue; it never lets the event through. [`Admitted`] has a private field and is the only way to a
//! typed call, so a response that skips the guards does not compile.

mod account;
mod exempt;
mod failed;
mod genuine;
mod own_call;
mod refusal;
mod replayed;
mod stale;
mod watched;

pub use account::Elsewhere;
pub use exempt::{
    ExemptUntil, Exemption, Exemptions, QueuePattern, QueuePatternError, ServiceName, ServiceNameError, TagExemption,
};
pub use failed::FailedCalls;
pub use own_call::{RolePath, RolePathError};
pub use refusal::{Misrouted, Refusal, Skip, Undecidable};
pub use replayed::Replayed;

use crate::{Envelope, FromRecord, Record, Watched};
use chrono::{DateTime, TimeDelta, Utc};
use refusal::undecidable;

/// What the guards go by: one set for each function, made at its start.
#[derive(Clone, Debug)]
pub struct Guards {
    /// The calls that the response is triggered by.
    pub watched: Watched,
    /// Which failed calls it wants.
    pub failed_calls: FailedCalls,
    /// The account the function runs in.
    pub account: String,
    /// The Region the function runs in: its clients reach the resources of no other.
    pub region: String,
    /// Other accounts and Regions whose events it answers; [`decide`](crate::decide) leaves them out
    /// for a response that can't.
    pub elsewhere: Elsewhere,
    /// The path under which all roles of this system live.
    pub role_path: RolePath,
    /// Whether it answers calls of our own roles as well: for what looks and changes nothing.
    pub own_calls: bool,
    /// Whether it acts on events that are replayed from an archive.
    pub replayed: Replayed,
    /// How old an event may be; `None` for any age.
    pub max_age: Option<TimeDelta>,
    /// Whose calls, and which queues, are let be.
    pub exempt: Exemptions,
}

/// A record that passed every guard. There is no other way to one than [`admit`]:
///
/// ```compile_fail
/// let record = trailhook::Record::default();
/// let admitted = trailhook::Admitted { record, account: String::new() };
/// ```
#[derive(Debug)]
pub struct Admitted {
    record: Record,
    account: String,
}

impl Guards {
    /// The guards of a response with this trigger, in this account and Region, under this role path;
    /// failed calls, replayed events and those of other accounts and Regions are skipped, nobody is
    /// exempt, and an event may be a day old.
    pub fn of<T: FromRecord>(account: impl Into<String>, region: impl Into<String>, role_path: RolePath) -> Guards {
        Guards {
            watched: T::watched(),
            failed_calls: FailedCalls::Skip,
            account: account.into(),
            region: region.into(),
            role_path,
            elsewhere: Elsewhere::default(),
            own_calls: false,
            replayed: Replayed::Skip,
            max_age: Some(TimeDelta::days(1)),
            exempt: Exemptions::default(),
        }
    }
}

/// Asks every guard, in their order. `now` is the time at which the event is judged.
///
/// # Errors
/// [`Refusal`]: a skip is an answer, the other two are failures.
pub fn admit(envelope: Envelope, guards: &Guards, now: DateTime<Utc>) -> Result<Admitted, Refusal> {
    genuine::ask(&envelope, &guards.watched)?;
    watched::ask(&envelope.detail, &guards.watched)?;
    failed::ask(&envelope.detail, guards.failed_calls)?;
    own_call::ask(&envelope.detail, guards)?;
    let account = account::ask(&envelope, guards)?;
    replayed::ask(&envelope, guards.replayed)?;
    stale::ask(&envelope.detail, guards.max_age, now)?;
    exempt::ask(&envelope.detail, &guards.exempt)?;
    Ok(Admitted { record: envelope.detail, account })
}

impl Admitted {
    /// The record.
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// The account that it belongs to: ours, or one that is answered for as well.
    pub fn account(&self) -> &str {
        &self.account
    }

    /// The call's name, as the record has it.
    pub fn event_name(&self) -> &str {
        self.record.event_name.text().unwrap_or_default()
    }

    /// The record, for a trigger to keep.
    pub fn into_record(self) -> Record {
        self.record
    }
}
