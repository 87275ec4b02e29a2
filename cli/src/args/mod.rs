//! The command line.

mod aws;
mod event;
mod generate;
mod local;
mod redrive;
mod replay;
mod tag;
mod validate;
mod why;

pub use aws::AwsArguments;
pub use event::EventArguments;
pub use generate::GenerateArguments;
pub use local::LocalArguments;
pub use redrive::RedriveArguments;
pub use replay::ReplayArguments;
pub use tag::TagArguments;
pub use validate::ValidateArguments;
pub use why::WhyArguments;

use crate::project::TEMPLATE;
use crate::template::Deployment;
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
    #[command(after_help = local::EXAMPLES)]
    Local(LocalArguments),
    /// Print the rule's event pattern, or say which events it matches and which field decided
    #[command(after_help = PATTERN_EXAMPLES)]
    Pattern(PatternArguments),
    /// Print a whole, realistic event of any declared call
    #[command(after_help = event::EXAMPLES)]
    Event(EventArguments),
    /// Write made-up log files of CloudTrail's, to measure the speed of a replay with
    #[command(after_help = generate::EXAMPLES)]
    Generate(GenerateArguments),
    /// Say what the rules and responses would have done about stored events, offline
    #[command(after_help = replay::EXAMPLES)]
    Replay(ReplayArguments),
    /// Propose tags for queues that are there already, out of CloudTrail's log files, and put them on
    #[command(after_help = tag::EXAMPLES)]
    Tag(TagArguments),
    /// Look whether what is deployed works: trail, rule, targets, policies; then try it with a queue
    #[command(after_help = validate::EXAMPLES)]
    Validate(ValidateArguments),
    /// List what is in the deployed stack's dead-letter queues by cause, and send it to the functions again
    #[command(after_help = redrive::EXAMPLES)]
    Redrive(RedriveArguments),
    /// Tell the story of an event: who did what, which rule matched, who got it, what each function decided and why
    #[command(after_help = why::EXAMPLES)]
    Why(WhyArguments),
}

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

/// `trailhook pattern`.
#[derive(Debug, Args)]
pub struct PatternArguments {
    /// Files with events: say for each whether the pattern matches, and which field decided
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub test: Vec<PathBuf>,
    /// A JSON file with a pattern, instead of the template's rule
    #[arg(long, value_name = "FILE", conflicts_with_all = ["template", "rule", "parameter"])]
    pub pattern: Option<PathBuf>,
    /// The rule's name in the template, where it has several; the first one by default
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
    /// The account the stack is in [default: the event's]; replay and tag: the one whose events count [default: all]
    #[arg(long, value_name = "ID", value_parser = account)]
    pub account: Option<String>,
    /// The Region the stack is in [default: the event's]; replay and tag: the one whose events count [default: all]
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

    /// The stack in this account and Region, with the parameters given.
    pub fn deployment(&self, account: &str, region: &str) -> Deployment {
        let (account, region) = (account.to_owned(), region.to_owned());
        Deployment { account, region, parameters: self.parameters(), ..Deployment::default() }
    }

    /// Whether this account and this Region are asked for, where one is named.
    pub fn is_about(&self, account: &str, region: &str) -> bool {
        let is = |asked: &Option<String>, there: &str| asked.as_deref().is_none_or(|asked| asked == there);
        is(&self.account, account) && is(&self.region, region)
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
