//! Queues by their names: asked of the plan, because only the plan says which queue would be changed.
//!
//! The queue's name is what the caller asked for, so whoever may make queues may give one a name that
//! is exempt: a pattern is for names that the caller's permissions keep to those who may have them.

use super::{Exemption, Exemptions};
use crate::Arn;
use crate::arn::covers;
use std::fmt;
use std::str::FromStr;

/// The longest name that SQS accepts.
const LONGEST: usize = 80;

/// A pattern of queues' names: `*` stands for any run of characters, none included. It is held
/// against the whole name, letter for letter; a FIFO queue's name ends in `.fifo`.
///
/// ```
/// use trailhook::QueuePattern;
///
/// let pattern: QueuePattern = "scratch-*".parse()?;
/// assert!(pattern.covers("scratch-17"));
/// assert!(!pattern.covers("Scratch-17") && !pattern.covers("not-scratch-17"));
/// // It could never cover a queue.
/// assert!("scratch-?".parse::<QueuePattern>().is_err());
/// # Ok::<(), trailhook::QueuePatternError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueuePattern(String);

/// The text can't be a pattern of queues' names.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} covers no queue: a name has up to 80 letters, digits, - and _, and a FIFO queue's ends in .fifo; * is the \
     only sign that stands for others, and neither an arn nor a url is a name"
)]
pub struct QueuePatternError(String);

impl QueuePattern {
    /// Whether the pattern covers the queue of this name.
    pub fn covers(&self, name: &str) -> bool {
        covers(&self.0, name)
    }

    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for QueuePattern {
    type Err = QueuePatternError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if can_cover(text) { Ok(QueuePattern(text.to_owned())) } else { Err(QueuePatternError(text.to_owned())) }
    }
}

impl fmt::Display for QueuePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether there is a name that SQS accepts and that the pattern covers. The one dot that a name may
/// have is that of `.fifo`.
fn can_cover(pattern: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'*');
    let (stem, suffix) = match pattern.split_once('.') {
        Some((stem, suffix)) => (stem, Some(suffix)),
        None => (pattern, None),
    };
    let written = stem.bytes().filter(|byte| *byte != b'*').count() + suffix.map_or(0, |_| ".fifo".len());
    !stem.is_empty()
        && stem.bytes().all(allowed)
        && suffix.is_none_or(|suffix| covers(suffix, "fifo"))
        && written <= LONGEST
}

impl Exemptions {
    /// The exemption of a resource that would be changed, if it is a queue and a pattern covers its
    /// name.
    ///
    /// ```
    /// use trailhook::{Arn, Exemption, Exemptions};
    ///
    /// let exempt = Exemptions { queues: vec!["scratch-*".parse()?], ..Exemptions::default() };
    /// let arn: Arn = "arn:aws:sqs:eu-west-1:111122223333:scratch-17".parse()?;
    /// let (queue, pattern) = ("scratch-17".to_owned(), "scratch-*".to_owned());
    /// assert_eq!(exempt.queue(&arn), Some(Exemption::Queue { queue, pattern }));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn queue(&self, resource: &Arn) -> Option<Exemption> {
        if resource.service() != "sqs" {
            return None;
        }
        let name = resource.resource();
        let pattern = self.queues.iter().find(|pattern| pattern.covers(name))?;
        Some(Exemption::Queue { queue: name.to_owned(), pattern: pattern.as_str().to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_that_covers_no_queue_is_refused() {
        let longest = "q".repeat(LONGEST);
        let with_suffix = format!("{}.fifo", "q".repeat(LONGEST - 5));
        for (pattern, name) in [
            ("orders", "orders"),
            ("*", "orders"),
            ("*.fifo", "orders.fifo"),
            ("*.f*", "orders.fifo"),
            ("*_dev", "a_dev"),
            ("a*b*c", "aXbXc"),
            (longest.as_str(), longest.as_str()),
            (with_suffix.as_str(), with_suffix.as_str()),
        ] {
            assert!(pattern.parse::<QueuePattern>().unwrap().covers(name), "{pattern}");
        }
        for pattern in [
            "",
            ".fifo",
            "orders.fif",
            "orders.",
            "*.fifo.fifo",
            "a.b*",
            "orders?",
            "or ders",
            "orders/",
            "[a-z]*",
            "ördérs",
            "arn:aws:sqs:eu-west-1:111122223333:orders",
            "https://sqs.eu-west-1.amazonaws.com/111122223333/orders",
            &format!("{longest}q"),
            &format!("{}*", "q".repeat(LONGEST + 1)),
            &format!("q{with_suffix}"),
        ] {
            assert!(pattern.parse::<QueuePattern>().is_err(), "{pattern:?}");
        }
    }

    #[test]
    fn the_whole_name_counts_letter_for_letter() {
        for (pattern, name, expected) in [
            ("orders", "orders", true),
            ("orders", "Orders", false),
            ("orders", "orders-dlq", false),
            ("orders", "orders.fifo", false),
            ("orders*", "orders.fifo", true),
            ("*-dlq", "orders-dlq", true),
            ("*-dlq", "orders-dlq-2", false),
            ("a*a", "a", false),
        ] {
            let pattern: QueuePattern = pattern.parse().unwrap();
            assert_eq!(pattern.covers(name), expected, "{pattern} {name}");
        }
    }
}
