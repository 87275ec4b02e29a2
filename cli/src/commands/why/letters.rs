//! The dead letters of a stack: held while they are read, and given back at once.

use super::super::CommandError;
use super::super::redrive::{Ending, Held, Letter, Queue, Unreadable, give_back, read};
use super::deployed::{Deployed, untold};
use super::kept::Kept;
use crate::aws::arn::name;
use crate::aws::{Aws, queue_url};
use crate::show::counted;
use chrono::TimeDelta;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Write;

/// So many messages of each queue are looked at.
const MOST: usize = 1000;

/// What is in the queues.
#[derive(Clone, Debug, Default)]
pub(super) struct Letters {
    pub(super) all: Vec<Letter>,
    /// The ids of the events that a function failed with that nobody can name, and why not.
    pub(super) unplaced: Vec<(String, String)>,
    /// How long the queues that were looked into keep their messages, by their names.
    pub(super) kept: BTreeMap<String, Kept>,
    /// What could not be asked, in sentences.
    pub(super) untold: Vec<String>,
}

/// Reads them.
///
/// # Errors
/// It was ended; what was held is given back.
pub(super) async fn letters(
    aws: &Aws,
    deployed: &Deployed,
    ending: &mut Ending<'_, impl Future<Output = u8>>,
) -> Result<Letters, CommandError> {
    let (mut held, mut letters) = (Held::default(), Letters::default());
    let looked = look(aws, deployed, &mut held, &mut letters, ending).await;
    let (looked, given_back) = give_back(aws, held, looked, ending).await;
    if let Err(kept) = given_back {
        match looked {
            // There will be no story to say it in, and the terminal may have gone.
            Err(_) => _ = writeln!(std::io::stderr().lock(), "trailhook: {kept}"),
            Ok(()) => letters.untold.push(kept.to_string()),
        }
    }
    looked.map(|()| letters)
}

async fn look(
    aws: &Aws,
    deployed: &Deployed,
    held: &mut Held,
    letters: &mut Letters,
    ending: &mut Ending<'_, impl Future<Output = u8>>,
) -> Result<(), CommandError> {
    for (arn, owned_by) in &deployed.queues {
        let name = name(arn);
        let url = ending.or(letters.looks_into(aws, arn)).await?;
        let Some(url) = url else { continue };
        loop {
            // Never in the middle of a call: what SQS has given would be held by nobody.
            let (taken, goes_on) = ending.whole(held.take(aws, &url, MOST)).await?;
            goes_on?;
            match taken {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    letters.untold.push(format!("the queue {name} {}", untold(&error)));
                    break;
                }
            }
        }
        let messages = || held.all().filter(|(queue, _)| *queue == url).map(|(_, message)| message);
        if messages().count() >= MOST {
            letters
                .untold
                .push(format!("the queue {name} has {MOST} messages or more, and not all may have been looked at"));
        }
        let owners: Vec<String> = owned_by.iter().cloned().collect();
        for message in messages() {
            match read(message, &owners) {
                Ok(letter) => letters.all.push(letter),
                Err(why @ (Unreadable::NoOwner | Unreadable::Owners(_))) => {
                    letters.unplaced.extend(event_id(&message.body).map(|id| (id, why.to_string())));
                }
                // What can't be understood is not about any event; redrive tells of it.
                Err(Unreadable::Form(_) | Unreadable::Stranger | Unreadable::NoEvent) => {}
            }
        }
    }
    Ok(())
}

/// The id of the event in a message that is nothing but one.
fn event_id(body: &str) -> Option<String> {
    // What is no JSON is no event.
    let event: Value = serde_json::from_str(body).ok()?;
    Some(event.pointer("/detail/eventID")?.as_str()?.to_owned())
}

impl Letters {
    /// The queue's URL, where it may be looked into; what is to be known of it is noted.
    async fn looks_into(&mut self, aws: &Aws, arn: &str) -> Option<String> {
        let asked = async {
            let url = queue_url(aws, arn).await?;
            Ok((Queue::of(aws, &url).await?, url))
        };
        let name = name(arn);
        let (queue, url) = match asked.await {
            Ok(told) => told,
            Err(error) => {
                self.untold.push(format!("the queue {name} {}", untold(&error)));
                return None;
            }
        };
        if queue.is_redriven {
            let why = "has a redrive policy: a look would count, and may move its messages away";
            self.untold.push(format!("the queue {name} {why}"));
            return None;
        }
        let kept = queue.keeps_seconds.map(|seconds| Kept::For(TimeDelta::seconds(seconds.into())));
        self.kept.insert(name.to_owned(), kept.unwrap_or_else(|| Kept::Untold("is not told".to_owned())));
        if queue.away > 0 {
            let messages = counted(usize::try_from(queue.away).unwrap_or(usize::MAX), "message");
            self.untold.push(format!("the queue {name} has about {messages} in somebody else's hands"));
        }
        Some(url)
    }
}
