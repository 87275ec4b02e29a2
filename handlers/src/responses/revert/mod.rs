//! Undoes a call: looks at the live queue and at what was there before, then makes one call of SQS.

mod deed;
mod look;

use super::history::{EventHistory, QueueHistories};
use crate::{ApplyError, Handler, Later, Start};
use aws_sdk_sqs::Client;
use chrono::Utc;
use trailhook::responses::revert::{Revert, RevertAction, RevertRules};
use trailhook::{Afterwards, Judgement, TagExemption, Verdict};

/// [`Revert`] with clients.
#[derive(Debug)]
pub struct RevertHandler {
    response: Revert,
    sqs: Later<Client>,
    /// Our own snapshots; `None` where there is no table.
    histories: Option<QueueHistories>,
    events: EventHistory,
}

impl RevertHandler {
    /// Reads `TRAILHOOK_REVERT_RULES`, a file of rules as JSON; without it every call is undone. Reads
    /// `TRAILHOOK_SNAPSHOTS`: the table in which snapshots are kept.
    pub fn build(start: &mut Start<'_>) -> Option<Self> {
        let table = start.environment.optional("TRAILHOOK_SNAPSHOTS", crate::configuration::table);
        let rules = match start.environment.get("TRAILHOOK_REVERT_RULES").map(|json| RevertRules::from_json(&json)) {
            None => RevertRules::default(),
            Some(Ok(rules)) => rules,
            Some(Err(problems)) => {
                for problem in problems {
                    start.environment.problem("TRAILHOOK_REVERT_RULES", problem.to_string());
                }
                return None;
            }
        };
        Some(RevertHandler {
            response: Revert { rules },
            sqs: start.later(Client::new),
            histories: table.map(|table| QueueHistories::new(table, start.aws)),
            events: EventHistory::new(start.aws),
        })
    }
}

decides_as!(RevertHandler, Revert, response);

impl Handler for RevertHandler {
    const IAM_ACTIONS: &'static [&'static str] = &[
        "cloudtrail:LookupEvents",
        "dynamodb:GetItem",
        "sqs:CancelMessageMoveTask",
        "sqs:CreateQueue",
        // Asked for of whoever cancels a move; no message is ever received or deleted here.
        "sqs:DeleteMessage",
        "sqs:DeleteQueue",
        "sqs:GetQueueAttributes",
        "sqs:ListMessageMoveTasks",
        "sqs:ListQueueTags",
        "sqs:ReceiveMessage",
        "sqs:RemovePermission",
        "sqs:SetQueueAttributes",
        "sqs:TagQueue",
        "sqs:UntagQueue",
    ];

    async fn confirm(&self, action: &RevertAction) -> Result<Verdict<RevertAction>, ApplyError> {
        let looked = self.look(action).await?;
        if matches!(looked.verdict.judgement, Judgement::Nothing(_)) {
            return Ok(looked.verdict);
        }
        // Last, so that an exemption given a moment ago still counts. Of a queue that is not there, the tags
        // that it had count.
        let tags = match looked.tags {
            Some(tags) => tags,
            // Of a queue that is gone, as long as nobody knows what it was like, there is nothing to ask.
            None if matches!(looked.verdict.judgement, Judgement::Later(None, _)) => return Ok(looked.verdict),
            None => self.tags_of(action).await?,
        };
        Ok(TagExemption::of(&tags, Utc::now()).over(looked.verdict))
    }

    async fn apply(&self, action: &RevertAction) -> Result<(), ApplyError> {
        deed::undo(&self.sqs, action).await
    }

    async fn afterwards(&self, action: &RevertAction) -> Result<Afterwards, ApplyError> {
        if !action.leaves_something() {
            return Ok(Afterwards::default());
        }
        let live = self.live(action, Utc::now()).await?;
        Ok(action.afterwards(live.as_ref()))
    }
}
