//! The command line.

use crate::project::TEMPLATE;
use clap::{Args, Parser, Subcommand};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Answers AWS API calls: the local stage, and the rule's pattern tried on event files.
#[derive(Debug, Parser)]
#[command(name = "trailhook", version, arg_required_else_help = true, max_term_width = 100)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Play calls and events through the rule of template.yaml to the real functions, without an AWS account
    #[command(after_help = LOCAL_EXAMPLES)]
    Local(LocalArguments),
    /// Print the rule's event pattern, or say which events it matches and which field decided
    #[command(after_help = PATTERN_EXAMPLES)]
    Pattern(PatternArguments),
}

const LOCAL_EXAMPLES: &str = "\
Examples:
  trailhook local
          stays up: create a queue with any AWS client, and watch the functions answer
  trailhook local --once
          plays events/sqs/CreateQueue.success.json
  trailhook local --once events/sqs/CreateQueue.own-role.json
          shows a guard at work
  trailhook local --once my-record.json --parameter RevertMode=enforce
          lets revert delete the queue
  zcat log-file.json.gz | trailhook local --once - --parameter EventNames=CreateQueue,TagQueue
          plays every record of a CloudTrail log file

Exit status: 0 when a rule matched every event, every target got it, and no function failed;
1 when not; 2 when nothing could be played.";

const PATTERN_EXAMPLES: &str = "\
Examples:
  trailhook pattern
          prints the pattern of template.yaml's rule as JSON
  trailhook pattern --parameter EventNames=CreateQueue,DeleteQueue --test events/sqs/*.json
          says for each event whether it matches, and why
  trailhook pattern --pattern my-pattern.json --test events.jsonl
          tries a pattern of one's own on a file with one event a line

Exit status: 0 when all events match; 1 when some don't; 2 when EventBridge would refuse the
pattern, or a file can't be read.";

/// `trailhook local`.
#[derive(Debug, Args)]
pub struct LocalArguments {
    /// Play one event, print what each target did, and end, instead of staying up
    #[arg(long)]
    pub once: bool,
    /// The front door's port, when the stage stays up; 0 is any free one
    #[arg(long, value_name = "N", default_value_t = 4566, conflicts_with = "once")]
    pub port: u16,
    /// Who is behind which access key id: a YAML or JSON file that adds to the built-in people and roles
    #[arg(long, value_name = "FILE", conflicts_with = "once")]
    pub principals: Option<PathBuf>,
    /// A file with an EventBridge event, a CloudTrail record or a log file of them, or one of these a line; - for standard input [default: events/sqs/CreateQueue.success.json]
    #[arg(value_name = "EVENT", requires = "once")]
    pub event: Option<PathBuf>,
    /// Use the ready binaries in this folder (target/debug, target/lambda, .aws-sam/build) instead of building them
    #[arg(long, value_name = "FOLDER")]
    pub functions: Option<PathBuf>,
    /// Leave the event's time as it is; as a rule it is moved to now, because the functions leave old events alone
    #[arg(long, requires = "once")]
    pub keep_time: bool,
    /// Print one JSON document instead of tables
    #[arg(long, requires = "once")]
    pub json: bool,
    /// Show the functions' decision lines, their AWS calls, and what was written in full
    #[arg(long, short)]
    pub verbose: bool,
    /// The template.
    #[command(flatten)]
    pub template: TemplateArguments,
}

/// `trailhook pattern`.
#[derive(Debug, Args)]
pub struct PatternArguments {
    /// Files with events: say for each whether the pattern matches, and which field decided
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub test: Vec<PathBuf>,
    /// A JSON file with a pattern, instead of the template's rule
    #[arg(long, value_name = "FILE", conflicts_with_all = ["template", "rule", "parameter"])]
    pub pattern: Option<PathBuf>,
    /// The rule's name in the template, where it has several
    #[arg(long, value_name = "LOGICAL_ID")]
    pub rule: Option<String>,
    /// The template.
    #[command(flatten)]
    pub template: TemplateArguments,
}

/// Which template, and with what it is deployed.
#[derive(Debug, Args)]
pub struct TemplateArguments {
    /// The project's folder [default: the nearest one upward with a template.yaml and a Cargo.toml]
    #[arg(long, value_name = "FOLDER")]
    pub project: Option<PathBuf>,
    /// The template [default: template.yaml in the project's folder]
    #[arg(long, value_name = "FILE")]
    pub template: Option<PathBuf>,
    /// Set a parameter of the template; lists are separated by commas
    #[arg(long, value_name = "NAME=VALUE", value_parser = parameter)]
    pub parameter: Vec<(String, String)>,
    /// The account the stack is in [default: the event's]
    #[arg(long, value_name = "ID", value_parser = account)]
    pub account: Option<String>,
    /// The Region the stack is in [default: the event's]
    #[arg(long, value_name = "REGION", value_parser = region)]
    pub region: Option<String>,
}

impl TemplateArguments {
    /// The project's folder, looked for only when it is needed.
    ///
    /// # Errors
    /// There is none.
    pub fn project(&self) -> Result<PathBuf, crate::project::NoProject> {
        crate::project::find(self.project.as_deref())
    }

    /// The template's file.
    ///
    /// # Errors
    /// None is given, and there is no project.
    pub fn file(&self) -> Result<PathBuf, crate::project::NoProject> {
        match &self.template {
            Some(file) => Ok(file.clone()),
            None => Ok(self.project()?.join(TEMPLATE)),
        }
    }

    /// The parameters; of one given twice the last.
    pub fn parameters(&self) -> BTreeMap<String, String> {
        self.parameter.iter().cloned().collect()
    }
}

fn parameter(text: &str) -> Result<(String, String), &'static str> {
    let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

fn region(text: &str) -> Result<String, &'static str> {
    crate::commands::is_region(text).then(|| text.to_owned()).ok_or("expected a Region, as in eu-west-1")
}

fn account(text: &str) -> Result<String, &'static str> {
    trailhook::is_account_id(text).then(|| text.to_owned()).ok_or("expected twelve digits")
}
