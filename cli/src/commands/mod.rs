//! What the command's verbs do. Progress and errors go to the standard error, results to the
//! standard output.

mod error;
mod event;
mod generate;
mod local;
mod pattern;
mod play;
pub mod redrive;
mod replay;
mod tag;
mod validate;
pub mod why;

pub use error::{CommandError, RuleProblem};
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
pub use why::why;

use crate::args::{Arguments, Command};
use crate::template::Deployment;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

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
        Command::Why(arguments) => why(&arguments, ended).await,
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
pub(crate) fn sample_events() -> &'static [Value] {
    static READ: LazyLock<Vec<Value>> =
        LazyLock::new(|| event::all().iter().filter_map(event::Sample::event).collect());
    &READ
}

/// Whoever reads the output may have read enough, as `head` does: what it came to is said by the exit status all the same.
///
/// # Errors
/// It could not be written for another reason.
fn read_or_not(written: std::io::Result<()>) -> std::io::Result<()> {
    match written {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// Progress on the terminal, if there is one, in things done.
fn progress_bar(length: usize, doing: &'static str) -> ProgressBar {
    bar(length as u64, doing, "{msg} {wide_bar} {pos}/{len}, {eta} left")
}

/// The same in bytes.
fn byte_bar(length: u64, doing: &'static str) -> ProgressBar {
    bar(length, doing, "{msg} {wide_bar} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left")
}

/// What goes on, where nobody knows for how long.
fn spinner() -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    bar.enable_steady_tick(Duration::from_millis(120));
    styled(bar, "{spinner} {msg} ({elapsed})")
}

fn bar(length: u64, doing: &'static str, looks: &str) -> ProgressBar {
    styled(ProgressBar::new(length).with_message(doing), looks)
}

fn styled(bar: ProgressBar, looks: &str) -> ProgressBar {
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
