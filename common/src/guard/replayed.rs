//! Does the event come from an archive?
//!
//! EventBridge puts `replay-name` into the envelope of an event that it replays. Such an event is as
//! genuine as it was, but somebody chose to send it again, most often to make up for what was
//! missed: what is harmless twice may be done, what undoes something may not, unless the
//! configuration says so.

use super::{Refusal, Skip};
use crate::Envelope;

/// What is done about replayed events.
///
/// ```
/// use trailhook::{Replayed, Response, responses::{notify::Notify, revert::Revert}};
///
/// assert_eq!(Revert::DEFAULT_REPLAYED, Replayed::Skip);
/// assert_eq!(Notify::DEFAULT_REPLAYED, Replayed::Act);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Replayed {
    /// They are left alone.
    #[default]
    Skip,
    /// They are answered like any other; the limit of age counts for them too.
    Act,
}

/// The most that is repeated of a replay's name, in characters; EventBridge's have up to 64.
const LONGEST: usize = 64;

/// A member that is there in another form than text is a replay's as well: nothing else writes it.
pub(super) fn ask(envelope: &Envelope, wanted: Replayed) -> Result<(), Refusal> {
    let name = envelope.other.get("replay-name").filter(|name| !name.is_null());
    match (name, wanted) {
        (None, _) | (Some(_), Replayed::Act) => Ok(()),
        (Some(name), Replayed::Skip) => {
            let name = name.as_str().map_or_else(|| name.to_string(), str::to_owned);
            Err(Refusal::Skip(Skip::Replayed { name: name.chars().take(LONGEST).collect() }))
        }
    }
}
