//! `trailhook replay`: what the deployed rules and responses would have done about stored events.
//!
//! Each thread takes files, or pieces of large ones, as they come; the sums and the decision lines come out in
//! the order of the files, whatever the number of threads. What can't match any rule is not parsed. No AWS client
//! is ever asked anything.

mod decisions;
mod found;
mod order;
mod page;
mod played;
mod share;
mod stages;
mod tally;

pub use tally::{Outcomes, Tally};

use super::{CommandError, Verdict, byte_bar, of_file, threads};
use crate::args::ReplayArguments;
use crate::show;
use crate::stored::{self, Asked, Files, Part};
use crate::template::Template;
use crate::unfinished::is_same;
use decisions::Decisions;
use indicatif::ProgressBar;
use order::Order;
use page::PageFile;
use serde_json::json;
use share::Share;
use stages::{Setting, Stages};
use std::collections::VecDeque;
use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

/// What all threads share.
struct Replay<'a> {
    setting: &'a Setting<'a>,
    asked: Asked,
    work: Mutex<Work>,
    stages: Stages<'a>,
    order: Order<'a>,
    /// Set when all are to end.
    over: &'a AtomicBool,
    bar: ProgressBar,
}

/// What is left to be done, in order.
struct Work {
    files: Files,
    parts: VecDeque<Part>,
    /// The next part's number.
    next: u64,
}

/// Replays the events until it is `over`, and tells what would have been done.
///
/// # Errors
/// There is no project, its template can't be resolved, or the decisions or the report can't be written.
pub fn replay(arguments: &ReplayArguments, over: &AtomicBool) -> Result<Verdict, CommandError> {
    if arguments.since.zip(arguments.until).is_some_and(|(since, until)| until <= since) {
        return Err(CommandError::NoTime);
    }
    let file = arguments.template.file()?;
    let template = Template::read(&file).map_err(|source| CommandError::Template { file: file.clone(), source })?;
    let pattern = arguments.pattern.as_deref().map(of_file).transpose()?.map(|(pattern, _)| pattern);
    // What is wrong with the settings is told before anything is read.
    let setting = Setting::of(&template, &file, arguments, pattern)?;
    for response in &setting.unknown {
        eprintln!("trailhook: {response} is not built in: what it would decide is not known here");
    }
    one_result_each(arguments)?;
    let page = PageFile::open(&setting)?;
    let (tally, ended) = match read(&setting, over) {
        Ok(read) => read,
        Err(error) => {
            if let Some(page) = page {
                page.abandon();
            }
            return Err(error);
        }
    };
    // The sums are told even where the report can't be written.
    let written = page.map_or(Ok(()), |page| page.write(&setting, &tally, ended));
    let mut out = std::io::stdout().lock();
    match arguments.json {
        _ if is_stdout(arguments.html.as_deref()) => {}
        true => writeln!(out, "{}", show::document(&json!(tally)))?,
        false => writeln!(out, "{}", show::replayed(&tally))?,
    }
    written?;
    Ok(if tally.problem_count == 0 { Verdict::Good } else { Verdict::Bad })
}

/// Reads it all, and says whether it was ended before.
fn read(setting: &Setting<'_>, over: &AtomicBool) -> Result<(Tally, bool), CommandError> {
    let arguments = setting.arguments;
    let decisions = arguments.decisions.as_deref().map(|file| Decisions::in_file(file, &arguments.from)).transpose()?;
    let replay = Replay {
        setting,
        stages: Stages::new(setting),
        asked: Asked {
            account: arguments.template.account.clone(),
            region: arguments.template.region.clone(),
            since: arguments.since,
            until: arguments.until,
        },
        work: Mutex::new(Work { files: stored::files(&arguments.from), parts: VecDeque::new(), next: 0 }),
        order: Order::new(decisions, arguments.strict, over),
        over,
        // In bytes of the files as they are stored.
        bar: byte_bar(0, "replaying"),
    };
    let threads = threads(arguments.threads);
    let count = AtomicBool::new(!replay.bar.is_hidden());
    thread::scope(|scope| {
        scope.spawn(|| replay.measure(&arguments.from, &count));
        let sharing: Vec<_> = (0..threads).map(|_| scope.spawn(|| Share::new(&replay).work())).collect();
        let ended: Vec<thread::Result<()>> = sharing.into_iter().map(thread::ScopedJoinHandle::join).collect();
        count.store(false, Ordering::Relaxed);
        if let Some(panic) = ended.into_iter().find_map(Result::err) {
            std::panic::resume_unwind(panic);
        }
    });
    replay.bar.finish_and_clear();
    let (mut tally, unfinished) = replay.order.end()?;
    if let Some(file) = unfinished {
        eprintln!("trailhook: not all decisions are there; those so far are in {}", file.display());
    }
    let ended = over.load(Ordering::Relaxed);
    if ended && !(arguments.strict && tally.problem_count > 0) {
        tally.problem("it was ended before everything was read".to_owned());
    }
    if tally.files + tally.files_passed_by == 0 && tally.problem_count == 0 && !ended {
        return Err(CommandError::NoFiles);
    }
    Ok((tally, ended))
}

fn is_stdout(file: Option<&Path>) -> bool {
    file == Some(Path::new("-"))
}

/// Each result has a stream or a file of its own, and the streams are told apart.
fn one_result_each(arguments: &ReplayArguments) -> Result<(), CommandError> {
    let [decisions, html] = [arguments.decisions.as_deref(), arguments.html.as_deref()];
    let streams = [("--decisions -", is_stdout(decisions)), ("--html -", is_stdout(html)), ("--json", arguments.json)];
    let mut streams = streams.iter().filter(|(_, writes)| *writes).map(|(option, _)| *option);
    if let (Some(one), Some(other)) = (streams.next(), streams.next()) {
        return Err(CommandError::OneOutput(one, other));
    }
    match decisions.zip(html) {
        Some((decisions, html)) if is_same(decisions, html) => Err(CommandError::OneFile(html.to_owned())),
        _ => Ok(()),
    }
}

impl Replay<'_> {
    /// The next part to be done, with its number, or what stands in its place.
    fn next(&self) -> Option<(u64, Next)> {
        let mut work = self.work.lock().unwrap_or_else(PoisonError::into_inner);
        let next = match work.parts.pop_front() {
            Some(part) => Next::Part(part),
            None => match work.files.next()? {
                Err(unread) => Next::Unread(unread.to_string()),
                Ok(file) if !self.asked.may_be_in(&file) || self.is_ours(&file) => Next::PassedBy,
                Ok(file) => {
                    work.parts.extend(Part::of(&file));
                    work.parts.pop_front().map_or(Next::PassedBy, Next::Part)
                }
            },
        };
        work.next += 1;
        Some((work.next, next))
    }

    /// Whether it is what an earlier replay wrote, and this one is to.
    fn is_ours(&self, file: &Path) -> bool {
        let arguments = self.setting.arguments;
        [&arguments.decisions, &arguments.html].into_iter().flatten().any(|written| is_same(file, written))
    }

    /// Tells the bar how much there is to be read, while it is being read.
    fn measure(&self, from: &[std::path::PathBuf], count: &AtomicBool) {
        let there = stored::files(from).take_while(|_| count.load(Ordering::Relaxed)).flatten();
        // A file that is gone by now is told by whoever reads it.
        let asked = there.filter(|file| self.asked.may_be_in(file));
        asked
            .filter_map(|file| Some(std::fs::metadata(file).ok()?.len()))
            .for_each(|length| self.bar.inc_length(length));
    }
}

/// What is next.
enum Next {
    Part(Part),
    /// A file whose path says that nothing in it is asked for.
    PassedBy,
    /// A place that can't be looked into.
    Unread(String),
}
