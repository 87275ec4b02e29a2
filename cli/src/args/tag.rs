//! What `trailhook tag` is told.

use super::TemplateArguments;
use super::aws::url;
use clap::Args;
use std::path::PathBuf;

pub(super) const EXAMPLES: &str = "\
Examples:
  trailhook tag --from trail/AWSLogs
          says which tags the queues would get whose making is in these log files; asks AWS nothing
  trailhook tag --from trail/AWSLogs --look
          looks at the queues too, and says what would be done today
  trailhook tag --from trail/AWSLogs --apply
          tags them, with your own credentials
  trailhook tag --from log-file.json.gz --parameter QueueTags='{\"owner\": \"{{ actor }}\"}'
          with other tags than the template's default

The tags, the required tags and the exemptions are those of tag-new-queue in template.yaml.
With --account and --region only the queues there are looked at. No tag is ever overwritten, and a
queue that another call made than the one in the log files is left alone.

Exit status: 0 when all went well; 1 when a file could not be read, a record not be understood, or a
queue not be looked at or tagged; 2 when nothing could be done.";

/// `trailhook tag`.
#[derive(Debug, Args)]
pub struct TagArguments {
    /// CloudTrail log files, or folders of them: .json or .json.gz, and files with events like those that `local --once` plays
    #[arg(long, value_name = "PATH", num_args = 1.., required = true)]
    pub from: Vec<PathBuf>,
    /// Look at the live queues too, and change nothing
    #[arg(long, conflicts_with = "apply")]
    pub look: bool,
    /// Look at the live queues and tag them; without it nothing is changed
    #[arg(long)]
    pub apply: bool,
    /// Where AWS is, for a local stage or an emulator [default: AWS itself, or what AWS_ENDPOINT_URL says]
    #[arg(long, value_name = "URL", value_parser = url)]
    pub endpoint_url: Option<String>,
    /// Print one JSON document instead of a table
    #[arg(long)]
    pub json: bool,
    /// The template.
    #[command(flatten)]
    pub template: TemplateArguments,
}
