//! What `trailhook local` is told.

use super::TemplateArguments;
use crate::stage::{BusSettings, FrontDoorSettings, LambdaSettings, LiveSettings};
use clap::Args;
use std::path::PathBuf;
use std::time::Duration;

pub(super) const EXAMPLES: &str = "\
Examples:
  trailhook local
          walks through: creates a queue and shows what follows; then stays up for any AWS client
  trailhook local --once
          walks through and ends
  trailhook local --skip-walk-through --parameter EventNames=CreateQueue,DeleteQueue --log-files trail
          stays up at once, and keeps CloudTrail's log files in the folder trail
  trailhook local --aws-endpoint http://127.0.0.1:5000
          puts moto, ministack or LocalStack behind the stage instead of the services in the process
  trailhook local --once events/sqs/CreateQueue.own-role.json
          plays an event from a file: this one shows a guard at work
  trailhook local --once my-record.json --parameter RevertMode=enforce
          lets revert delete the queue
  zcat log-file.json.gz | trailhook local --once - --parameter EventNames=CreateQueue,TagQueue
          plays every record of a CloudTrail log file

Exit status of --once: 0 when every step was confirmed, or when a rule matched every event, every target
got it, and no function failed; 1 when not; 2 when nothing could be played.";

/// `trailhook local`.
#[derive(Debug, Args)]
pub struct LocalArguments {
    /// End after the walk-through, or after playing EVENT, instead of staying up
    #[arg(long)]
    pub once: bool,
    /// Play this instead of the walk-through: a file with an EventBridge event, a CloudTrail record or a log file of them, or one of these a line; - for standard input
    #[arg(value_name = "EVENT", requires = "once")]
    pub event: Option<PathBuf>,
    /// Stay up without creating a queue first
    #[arg(long, conflicts_with = "once")]
    pub skip_walk_through: bool,
    /// Print one JSON document instead of lines and tables
    #[arg(long, requires = "once", conflicts_with = "skip_walk_through")]
    pub json: bool,
    /// Show the functions' decision lines, their AWS calls, and what was written in full
    #[arg(long, short)]
    pub verbose: bool,
    /// The front door's port; 0 is any free one [default: 4566, with --once 0]
    #[arg(long, value_name = "N", conflicts_with = "event")]
    pub port: Option<u16>,
    /// The AWS behind the stage: the URL of a running moto, ministack, LocalStack or the like [default: services in this process]
    #[arg(long, value_name = "URL", conflicts_with = "event")]
    pub aws_endpoint: Option<String>,
    /// Who is behind which access key id: a YAML or JSON file that adds to the built-in people and roles
    #[arg(long, value_name = "FILE", conflicts_with = "event")]
    pub principals: Option<PathBuf>,
    /// Write the records as CloudTrail's log files too: in this folder, under AWSLogs/
    #[arg(long, value_name = "FOLDER", conflicts_with = "event")]
    pub log_files: Option<PathBuf>,
    /// Build the functions with optimizations, as they are packaged
    #[arg(long, conflicts_with = "functions")]
    pub release: bool,
    /// Use the ready binaries in this folder (target/debug, target/lambda, .aws-sam/build) instead of building them
    #[arg(long, value_name = "FOLDER")]
    pub functions: Option<PathBuf>,
    /// How many processes of one function may run at once
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=100), conflicts_with = "event")]
    pub concurrency: u16,
    /// Seconds before a function that failed is tried again; twice as long the second time. Lambda waits for one minute, then two
    #[arg(long, value_name = "SECONDS", default_value = "1", value_parser = seconds, allow_negative_numbers = true, conflicts_with = "event")]
    pub retry_delay: Duration,
    /// For tests: answer this share of all AWS calls, 0.5 at most, with throttling or a server's error
    #[arg(long, value_name = "RATE", default_value = "0", value_parser = rate, allow_negative_numbers = true, conflicts_with = "event")]
    pub fault: f64,
    /// For tests: deliver this share of the events twice, 0.5 at most. EventBridge delivers at least once
    #[arg(long, value_name = "RATE", default_value = "0", value_parser = rate, allow_negative_numbers = true, conflicts_with = "event")]
    pub duplicate: f64,
    /// For tests: kill a function's process at this share of its AWS calls, 0.5 at most: half the time before the call is done, half the time after
    #[arg(long, value_name = "RATE", default_value = "0", value_parser = rate, allow_negative_numbers = true, conflicts_with = "event")]
    pub crash: f64,
    /// For tests: refuse this call to the functions, as a role without the permission is refused; as in sqs:TagQueue
    #[arg(long, value_name = "ACTION", value_parser = action, conflicts_with = "event")]
    pub refuse: Vec<String>,
    /// For tests: which calls --fault and --crash meet, and which events --duplicate
    #[arg(long, value_name = "N", default_value_t = 0, conflicts_with = "event")]
    pub seed: u64,
    /// Leave the event's time as it is; as a rule it is moved to now, because the functions leave old events alone
    #[arg(long, requires = "event")]
    pub keep_time: bool,
    /// The template.
    #[command(flatten)]
    pub template: TemplateArguments,
}

impl LocalArguments {
    /// How the stage is set.
    pub fn settings(&self) -> LiveSettings {
        let port = self.port.unwrap_or(if self.once { 0 } else { 4566 });
        let (fault, crash, seed) = (self.fault, self.crash, self.seed);
        LiveSettings {
            door: FrontDoorSettings {
                port,
                aws_endpoint: self.aws_endpoint.clone(),
                fault,
                crash,
                seed,
                refuse: self.refuse.clone(),
            },
            bus: BusSettings { duplicate: self.duplicate, seed, ..BusSettings::default() },
            lambda: LambdaSettings {
                concurrency: usize::from(self.concurrency),
                retry_delays: vec![self.retry_delay, self.retry_delay * 2],
            },
            principals: self.principals.clone(),
            log_files: self.log_files.clone(),
        }
    }
}

fn rate(text: &str) -> Result<f64, &'static str> {
    text.parse().ok().filter(|rate| (0.0..=0.5).contains(rate)).ok_or("expected a number from 0 to 0.5")
}

fn action(text: &str) -> Result<String, &'static str> {
    let parts = text.split_once(':').filter(|(service, action)| !service.is_empty() && !action.is_empty());
    parts.map(|_| text.to_owned()).ok_or("expected an action, as in sqs:TagQueue")
}

fn seconds(text: &str) -> Result<Duration, &'static str> {
    let seconds: Option<f64> = text.parse().ok();
    let seconds = seconds.filter(|seconds| (0.0..=3600.0).contains(seconds));
    seconds.map(Duration::from_secs_f64).ok_or("expected a number of seconds, up to 3600")
}
