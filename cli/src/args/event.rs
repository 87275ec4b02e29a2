//! What `trailhook event` is told.

use chrono::{DateTime, Utc};
use clap::Args;
use serde_json::Value;

pub(super) const EXAMPLES: &str = "\
Examples:
  trailhook event CreateQueue
          prints the event of a queue's making, now
  trailhook event sqs:CreateQueue --as sso:alice@example.com --set requestParameters.queueName=invoices
          by somebody else, of another queue; its URL and ARN follow
  trailhook event ec2:AuthorizeSecurityGroupIngress --case failed > event.json
          a call that was denied; for `cargo lambda invoke --data-file event.json`, `sam local invoke -e event.json`
  trailhook event DeleteQueue --as bob --put
          puts the event on the bus of the stage that `trailhook local` keeps up, as if the call had been made
  trailhook event --list
          the calls there are, and their cases

--as takes root, user:NAME, role:PATH/NAME:SESSION, sso:PERSON/PERMISSION-SET, service:HOST, or one of the
stage's own: alice, alice-sso, bob, ci.

Exit status: 0; 1 when no rule matches an event that is put; 2 when there is no such call, something can't be set,
or no stage is there.";

/// `trailhook event`.
#[derive(Debug, Args)]
pub struct EventArguments {
    /// The call, with its service or without: sqs:CreateQueue, CreateQueue
    #[arg(required_unless_present = "list")]
    pub call: Option<String>,
    /// List the calls and their cases
    #[arg(long, conflicts_with = "call")]
    pub list: bool,
    /// Which of the call's cases
    #[arg(long, default_value = "success")]
    pub case: String,
    /// Who calls [default: whoever calls in the sample]
    #[arg(long = "as", value_name = "WHO")]
    pub caller: Option<String>,
    /// Set a member of the record: its value as JSON, or as a text; may be said several times
    #[arg(long, value_name = "PATH=VALUE", value_parser = set)]
    pub set: Vec<(String, Value)>,
    /// The account [default: 111122223333]
    #[arg(long, value_name = "ID", value_parser = super::account)]
    pub account: Option<String>,
    /// The Region [default: the sample's]
    #[arg(long, value_name = "REGION", value_parser = super::region)]
    pub region: Option<String>,
    /// Put it on the bus of the local stage that is up, and say which rules match it, instead of printing it
    /// [default: http://127.0.0.1:4566]
    #[arg(long, value_name = "URL", conflicts_with = "list", num_args = 0..=1, require_equals = true, default_missing_value = "http://127.0.0.1:4566")]
    pub put: Option<String>,
    /// When the call was made, as in 2026-11-02T09:30:00Z [default: now]
    #[arg(long, value_name = "TIME")]
    pub at: Option<DateTime<Utc>>,
}

fn set(text: &str) -> Result<(String, Value), &'static str> {
    let (path, value) = text.split_once('=').ok_or("expected PATH=VALUE, as in requestParameters.queueName=orders")?;
    let path = path.strip_prefix("detail.").unwrap_or(path);
    if path.contains(['[', ']']) {
        return Err("expected names and numbers with dots between them before the =, as in resources.0.ARN");
    }
    if path.is_empty() || path.split('.').any(str::is_empty) {
        return Err("expected names with dots between them before the =");
    }
    Ok((path.to_owned(), serde_json::from_str(value).unwrap_or_else(|_| Value::from(value))))
}
