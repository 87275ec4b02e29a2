//! Is the event recent enough to act on?
//!
//! Events come late after an outage, are delivered again, and can be replayed from an archive. What
//! was right to do a minute after the call may undo someone's work a day later.

use super::{Refusal, Skip, Undecidable, undecidable};
use crate::Record;
use chrono::{DateTime, TimeDelta, Utc};

/// How far clocks may differ. A time further ahead would stay fresh for ever.
const MOST_AHEAD: TimeDelta = TimeDelta::minutes(5);

pub(super) fn ask(record: &Record, limit: Option<TimeDelta>, now: DateTime<Utc>) -> Result<(), Refusal> {
    let cannot = undecidable("stale");
    let Some(limit) = limit else {
        return Ok(());
    };
    let text = record.event_time.known("detail.eventTime").map_err(|form| cannot(form.into()))?;
    let text = text.ok_or_else(|| cannot(Undecidable::Missing("detail.eventTime")))?;
    let time = record.time().ok_or_else(|| cannot(Undecidable::Time(text.clone())))?;
    let age = now.signed_duration_since(time);
    if age < -MOST_AHEAD {
        return Err(cannot(Undecidable::Future(text.clone())));
    }
    if age <= limit {
        return Ok(());
    }
    Err(Refusal::Skip(Skip::Stale { age: age.num_seconds(), limit: limit.num_seconds() }))
}
