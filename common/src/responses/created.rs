//! Did this call make the queue?
//!
//! CreateQueue is idempotent: for a name that exists with the same attributes it succeeds and
//! answers the existing queue's URL. A success therefore proves nothing, and the queue's
//! `CreatedTimestamp` has to be held against the event's time before the queue is called new.

use crate::Reason;
use chrono::{DateTime, TimeDelta, Utc};

/// Both clocks count whole seconds, and the event's is that of the host that finished the call, a
/// moment after the queue was made. Two callers who ask for one queue within this time can't be told
/// apart.
const TOLERANCE: TimeDelta = TimeDelta::seconds(1);

/// Whether a queue made at `created` (the `CreatedTimestamp` attribute, seconds since 1970) was made
/// by the call whose event has this time.
///
/// ```
/// use trailhook::responses::created_by_this_call;
///
/// let event = "2026-11-02T09:30:00Z".parse()?;
/// assert!(created_by_this_call(event, "1793611799").is_ok());
/// assert_eq!(created_by_this_call(event, "1760000000").unwrap_err().code, "existed-before");
/// # Ok::<(), chrono::ParseError>(())
/// ```
///
/// # Errors
/// The reason why it was not: `existed-before`, `created-later`, or `unknown-state` when `created`
/// is not a number.
pub fn created_by_this_call(event: DateTime<Utc>, created: &str) -> Result<(), Reason> {
    let time = epoch_seconds(created).and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    let Some(time) = time else {
        let message = format!("the queue's CreatedTimestamp is {created:?}, which is not a number of seconds");
        return Err(Reason::new("unknown-state", message));
    };
    let since = time.signed_duration_since(event);
    if since < -TOLERANCE {
        let message = format!("the queue was made at {time}, before this call: the call only asked for it again");
        Err(Reason::new("existed-before", message))
    } else if since > TOLERANCE {
        let message = format!("the queue was made at {time}, after this call: it is another one of that name");
        Err(Reason::new("created-later", message))
    } else {
        Ok(())
    }
}

/// Whole seconds since 1970 of an attribute of SQS; emulators write a fraction behind them.
pub(crate) fn epoch_seconds(text: &str) -> Option<i64> {
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, ""));
    if fraction.bytes().all(|byte| byte.is_ascii_digit()) { seconds.parse().ok() } else { None }
}
