//! What the live part has made, and takes away again.

use super::super::Row;
use crate::aws::{Aws, there, told};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What was made.
#[derive(Debug, Default)]
pub struct Made(Mutex<Things>);

#[derive(Debug, Default)]
struct Things {
    /// Names of queues, noted before they are made.
    queues: Vec<String>,
    /// ARNs of subscriptions.
    subscriptions: Vec<String>,
}

impl Made {
    pub(super) fn queue(&self, name: &str) {
        self.things().queues.push(name.to_owned());
    }

    pub(super) fn subscription(&self, arn: &str) {
        self.things().subscriptions.push(arn.to_owned());
    }

    /// Takes it all away; a row for each thing. What is gone already is gone.
    pub async fn remove(&self, aws: &Aws) -> Vec<Row> {
        let Things { queues, subscriptions } = std::mem::take(&mut *self.things());
        let mut rows = Vec::new();
        for arn in subscriptions {
            let answer = told("sns:Unsubscribe", aws.sns.unsubscribe().subscription_arn(&arn).send().await);
            rows.push(match there(answer) {
                Ok(_) => Row::good("removed", &arn, "the subscription is gone"),
                Err(error) => {
                    let fix = format!("aws sns unsubscribe --subscription-arn {arn}");
                    Row::bad("removed", &arn, format!("the subscription is still there: {error}"), fix)
                }
            });
        }
        for name in queues {
            rows.push(match delete(aws, &name).await {
                Ok(true) => Row::good("removed", &name, "the queue is deleted"),
                Ok(false) => Row::good("removed", &name, "the queue is gone"),
                Err(error) => {
                    let fix = format!("delete the queue {name}");
                    Row::bad("removed", &name, format!("the queue may still be there: {error}"), fix)
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

async fn delete(aws: &Aws, name: &str) -> Result<bool, crate::aws::AwsError> {
    let asked = aws.sqs.get_queue_url().queue_name(name).send().await;
    let Some(answer) = there(told("sqs:GetQueueUrl", asked))? else { return Ok(false) };
    let url = answer.queue_url().unwrap_or_default();
    let deleted = told("sqs:DeleteQueue", aws.sqs.delete_queue().queue_url(url).send().await);
    Ok(there(deleted)?.is_some())
}
