//! What the live part has made, and takes away again.

use super::super::Row;
use crate::aws::{Aws, AwsError, Pages, arn, queue_url, there, told};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How often a queue is looked for whose making was not answered, a second apart: SQS shows a new one late.
const LOOKS: u32 = 4;

/// What was made.
#[derive(Debug, Default)]
pub struct Made(Mutex<Things>);

#[derive(Debug, Default)]
struct Things {
    queues: Vec<Queue>,
    subscriptions: Vec<Subscription>,
}

/// A queue: its name is noted before it is made, its URL when that is known.
#[derive(Debug)]
struct Queue {
    name: String,
    url: Option<String>,
}

/// A subscription: topic and endpoint are noted before it is made, its ARN when that is known.
#[derive(Debug)]
struct Subscription {
    topic: String,
    endpoint: String,
    arn: Option<String>,
}

impl Made {
    pub(super) fn queue(&self, name: &str) {
        self.things().queues.push(Queue { name: name.to_owned(), url: None });
    }

    pub(super) fn queue_is_at(&self, name: &str, url: &str) {
        self.things().queues.iter_mut().filter(|queue| queue.name == name).for_each(|queue| {
            queue.url = Some(url.to_owned());
        });
    }

    pub(super) fn subscription(&self, topic: &str, endpoint: &str) {
        let (topic, endpoint) = (topic.to_owned(), endpoint.to_owned());
        self.things().subscriptions.push(Subscription { topic, endpoint, arn: None });
    }

    pub(super) fn subscription_is(&self, topic: &str, arn: &str) {
        self.things().subscriptions.iter_mut().filter(|one| one.topic == topic).for_each(|one| {
            one.arn = Some(arn.to_owned());
        });
    }

    /// Takes it all away; a row for each thing. What is gone already is gone.
    pub async fn remove(&self, aws: &Aws) -> Vec<Row> {
        let Things { queues, subscriptions } = std::mem::take(&mut *self.things());
        let mut rows = Vec::new();
        for subscription in subscriptions {
            let name = arn::name(&subscription.topic);
            rows.push(match unsubscribe(aws, &subscription).await {
                Ok(true) => Row::good("removed", name, "the subscription is gone"),
                Ok(false) => Row::good("removed", name, "there is no subscription"),
                Err(error) => {
                    let fix = format!(
                        "take the subscription of {} off the topic {}",
                        subscription.endpoint, subscription.topic
                    );
                    Row::bad("removed", name, format!("the subscription may still be there: {error}"), fix)
                }
            });
        }
        for queue in queues {
            rows.push(match delete(aws, &queue).await {
                Ok(true) => Row::good("removed", &queue.name, "the queue is deleted"),
                Ok(false) if queue.url.is_none() => Row::untold(
                    "removed",
                    &queue.name,
                    "its making was broken off, and SQS does not show it: it may still come",
                    "look for the queue in a minute, and delete it",
                ),
                Ok(false) => Row::good("removed", &queue.name, "the queue is gone"),
                Err(error) => {
                    let fix = format!("delete the queue {}", queue.name);
                    Row::bad("removed", &queue.name, format!("the queue may still be there: {error}"), fix)
                }
            });
        }
        rows
    }

    fn things(&self) -> MutexGuard<'_, Things> {
        // Whoever panicked with it had pushed or not: both are whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn delete(aws: &Aws, queue: &Queue) -> Result<bool, AwsError> {
    let url = match &queue.url {
        Some(url) => Some(url.clone()),
        None => found(aws, &queue.name).await?,
    };
    let Some(url) = url else { return Ok(false) };
    let deleted = told("sqs:DeleteQueue", aws.sqs.delete_queue().queue_url(url).send().await);
    Ok(there(deleted)?.is_some())
}

/// The URL of a queue whose making was broken off; it may have been made all the same.
async fn found(aws: &Aws, name: &str) -> Result<Option<String>, AwsError> {
    for look in 0..LOOKS {
        if look > 0 {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        if let Some(url) = there(queue_url(aws, name).await)? {
            return Ok(Some(url));
        }
    }
    Ok(None)
}

async fn unsubscribe(aws: &Aws, subscription: &Subscription) -> Result<bool, AwsError> {
    let arn = match &subscription.arn {
        Some(arn) => Some(arn.clone()),
        None => listed(aws, subscription).await?,
    };
    let Some(arn) = arn else { return Ok(false) };
    Ok(there(told("sns:Unsubscribe", aws.sns.unsubscribe().subscription_arn(arn).send().await))?.is_some())
}

/// The ARN of a subscription whose making was broken off.
async fn listed(aws: &Aws, subscription: &Subscription) -> Result<Option<String>, AwsError> {
    let mut pages = Pages::of("sns:ListSubscriptionsByTopic");
    loop {
        let asked = aws.sns.list_subscriptions_by_topic().topic_arn(&subscription.topic).set_next_token(pages.token());
        let answer = told("sns:ListSubscriptionsByTopic", asked.send().await)?;
        let ours = answer.subscriptions().iter().find(|one| one.endpoint() == Some(&subscription.endpoint));
        if let Some(arn) = ours.and_then(|one| one.subscription_arn()) {
            return Ok(Some(arn.to_owned()));
        }
        if !pages.turn(answer.next_token())? {
            return Ok(None);
        }
    }
}
