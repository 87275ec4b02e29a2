//! `trailhook why`: the story of an event, or of the newest events about a queue.
//!
//! It asks AWS for all that is known ([`Facts`]), tells what follows from it without AWS ([`tell`]), and changes nothing.

mod about;
mod deployed;
mod facts;
mod history;
mod letters;
mod look;
mod story;

pub use about::About;
pub use facts::{Decision, Facts, Looked};
pub(super) use history::record as recorded;
pub use story::{End, Ended, Line, Story, tell};

use super::{CommandError, Verdict};
use crate::args::WhyArguments;
use crate::aws::{Aws, AwsError};
use crate::show;
use chrono::Utc;
use deployed::Deployed;
use look::{Look, Newest};
use std::io::Write;
use std::pin::pin;

/// There is no story to look for.
#[derive(Debug, thiserror::Error)]
pub enum WhyError {
    /// The stack is not told of, so nobody knows where to look.
    #[error("where to look is not known: {0}; say the stack's name, and its Region with --region")]
    Stack(AwsError),
}

/// Looks, and tells the stories.
///
/// # Errors
/// AWS can't be asked, there is no such stack, or it was ended.
pub async fn why(arguments: &WhyArguments, ended: impl Future<Output = u8>) -> Result<Verdict, CommandError> {
    let mut ended = pin!(ended);
    let asked = async {
        let aws = Aws::of(&arguments.aws).await?;
        let deployed = Deployed::of(&aws, &arguments.stack_name).await.map_err(WhyError::Stack)?;
        Ok::<_, CommandError>((aws, deployed))
    };
    let (aws, deployed) = tokio::select! {
        biased;
        status = &mut ended => return Err(CommandError::Ended(status)),
        asked = asked => asked?,
    };
    let letters = letters::letters(&aws, &deployed, &mut ended).await?;
    let look = Look { aws: &aws, deployed: &deployed, letters: &letters, since: Utc::now() - arguments.since };
    let (stories, untold) = tokio::select! {
        biased;
        status = &mut ended => return Err(CommandError::Ended(status)),
        stories = stories(&look, arguments) => stories,
    };
    let mut out = std::io::stdout().lock();
    if arguments.json {
        writeln!(out, "{:#}", show::why_json(&stories, &untold))?;
    } else {
        write!(out, "{}", show::why(&stories, &untold))?;
    }
    let is_told = !stories.is_empty() && untold.is_empty() && stories.iter().all(|story| story.found && story.whole);
    Ok(if is_told { Verdict::Good } else { Verdict::Bad })
}

/// The stories, and what could not be asked while events were looked for.
async fn stories(look: &Look<'_>, arguments: &WhyArguments) -> (Vec<Story>, Vec<String>) {
    let (ids, mut untold) = match &arguments.about {
        About::Event(id) => (vec![id.clone()], Vec::new()),
        About::Queue(name) => {
            let Newest { ids, untold } = look.newest(name, usize::from(arguments.last)).await;
            (ids, untold)
        }
    };
    let mut stories = Vec::new();
    for id in &ids {
        stories.push(tell(&look.at(id).await));
    }
    if let (About::Queue(name), true) = (&arguments.about, ids.is_empty()) {
        untold.extend([look.deployed.untold.clone(), look.letters.untold.clone()].concat());
        untold.push(format!(
            "no event about the queue {name} is found in {}: CloudTrail is up to 15 minutes late, the history is of one Region \
             and account (--region, --profile), and older ones need a longer --since",
            look.aws.region
        ));
    }
    (stories, untold)
}
