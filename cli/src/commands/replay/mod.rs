//! `trailhook replay`: what the deployed rules and responses would have done about stored events.
//!
//! Each thread reads files of its own, record by record; what can't match any rule is not parsed. No AWS
//! client is ever asked anything.

mod played;
mod tally;

pub use tally::{Outcomes, Tally};

use super::{CommandError, Verdict, progress_bar};
use crate::args::ReplayArguments;
use crate::input::Event;
use crate::show;
use crate::stored::{self, Asked, Wanted};
use crate::template::{Deployment, Stack, Template};
use chrono::DateTime;
use indicatif::ProgressBar;
use played::{Played, Stage};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// What all threads share.
struct Replay<'a> {
    arguments: &'a ReplayArguments,
    template: &'a Template,
    file: &'a Path,
    files: &'a [PathBuf],
    asked: Asked,
    wanted: Wanted,
    next: AtomicUsize,
    /// Set when all are to end.
    over: &'a AtomicBool,
    decisions: Option<Mutex<Box<dyn Write + Send>>>,
    bar: ProgressBar,
}

/// Replays the events until it is `over`, and prints what would have been done.
///
/// # Errors
/// There is no project, its template can't be resolved, or the decisions can't be written.
pub fn replay(arguments: &ReplayArguments, over: &AtomicBool) -> Result<Verdict, CommandError> {
    let file = arguments.template.file()?;
    let in_file = |source| CommandError::Template { file: file.clone(), source };
    let template = Template::read(&file).map_err(in_file)?;
    let stack = template.deploy(Deployment { parameters: arguments.template.parameters(), ..Deployment::default() });
    let wanted = wanted(&stack.map_err(in_file)?).map_err(in_file)?;
    // What is wrong with the settings is told before anything is read.
    let first = Deployment::default();
    let stage = Stage::set(&template, &file, &first.account, &first.region, arguments)?;
    for response in &stage.unknown {
        eprintln!("trailhook: {response} is not built in: what it would decide is not known here");
    }
    let (files, unread) = stored::files(&arguments.from);
    if files.is_empty() && unread.is_empty() {
        return Err(CommandError::NoFiles);
    }
    let replay = Replay {
        arguments,
        template: &template,
        file: &file,
        files: &files,
        asked: Asked {
            account: arguments.template.account.clone(),
            region: arguments.template.region.clone(),
            since: arguments.since,
            until: arguments.until,
        },
        wanted,
        next: AtomicUsize::new(0),
        over,
        decisions: arguments.decisions.as_deref().map(open).transpose()?.map(Mutex::new),
        bar: progress_bar(files.len(), "replaying"),
    };
    let mut tally = replay.all()?;
    for error in unread {
        tally.problem(error.to_string());
    }
    replay.bar.finish_and_clear();
    if let Some(decisions) = replay.decisions {
        decisions.into_inner().unwrap_or_else(PoisonError::into_inner).flush()?;
    }
    let mut out = std::io::stdout().lock();
    match arguments.json {
        true => writeln!(out, "{:#}", json!(tally))?,
        false => writeln!(out, "{}", show::replayed(&tally))?,
    }
    Ok(if tally.problem_count == 0 { Verdict::Good } else { Verdict::Bad })
}

impl Replay<'_> {
    fn all(&self) -> Result<Tally, CommandError> {
        let threads = self.arguments.threads.or_else(|| thread::available_parallelism().ok());
        let threads = threads.map_or(1, usize::from).min(self.files.len().max(1));
        let done: Vec<Result<Tally, CommandError>> = thread::scope(|scope| {
            let running: Vec<_> = (0..threads).map(|_| scope.spawn(|| self.some())).collect();
            running
                .into_iter()
                .map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
                .collect()
        });
        done.into_iter().try_fold(Tally::default(), |all, some| Ok(all.and(some?)))
    }

    /// One thread's share.
    fn some(&self) -> Result<Tally, CommandError> {
        let mut tally = Tally::default();
        let mut stages = HashMap::<(String, String), Arc<Stage>>::new();
        while let Some(file) = self.files.get(self.next.fetch_add(1, Ordering::Relaxed)) {
            if self.over.load(Ordering::Relaxed) {
                break;
            }
            self.bar.inc(1);
            if !self.asked.may_be_in(file) {
                tally.files_passed_by += 1;
                continue;
            }
            let mut failed = None;
            let mut lines = Vec::new();
            let read = stored::each(file, &self.wanted, self.over, |event| {
                if failed.is_none() {
                    failed = self.event(&event, &mut stages, &mut tally, &mut lines).err();
                }
            });
            if let Some(failed) = failed {
                self.over.store(true, Ordering::Relaxed);
                return Err(failed);
            }
            tally.files += 1;
            tally.records += read.records;
            tally.bytes += read.bytes;
            read.problems.into_iter().for_each(|problem| tally.problem(problem));
            if let Some(decisions) = &self.decisions {
                decisions.lock().unwrap_or_else(PoisonError::into_inner).write_all(&lines)?;
            }
            if self.arguments.strict && tally.problem_count > 0 {
                self.over.store(true, Ordering::Relaxed);
            }
        }
        Ok(tally)
    }

    fn event(
        &self,
        event: &Event,
        stages: &mut HashMap<(String, String), Arc<Stage>>,
        tally: &mut Tally,
        lines: &mut Vec<u8>,
    ) -> Result<(), CommandError> {
        let envelope = &event.envelope;
        let text = |name: &str| envelope.get(name).and_then(Value::as_str);
        let detail = |name: &str| envelope.get("detail").and_then(|detail| detail.get(name)).and_then(Value::as_str);
        let time =
            detail("eventTime").and_then(|time| DateTime::parse_from_rfc3339(time).ok()).map(|time| time.to_utc());
        let default = Deployment::default();
        let account = text("account").filter(|account| trailhook::is_account_id(account)).unwrap_or(&default.account);
        let region = text("region").filter(|region| super::is_region(region)).unwrap_or(&default.region);
        if !self.asked.is_at(time) || !self.arguments.template.is_about(account, region) {
            return Ok(());
        }
        let key = (account.to_owned(), region.to_owned());
        let stage = match stages.get(&key) {
            Some(stage) => stage.clone(),
            None => {
                let stage = Arc::new(Stage::set(self.template, self.file, account, region, self.arguments)?);
                stages.insert(key, stage.clone());
                stage
            }
        };
        let played = stage.play(envelope);
        if let (Played::Decided(reports), true) = (&played, self.decisions.is_some()) {
            for report in reports {
                let line = json!({ "place": event.place, "message": report.message, "report": report });
                lines.extend(trailhook::shown_json(&line.to_string()).into_bytes());
                lines.push(b'\n');
            }
        }
        tally.take(&played, time, &event.place);
        Ok(())
    }
}

/// The words of which a record must have one to match a rule: the names of the calls, where every rule lists
/// them; otherwise every record is wanted.
fn wanted(stack: &Stack) -> Result<Wanted, crate::template::TemplateError> {
    let mut names = Vec::new();
    for rule in stack.rules()? {
        let listed = rule.pattern.pointer("/detail/eventName").and_then(Value::as_array);
        let texts: Option<Vec<&str>> = listed.and_then(|listed| listed.iter().map(Value::as_str).collect());
        match texts {
            Some(texts) => names.extend(texts.into_iter().map(|name| format!("\"{name}\""))),
            None => return Ok(Wanted::with(&[])),
        }
    }
    names.sort();
    names.dedup();
    Ok(Wanted::with(&names.iter().map(String::as_str).collect::<Vec<_>>()))
}

fn open(file: &Path) -> Result<Box<dyn Write + Send>, CommandError> {
    if file == Path::new("-") {
        return Ok(Box::new(std::io::stdout()));
    }
    let created = File::create(file).map_err(|source| CommandError::Read { file: file.to_owned(), source })?;
    Ok(Box::new(BufWriter::new(created)))
}
