//! `trailhook local --once EVENT`: events played through the rule to the functions.

use super::{CommandError, Verdict, deployment_for};
use crate::args::LocalArguments;
use crate::input::{self, Event};
use crate::show;
use crate::stage::{Binaries, Played, Stage, StageError};
use crate::template::{Stack, Template};
use chrono::Utc;
use std::io::Write;
use std::path::{Path, PathBuf};
use trailhook::pattern::Pattern;

/// Plays the events, each on a stage of its own, and prints what became of them.
///
/// # Errors
/// The project, the template or an event can't be read, the functions can't be built, or one can't
/// be run.
pub async fn play(arguments: &LocalArguments, event: &Path) -> Result<Verdict, CommandError> {
    let events = input::read(event)?;
    let file = arguments.template.file()?;
    let template = Template::read(&file).map_err(|source| CommandError::Template { file: file.clone(), source })?;
    // What is wrong with template or parameters is told before anything is built.
    for event in events.iter().take(1) {
        check(&template, event, arguments).map_err(|source| in_template(source, &file))?;
    }
    let binaries = binaries(arguments).await?;
    let mut all = Vec::with_capacity(events.len());
    let many = events.len() > 1;
    for event in events {
        let played =
            play_one(&template, event, &binaries, arguments).await.map_err(|source| in_template(source, &file))?;
        if !arguments.json {
            let text = show::played(&played, arguments.verbose);
            writeln!(std::io::stdout().lock(), "{text}")?;
        }
        all.push(played);
    }
    let mut out = std::io::stdout().lock();
    match (arguments.json, many) {
        (true, _) => writeln!(out, "{}", show::document(&show::json(&all)))?,
        (false, true) => writeln!(out, "{}", show::summary(&all))?,
        (false, false) => {}
    }
    Ok(if all.iter().all(|played| played.ok) { Verdict::Good } else { Verdict::Bad })
}

pub(super) async fn binaries(arguments: &LocalArguments) -> Result<Binaries, CommandError> {
    if let Some(folder) = &arguments.functions {
        return Ok(Binaries::Ready(folder.clone()));
    }
    let project = arguments.template.project()?;
    // Cargo shows its own progress behind this.
    progress("building the functions; the first time takes some minutes");
    let project = if project.as_os_str().is_empty() { PathBuf::from(".") } else { project };
    Ok(Binaries::build(&project, arguments.release).await?)
}

/// Says before anything is built what is wrong with the rules.
pub(super) fn check_rules(stack: &Stack, file: &Path) -> Result<(), CommandError> {
    let rules = stack.rules().map_err(|source| CommandError::Template { file: file.to_owned(), source })?;
    for rule in rules {
        if let Err(problem) = Pattern::from_value(&rule.pattern) {
            return Err(in_template(StageError::Pattern { rule: rule.logical_id, problem }, file));
        }
    }
    Ok(())
}

fn check(template: &Template, event: &Event, arguments: &LocalArguments) -> Result<(), StageError> {
    template.deploy(deployment_for(Some(&event.envelope), &arguments.template))?.rules()?;
    Ok(())
}

async fn play_one(
    template: &Template,
    event: Event,
    binaries: &Binaries,
    arguments: &LocalArguments,
) -> Result<Played, StageError> {
    let stack = template.deploy(deployment_for(Some(&event.envelope), &arguments.template))?;
    let stage = Stage::set(&stack, binaries).await?;
    stage.play(event, (!arguments.keep_time).then(Utc::now)).await
}

/// The template's errors name the file too.
fn in_template(error: StageError, file: &Path) -> CommandError {
    match error {
        StageError::Template(source) => CommandError::Template { file: file.to_owned(), source },
        StageError::Pattern { rule, problem } => CommandError::Pattern {
            place: format!("{}: Resources.{rule}.Properties.EventPattern", file.display()),
            source: problem,
        },
        other => other.into(),
    }
}

pub(super) fn progress(message: &str) {
    // Nobody listens: the work goes on.
    writeln!(std::io::stderr().lock(), "trailhook: {message}").ok();
}
