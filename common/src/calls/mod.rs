//! The API calls that are declared, a file or a folder for each service.
//!
//! Each is written from real records, and says less than the API does: what the call made or changed, what
//! it was given, the tags. A member that nobody here needs is not read, and one that a real record may lack
//! is optional; one that says what the call was about is not. A call of your own is declared in your own
//! crate in the same way: see [`ApiCall`](crate::ApiCall).

mod declare;
mod text;

pub mod sqs;

pub use declare::{About, Declared};
pub use text::TextMap;

use declare::declare;
use serde::de::IgnoredAny;

/// The response of a call that answers nothing; what little is there is not looked at.
pub type Nothing = IgnoredAny;

/// The declared calls, service by service.
pub const DECLARED: [&[Declared]; 5] =
    [sqs::attributes::CALLS, sqs::move_task::CALLS, sqs::permission::CALLS, sqs::queue::CALLS, sqs::tags::CALLS];

/// The declared call of this source and name.
///
/// ```
/// use trailhook::calls;
///
/// assert_eq!(calls::declared("sqs.amazonaws.com", "TagQueue").unwrap().kind, "queue");
/// assert!(calls::declared("mediaconvert.amazonaws.com", "CreateQueue").is_none());
/// ```
pub fn declared(event_source: &str, event_name: &str) -> Option<&'static Declared> {
    DECLARED.into_iter().flatten().find(|declared| declared.call.is(event_source, event_name))
}

/// What stands behind the last of these signs: the name in an ARN.
fn last_of(text: &str, sign: char) -> &str {
    text.rsplit(sign).next().unwrap_or(text)
}
