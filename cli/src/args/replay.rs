//! What `trailhook replay` is told.

use super::TemplateArguments;
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use clap::Args;
use std::path::PathBuf;

pub(super) const EXAMPLES: &str = "\
Examples:
  trailhook replay trail/AWSLogs --since 2026-10-01 --until 2026-11-01 --parameter RevertMode=enforce
          what each response would have done in October
  trailhook replay trail/AWSLogs --response revert --decisions decisions.jsonl
          writes revert's decision lines to a file, one for each event that the rule matches
  trailhook replay trail/AWSLogs --html report.html
          a report to look at, to print or to mail
  aws cloudtrail lookup-events | trailhook replay -
          of the event history

What is read: CloudTrail's log files, packed or not, what lookup-events answers, EventBridge events, one JSON
after another or one a line. What runs is what the template deploys: its rules, the delivery rules of EventBridge,
and the functions' own guards and plans. Nothing is looked at, so what the live state would have said against an
action is not known here.

Exit status: 0 when everything was read and decided; 1 when a file or a record could not be read, or an event
not be decided; 2 when nothing could be done.";

/// `trailhook replay`.
#[derive(Debug, Args)]
pub struct ReplayArguments {
    /// Files with stored events, folders of them, or patterns of paths in quotes ('trail/*/2026/**/*.gz'); - for
    /// standard input
    #[arg(value_name = "PATH", required = true)]
    pub from: Vec<PathBuf>,
    /// Only calls from this time on: RFC 3339, or a day in UTC
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub since: Option<DateTime<Utc>>,
    /// Only calls before this time
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub until: Option<DateTime<Utc>>,
    /// Try this event pattern, in a file, in the place of the rules' own
    #[arg(long, value_name = "FILE")]
    pub pattern: Option<PathBuf>,
    /// Only this response, by the name of its binary; may be said several times [default: all that the rules have for targets]
    #[arg(long, value_name = "NAME")]
    pub response: Vec<String>,
    /// Write the decision lines to this file, a JSON object each; - for standard output
    #[arg(long, value_name = "FILE")]
    pub decisions: Option<PathBuf>,
    /// Write a report for people to this file: one page of HTML with its pictures in it, that loads nothing; - prints it
    /// instead of the summary
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Print one JSON document instead of the summary
    #[arg(long)]
    pub json: bool,
    /// End at the first file or record that can't be read
    #[arg(long)]
    pub strict: bool,
    /// How many threads read files, and pieces of large ones [default: as many as there are processors]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub threads: Option<u16>,
    /// The template.
    #[command(flatten)]
    pub template: TemplateArguments,
}

fn time(text: &str) -> Result<DateTime<Utc>, &'static str> {
    let day = || Some(text.parse::<NaiveDate>().ok()?.and_time(NaiveTime::MIN).and_utc());
    let time = DateTime::parse_from_rfc3339(text).ok().map(|time| time.to_utc());
    time.or_else(day).ok_or("expected a time as in 2026-11-02T09:30:00Z, or a day as in 2026-11-02")
}
