//! What an attribute is when nobody set it, from the reference of `CreateQueue` (November 2026).
//!
//! Used only where the queue's creation is among the facts: what the creating call didn't name is then
//! the default. `MaximumMessageSize` grew from 262,144 to 1,048,576 bytes in August 2025, so that of a
//! queue that was made before then is not told.

use chrono::{DateTime, Utc};

/// When the larger messages were the default everywhere: 1 September 2025.
const LARGER_MESSAGES: i64 = 1_756_684_800;

/// The value of an attribute that the call which made the queue did not name; `Ok(None)` for one that
/// is then not set.
///
/// ```
/// use trailhook::history::default_of;
///
/// let made = "2026-11-02T09:30:00Z".parse()?;
/// assert_eq!(default_of("VisibilityTimeout", made), Ok(Some("30")));
/// assert_eq!(default_of("Policy", made), Ok(None));
/// assert!(default_of("ANewAttribute", made).is_err());
/// # Ok::<(), chrono::ParseError>(())
/// ```
///
/// # Errors
/// The default is not known, with the reason.
pub fn default_of(name: &str, made: DateTime<Utc>) -> Result<Option<&'static str>, &'static str> {
    Ok(match name {
        "DelaySeconds" | "ReceiveMessageWaitTimeSeconds" => Some("0"),
        "MaximumMessageSize" if made.timestamp() >= LARGER_MESSAGES => Some("1048576"),
        "MaximumMessageSize" => return Err("the default of that time is not certain"),
        "MessageRetentionPeriod" => Some("345600"),
        "SqsManagedSseEnabled" => Some("true"),
        "VisibilityTimeout" => Some("30"),
        "KmsMasterKeyId" | "KmsDataKeyReusePeriodSeconds" | "Policy" | "RedrivePolicy" | "RedriveAllowPolicy" => None,
        // Of a FIFO queue; its creation names FifoQueue, and the others have defaults of its own.
        "FifoQueue" => None,
        "ContentBasedDeduplication" => Some("false"),
        "DeduplicationScope" => Some("queue"),
        "FifoThroughputLimit" => Some("perQueue"),
        _ => return Err("its default is not known here"),
    })
}
