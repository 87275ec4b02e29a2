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

use super::{CommandError, Verdict, progress_bar};
use crate::args::TagArguments;
use crate::show;
use crate::stored::{self, Wanted};
use crate::template::Template;
use std::io::Write;
use std::pin::pin;
use tagger::Taggers;

/// The calls that make or delete a queue.
const WORDS: [&str; 2] = ["CreateQueue", "DeleteQueue"];

/// So many queues in a row that can't be looked at, from the first one on, and it is given up.
const MOST_FAILURES: usize = 5;

/// Proposes tags, or puts them on.
///
/// # Errors
/// There is no project, or the template's settings can't be read.
pub async fn tag(arguments: &TagArguments, ended: impl Future<Output = u8>) -> Result<Verdict, CommandError> {
    let mut ended = pin!(ended);
    let file = arguments.template.file()?;
    let template = Template::read(&file).map_err(|source| CommandError::Template { file: file.clone(), source })?;
    let mut taggers = Taggers::new(template, file, &arguments.template);
    let (mut files, mut unread) = (Vec::new(), Vec::new());
    for file in stored::files(&arguments.from) {
        match file {
            Ok(file) => files.push(file),
            Err(error) => unread.push(error),
        }
    }
    let mut candidates = Candidates::in_files(files.len(), &unread);
    if files.is_empty() && unread.is_empty() {
        return Err(CommandError::NoFiles);
    }
    let bar = progress_bar(files.len(), "reading log files");
    let wanted = Wanted::with(&WORDS);
    for file in &files {
        let mut taken = Ok(());
        let read = stored::each(file, &wanted, |event| {
            if taken.is_ok() {
                taken = candidates.take(event, &mut taggers);
            }
        });
        taken?;
        tokio::select! {
            biased;
            status = &mut ended => return Err(CommandError::Ended(status)),
            () = tokio::task::yield_now() => {}
        }
        candidates.unread.extend(read.problems);
        bar.inc(1);
    }
    bar.finish_and_clear();
    let live = (arguments.look || arguments.apply).then_some(arguments.endpoint_url.as_deref());
    let queues = candidates.queues();
    let bar = progress_bar(queues.len(), if arguments.apply { "tagging queues" } else { "looking at queues" });
    let mut proposals = Vec::with_capacity(queues.len());
    // What was done is told, whatever comes in between.
    let (mut stopped, mut failures) = (None, 0);
    for queue in queues {
        let proposal = match live {
            None => Ok(deed::propose(queue)),
            Some(endpoint) => tokio::select! {
                biased;
                status = &mut ended => Err(CommandError::Ended(status)),
                proposal = deed::look(queue, &mut taggers, endpoint, arguments.apply) => proposal,
            },
        };
        match proposal {
            Ok(proposal) => {
                failures = if matches!(proposal.outcome, Outcome::Failed { .. }) { failures + 1 } else { 0 };
                proposals.push(proposal);
                // No credentials, or no way to AWS: it would be so for all the others.
                if failures == MOST_FAILURES && proposals.len() == failures {
                    stopped = Some(CommandError::AllFailed(failures));
                    break;
                }
            }
            Err(error) => {
                stopped = Some(error);
                break;
            }
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    let mut out = std::io::stdout().lock();
    if arguments.json {
        writeln!(out, "{}", show::document(&show::tags_json(&candidates, &proposals)))?;
    } else {
        writeln!(out, "{}", show::tags(&candidates, &proposals, arguments))?;
    }
    if let Some(stopped) = stopped {
        return Err(stopped);
    }
    let failed = proposals.iter().any(|proposal| matches!(proposal.outcome, Outcome::Failed { .. }));
    let good = !failed && candidates.unread.is_empty() && candidates.undecided.is_empty();
    Ok(if good { Verdict::Good } else { Verdict::Bad })
}
