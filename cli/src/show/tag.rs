//! Which queues would be tagged, or were.

use super::{counted, table};
use crate::args::TagArguments;
use crate::commands::{Candidates, Outcome, Proposal};
use serde_json::{Value, json};
use std::fmt::Write;
use trailhook::shown_line;

/// A table of the queues, and the sums.
pub fn tags(candidates: &Candidates, proposals: &[Proposal], arguments: &TagArguments) -> String {
    let mut text = String::new();
    if !proposals.is_empty() {
        let rows = proposals.iter().map(|proposal| {
            let made = proposal.made.as_ref();
            let at = made.map(|made| made.action.event_time.to_string()).unwrap_or_default();
            let by = made.and_then(|made| made.actor.clone()).unwrap_or_default();
            let (outcome, why) = told(proposal);
            [queue(&proposal.queue_arn), format!("{at}\n{}", shown_line(&by)), outcome, why]
        });
        text.push_str(&table::table(["queue", "made", "outcome", "tags, or why not"], rows));
        text.push('\n');
    }
    // Writing into a text can't fail, here and below.
    for problem in candidates.unread.iter().chain(&candidates.undecided) {
        writeln!(text, "problem  {}", shown_line(problem)).ok();
    }
    if arguments.template.parameter.is_empty() {
        text.push_str("settings the template's own: say --parameter as your stack was deployed with others\n");
    }
    let count = |wanted: fn(&Outcome) -> bool| proposals.iter().filter(|proposal| wanted(&proposal.outcome)).count();
    let (would, tagged) = (count(|it| matches!(it, Outcome::WouldTag)), count(|it| matches!(it, Outcome::Tagged)));
    let (alone, failed) =
        (count(|it| matches!(it, Outcome::LeftAlone { .. })), count(|it| matches!(it, Outcome::Failed { .. })));
    let done = if arguments.apply { format!("{tagged} tagged") } else { format!("{would} would be tagged") };
    write!(
        text,
        "{}: {}, {done}, {alone} left alone, {failed} failed",
        counted(candidates.files, "file"),
        counted(proposals.len(), "queue"),
    )
    .ok();
    for (reason, number) in &candidates.left_alone {
        write!(text, "\n{} passed by: {reason}", counted(*number, "CreateQueue call")).ok();
    }
    if would > 0 {
        let next = if arguments.look { "--apply tags them" } else { "--look looks at the queues, --apply tags them" };
        write!(text, "\nnothing was changed: {next}").ok();
    }
    text
}

/// All of it for programs.
pub fn tags_json(candidates: &Candidates, proposals: &[Proposal]) -> Value {
    json!({
        "files": candidates.files,
        "unread": candidates.unread,
        "undecided": candidates.undecided,
        "passedBy": candidates.left_alone,
        "queues": proposals,
    })
}

/// Its name first: an ARN is wider than people's terminals.
fn queue(arn: &str) -> String {
    match shown_line(arn).split(':').collect::<Vec<_>>().as_slice() {
        [_, _, _, region, account, name] => format!("{name}\n{account}, {region}"),
        _ => shown_line(arn),
    }
}

fn told(proposal: &Proposal) -> (String, String) {
    let notes = || proposal.notes.iter().map(|note| format!("\n{}", shown_line(note))).collect::<String>();
    let tags = || {
        let tags = proposal.made.iter().flat_map(|made| &made.action.tags);
        let lines: Vec<String> = tags.map(|(key, value)| shown_line(&format!("{key}={value}"))).collect();
        format!("{}{}", lines.join("\n"), notes())
    };
    match &proposal.outcome {
        Outcome::WouldTag => ("would tag".to_owned(), tags()),
        Outcome::Tagged => ("tagged".to_owned(), tags()),
        Outcome::LeftAlone { reason, message } => (reason.clone(), format!("{}{}", shown_line(message), notes())),
        Outcome::Failed { message } => ("FAILED".to_owned(), shown_line(message)),
    }
}
