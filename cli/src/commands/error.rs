//! Why a command could not do its work.

use super::{redrive, why};
use crate::aws::{AwsError, NoAws};
use crate::deployed::NotDeployed;
use crate::input::InputError;
use crate::project::NoProject;
use crate::report::PageError;
use crate::stage::{BinariesError, EndpointError, LiveError, StageError, WalkError};
use crate::template::TemplateError;
use crate::trail::LogFileError;
use std::path::{Path, PathBuf};
use trailhook::pattern::PatternError;

/// Why a command could not do its work: 2.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// There is no project.
    #[error(transparent)]
    Project(#[from] NoProject),
    /// AWS can't be asked.
    #[error(transparent)]
    Aws(#[from] NoAws),
    /// AWS does not answer, or does not know who asks.
    #[error("{0}; is the endpoint right, and are the credentials still good?")]
    NoAnswer(#[from] AwsError),
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
    /// There is no story to look for.
    #[error(transparent)]
    Why(#[from] why::WhyError),
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
