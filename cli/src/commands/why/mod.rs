//! `trailhook why`: the story of an event, or of the newest events about a queue.
//!
//! It asks AWS for all that is known ([`Facts`]), tells what follows from it without AWS ([`tell`]), and changes nothing.

mod about;
mod deployed;
mod facts;
mod history;
mod kept;
mod letters;
mod look;
mod newest;
mod queue;
mod story;
mod whose;

pub use about::About;
pub use facts::{Decision, Facts, Gap, Looked, Other};
pub(super) use history::record as recorded;
pub use kept::Kept;
pub use queue::Queue;
pub use story::{End, Ended, Line, Story, tell};

use super::redrive::Ending;
use super::{CommandError, Verdict, progress_bar, read_or_not};
use crate::args::WhyArguments;
use crate::aws::{Aws, AwsError};
use crate::show;
use chrono::Utc;
use deployed::Deployed;
use history::History;
use look::Look;
use newest::Newest;
use std::io::Write;
use std::pin::pin;

/// There is no story to look for.
#[derive(Debug, thiserror::Error)]
pub enum WhyError {
    /// There is no such stack, so nobody knows where to look.
    #[error("where to look is not known: {0}; say the stack's name, and its Region with --region")]
    NoStack(AwsError),
    /// Whoever asks may not.
    #[error("where to look is not known: {0}; ask with credentials that may {call}", call = .0.call)]
    Denied(AwsError),
    /// It is not told for another reason.
    #[error("where to look is not known: {0}")]
    Untold(AwsError),
}

/// Looks, and tells the stories.
///
/// # Errors
/// AWS can't be asked, there is no such stack, or it was ended.
pub async fn why(arguments: &WhyArguments, ended: impl Future<Output = u8>) -> Result<Verdict, CommandError> {
    let mut ended = pin!(ended);
    let asked = async {
        let aws = Aws::of(&arguments.aws).await?;
        let deployed = Deployed::of(&aws, &arguments.stack_name).await.map_err(not_known)?;
        Ok::<_, CommandError>((aws, deployed))
    };
    let (aws, deployed) = tokio::select! {
        biased;
        status = &mut ended => return Err(CommandError::Ended(status)),
        asked = asked => asked?,
    };
    let letters = letters::letters(&aws, &deployed, &mut Ending::new(ended.as_mut())).await?;
    let (history, since) = (History::of(&aws), Utc::now() - arguments.since);
    let look = Look { aws: &aws, deployed: &deployed, letters: &letters, history, since };
    let (stories, untold) = tokio::select! {
        biased;
        status = &mut ended => return Err(CommandError::Ended(status)),
        stories = stories(&look, arguments) => stories,
    };
    let mut out = std::io::stdout().lock();
    read_or_not(if arguments.json {
        writeln!(out, "{}", show::document(&show::why_json(&stories, &untold)))
    } else {
        write!(out, "{}", show::why(&stories, &untold))
    })?;
    let is_told = !stories.is_empty() && untold.is_empty() && stories.iter().all(|story| story.found && story.whole);
    Ok(if is_told { Verdict::Good } else { Verdict::Bad })
}

/// The stories, and what could not be asked while events were looked for.
async fn stories(look: &Look<'_>, arguments: &WhyArguments) -> (Vec<Story>, Vec<String>) {
    let Newest { ids, records, mut untold } = match &arguments.about {
        About::Event(id) => Newest { ids: vec![id.clone()], ..Newest::default() },
        About::Queue(queue) => look.newest(queue, usize::from(arguments.last)).await,
    };
    let mut stories = Vec::new();
    let bar = progress_bar(ids.len(), "gathering what is known");
    for id in &ids {
        stories.push(tell(&look.at(id, records.get(id)).await));
        bar.inc(1);
    }
    bar.finish_and_clear();
    if let (About::Queue(queue), true) = (&arguments.about, ids.is_empty()) {
        untold.extend([look.deployed.untold.clone(), look.letters.untold.clone()].concat());
        untold.push(nothing_of(queue, &look.aws.region));
    }
    (stories, untold)
}

/// That no event about a queue is known where it was looked for.
fn nothing_of(Queue { name, region, account }: &Queue, asked: &str) -> String {
    let of = account.as_ref().map_or(String::new(), |account| format!(" of the account {account}"));
    let late = "CloudTrail is up to 15 minutes late, the history is of one Region and account (--region, --profile), and older \
                ones need a longer --since";
    match region.as_deref().filter(|region| *region != asked) {
        Some(region) => format!(
            "no event about the queue {name}{of} in {region} is found in {asked}: ask where it is with --region {region}, as \
             long as no rule there forwards to {asked}; {late}"
        ),
        None => format!("no event about the queue {name}{of} is found in {asked}: {late}"),
    }
}

/// Why nobody knows where to look, with what helps against that.
fn not_known(error: AwsError) -> CommandError {
    match error {
        error if error.is_missing() => WhyError::NoStack(error).into(),
        error if error.is_denied() => WhyError::Denied(error).into(),
        error if error.is_about_the_caller() => error.into(),
        error => WhyError::Untold(error).into(),
    }
}
