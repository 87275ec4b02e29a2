//! Tags a new queue.

use super::queue;
use crate::{ApplyError, Handler, Later, Start};
use aws_sdk_sqs::Client;
use chrono::Utc;
use trailhook::responses::tag_new_queue::{TagNewQueue, TagQueueAction, TagSettings, tag_key};
use trailhook::{TagExemption, Verdict};

/// [`TagNewQueue`] with a client.
#[derive(Debug)]
pub struct TagNewQueueHandler {
    response: TagNewQueue,
    sqs: Later<Client>,
}

impl TagNewQueueHandler {
    /// Reads `TRAILHOOK_TAGS`, a JSON object from tag key to value template, and
    /// `TRAILHOOK_REQUIRED_TAGS`, keys that a queue must have.
    pub fn build(start: &mut Start<'_>) -> Option<Self> {
        let required = start.environment.list("TRAILHOOK_REQUIRED_TAGS", tag_key);
        let settings = match start.environment.get("TRAILHOOK_TAGS").map(|json| TagSettings::from_json(&json)) {
            None => TagSettings::default(),
            Some(Ok(settings)) => settings,
            Some(Err(problems)) => {
                for problem in problems {
                    start.environment.problem("TRAILHOOK_TAGS", problem.to_string());
                }
                return None;
            }
        };
        let settings = settings.requiring(required);
        Some(TagNewQueueHandler { response: TagNewQueue::new(settings), sqs: start.later(Client::new) })
    }
}

decides_as!(TagNewQueueHandler, TagNewQueue, response);

impl Handler for TagNewQueueHandler {
    const IAM_ACTIONS: &'static [&'static str] = &["sqs:GetQueueAttributes", "sqs:ListQueueTags", "sqs:TagQueue"];

    async fn confirm(&self, action: &TagQueueAction) -> Result<Verdict<TagQueueAction>, ApplyError> {
        let Some(attributes) = queue::attributes(&self.sqs, &action.queue_url, action.event_time).await? else {
            return Ok(Verdict::nothing(queue::gone(&action.queue_url)));
        };
        let created = attributes.get("CreatedTimestamp").map_or("", String::as_str);
        let tags = queue::tags(&self.sqs, &action.queue_url).await?;
        Ok(TagExemption::of(&tags, Utc::now()).over(action.judge(created, &tags)))
    }

    async fn apply(&self, action: &TagQueueAction) -> Result<(), ApplyError> {
        let tags = action.tags.clone().into_iter().collect();
        let request = self.sqs.tag_queue().queue_url(action.queue_url.as_str()).set_tags(Some(tags));
        request.send().await.map(drop).map_err(|error| ApplyError::of("sqs:TagQueue", error))
    }
}
