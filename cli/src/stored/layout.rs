//! What the path of one of CloudTrail's log files says of it: account, Region and day.
//!
//! `AWSLogs/[o-…/]<account>/CloudTrail/<region>/<year>/<month>/<day>/…`, from "Finding your CloudTrail log
//! files" in the user guide. The day is that of the delivery, in UTC: a file of a day holds calls of that day
//! and, as a rule, of no other than the one before. What the path doesn't say is not guessed.

use chrono::{DateTime, Days, NaiveDate, Utc};
use std::path::{Component, Path};

/// Which files are wanted; a member that is not set wants all.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// Of this account.
    pub account: Option<String>,
    /// Of this Region.
    pub region: Option<String>,
    /// With calls from this time on.
    pub since: Option<DateTime<Utc>>,
    /// With calls before this time.
    pub until: Option<DateTime<Utc>>,
}

/// What a path says.
#[derive(Debug, PartialEq, Eq)]
struct Layout<'a> {
    account: &'a str,
    region: &'a str,
    day: Option<NaiveDate>,
}

impl Asked {
    /// Whether a file may hold what is asked for.
    pub fn may_be_in(&self, file: &Path) -> bool {
        let Some(layout) = Layout::of(file) else {
            return true;
        };
        let is = |asked: &Option<String>, there: &str| asked.as_deref().is_none_or(|asked| asked == there);
        let early = |day: NaiveDate| self.since.is_some_and(|since| day < since.date_naive());
        // Delivered a day late still counts.
        let last = |until: DateTime<Utc>| until.date_naive().checked_add_days(Days::new(1));
        let late = |day: NaiveDate| self.until.and_then(last).is_some_and(|last| day > last);
        is(&self.account, layout.account)
            && is(&self.region, layout.region)
            && layout.day.is_none_or(|day| !early(day) && !late(day))
    }

    /// Whether a call of this time is asked for.
    pub fn is_at(&self, time: Option<DateTime<Utc>>) -> bool {
        let Some(time) = time else {
            // Nobody knows; it is not left out.
            return true;
        };
        self.since.is_none_or(|since| time >= since) && self.until.is_none_or(|until| time < until)
    }
}

impl<'a> Layout<'a> {
    fn of(file: &'a Path) -> Option<Layout<'a>> {
        let parts: Vec<&str> = file
            .components()
            .filter_map(|part| match part {
                Component::Normal(name) => name.to_str(),
                _ => None,
            })
            .collect();
        let at = parts.iter().rposition(|part| *part == "CloudTrail")?;
        let account = parts.get(at.checked_sub(1)?).filter(|account| trailhook::is_account_id(account))?;
        let region = parts.get(at + 1).filter(|region| trailhook::is_region_name(region))?;
        let number = |index: usize| parts.get(at + index)?.parse::<u32>().ok();
        let year = parts.get(at + 2).and_then(|year| year.parse::<i32>().ok());
        let day = year.zip(number(3)).zip(number(4));
        let day = day.and_then(|((year, month), day)| NaiveDate::from_ymd_opt(year, month, day));
        Some(Layout { account, region, day })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_others_are_not_opened() {
        let file = |rest: &str| format!("trail/AWSLogs/111122223333/CloudTrail/{rest}");
        let here = file("eu-west-1/2026/11/02/x.json.gz");
        let asked = |account: Option<&str>, region: Option<&str>, since: Option<&str>, until: Option<&str>| Asked {
            account: account.map(str::to_owned),
            region: region.map(str::to_owned),
            since: since.map(|time| time.parse().unwrap()),
            until: until.map(|time| time.parse().unwrap()),
        };
        let day = "2026-11-02T09:00:00Z";
        assert!(asked(None, None, None, None).may_be_in(Path::new(&here)));
        assert!(asked(Some("111122223333"), Some("eu-west-1"), Some(day), Some(day)).may_be_in(Path::new(&here)));
        assert!(!asked(Some("444455556666"), None, None, None).may_be_in(Path::new(&here)));
        assert!(!asked(None, Some("us-east-1"), None, None).may_be_in(Path::new(&here)));
        assert!(!asked(None, None, Some("2026-11-03T00:00:00Z"), None).may_be_in(Path::new(&here)));
        // Delivered a day after the last call that is asked for.
        assert!(asked(None, None, None, Some("2026-11-01T09:00:00Z")).may_be_in(Path::new(&here)));
        assert!(!asked(None, None, None, Some("2026-10-31T09:00:00Z")).may_be_in(Path::new(&here)));
        // Another layout says nothing.
        for other in ["x.json", "CloudTrail/x.json", "trail/CloudTrail/eu-west-1/x.json"] {
            assert!(asked(Some("444455556666"), None, None, None).may_be_in(Path::new(other)), "{other}");
        }
        assert_eq!(Layout::of(Path::new(&file("eu-west-1/2026/13/02/x.gz"))).unwrap().day, None);
    }
}
