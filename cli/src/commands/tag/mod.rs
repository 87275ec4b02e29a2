//! `trailhook tag`: the tags that tag-new-queue would have put on queues that were there before it was.
//!
//! Who made a queue, CloudTrail's log files say for as long as they are kept. What is proposed is decided
//! by the function's own code, with the settings that the template gives it; what is done is done by it too.
//! It refuses to guess which of several calls made a queue: it looks when the queue was made, and without a
//! look it says so.

mod candidates;
mod deed;
mod tagger;

pub use candidates::{Candidate, Candidates};
pub use deed::{Outcome, Proposal};

use super::{CommandError, Verdict};
use crate::args::TagArguments;
use crate::show;
use crate::stored::{self, Wanted};
use crate::template::Template;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::Write;
use tagger::Taggers;

/// The calls that make or delete a queue.
const WORDS: [&str; 2] = ["CreateQueue", "DeleteQueue"];

/// Proposes tags, or puts them on.
///
/// # Errors
/// There is no project, or the template's settings can't be read.
pub async fn tag(arguments: &TagArguments) -> Result<Verdict, CommandError> {
    let file = arguments.template.file()?;
    let template = Template::read(&file).map_err(|source| CommandError::Template { file: file.clone(), source })?;
    let mut taggers = Taggers::new(template, file, &arguments.template);
    let (files, unread) = stored::files(&arguments.from);
    let mut candidates = Candidates::in_files(files.len(), &unread);
    let bar = bar(files.len(), "reading log files");
    let wanted = Wanted::with(&WORDS);
    for file in &files {
        let mut taken = Ok(());
        let read = stored::each(file, &wanted, |event| {
            if taken.is_ok() {
                taken = candidates.take(event, &mut taggers);
            }
        });
        taken?;
        candidates.unread.extend(read.problems);
        bar.inc(1);
    }
    bar.finish_and_clear();
    let live = (arguments.look || arguments.apply).then_some(arguments.endpoint_url.as_deref());
    let queues = candidates.queues();
    let bar = self::bar(queues.len(), if arguments.apply { "tagging queues" } else { "looking at queues" });
    let mut proposals = Vec::with_capacity(queues.len());
    for queue in queues {
        let proposal = match live {
            None => deed::propose(queue),
            Some(endpoint) => deed::look(queue, &mut taggers, endpoint, arguments.apply).await?,
        };
        proposals.push(proposal);
        bar.inc(1);
    }
    bar.finish_and_clear();
    let mut out = std::io::stdout().lock();
    if arguments.json {
        writeln!(out, "{:#}", show::tags_json(&candidates, &proposals))?;
    } else {
        writeln!(out, "{}", show::tags(&candidates, &proposals, arguments))?;
    }
    let failed = proposals.iter().any(|proposal| matches!(proposal.outcome, Outcome::Failed { .. }));
    let good = !failed && candidates.unread.is_empty() && candidates.undecided.is_empty();
    Ok(if good { Verdict::Good } else { Verdict::Bad })
}

/// Progress on the terminal, if there is one.
fn bar(length: usize, doing: &'static str) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len}, {eta} left");
    let bar = ProgressBar::new(length as u64).with_message(doing);
    match style {
        Ok(style) => bar.with_style(style),
        // The bar's own looks will do.
        Err(_) => bar,
    }
}
