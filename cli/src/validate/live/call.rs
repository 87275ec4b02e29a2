//! The call: a queue of a name that nobody else has.

use super::super::Row;
use super::Try;
use crate::aws::told;

impl<T: FnMut(&str)> Try<'_, T> {
    /// Makes the queue; whether it is there.
    pub(super) async fn call(&mut self) -> bool {
        let queue = self.queue.clone();
        self.waiting(&format!("creating the queue {queue}"));
        self.made.queue(&queue);
        let answer = told("sqs:CreateQueue", self.aws.sqs.create_queue().queue_name(&queue).send().await);
        self.began = std::time::Instant::now();
        match answer {
            Ok(answer) => {
                self.made.queue_is_at(&queue, answer.queue_url().unwrap_or_default());
                self.push(Row::good("call", &queue, format!("sqs:CreateQueue in {}", self.aws.region)));
                true
            }
            Err(error) if error.is_denied() => {
                let fix = "ask with credentials that may create and delete queues, or leave the live part out with --read-only";
                self.push(Row::bad("call", &queue, error.to_string(), fix));
                false
            }
            Err(error) => {
                self.push(Row::not_told("call", &queue, &error));
                false
            }
        }
    }
}
