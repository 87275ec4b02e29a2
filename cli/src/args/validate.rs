//! What `trailhook validate` is told.

use super::AwsArguments;
use clap::{ArgGroup, Args};
use std::path::PathBuf;
use std::time::Duration;

pub(super) const EXAMPLES: &str = "\
Examples:
  trailhook validate --stack-name trailhook --read-only
          looks at trail, rule, targets, policies, keys and functions, and makes nothing
  trailhook validate --stack-name trailhook
          then creates a queue, waits for what should follow, and deletes it
  trailhook validate --stack-name trailhook --subscribe --wait 600
          listens to the topic too, and waits ten minutes for each hop
  trailhook validate --stack-name trailhook --html report.html
          a page to keep or to mail, too
  trailhook validate --rule my-rule --read-only --json
          a rule without a stack, for programs
  trailhook validate --stack-name trailhook --region eu-west-1 --endpoint-url http://127.0.0.1:4566
          a running `trailhook local`, with AWS_ACCESS_KEY_ID=alice and any secret

It asks with your own credentials. The live part makes a queue trailhook-validate-… (with
--subscribe also trailhook-inbox-… and a subscription) and takes all of it away again, after
Ctrl-C too.

Exit status: 0 when all is as it should be, notes included; 1 when something is not, or AWS does
not tell (with --strict also for notes); 2 when nothing could be asked; 130 after Ctrl-C.";

/// `trailhook validate`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("what").required(true))]
pub struct ValidateArguments {
    /// The stack, with all its rules
    #[arg(long, value_name = "NAME", group = "what")]
    pub stack_name: Option<String>,
    /// A rule of the default bus and what is behind it, without a stack
    #[arg(long, value_name = "NAME", group = "what")]
    pub rule: Option<String>,
    /// Look only: no queue is made
    #[arg(long)]
    pub read_only: bool,
    /// Listen to the topic with a queue of its own, so that the notification is seen
    #[arg(long, conflicts_with = "read_only")]
    pub subscribe: bool,
    /// How long to wait for each hop, in seconds; CloudTrail takes a minute as a rule, and more at times
    #[arg(long, value_name = "SECONDS", default_value = "300", value_parser = seconds, conflicts_with = "read_only")]
    pub wait: Duration,
    /// Count notes as failures
    #[arg(long)]
    pub strict: bool,
    /// Print one JSON document instead of a table
    #[arg(long)]
    pub json: bool,
    /// Write a report for people to this file: one page of HTML that loads nothing; - prints it instead of the table
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// The template that the rules' patterns are compared with [default: template.yaml of the project, where there is one]
    #[arg(long, value_name = "FILE", conflicts_with = "rule")]
    pub template: Option<PathBuf>,
    /// Which AWS, and as whom.
    #[command(flatten)]
    pub aws: AwsArguments,
}

fn seconds(text: &str) -> Result<Duration, &'static str> {
    let seconds: Option<u64> = text.parse().ok();
    let seconds = seconds.filter(|seconds| (1..=3600).contains(seconds));
    seconds.map(Duration::from_secs).ok_or("expected a number of seconds, from 1 to 3600")
}
