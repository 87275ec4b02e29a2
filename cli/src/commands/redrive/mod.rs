//! `trailhook redrive`: what is in the dead-letter queues, by cause, and the way back to the functions.
//!
//! It looks first, and changes nothing by looking: messages are held while they are read and given back in the end,
//! however it ends. What is sent is sent to the one target that did not get it, and not to the bus, where all the others would
//! get it again. The message is deleted last: an event comes twice rather than never, and the functions know it then.

mod advice;
mod choose;
mod confirm;
mod error;
mod found;
mod held;
mod letter;
mod places;
mod send;
mod vouched;

pub(super) use advice::advice;
pub use choose::{Allowed, Left, Wanted};
pub use error::RedriveError;
pub use found::{Entry, Fate, Found, Group, Unread};
pub(super) use held::Held;
pub(super) use held::Queue;
pub use letter::{Cause, Letter, Message, Target, Unreadable, read};
pub(super) use places::{is_queue, url_of};

use super::{CommandError, Verdict, progress_bar};
use crate::args::RedriveArguments;
use crate::aws::Aws;
use crate::show;
use chrono::Utc;
use places::Places;
use std::io::Write;
use std::pin::{Pin, pin};
use std::time::Duration;
pub(super) use vouched::same;
use vouched::{History, Patterns};

/// How long the giving back may take when somebody wants it to end; there may be thousands.
const GRACE: Duration = Duration::from_secs(10);

/// Lists dead letters, or sends them.
///
/// # Errors
/// AWS does not tell what there is, nobody said yes, or it was ended.
pub async fn redrive(arguments: &RedriveArguments, ended: impl Future<Output = u8>) -> Result<Verdict, CommandError> {
    let mut ended = pin!(ended);
    if arguments.send && !arguments.yes && !confirm::somebody_is_there() {
        return Err(RedriveError::NobodyToAsk.into());
    }
    if arguments.send && arguments.stack_name.is_none() && arguments.function.is_none() {
        return Err(RedriveError::NoTarget.into());
    }
    let asked = async {
        let aws = Aws::of(&arguments.aws).await?;
        let places = Places::of(&aws, arguments).await?;
        Ok::<_, RedriveError>((aws, places))
    };
    let (aws, places) = tokio::select! {
        biased;
        status = &mut ended => return Err(CommandError::Ended(status)),
        asked = asked => asked?,
    };
    let mut held = Held::default();
    let mut found = Found { queues: places.queues.clone(), notes: places.notes.clone(), ..Found::default() };
    let worked = work(&aws, arguments, &places, &mut held, &mut found, &mut ended).await;
    let number = held.all().count();
    let kept = match &worked {
        Err(CommandError::Ended(_)) => tokio::time::timeout(GRACE, held.give_back(&aws)).await.unwrap_or(number),
        _ => held.give_back(&aws).await,
    };
    if kept > 0 {
        let note = format!("up to {kept} messages could not be given back, and come by themselves in five minutes");
        // The terminal may have gone.
        writeln!(std::io::stderr().lock(), "trailhook: {note}").ok();
    }
    // What was sent is told, whatever came in between.
    let sent = found.count(|fate| matches!(fate, Fate::Sent | Fate::NotDeleted { .. } | Fate::Failed { .. }));
    if worked.is_ok() || sent > 0 {
        let mut out = std::io::stdout().lock();
        if arguments.json {
            writeln!(out, "{:#}", show::redriven_json(&found))?;
        } else {
            if !arguments.send || arguments.yes {
                write!(out, "{}", show::dead_letters(&found))?;
            }
            writeln!(out, "{}", show::redriven(&found, arguments.send))?;
        }
    }
    worked?;
    Ok(if found.is_good(arguments.send) { Verdict::Good } else { Verdict::Bad })
}

async fn work(
    aws: &Aws,
    arguments: &RedriveArguments,
    places: &Places,
    held: &mut Held,
    found: &mut Found,
    ended: &mut Pin<&mut impl Future<Output = u8>>,
) -> Result<(), CommandError> {
    let most = usize::try_from(arguments.max).unwrap_or(usize::MAX);
    for url in &places.queues {
        let queue = Queue::of(aws, url).await.map_err(RedriveError::from)?;
        if queue.is_redriven {
            return Err(RedriveError::Redriven(url.clone()).into());
        }
        found.away += queue.away;
        // Never in the middle of a call: what SQS has given would be held by nobody.
        while held.take(aws, url, most).await.map_err(RedriveError::from)? {
            if_ended(ended).await?;
        }
        found.more |= held.all().filter(|(queue, _)| queue == url).count() >= most;
    }
    let wanted = Wanted {
        cause: arguments.cause.clone(),
        function: places.function.clone(),
        event_id: arguments.event_id.clone(),
        stale_too: arguments.stale_too,
    };
    let now = Utc::now();
    for (queue, message) in held.all() {
        found.take(queue, message, &wanted, &places.allowed, now);
    }
    // SQS gives them in any order; what is older comes first.
    found.letters.sort_by_key(|entry| entry.letter.time);
    if !arguments.send {
        return Ok(());
    }
    if !arguments.unvouched_too {
        vouch(aws, found, &places.patterns, ended).await?;
    }
    let number = found.count(|fate| *fate == Fate::WouldSend);
    if number == 0 {
        return Ok(());
    }
    if !arguments.yes {
        // It is decided by what is shown.
        write!(std::io::stderr().lock(), "{}", show::dead_letters(found))?;
        let (functions, log_groups) = found.targets();
        tokio::select! {
            biased;
            status = &mut *ended => return Err(CommandError::Ended(status)),
            yes = confirm::confirmed(number, functions, log_groups) => if !yes { return Err(RedriveError::NotConfirmed.into()) },
        }
    }
    let bar = progress_bar(number, "sending events");
    for entry in found.letters.iter_mut().filter(|entry| entry.fate == Fate::WouldSend) {
        if_ended(ended).await?;
        entry.fate = send::send(aws, &entry.queue, &entry.message, &entry.letter).await;
        if entry.fate == Fate::Sent {
            held.forget(&entry.queue, &entry.message.id);
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(())
}

/// Leaves what is for a function and is not in the event history: it is believed by nobody's word but the queue's.
async fn vouch(
    aws: &Aws,
    found: &mut Found,
    patterns: &Patterns,
    ended: &mut Pin<&mut impl Future<Output = u8>>,
) -> Result<(), CommandError> {
    let mut history = History::default();
    let would =
        |entry: &&mut Entry| entry.fate == Fate::WouldSend && matches!(entry.letter.target, Target::Function { .. });
    let bar = progress_bar(found.letters.iter_mut().filter(would).count(), "asking the event history");
    for entry in found.letters.iter_mut().filter(would) {
        tokio::select! {
            biased;
            status = &mut *ended => return Err(CommandError::Ended(status)),
            vouched = history.vouches(aws, &entry.letter, patterns) => if let Err(why) = vouched {
                entry.fate = Fate::Left { why: format!("{why}; --unvouched-too sends it all the same") };
            },
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(())
}

/// Goes on, unless it is ended.
pub(super) async fn if_ended(ended: &mut Pin<&mut impl Future<Output = u8>>) -> Result<(), CommandError> {
    tokio::select! {
        biased;
        status = ended => Err(CommandError::Ended(status)),
        () = std::future::ready(()) => Ok(()),
    }
}
