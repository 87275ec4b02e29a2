//! The report's file, asked for before anything is read: who can't write it should know before the hour is over.

use super::Tally;
use super::decisions::not_read;
use super::played::is_asked;
use super::stages::Setting;
use crate::commands::CommandError;
use crate::show::{Replayed, RuleAsked, replayed_page};
use crate::template::Destination;
use crate::template::Rule;
use crate::unfinished::Unfinished;
use std::io::Write;
use std::path::PathBuf;

/// The file, and what is known before anything is read.
pub(super) struct PageFile {
    file: PathBuf,
    to: Unfinished,
    rules: Vec<RuleAsked>,
}

impl PageFile {
    /// The one that is asked for.
    ///
    /// # Errors
    /// It can't be written, or is one of the inputs; a rule can't be resolved.
    pub(super) fn open(setting: &Setting<'_>) -> Result<Option<PageFile>, CommandError> {
        let Some(file) = setting.arguments.html.clone() else { return Ok(None) };
        not_read("--html", &file, &setting.arguments.from)?;
        let rules = setting.stack.rules();
        let rules = rules.map_err(|source| CommandError::Template { file: setting.file.to_owned(), source })?;
        let rules = rules.into_iter().filter_map(|rule| asked(setting, rule)).collect();
        match Unfinished::create(&file) {
            Ok(to) => Ok(Some(PageFile { file, to, rules })),
            Err(source) => Err(CommandError::Read { file, source }),
        }
    }

    /// Writes it; where the replay was ended before its time, it does not get its name.
    pub(super) fn write(self, setting: &Setting<'_>, tally: &Tally, ended: bool) -> Result<(), CommandError> {
        let PageFile { file, mut to, rules } = self;
        let replayed = Replayed {
            arguments: setting.arguments,
            template: setting.file,
            changed: setting.stack.changed_parameters(),
            rules,
            unknown: &setting.unknown,
            tally,
            ended,
        };
        let written = to.write_all(replayed_page(&replayed).html()?.as_bytes());
        let unfinished = written.and_then(|()| if ended { to.leave() } else { to.finish().map(|()| None) });
        if let Some(beside) = unfinished.map_err(|source| CommandError::Read { file, source })? {
            eprintln!("trailhook: not everything is in the report; what was read is in {}", beside.display());
        }
        Ok(())
    }

    /// There is nothing to report.
    pub(super) fn abandon(self) {
        // What went wrong is told already; at worst an empty file stays, whose name says what it is.
        self.to.abandon().ok();
    }
}

/// A rule with the functions of it that are asked for; `None` where there are none.
fn asked(setting: &Setting<'_>, rule: Rule) -> Option<RuleAsked> {
    let functions = rule.targets.iter().filter_map(|target| match &target.destination {
        Destination::Function(function) if is_asked(setting.arguments, &function.binary) => {
            Some((function.binary.clone(), function.variables.get("TRAILHOOK_MODE").cloned()))
        }
        _ => None,
    });
    let functions: Vec<_> = functions.collect();
    let pattern = setting.pattern.as_ref().map_or_else(|| rule.pattern.to_string(), ToString::to_string);
    (!functions.is_empty()).then_some(RuleAsked { name: rule.logical_id, state: rule.state, pattern, functions })
}
