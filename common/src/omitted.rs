//! Parts of a record that CloudTrail left out or hid.
//!
//! A part over its size limit is replaced by a note, and secrets by fixed words. An attacker can
//! pad a request past 100 KB to blind whoever reads `requestParameters`, so an omitted part is
//! never read as an empty one: [`Part::Omitted`](crate::Part::Omitted) says that it is unknown.

use crate::Flag;
use crate::object::object;
use serde_json::value::RawValue;

object! {
    /// The note in place of a part that was too large, as seen in real records:
    /// `{"reason": "requestParameters too large", "omitted": true, "originalSize": "149893"}`.
    pub struct Omitted {
        /// Why.
        reason: String = "reason",
        /// A boolean in some records, text in others.
        omitted: Flag = "omitted",
        /// Bytes, as text in every record seen.
        original_size: Box<RawValue> = "originalSize",
    }
}

impl Omitted {
    /// The note, if that is what this part is: an object with `omitted` set, and with a reason or an
    /// original size, or nothing else. A note beside other members counts too: what is there may not
    /// be all there was. (A service's own `omitted` parameter would stand beside others, alone.) An
    /// object that speaks of it and can't be read, because it names a member twice, counts as well.
    pub fn in_part(part: &RawValue) -> Option<Omitted> {
        if !part.get().contains("\"omitted\"") {
            return None;
        }
        let note: Omitted = match serde_json::from_str(part.get()) {
            Ok(note) => note,
            Err(_) if part.get().starts_with('{') => return Some(Omitted::default()),
            Err(_) => return None,
        };
        let set = note.omitted.get().is_some_and(|flag| flag.is_set());
        let said = !note.reason.is_absent() || !note.original_size.is_absent() || note.extras.is_empty();
        (set && said).then_some(note)
    }
}

/// Whether a value is one of the words that CloudTrail writes in place of a secret.
///
/// ```
/// assert!(trailhook::is_hidden("HIDDEN_DUE_TO_SECURITY_REASONS"));
/// assert!(!trailhook::is_hidden("orders"));
/// ```
pub fn is_hidden(value: &str) -> bool {
    const WORDS: [&str; 4] = ["HIDDEN_DUE_TO_SECURITY_REASONS", "<sensitiveDataRemoved>", "****", "***REDACTED***"];
    WORDS.contains(&value)
}
