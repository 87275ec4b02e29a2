//! Messages that are held while they are looked at: nobody else gets them, and in the end they are given back.

use super::letter::Message;
use crate::aws::{Aws, AwsError, told};
use crate::show::counted;
use aws_sdk_sqs::types::{BatchResultErrorEntry, ChangeMessageVisibilityBatchRequestEntry, QueueAttributeName};
use std::collections::BTreeMap;

/// How long a message stays away should nobody give it back, in seconds: a reader's time for a table and a yes.
pub(super) const HOLD_SECONDS: i32 = 300;

/// How many messages SQS takes and gives at once.
pub(super) const BATCH: usize = 10;

/// What is known of a queue before it is looked into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct Queue {
    /// So many messages somebody has in hand, about.
    pub(in super::super) away: u64,
    /// Whether SQS counts the looks at a message, and moves it away after some.
    pub(in super::super) is_redriven: bool,
    /// How long it keeps a message, in seconds, where SQS says so.
    pub(in super::super) keeps_seconds: Option<u32>,
}

impl Queue {
    pub(in super::super) async fn of(aws: &Aws, url: &str) -> Result<Queue, AwsError> {
        let away = QueueAttributeName::ApproximateNumberOfMessagesNotVisible;
        let asked = aws.sqs.get_queue_attributes().queue_url(url);
        let asked = asked.attribute_names(away.clone()).attribute_names(QueueAttributeName::RedrivePolicy);
        let asked = asked.attribute_names(QueueAttributeName::MessageRetentionPeriod);
        let answer = told("sqs:GetQueueAttributes", asked.send().await)?;
        let attribute = |name| answer.attributes().and_then(|all| all.get(&name));
        Ok(Queue {
            // What is no number is none.
            away: attribute(away).and_then(|number| number.parse().ok()).unwrap_or_default(),
            is_redriven: attribute(QueueAttributeName::RedrivePolicy).is_some_and(|policy| !policy.is_empty()),
            keeps_seconds: attribute(QueueAttributeName::MessageRetentionPeriod)
                .and_then(|seconds| seconds.parse().ok()),
        })
    }
}

/// Messages that could not be given back.
#[derive(Debug, thiserror::Error)]
#[error("up to {} could not be given back, and the queue has them again in five minutes: {why}", counted(*.number, "message"))]
pub(in crate::commands) struct Kept {
    /// How many, about.
    pub(super) number: usize,
    /// What SQS said of the first, or why it was not asked.
    pub(super) why: String,
}

/// Messages, with the URL of their queue.
#[derive(Debug, Default)]
pub(in crate::commands) struct Held {
    messages: Vec<(String, Message)>,
}

impl Held {
    /// Takes some more messages of a queue; `false` when there are no more, or as many as are wanted.
    pub(in crate::commands) async fn take(&mut self, aws: &Aws, url: &str, most: usize) -> Result<bool, AwsError> {
        let here = self.messages.iter().filter(|(queue, _)| queue == url).count();
        let wanted = most.saturating_sub(here).min(BATCH);
        if wanted == 0 {
            return Ok(false);
        }
        let asked = aws
            .sqs
            .receive_message()
            .queue_url(url)
            .max_number_of_messages(i32::try_from(wanted).unwrap_or(1))
            .visibility_timeout(HOLD_SECONDS)
            .message_attribute_names("All")
            // Long enough for all of the queue's servers to be asked.
            .wait_time_seconds(1);
        let answer = told("sqs:ReceiveMessage", asked.send().await)?;
        let mut is_new = false;
        for message in answer.messages.unwrap_or_default() {
            let attributes: BTreeMap<String, String> = message
                .message_attributes
                .unwrap_or_default()
                .into_iter()
                .filter_map(|(name, value)| Some((name, value.string_value?)))
                .collect();
            let message = Message {
                id: message.message_id.unwrap_or_default(),
                receipt: message.receipt_handle.unwrap_or_default(),
                body: message.body.unwrap_or_default(),
                attributes,
            };
            // It came back because its time was over: the newer receipt counts.
            match self.messages.iter_mut().find(|(queue, one)| queue == url && one.id == message.id) {
                Some((_, one)) => *one = message,
                None => {
                    self.messages.push((url.to_owned(), message));
                    is_new = true;
                }
            }
        }
        Ok(is_new)
    }

    /// The messages, with the URLs of their queues.
    pub(in crate::commands) fn all(&self) -> impl Iterator<Item = (&str, &Message)> {
        self.messages.iter().map(|(queue, message)| (queue.as_str(), message))
    }

    /// Forgets a message that is deleted.
    pub(super) fn forget(&mut self, url: &str, id: &str) {
        self.messages.retain(|(queue, message)| queue != url || message.id != id);
    }

    /// Lets others have what is held.
    ///
    /// # Errors
    /// Some could not be given back: they come by themselves.
    pub(in crate::commands) async fn give_back(self, aws: &Aws) -> Result<(), Kept> {
        let mut by_queue: BTreeMap<String, Vec<Message>> = BTreeMap::new();
        for (queue, message) in self.messages {
            by_queue.entry(queue).or_default().push(message);
        }
        let (mut number, mut why) = (0, None);
        for (url, messages) in by_queue {
            for batch in messages.chunks(BATCH) {
                let entries = batch.iter().enumerate().filter_map(|(number, message)| {
                    let entry = ChangeMessageVisibilityBatchRequestEntry::builder().id(number.to_string());
                    // Only what lacks a member can't be built, and it has them all.
                    entry.receipt_handle(&message.receipt).visibility_timeout(0).build().ok()
                });
                let asked =
                    aws.sqs.change_message_visibility_batch().queue_url(&url).set_entries(Some(entries.collect()));
                match told("sqs:ChangeMessageVisibility", asked.send().await) {
                    Ok(answer) => {
                        number += answer.failed.len();
                        let words = |failed: &BatchResultErrorEntry| {
                            format!("{}: {}", failed.code(), failed.message().unwrap_or_default())
                        };
                        why = why.or(answer.failed.first().map(words));
                    }
                    Err(error) => {
                        number += batch.len();
                        why = why.or(Some(error.to_string()));
                    }
                }
            }
        }
        why.map_or(Ok(()), |why| Err(Kept { number, why }))
    }
}
