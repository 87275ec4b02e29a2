//! What `trailhook why` is told.

use super::AwsArguments;
use crate::commands::why::About;
use chrono::TimeDelta;
use clap::Args;

pub(super) const EXAMPLES: &str = "\
Examples:
  trailhook why 5afe7e57-0000-4000-8000-000000000001 --stack-name trailhook
          who did what, which rule matched, who got it, what each function decided and why
  trailhook why orders --stack-name trailhook
          the newest events about a queue, each with its story
  trailhook why orders --stack-name trailhook --since 3d --last 20 --json
          more of them, for programs

It looks into CloudTrail's event history, the log groups that get the rules' events, the
functions' logs, the journal and the dead-letter queues, and changes nothing. It goes by the
rules as they are now.

Exit status: 0 when a story is told; 1 when something could not be asked, or nothing is found;
2 when nothing could be asked.";

/// `trailhook why`.
#[derive(Clone, Debug, Args)]
pub struct WhyArguments {
    /// CloudTrail's id of an event; or a queue by its name, ARN or URL: then the newest events about it
    #[arg(value_name = "EVENT_ID|QUEUE", value_parser = About::parse)]
    pub about: About,
    /// The deployed stack: its rules and functions say where to look
    #[arg(long, value_name = "NAME")]
    pub stack_name: String,
    /// How far back logs are searched, and the history for a queue: as in 45m, 24h, 3d
    #[arg(long, value_name = "DURATION", default_value = "24h", value_parser = duration)]
    pub since: TimeDelta,
    /// Tell of so many events about a queue at most
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u8).range(1..=100))]
    pub last: u8,
    /// Print one JSON document instead of lines
    #[arg(long)]
    pub json: bool,
    /// Which AWS, and as whom.
    #[command(flatten)]
    pub aws: AwsArguments,
}

fn duration(text: &str) -> Result<TimeDelta, &'static str> {
    let wrong = "expected a duration as in 45m, 24h or 3d, of 90 days at most";
    let (number, unit) = text.split_at_checked(text.len().saturating_sub(1)).ok_or(wrong)?;
    let number: u32 = number.parse().map_err(|_| wrong)?;
    let of = match unit {
        "s" => TimeDelta::seconds,
        "m" => TimeDelta::minutes,
        "h" => TimeDelta::hours,
        "d" => TimeDelta::days,
        _ => return Err(wrong),
    };
    let duration = of(number.into());
    (duration > TimeDelta::zero() && duration <= TimeDelta::days(90)).then_some(duration).ok_or(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_a_number_and_a_unit() {
        assert_eq!(duration("2h"), Ok(TimeDelta::hours(2)));
        assert_eq!(duration("90d"), Ok(TimeDelta::days(90)));
        for wrong in ["", "h", "2", "0m", "91d", "-1h", "2 h", "2ü", "9999999999s"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }
}
