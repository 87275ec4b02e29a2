//! SQS's rules for tags, from "Amazon SQS cost allocation tags" and the quotas page.
//!
//! Keys come from the configuration, so a wrong one fails at start. Values come from the record, so
//! a wrong one is cleaned: a tag with a dot too few is better than none.

use crate::ExemptUntil;
use unicode_general_category::{GeneralCategory, get_general_category};

/// More than this are "not recommended".
pub(super) const MOST_TAGS: usize = 50;
const LONGEST_KEY: usize = 128;
const LONGEST_VALUE: usize = 256;

/// Why SQS would not take a tag's key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TagKeyError {
    /// Empty.
    #[error("a tag key has at least one character")]
    Empty,
    /// Over 128 characters.
    #[error("a tag key has at most {LONGEST_KEY} characters, and this one has {0}")]
    TooLong(usize),
    /// A space at an end, which nobody sees.
    #[error("a tag key does not begin or end with a space")]
    Space,
    /// `aws:` in any case.
    #[error("a tag key does not begin with aws:, which AWS keeps for itself")]
    Reserved,
    /// The key of an exemption, or almost.
    #[error("a tag with this key would exempt the queue from being reverted")]
    Exemption,
    /// A character outside the set.
    #[error("a tag key holds letters, digits, spaces and _ . : / = + - @, and not {0:?}")]
    Character(char),
}

/// A key that a queue must have, as SQS takes it.
///
/// ```
/// use trailhook::responses::tag_new_queue::tag_key;
///
/// assert_eq!(tag_key("cost-center").as_deref(), Ok("cost-center"));
/// assert!(tag_key("aws:owner").is_err());
/// ```
///
/// # Errors
/// SQS would refuse it.
pub fn tag_key(text: &str) -> Result<String, TagKeyError> {
    check_key(text).map(|()| text.to_owned())
}

/// Whether SQS takes this key.
pub(super) fn check_key(key: &str) -> Result<(), TagKeyError> {
    if key.is_empty() {
        return Err(TagKeyError::Empty);
    }
    let length = key.chars().count();
    if length > LONGEST_KEY {
        return Err(TagKeyError::TooLong(length));
    }
    if key.trim() != key {
        return Err(TagKeyError::Space);
    }
    if is_reserved(key) {
        return Err(TagKeyError::Reserved);
    }
    if ExemptUntil::resembles(key) {
        return Err(TagKeyError::Exemption);
    }
    key.chars().find(|&character| !is_allowed(character)).map_or(Ok(()), |wrong| Err(TagKeyError::Character(wrong)))
}

/// The value as SQS takes it: other characters become `_`, and it is cut after 256 characters. `aws:`
/// at its beginning is reserved too: a user agent that begins so would keep every tag off the queue.
///
/// ```
/// use trailhook::responses::tag_new_queue::clean_value;
///
/// assert_eq!(clean_value("Mozilla/5.0 (X11; Linux)"), "Mozilla/5.0 _X11_ Linux_");
/// assert_eq!(clean_value(&"ä".repeat(300)).chars().count(), 256);
/// assert_eq!(clean_value("AWS:cli"), "AWS_cli");
/// ```
pub fn clean_value(value: &str) -> String {
    let taken = |character| if is_allowed(character) { character } else { '_' };
    let cut: String = value.trim().chars().take(LONGEST_VALUE).map(taken).collect();
    let cut = cut.trim_end();
    if is_reserved(cut) { cut.replacen(':', "_", 1) } else { cut.to_owned() }
}

/// Whether it begins with `aws:` in any case.
fn is_reserved(text: &str) -> bool {
    text.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("aws:"))
}

fn is_allowed(character: char) -> bool {
    use GeneralCategory::*;
    let other_letter_or_digit = || {
        matches!(
            get_general_category(character),
            UppercaseLetter | LowercaseLetter | TitlecaseLetter | ModifierLetter | OtherLetter | DecimalNumber
        )
    };
    character.is_ascii_alphanumeric()
        || matches!(character, ' ' | '_' | '.' | ':' | '/' | '=' | '+' | '-' | '@')
        || other_letter_or_digit()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_sqs_refuses_are_refused() {
        assert_eq!(check_key("trailhook:created-by"), Ok(()));
        assert_eq!(check_key("Größe"), Ok(()));
        assert_eq!(check_key(""), Err(TagKeyError::Empty));
        assert_eq!(check_key(&"k".repeat(129)), Err(TagKeyError::TooLong(129)));
        assert_eq!(check_key("AWS:owner"), Err(TagKeyError::Reserved));
        assert_eq!(check_key("who?"), Err(TagKeyError::Character('?')));
        assert_eq!(check_key(" who"), Err(TagKeyError::Space));
        assert_eq!(check_key("कि"), Err(TagKeyError::Character('ि')), "a combining mark is no letter");
    }
}
