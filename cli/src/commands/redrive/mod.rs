//! `trailhook redrive`: what is in the dead-letter queues, by cause, and the way back to the functions.
//!
//! It looks first, and changes nothing by looking: messages are held while they are read and given back in the end,
//! however it ends. What is sent is sent to the one target that did not get it, and not to the bus, where all the others would
//! get it again. The message is deleted last: an event comes twice rather than never, and the functions know it then.

mod advice;
mod choose;
mod confirm;
mod ending;
mod error;
mod found;
mod held;
mod letter;
mod once;
mod places;
mod send;
mod vouched;

pub(super) use advice::advice;
pub use choose::{Allowed, Left, Wanted};
pub use error::RedriveError;
pub use found::{Entry, Fate, Found, Group, Unread};
pub(super) use held::Held;
pub(super) use held::Queue;
pub use letter::{Cause, Letter, Message, Origin, Target, Unreadable, read};

use super::{CommandError, Verdict, progress_bar, read_or_not};
use crate::args::RedriveArguments;
use crate::aws::Aws;
use crate::show;
use chrono::Utc;
pub(super) use ending::Ending;
use held::{BATCH, Kept};
use places::Places;
use std::io::Write;
use std::pin::pin;
use std::time::Duration;
use vouched::History;
pub(super) use vouched::same;

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
    let mut ending = Ending::new(ended.as_mut());
    let (aws, places) = ending.or(asked).await??;
    let mut held = Held::default();
    let mut found = Found { queues: places.queues.clone(), notes: places.notes.clone(), ..Found::default() };
    let worked = work(&aws, arguments, &places, &mut held, &mut found, &mut ending).await;
    let is_whole = worked.is_ok();
    let (worked, given_back) = give_back(&aws, held, worked, &mut ending).await;
    if let Err(kept) = given_back {
        // The terminal may have gone.
        writeln!(std::io::stderr().lock(), "trailhook: {kept}").ok();
    }
    // What was sent is told, whatever came in between.
    let sent = found.count(|fate| matches!(fate, Fate::Sent | Fate::NotDeleted { .. } | Fate::Failed { .. }));
    if is_whole || sent > 0 {
        let mut out = std::io::stdout().lock();
        read_or_not(if arguments.json {
            writeln!(out, "{}", show::document(&show::redriven_json(&found)))
        } else {
            let table = if !arguments.send || arguments.yes { show::dead_letters(&found) } else { String::new() };
            writeln!(out, "{table}{}", show::redriven(&found, arguments.send))
        })?;
    }
    worked?;
    Ok(if found.is_good(arguments.send) { Verdict::Good } else { Verdict::Bad })
}

/// Gives back what is held; whoever wants it to end waits for a moment, and whoever has said so twice does not. Returns what
/// came of the work, which is [`CommandError::Ended`] where somebody said so meanwhile, and what comes back by itself only.
pub(super) async fn give_back(
    aws: &Aws,
    held: Held,
    mut worked: Result<(), CommandError>,
    ending: &mut Ending<'_, impl Future<Output = u8>>,
) -> (Result<(), CommandError>, Result<(), Kept>) {
    let number = held.all().count();
    let not_waited = |number| Err(Kept { number, why: "it was ended before".to_owned() });
    if ending.at_once {
        // What SQS had given when the call was broken off is held by nobody.
        return (worked, not_waited(number + BATCH));
    }
    let mut giving = pin!(held.give_back(aws));
    if !matches!(worked, Err(CommandError::Ended(_))) {
        match ending.or(giving.as_mut()).await {
            Ok(given_back) => return (worked, given_back),
            Err(ended) => worked = worked.and(Err(ended)),
        }
    }
    let last = ending.or(tokio::time::timeout(GRACE, giving)).await;
    (worked, last.ok().and_then(Result::ok).unwrap_or_else(|| not_waited(number)))
}

async fn work(
    aws: &Aws,
    arguments: &RedriveArguments,
    places: &Places,
    held: &mut Held,
    found: &mut Found,
    ending: &mut Ending<'_, impl Future<Output = u8>>,
) -> Result<(), CommandError> {
    let most = usize::try_from(arguments.max).unwrap_or(usize::MAX);
    for url in &places.queues {
        let queue = ending.or(Queue::of(aws, url)).await?.map_err(RedriveError::from)?;
        if queue.is_redriven {
            let redriven = RedriveError::Redriven(url.clone());
            if arguments.queue.is_some() {
                return Err(redriven.into());
            }
            // The others are looked into all the same.
            found.notes.push(redriven.to_string());
            found.left_out.push(url.clone());
            continue;
        }
        found.away += queue.away;
        loop {
            // Never in the middle of a call: what SQS has given would be held by nobody.
            let (taken, goes_on) = ending.whole(held.take(aws, url, most)).await?;
            let is_more = taken.map_err(RedriveError::from)?;
            goes_on?;
            if !is_more {
                break;
            }
        }
        found.more |= held.all().filter(|(queue, _)| queue == url).count() >= most;
    }
    let wanted = Wanted {
        cause: arguments.cause.clone(),
        function: places.function.clone(),
        qualifier: places.qualifier.clone(),
        event_id: arguments.event_id.clone(),
        stale_too: arguments.stale_too,
        unvouched_too: arguments.unvouched_too,
    };
    let now = Utc::now();
    for (queue, message) in held.all() {
        let owners = places.owners.get(queue).map(Vec::as_slice).unwrap_or_default();
        found.take((queue, message), owners, &wanted, &places.allowed, now);
    }
    // SQS gives them in any order; what is older comes first.
    found.letters.sort_by_key(|entry| entry.letter.time);
    if !arguments.send {
        return Ok(());
    }
    if !arguments.unvouched_too {
        vouch(aws, found, ending).await?;
    }
    let number = found.count(|fate| *fate == Fate::WouldSend);
    if number == 0 {
        return Ok(());
    }
    if !arguments.yes {
        // It is decided by what is shown.
        write!(std::io::stderr().lock(), "{}", show::dead_letters(found))?;
        if !ending.or(confirm::confirmed(&found.targets())).await? {
            return Err(RedriveError::NotConfirmed.into());
        }
    }
    let bar = progress_bar(number, "sending events");
    for entry in found.letters.iter_mut().filter(|entry| entry.fate == Fate::WouldSend) {
        let sent = ending.whole(send::send(aws, &entry.queue, &entry.message, &entry.letter)).await;
        let goes_on = match sent {
            Ok((fate, goes_on)) => {
                entry.fate = fate;
                goes_on
            }
            Err(error) if ending.at_once => {
                let why = "it was ended in the middle of it: the event may have been handed over".to_owned();
                entry.fate = Fate::Failed { why };
                Err(error)
            }
            // It was not begun.
            Err(error) => Err(error),
        };
        if entry.fate == Fate::Sent {
            held.forget(&entry.queue, &entry.message.id);
        }
        goes_on?;
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(())
}

/// Leaves what is not in the event history: it is believed by nobody's word but the queue's.
async fn vouch(
    aws: &Aws,
    found: &mut Found,
    ending: &mut Ending<'_, impl Future<Output = u8>>,
) -> Result<(), CommandError> {
    let mut history = History::default();
    let would = |entry: &&mut Entry| entry.fate == Fate::WouldSend;
    let bar = progress_bar(found.letters.iter_mut().filter(would).count(), "asking the event history");
    for entry in found.letters.iter_mut().filter(would) {
        if let Err(why) = ending.or(history.vouches(aws, &entry.letter)).await? {
            entry.fate = Fate::Left { why: format!("{why}; --unvouched-too sends it all the same") };
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(())
}
