//! What `trailhook redrive` is told.

use super::AwsArguments;
use clap::Args;

pub(super) const EXAMPLES: &str = "\
Examples:
  trailhook redrive --stack-name trailhook
          lists what is in the stack's dead-letter queues, by cause; changes nothing
  trailhook redrive --stack-name trailhook --send
          lists it, asks, and sends each event again to the function that lacked it or failed with it
  trailhook redrive --stack-name trailhook --send --yes --cause Trailhook.Denied
          sends what failed for one cause, and asks nobody
  trailhook redrive --stack-name trailhook --function NotifyFunction --event-id ID --json
          lists one event of one function, for programs
  trailhook redrive --queue URL --function NAME --send
          the same from a queue of your own, to a function that you name

Mend the cause first: what fails again is in the queue again. An event that was dealt with since
ends as a duplicate, for the functions note what they did. A message is deleted once its event was
taken, and one that can't be understood stays where it is.

Exit status: 0 when all went well; 1 when something was left that was to be sent, could not be
understood, or could not be looked at (in somebody else's hands, a queue with a redrive policy);
2 when nothing could be done, or nobody said yes. More messages than --max are said, and no failure.";

/// `trailhook redrive`.
#[derive(Clone, Debug, Default, Args)]
pub struct RedriveArguments {
    /// The deployed stack: its rules and functions say which queues there are
    #[arg(long, value_name = "NAME", required_unless_present = "queue")]
    pub stack_name: Option<String>,
    /// Look into this queue only; without --stack-name it needs --function to send
    #[arg(long, value_name = "URL", value_parser = super::aws::url)]
    pub queue: Option<String>,
    /// Send the events again; without it nothing is changed
    #[arg(long)]
    pub send: bool,
    /// Ask nobody before something is sent
    #[arg(long, requires = "send")]
    pub yes: bool,
    /// Only what failed for this: an error code as it is listed, or a part of the message
    #[arg(long, value_name = "TEXT")]
    pub cause: Option<String>,
    /// Only what was for this function: its name, its ARN, or its name in the template
    #[arg(long, value_name = "NAME")]
    pub function: Option<String>,
    /// Only this event, by the id in its record or in its envelope
    #[arg(long, value_name = "ID")]
    pub event_id: Option<String>,
    /// Look at so many messages of each queue at most
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub max: u32,
    /// Send also what the function will leave alone because it is too old
    #[arg(long, requires = "send")]
    pub stale_too: bool,
    /// Send also what CloudTrail's event history doesn't have as it is in the queue: whoever may write to the queue can make
    /// up an event, and a function that gets it here can't tell. What no rule of the stack hands over goes to the
    /// function that --function names, and to no other
    #[arg(long, requires = "send")]
    pub unvouched_too: bool,
    /// Print one JSON document instead of a table
    #[arg(long)]
    pub json: bool,
    /// Which AWS, and as whom.
    #[command(flatten)]
    pub aws: AwsArguments,
}
