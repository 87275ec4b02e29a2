//! How long log groups and queues keep what is in them: of an older event, nothing follows from there being nothing.

use crate::aws::AwsError;
use crate::show::counted;
use chrono::TimeDelta;

/// How long something keeps what is in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Kept {
    /// For ever.
    #[default]
    Forever,
    /// So long.
    For(TimeDelta),
    /// Nobody told: why, in words that follow what it is about.
    Untold(String),
}

impl Kept {
    /// How long a log group keeps its lines, by what CloudWatch Logs says.
    pub(super) fn of_group(days: Result<Option<i32>, AwsError>) -> Kept {
        match days {
            Ok(Some(days)) => Kept::For(TimeDelta::days(days.into())),
            Ok(None) => Kept::Forever,
            Err(error) => Kept::Untold(super::deployed::untold(&error)),
        }
    }
}

/// A time in words: in days, where it is some.
pub(super) fn span(time: TimeDelta) -> String {
    let (days, hours, minutes) = (time.num_days(), time.num_hours(), time.num_minutes());
    let (number, what) = match (days, hours, minutes) {
        (1.., _, _) => (days, "day"),
        (_, 1.., _) => (hours, "hour"),
        (_, _, 1..) => (minutes, "minute"),
        _ => (time.num_seconds(), "second"),
    };
    counted(usize::try_from(number).unwrap_or_default(), what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_said_in_the_largest_unit_that_it_has() {
        for (seconds, said) in [(60, "1 minute"), (45, "45 seconds"), (86_400, "1 day"), (1_209_600, "14 days")] {
            assert_eq!(span(TimeDelta::seconds(seconds)), said);
        }
    }
}
