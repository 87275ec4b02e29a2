//! What the command's verbs do. Progress and errors go to the standard error, results to the
//! standard output.

mod event;
mod generate;
mod local;
mod pattern;
mod play;
pub mod redrive;
mod replay;
mod tag;
mod validate;

pub use event::event;
pub use generate::generate;
pub use local::local;
use pattern::of_file;
pub use pattern::pattern;
pub use play::play;
pub use redrive::redrive;
pub use replay::{Outcomes, Tally, replay};
pub use tag::{Candidate, Candidates, Outcome, Proposal, tag};
pub use validate::validate;

use crate::args::{Arguments, Command};
use crate::aws::NoAws;
use crate::deployed::NotDeployed;
use crate::input::InputError;
use crate::project::NoProject;
use crate::report::PageError;
use crate::stage::{BinariesError, EndpointError, LiveError, StageError, WalkError};
use crate::template::{Deployment, TemplateError};
use crate::trail::LogFileError;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use trailhook::pattern::PatternError;

/// How long a command that is ended from outside may take to say what it has done.
const GRACE: Duration = Duration::from_secs(2);

/// How a command ended that could do its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// As it should be: 0.
    Good,
    /// Something failed, or doesn't match: 1.
    Bad,
}

/// Why a command could not do its work: 2.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// There is no project.
    #[error(transparent)]
    Project(#[from] NoProject),
    /// AWS can't be asked.
    #[error(transparent)]
    Aws(#[from] NoAws),
    /// The template can't be read or resolved.
    #[error("{}", in_file(file, source))]
    Template {
        /// The template.
        file: PathBuf,
        /// What is wrong with it.
        source: TemplateError,
    },
    /// An event can't be read.
    #[error(transparent)]
    Input(#[from] InputError),
    /// The functions can't be built.
    #[error(transparent)]
    Binaries(#[from] BinariesError),
    /// The stage can't be set, or an event can't be played.
    #[error(transparent)]
    Stage(#[from] StageError),
    /// The stage that stays up can't be set.
    #[error(transparent)]
    Live(#[from] LiveError),
    /// There is no other AWS to put behind the stage.
    #[error("--aws-endpoint: {0}")]
    Endpoint(#[from] EndpointError),
    /// The walk-through can't begin.
    #[error(transparent)]
    Walk(#[from] WalkError),
    /// The trail's log files can't be written.
    #[error(transparent)]
    LogFile(#[from] LogFileError),
    /// EventBridge would refuse the pattern.
    #[error("{place}: {source}")]
    Pattern {
        /// The file, and the place in it.
        place: String,
        /// What is wrong, with the path in the pattern.
        source: PatternError,
    },
    /// The pattern's file can't be read.
    #[error("{}: {source}", file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The template does not have the one rule that is meant.
    #[error("{}: {problem}", file.display())]
    Rule {
        /// The template.
        file: PathBuf,
        /// What is wrong.
        problem: RuleProblem,
    },
    /// The function's settings are not what it takes.
    #[error("{0}")]
    Settings(String),
    /// The template's function is not there, or its settings are wrong.
    #[error("{}: {source}", file.display())]
    NotDeployed {
        /// The template.
        file: PathBuf,
        /// What is wrong.
        source: NotDeployed,
    },
    /// There is no event as it was asked for.
    #[error("{0}")]
    Event(String),
    /// No time is asked for.
    #[error("--until is not after --since: there is no time in between")]
    NoTime,
    /// No file has a name like those of events.
    #[error(
        "there is no file of events there: in a folder those are read that end in .json, .jsonl or .ndjson, with .gz or without"
    )]
    NoFiles,
    /// What is to be read would be written over.
    #[error("{option} {}: it is one of the files that are to be read", file.display())]
    Overwrites {
        /// What is to be written.
        option: &'static str,
        /// Where.
        file: PathBuf,
    },
    /// Two results in one file.
    #[error("--decisions and --html name the same file {}", .0.display())]
    OneFile(PathBuf),
    /// Two results in one stream.
    #[error("{0} and {1} both write to the standard output; name a file for one of them")]
    OneOutput(&'static str, &'static str),
    /// The report can't be made.
    #[error(transparent)]
    Page(#[from] PageError),
    /// A response that no rule has for a target.
    #[error("--response {asked}: the template has no such function; it has {there}")]
    NoResponse {
        /// The one asked for.
        asked: String,
        /// Those there are.
        there: String,
    },
    /// The folder is not empty.
    #[error("{} has something in it already; name a folder that is empty, or not there", .0.display())]
    NotEmpty(PathBuf),
    /// No queue could be looked at.
    #[error("none of the first {0} queues could be looked at, so the others were not tried")]
    AllFailed(usize),
    /// Dead letters can't be listed or sent.
    #[error(transparent)]
    Redrive(#[from] redrive::RedriveError),
    /// It was ended from outside.
    #[error("ended from outside")]
    Ended(u8),
    /// The result can't be written.
    #[error("the result can't be written: {0}")]
    Write(#[from] std::io::Error),
}

/// Which rule is meant can't be said.
#[derive(Debug, thiserror::Error)]
pub enum RuleProblem {
    /// There is none.
    #[error("it has no rule with an event pattern on the default bus")]
    None,
    /// There is none of that name.
    #[error("it has no rule {asked}; it has {there}")]
    NoSuch {
        /// The one asked for.
        asked: String,
        /// Those there are.
        there: String,
    },
}

/// A template's error with the file's name, which those about the file as a whole have already.
fn in_file(file: &Path, source: &TemplateError) -> String {
    match source {
        TemplateError::Read { .. } | TemplateError::Yaml { .. } => source.to_string(),
        _ => format!("{}: {source}", file.display()),
    }
}

/// Runs a command until it is done, or `ended` says with which status it is to be ended before.
///
/// # Errors
/// It could not do its work, or was ended.
pub async fn run(arguments: Arguments, ended: impl Future<Output = u8>) -> Result<Verdict, CommandError> {
    match arguments.command {
        Command::Local(arguments) => match &arguments.event {
            Some(event) => tokio::select! {
                biased;
                played = play(&arguments, event) => played,
                // Leaving drops the stage, and with it the functions' processes.
                status = ended => Err(CommandError::Ended(status)),
            },
            None => local(&arguments, ended).await,
        },
        Command::Event(arguments) => event(&arguments).await,
        Command::Pattern(arguments) => pattern(&arguments),
        Command::Generate(arguments) => until(ended, move |over| generate(&arguments, over)).await,
        Command::Replay(arguments) => until(ended, move |over| replay(&arguments, over)).await,
        Command::Tag(arguments) => tag(&arguments, ended).await,
        Command::Validate(arguments) => validate(&arguments, ended).await,
        Command::Redrive(arguments) => redrive(&arguments, ended).await,
    }
}

/// Runs what works with threads of its own until it is done, or told that it is over.
async fn until(
    ended: impl Future<Output = u8>,
    command: impl FnOnce(&AtomicBool) -> Result<Verdict, CommandError> + Send + 'static,
) -> Result<Verdict, CommandError> {
    let over = Arc::new(AtomicBool::new(false));
    let (done, mut ran) = tokio::sync::oneshot::channel();
    // A thread of its own, which nobody waits for at the end: it may be waiting for input that never comes.
    let running = std::thread::spawn({
        let over = over.clone();
        move || {
            // Who asked may have gone.
            done.send(command(&over)).ok();
        }
    });
    let status = tokio::select! {
        biased;
        status = ended => status,
        ran = &mut ran => match ran {
            Ok(ran) => return ran,
            Err(_) => match running.join() {
                Err(panic) => std::panic::resume_unwind(panic),
                Ok(()) => return Err(CommandError::Ended(1)),
            },
        },
    };
    // Its threads end at their next records, and what was found so far is told; who waits for input is not waited for.
    over.store(true, Ordering::Relaxed);
    tokio::time::timeout(GRACE, ran).await.ok();
    Err(CommandError::Ended(status))
}

/// The sample events of all kinds of calls.
pub(crate) fn sample_events() -> Vec<Value> {
    event::all().iter().filter_map(event::Sample::event).collect()
}

/// Progress on the terminal, if there is one, in things done.
fn progress_bar(length: usize, doing: &'static str) -> ProgressBar {
    bar(length as u64, doing, "{msg} {wide_bar} {pos}/{len}, {eta} left")
}

/// The same in bytes.
fn byte_bar(length: u64, doing: &'static str) -> ProgressBar {
    bar(length, doing, "{msg} {wide_bar} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left")
}

fn bar(length: u64, doing: &'static str, looks: &str) -> ProgressBar {
    let bar = ProgressBar::new(length).with_message(doing);
    match ProgressStyle::with_template(looks) {
        Ok(style) => bar.with_style(style),
        // The bar's own looks will do.
        Err(_) => bar,
    }
}

/// How many threads: as many as were asked for, or as there are processors.
fn threads(asked: Option<u16>) -> usize {
    asked.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from)
}

/// A Region's name, and no longer than a host's label should be.
pub(crate) fn is_region(text: &str) -> bool {
    trailhook::is_region_name(text) && text.len() <= 40
}

/// The account and Region of an event, where they are ones; those of the samples otherwise.
fn deployment_for(envelope: Option<&Value>, arguments: &crate::args::TemplateArguments) -> Deployment {
    let default = Deployment::default();
    let text = |name: &str| envelope.and_then(|envelope| Some(envelope.get(name)?.as_str()?.to_owned()));
    let account =
        arguments.account.clone().or_else(|| text("account").filter(|account| trailhook::is_account_id(account)));
    let region = arguments.region.clone().or_else(|| text("region").filter(|region| is_region(region)));
    Deployment {
        account: account.unwrap_or(default.account),
        region: region.unwrap_or(default.region),
        parameters: arguments.parameters(),
        stack_name: default.stack_name,
    }
}
