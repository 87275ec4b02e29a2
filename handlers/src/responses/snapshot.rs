//! Looks at a queue after a call, and keeps what it sees in the table.

use super::history::QueueHistories;
use super::queue;
use crate::{ApplyError, Handler, Later, Start};
use aws_sdk_sqs::Client;
use chrono::{DateTime, Utc};
use std::time::Duration;
use trailhook::Verdict;
use trailhook::history::{Effect, Fact};
use trailhook::responses::snapshot::{Snapshot, SnapshotAction};

/// A change may not be seen everywhere at once: it is looked again after these waits. What is not seen
/// by then counts as seen a minute later, as SQS says.
const WAITS: [Duration; 2] = [Duration::from_millis(500), Duration::from_millis(1500)];

/// [`Snapshot`] with clients.
#[derive(Debug)]
pub struct SnapshotHandler {
    response: Snapshot,
    sqs: Later<Client>,
    histories: QueueHistories,
}

impl SnapshotHandler {
    /// Needs `TRAILHOOK_TABLE`.
    pub fn build(start: &mut Start<'_>) -> Option<Self> {
        let Some(table) = start.environment.get("TRAILHOOK_TABLE") else {
            start.environment.problem("TRAILHOOK_TABLE", "it is not set: without a table nothing can be kept");
            return None;
        };
        let histories = QueueHistories::new(table, start.aws);
        Some(SnapshotHandler { response: Snapshot, sqs: start.later(Client::new), histories })
    }

    /// What is seen of the queue now; `None` where there is no use in looking.
    async fn look(&self, action: &SnapshotAction) -> Result<Option<Fact>, ApplyError> {
        // For a minute nobody can tell a queue that is going from one that stays.
        if action.effect == Effect::DeleteQueue {
            return Ok(None);
        }
        let mut waits = WAITS.iter();
        loop {
            let seen = queue::look(&self.sqs, &action.queue.queue_url, DateTime::UNIX_EPOCH).await?;
            let shows = seen.as_ref().is_some_and(|seen| action.effect.shows_in(seen));
            match (waits.next(), seen) {
                (Some(wait), _) if !shows => tokio::time::sleep(*wait).await,
                (_, Some(queue)) => {
                    let with = if shows { vec![action.event_id.clone()] } else { Vec::new() };
                    return Ok(Some(Fact::Seen { at: Utc::now(), queue, with }));
                }
                // A new queue may be on its way yet, and may as well have been reverted.
                (_, None) if matches!(action.effect, Effect::CreateQueue { .. }) => return Ok(None),
                (_, None) => return Ok(Some(Fact::Gone { at: Utc::now() })),
            }
        }
    }
}

decides_as!(SnapshotHandler, Snapshot, response);

impl Handler for SnapshotHandler {
    const IAM_ACTIONS: &'static [&'static str] =
        &["dynamodb:GetItem", "dynamodb:UpdateItem", "sqs:GetQueueAttributes", "sqs:ListQueueTags"];

    async fn confirm(&self, _: &SnapshotAction) -> Result<Verdict<SnapshotAction>, ApplyError> {
        Ok(Verdict::proceed())
    }

    async fn apply(&self, action: &SnapshotAction) -> Result<(), ApplyError> {
        let called = Fact::Called {
            at: action.queue.event_time,
            event_id: action.event_id.clone(),
            effect: action.effect.clone(),
            by: action.by.clone(),
        };
        // The call first: whoever undoes another one must know of it, though nobody may look at the queue.
        self.histories.add(&action.queue.queue_arn, vec![called]).await?;
        match self.look(action).await? {
            Some(seen) => self.histories.add(&action.queue.queue_arn, vec![seen]).await,
            None => Ok(()),
        }
    }
}
