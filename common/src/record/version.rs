//! A record's version, compared as numbers.
//!
//! CloudTrail prints `1.08`, `1.09`, `1.10`, `1.11`: as floats or as text they sort wrongly.

use std::str::FromStr;

/// `major.minor`. An equal major and a higher minor are compatible, says the record reference.
///
/// ```
/// use trailhook::EventVersion;
///
/// let old: EventVersion = "1.09".parse()?;
/// let new: EventVersion = "1.10".parse()?;
/// assert!(old < new);
/// # Ok::<(), trailhook::EventVersionError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EventVersion {
    /// Changes when a reader of the old form could no longer read the new one.
    pub major: u32,
    /// Changes when members are added.
    pub minor: u32,
}

/// The text is not two whole numbers with a dot between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an event version is two whole numbers with a dot between them, as in 1.11")]
pub struct EventVersionError;

impl FromStr for EventVersion {
    type Err = EventVersionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (major, minor) = text.split_once('.').ok_or(EventVersionError)?;
        let number = |part: &str| part.parse().map_err(|_| EventVersionError);
        Ok(EventVersion { major: number(major)?, minor: number(minor)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leading_zeroes_do_not_count() {
        let mut versions: Vec<EventVersion> =
            ["1.11", "1.03", "1.10", "1.09", "2.0"].iter().map(|text| text.parse().unwrap()).collect();
        versions.sort();
        let minors: Vec<u32> = versions.iter().map(|version| version.minor).collect();
        assert_eq!(minors, [3, 9, 10, 11, 0]);
        for wrong in ["", "1", "1.x", "1.2.3", "-1.2", "1."] {
            assert_eq!(wrong.parse::<EventVersion>(), Err(EventVersionError), "{wrong:?}");
        }
    }
}
