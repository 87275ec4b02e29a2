//! Before a call is undone: the live queue, and what was there before the call.

use super::RevertHandler;
use crate::ApplyError;
use crate::responses::history::{CAUGHT_UP, Lookup};
use crate::responses::queue;
use aws_sdk_sqs::error::SdkError;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::BTreeMap;
use trailhook::history::{Fact, QueueHistory, QueueSnapshot};
use trailhook::responses::revert::{CancelMoveAction, DeleteQueueAction, Looked, MoveTask, RevertAction, UndoneCall};
use trailhook::{Judgement, QueueUrl, Reason, Verdict};

/// What a look came to.
pub(super) struct Seen {
    pub(super) verdict: Verdict<RevertAction>,
    /// The tags that may exempt the queue, where they are not the live queue's.
    pub(super) tags: Option<BTreeMap<String, String>>,
}

impl RevertHandler {
    /// What there is to do about an action.
    pub(super) async fn look(&self, action: &RevertAction) -> Result<Seen, ApplyError> {
        let call = match action {
            RevertAction::DeleteQueue(action) => return self.look_at_new_queue(action).await,
            RevertAction::CancelMessageMoveTask(action) => return self.look_at_move(action).await,
            RevertAction::CreateQueue(action) => &action.call,
            RevertAction::RemovePermission(action) => &action.call,
            RevertAction::RestoreStatement(action) => &action.call,
            RevertAction::SetQueueAttributes(action) => &action.call,
            RevertAction::TagQueue(action) => &action.call,
            RevertAction::UntagQueue(action) => &action.call,
        };
        let made_again = matches!(action, RevertAction::CreateQueue(_));
        // A queue that was deleted needn't be waited for.
        let young = if made_again { DateTime::UNIX_EPOCH } else { call.queue.event_time };
        let live = self.live(action, young).await?;
        if live.is_none() && !made_again {
            return Ok(Seen { verdict: Verdict::nothing(queue::gone(&call.queue.queue_url)), tags: None });
        }
        let mut history = self.known(action, call, live.as_ref()).await?;
        let now = Utc::now();
        let age = now.signed_duration_since(call.queue.event_time);
        if self.histories.is_some() && needs_history(action) && !history.knows(&call.event_id) {
            if age < CAUGHT_UP {
                let message = "snapshot has not kept this call yet, so what came before it may be missing as well";
                let verdict = Verdict::later(None, Reason::new("history-behind", message));
                return Ok(Seen { verdict, tags: live.map(|queue| queue.tags) });
            }
            // Nor will it: what snapshot has kept ends before this call, nobody knows how long. CloudTrail is asked.
            history = seen_now(live.as_ref());
        }
        let mut looked = action.judge(live.as_ref(), &history, now);
        if !looked.unknown.is_empty() {
            looked = self.search(action, call, live.as_ref(), &history, looked, now).await?;
        }
        let tags = match &looked.verdict.judgement {
            Judgement::Amend(RevertAction::CreateQueue(queue))
            | Judgement::Later(Some(RevertAction::CreateQueue(queue)), _) => {
                queue.queue.as_ref().map(|queue| queue.tags.clone())
            }
            _ => live.map(|queue| queue.tags),
        };
        Ok(Seen { verdict: patient(looked, age), tags })
    }

    /// The live queue with its tags; `None` for one that is not there.
    pub(super) async fn live(
        &self,
        action: &RevertAction,
        young: DateTime<Utc>,
    ) -> Result<Option<QueueSnapshot>, ApplyError> {
        match QueueUrl::of(action.queue_arn()) {
            Some(queue_url) => queue::look(&self.sqs, &queue_url, young).await,
            None => Ok(None),
        }
    }

    /// The live tags of an action's queue.
    pub(super) async fn tags_of(&self, action: &RevertAction) -> Result<BTreeMap<String, String>, ApplyError> {
        match QueueUrl::of(action.queue_arn()) {
            Some(queue_url) => queue::tags(&self.sqs, &queue_url).await,
            // Without its tags nobody can say that a queue is not exempt.
            None => {
                let message = format!("{} is not the arn of a queue, so its tags can't be read", action.queue_arn());
                Err(ApplyError::Refused { call: "sqs:ListQueueTags", message })
            }
        }
    }

    async fn look_at_new_queue(&self, action: &DeleteQueueAction) -> Result<Seen, ApplyError> {
        let Some(live) = queue::attributes(&self.sqs, &action.queue_url, action.event_time).await? else {
            return Ok(Seen { verdict: Verdict::nothing(queue::gone(&action.queue_url)), tags: None });
        };
        Ok(Seen { verdict: action.judge(&live), tags: None })
    }

    async fn look_at_move(&self, action: &CancelMoveAction) -> Result<Seen, ApplyError> {
        let tasks =
            self.sqs.list_message_move_tasks().source_arn(action.queue_arn.as_str()).max_results(10).send().await;
        let tasks = match tasks {
            Ok(tasks) => tasks.results.unwrap_or_default(),
            Err(SdkError::ServiceError(error)) if error.err().is_resource_not_found_exception() => {
                let gone = Reason::new("queue-gone", format!("the queue {} does not exist any more", action.queue_arn));
                return Ok(Seen { verdict: Verdict::nothing(gone), tags: None });
            }
            Err(error) => return Err(ApplyError::of("sqs:ListMessageMoveTasks", error)),
        };
        let tasks: Vec<MoveTask> = tasks
            .into_iter()
            .map(|task| MoveTask {
                task_handle: task.task_handle,
                status: task.status.unwrap_or_default(),
                moved: task.approximate_number_of_messages_moved,
            })
            .collect();
        Ok(Seen { verdict: action.judge(&tasks), tags: None })
    }

    /// What our own snapshots know, and the live queue with them: when it was made is a fact too.
    async fn known(
        &self,
        action: &RevertAction,
        call: &UndoneCall,
        live: Option<&QueueSnapshot>,
    ) -> Result<QueueHistory, ApplyError> {
        let mut history = seen_now(live);
        // What needs no history doesn't wait for it.
        if let Some(histories) = self.histories.as_ref().filter(|_| needs_history(action)) {
            let mut kept = histories.with(&call.queue.queue_arn, &call.event_id).await?;
            kept.add(history.facts);
            history = kept;
        }
        Ok(history)
    }

    /// Asks CloudTrail's event history for what the snapshots don't know.
    async fn search(
        &self,
        action: &RevertAction,
        call: &UndoneCall,
        live: Option<&QueueSnapshot>,
        history: &QueueHistory,
        looked: Looked,
        now: DateTime<Utc>,
    ) -> Result<Looked, ApplyError> {
        let with = |facts: &[Fact]| {
            let mut history = history.clone();
            history.add(facts.to_vec());
            history
        };
        let enough = |facts: &[Fact]| action.judge(live, &with(facts), now).unknown.is_empty();
        let queue = &call.queue;
        match self.events.of(&queue.queue_arn, &call.event_id, queue.event_time, enough).await? {
            Lookup::Found(facts) => Ok(action.judge(live, &with(&facts), now)),
            Lookup::Behind if now.signed_duration_since(queue.event_time) < CAUGHT_UP => {
                let message =
                    "CloudTrail's event history does not have this call yet, so what was there before is not known";
                let verdict = Verdict::later(None, Reason::new("history-behind", message));
                Ok(Looked { verdict, unknown: looked.unknown, changed: Vec::new() })
            }
            Lookup::Behind => {
                let why = "CloudTrail's event history does not have this call yet, and is not to be relied on";
                Ok(noting(looked, why.to_owned()))
            }
            Lookup::Unreadable(why) => Ok(noting(looked, why)),
        }
    }
}

/// What somebody has changed since may itself be undone in a moment: then this call's own change is there
/// again. So it is looked at again, as long as Lambda does; a second call must not keep the first from being
/// undone. What is changed still when that is over is for people.
fn patient(looked: Looked, age: TimeDelta) -> Verdict<RevertAction> {
    if looked.changed.is_empty() {
        return looked.verdict;
    }
    if age < CAUGHT_UP {
        let reason = Reason::new("changed-since", looked.changed.join("; "));
        return Verdict::later(None, reason).noting(looked.verdict.notes);
    }
    let Verdict { judgement, notes } = looked.verdict;
    match judgement {
        Judgement::Nothing(Reason { code, message }) => {
            let message = format!("{message}: nobody can tell whether that is to stay");
            Verdict::undecided(Reason { code, message }).noting(notes)
        }
        judgement => Verdict { judgement, notes },
    }
}

/// What the live queue says by itself.
fn seen_now(live: Option<&QueueSnapshot>) -> QueueHistory {
    let mut history = QueueHistory::default();
    history.add(live.map(|queue| Fact::Seen { at: Utc::now(), queue: queue.clone(), with: Vec::new() }));
    history
}

fn needs_history(action: &RevertAction) -> bool {
    !matches!(action, RevertAction::RemovePermission(_))
}

fn noting(looked: Looked, note: String) -> Looked {
    Looked { verdict: looked.verdict.noting([note]), ..looked }
}
