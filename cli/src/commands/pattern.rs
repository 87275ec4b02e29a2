//! `trailhook pattern`: the rule's pattern, printed, or tried on events.

use super::{CommandError, RuleProblem, Verdict, deployment_for};
use crate::args::PatternArguments;
use crate::input;
use crate::show;
use crate::template::{Rule, Template};
use std::io::Write;
use std::path::{Path, PathBuf};
use trailhook::pattern::Pattern;

/// Prints the pattern, or what it says of the events.
///
/// # Errors
/// EventBridge would refuse the pattern, or a file can't be read.
pub fn pattern(arguments: &PatternArguments) -> Result<Verdict, CommandError> {
    let (pattern, json) = match &arguments.pattern {
        Some(file) => of_file(file)?,
        None => of_template(arguments)?,
    };
    let mut out = std::io::stdout().lock();
    if arguments.test.is_empty() {
        writeln!(out, "{}", show::document(&json))?;
        return Ok(Verdict::Good);
    }
    let (mut all, mut matching) = (0_usize, 0_usize);
    for file in &arguments.test {
        for event in input::read(file)? {
            let explanation = pattern.explain(&event.envelope);
            all += 1;
            matching += usize::from(explanation.matched);
            writeln!(out, "{}: {explanation}", event.place)?;
        }
    }
    if all > 1 {
        writeln!(out, "{matching} of {all} events match")?;
    }
    Ok(if matching == all { Verdict::Good } else { Verdict::Bad })
}

/// The pattern in a file, checked, and its JSON.
pub(super) fn of_file(file: &Path) -> Result<(Pattern, serde_json::Value), CommandError> {
    let text = std::fs::read_to_string(file).map_err(|source| CommandError::Read { file: file.to_owned(), source })?;
    let refused = |source| CommandError::Pattern { place: file.display().to_string(), source };
    // From the text, which still has names written twice, and their order.
    let pattern = Pattern::parse(&text).map_err(refused)?;
    let json = serde_json::from_str(&text).unwrap_or_default();
    Ok((pattern, json))
}

fn of_template(arguments: &PatternArguments) -> Result<(Pattern, serde_json::Value), CommandError> {
    let file = arguments.template.file()?;
    let wrong = |source| CommandError::Template { file: file.clone(), source };
    let template = Template::read(&file).map_err(wrong)?;
    let stack = template.deploy(deployment_for(None, &arguments.template)).map_err(wrong)?;
    let rule = the_rule(stack.rules().map_err(wrong)?, arguments.rule.as_deref(), &file)?;
    let pattern = Pattern::from_value(&rule.pattern).map_err(|source| CommandError::Pattern {
        place: format!("{}: Resources.{}.Properties.EventPattern", file.display(), rule.logical_id),
        source,
    })?;
    Ok((pattern, rule.pattern))
}

fn the_rule(rules: Vec<Rule>, asked: Option<&str>, file: &Path) -> Result<Rule, CommandError> {
    let names: Vec<&str> = rules.iter().map(|rule| rule.logical_id.as_str()).collect();
    let there = names.join(", ");
    let problem = match (asked, names.len()) {
        (_, 0) => RuleProblem::None,
        (Some(asked), _) if !names.contains(&asked) => RuleProblem::NoSuch { asked: asked.to_owned(), there },
        _ => {
            if asked.is_none() && names.len() > 1 {
                // On the other channel: what is printed is the pattern, and somebody may read it.
                eprintln!("the rule {}, the first of {there}; --rule picks another", names.first().unwrap_or(&""));
            }
            let found = rules.into_iter().find(|rule| asked.is_none_or(|asked| asked == rule.logical_id));
            return found.ok_or(CommandError::Rule { file: file.to_owned(), problem: RuleProblem::None });
        }
    };
    Err(CommandError::Rule { file: PathBuf::from(file), problem })
}
