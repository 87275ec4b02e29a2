//! The notification, heard by a queue that listens to the topic for as long as this takes.
//!
//! What is new is not in force everywhere at once: before the call is made the queue has to show its policy, and a
//! subscription that is refused is tried again. SNS does not try again what a queue refuses, so a message that does not
//! come proves nothing.

use super::super::Row;
use super::Try;
use crate::aws::{AwsError, told};
use aws_sdk_sqs::types::QueueAttributeName;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// How long a new queue and its policy may take to be known to SNS.
const NEW: Duration = Duration::from_secs(60);

/// A queue that listens.
pub(super) struct Inbox {
    url: String,
}

impl<T: FnMut(&str)> Try<'_, T> {
    /// Makes a queue that listens to the topics; `None`, with a row, where that does not go.
    pub(super) async fn listen(&mut self, tail: &str) -> Option<Inbox> {
        let name = format!("trailhook-inbox-{tail}");
        self.waiting("subscribing a queue to the topic");
        let deletes = self.seen.told_functions().any(|function| {
            function.setting("TRAILHOOK_MAX_ACTIONS").is_some() && function.setting("TRAILHOOK_MODE") == Some("enforce")
        });
        if deletes {
            let cause = "revert is in force, and would delete the queue that listens";
            let fix = "read the notification where it is sent to, or validate with revert in dry-run";
            self.push(Row::note("subscription", &name, cause, fix));
            return None;
        }
        match self.subscribed(&name).await {
            Ok(inbox) => Some(inbox),
            Err(error) => {
                self.push(Row::not_told("subscription", &name, &error));
                None
            }
        }
    }

    async fn subscribed(&mut self, name: &str) -> Result<Inbox, AwsError> {
        self.made.queue(name);
        let topics: Vec<&String> = self.seen.topics.keys().collect();
        // Its own ARN is not known yet; a queue's policy is about that queue only.
        let policy = json!({ "Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": { "Service": "sns.amazonaws.com" }, "Action": "sqs:SendMessage",
            "Resource": "*", "Condition": { "ArnEquals": { "aws:SourceArn": topics } },
        }] });
        let asked = self.aws.sqs.create_queue().queue_name(name);
        let asked = asked.attributes(QueueAttributeName::Policy, policy.to_string()).send().await;
        let answer = told("sqs:CreateQueue", asked)?;
        let url = answer.queue_url().unwrap_or_default().to_owned();
        self.made.queue_is_at(name, &url);
        let arn = self.in_force(&url).await?;
        for topic in topics {
            self.made.subscription(topic, &arn);
            if let Some(subscription) = self.subscription(topic, &arn).await? {
                self.made.subscription_is(topic, &subscription);
            }
        }
        Ok(Inbox { url })
    }

    /// Waits until the queue shows its policy; its ARN.
    async fn in_force(&mut self, url: &str) -> Result<String, AwsError> {
        let (asked_at, mut looks) = (Instant::now(), 0);
        loop {
            let asked = self.aws.sqs.get_queue_attributes().queue_url(url);
            let asked = asked.attribute_names(QueueAttributeName::QueueArn).attribute_names(QueueAttributeName::Policy);
            let answer = told("sqs:GetQueueAttributes", asked.send().await)?;
            let attribute = |name| answer.attributes().and_then(|all| all.get(&name)).cloned().unwrap_or_default();
            let is_there = !attribute(QueueAttributeName::Policy).is_empty();
            if is_there || asked_at.elapsed() >= NEW || !self.again(asked_at, &mut looks).await {
                return Ok(attribute(QueueAttributeName::QueueArn));
            }
            self.waiting("waiting until the policy of the queue that listens is in force");
        }
    }

    /// Subscribes the queue to a topic; SNS may not know it yet.
    async fn subscription(&mut self, topic: &str, endpoint: &str) -> Result<Option<String>, AwsError> {
        let (asked_at, mut looks) = (Instant::now(), 0);
        loop {
            let asked = self.aws.sns.subscribe().topic_arn(topic).protocol("sqs").endpoint(endpoint);
            let error = match told("sns:Subscribe", asked.return_subscription_arn(true).send().await) {
                Ok(answer) => return Ok(answer.subscription_arn().map(str::to_owned)),
                Err(error) => error,
            };
            let is_final = error.is_denied() || error.is_missing() || error.is_about_the_caller();
            if is_final || asked_at.elapsed() >= NEW || !self.again(asked_at, &mut looks).await {
                return Err(error);
            }
            self.waiting(&format!("subscribing once more, SNS does not take the new queue yet: {error}"));
        }
    }

    pub(super) async fn notification(&mut self, subject: &str, inbox: Option<&Inbox>, acted: bool) {
        let Some(inbox) = inbox.filter(|_| acted) else {
            if !acted {
                self.push(Row::good("notification", subject, "a dry run: nothing is published"));
            }
            return;
        };
        self.waiting("waiting for the notification");
        let (asked_at, mut looks) = (Instant::now(), 0);
        loop {
            let asked = self.aws.sqs.receive_message().queue_url(&inbox.url).max_number_of_messages(10);
            let answer = match told("sqs:ReceiveMessage", asked.wait_time_seconds(1).send().await) {
                Ok(answer) => answer,
                Err(error) => return self.push(Row::not_told("notification", subject, &error)),
            };
            let bodies = answer.messages().iter().filter_map(|message| message.body());
            if let Some(body) = bodies.into_iter().find(|body| body.contains(&self.queue)) {
                // What is no JSON has no subject.
                let body: Value = serde_json::from_str(body).unwrap_or_default();
                let said = body.get("Subject").and_then(Value::as_str).unwrap_or("a message without a subject");
                return self.push(Row::good("notification", subject, format!("{said:?} was delivered")));
            }
            if !self.again(asked_at, &mut looks).await {
                let cause = "it says that it published, and nothing came to the queue that listens: SNS does not try again \
                             what a queue refuses, as one may whose policy is not in force yet";
                let fix = "validate again; if it stays, look whether the topic's key lets SNS's publishers in, and at \
                           NumberOfNotificationsFailed";
                return self.push(Row::untold("notification", subject, cause, fix));
            }
        }
    }
}
