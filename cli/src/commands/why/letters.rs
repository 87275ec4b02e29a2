//! The dead letters of a stack: held while they are read, and given back at once.

use super::super::CommandError;
use super::super::redrive::{Held, Letter, Message, Queue, if_ended, read};
use super::deployed::{Deployed, untold};
use super::kept::Kept;
use crate::aws::arn::name;
use crate::aws::{Aws, queue_url};
use crate::show::counted;
use chrono::TimeDelta;
use std::collections::BTreeMap;
use std::pin::Pin;

/// So many messages of each queue are looked at.
const MOST: usize = 1000;

/// What is in the queues.
#[derive(Clone, Debug, Default)]
pub(super) struct Letters {
    pub(super) all: Vec<Letter>,
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
    ended: &mut Pin<&mut impl Future<Output = u8>>,
) -> Result<Letters, CommandError> {
    let (mut held, mut letters) = (Held::default(), Letters::default());
    let mut over = Ok(());
    let mut owners: BTreeMap<String, Vec<String>> = BTreeMap::new();
    'queues: for (arn, owned_by) in &deployed.queues {
        let name = name(arn);
        let url = match queue_url(aws, arn).await {
            Ok(url) => url,
            Err(error) => {
                letters.untold.push(format!("the queue {name} {}", untold(&error)));
                continue;
            }
        };
        match Queue::of(aws, &url).await {
            Ok(Queue { is_redriven: true, .. }) => {
                let why = "has a redrive policy: a look would count, and may move its messages away";
                letters.untold.push(format!("the queue {name} {why}"));
                continue;
            }
            Ok(Queue { away, keeps_seconds, .. }) => {
                let kept = keeps_seconds.map(|seconds| Kept::For(TimeDelta::seconds(seconds.into())));
                letters.kept.insert(name.to_owned(), kept.unwrap_or_else(|| Kept::Untold("is not told".to_owned())));
                if away > 0 {
                    let messages = counted(usize::try_from(away).unwrap_or(usize::MAX), "message");
                    let why = format!("the queue {name} has about {messages} in somebody else's hands");
                    letters.untold.push(why);
                }
            }
            Err(error) => {
                letters.untold.push(format!("the queue {name} {}", untold(&error)));
                continue;
            }
        }
        owners.insert(url.clone(), owned_by.iter().cloned().collect());
        loop {
            // Never in the middle of a call: what SQS has given would be held by nobody.
            match held.take(aws, &url, MOST).await {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    letters.untold.push(format!("the queue {name} {}", untold(&error)));
                    break;
                }
            }
            over = if_ended(ended).await;
            if over.is_err() {
                break 'queues;
            }
        }
        if held.all().filter(|(queue, _)| *queue == url).count() >= MOST {
            letters.untold.push(format!("the queue {name} has more than {MOST} messages, and not all were looked at"));
        }
    }
    // What can't be understood is not about any event; redrive tells of it.
    let letter = |(queue, message): (&str, &Message)| {
        read(message, owners.get(queue).map(Vec::as_slice).unwrap_or_default()).ok()
    };
    letters.all.extend(held.all().filter_map(letter));
    if let Err(kept) = held.give_back(aws).await {
        letters.untold.push(kept.to_string());
    }
    over.map(|()| letters)
}
