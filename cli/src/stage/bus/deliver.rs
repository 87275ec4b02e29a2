//! The way of one event to one target: tried again while that may help, and put aside when not.

use super::Shared;
use super::route::{Place, Route, Stop};
use super::told::{BusEvent, BusTold, RetryCondition, Undelivered};
use crate::stage::chance::chance;
use crate::stage::lambda::InvokeError;
use crate::stage::pending::Ticket;
use crate::stage::world::{Kept, LogEntry, Message, WorldError, keep};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// An event on the bus.
#[derive(Debug)]
pub(super) struct Event {
    pub(super) id: String,
    pub(super) body: Bytes,
    /// The envelope's time.
    pub(super) time: DateTime<Utc>,
    /// When the bus got it.
    pub(super) came: Instant,
}

/// The way of one event to one target.
pub(super) struct Delivery {
    pub(super) shared: Arc<Shared>,
    pub(super) route: Arc<Route>,
    /// Which of the rule's targets.
    pub(super) stop: usize,
    pub(super) event: Arc<Event>,
    /// Whether it is the second of two.
    pub(super) again: bool,
    pub(super) _ticket: Ticket,
}

impl Delivery {
    /// Goes the way to its end.
    pub(super) async fn run(self) {
        let Some(stop) = self.route.stops.get(self.stop) else { return };
        tokio::select! {
            biased;
            () = self.shared.pending.closed() => self.tell(BusEvent::Left { target: stop.id.clone() }),
            () = self.go(stop) => {}
        }
    }

    async fn go(&self, stop: &Stop) {
        let (target, mut attempts) = (stop.id.clone(), 0);
        loop {
            self.count("InvocationAttempts");
            if attempts > 0 {
                self.count("RetryInvocationAttempts");
            }
            attempts += 1;
            let error = match self.hand_over(stop).await {
                Ok(as_what) => {
                    self.count("SuccessfulInvocationAttempts");
                    self.count("Invocations");
                    return self.tell(BusEvent::Delivered { target, as_what, attempts, again: self.again });
                }
                Err(error) => error,
            };
            if !error.passes {
                return self.give_up(stop, attempts, None, error).await;
            }
            if attempts > stop.retry.retries {
                return self.give_up(stop, attempts, Some(RetryCondition::MaximumRetryAttempts), error).await;
            }
            let delay = self.delay(stop, attempts);
            if self.event.came.elapsed() + delay >= stop.retry.max_age {
                return self.give_up(stop, attempts, Some(RetryCondition::MaximumEventAgeInSeconds), error).await;
            }
            let after_ms = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
            self.tell(BusEvent::Retrying { target: target.clone(), attempts, after_ms, error });
            tokio::time::sleep(delay).await;
        }
    }

    /// One try; what the target calls the event.
    async fn hand_over(&self, stop: &Stop) -> Result<String, Undelivered> {
        if let Some(refused) = &stop.refused {
            return Err(refused.clone());
        }
        match &stop.destination {
            Place::Function(name) => Ok(self.shared.lambda.invoke(name, self.event.body.clone())?),
            Place::LogGroup { name, stream } => {
                let message = String::from_utf8_lossy(&self.event.body).into_owned();
                let line = LogEntry { at: self.event.time, message };
                self.shared.backstage.world.put_log_events(name, stream, &[line]).await?;
                Ok(stream.clone())
            }
        }
    }

    /// Twice as long each time, up to the longest, and up to a half less so that not all come at once.
    fn delay(&self, stop: &Stop, attempts: u32) -> Duration {
        let settings = &self.shared.settings;
        let doubled = settings.first_delay.saturating_mul(1_u32.checked_shl(attempts - 1).unwrap_or(u32::MAX));
        let less = chance(settings.seed, &(&self.event.id, &stop.id, attempts)) / 2.0;
        doubled.min(settings.longest_delay).mul_f64(1.0 - less)
    }

    async fn give_up(&self, stop: &Stop, attempts: u32, condition: Option<RetryCondition>, error: Undelivered) {
        self.count("Invocations");
        self.count("FailedInvocations");
        let message = self.dead_letter(stop, attempts, condition, &error);
        let kept = match &stop.dead_letters {
            None => Kept::Nowhere,
            Some(letters) => match &letters.refused {
                Some(refused) => Kept::Lost { queue: letters.queue_arn.clone(), error: refused.clone() },
                None => keep(self.shared.backstage.world.as_ref(), Some(&letters.queue_arn), &message).await,
            },
        };
        match kept {
            Kept::In { .. } => self.count("InvocationsSentToDlq"),
            Kept::Lost { .. } => self.count("InvocationsFailedToBeSentToDlq"),
            Kept::Nowhere => {}
        }
        self.tell(BusEvent::GaveUp { target: stop.id.clone(), attempts, condition, error, kept });
    }

    /// The event as it was, and beside it what went wrong
    /// (<https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html>).
    fn dead_letter(
        &self,
        stop: &Stop,
        attempts: u32,
        condition: Option<RetryCondition>,
        error: &Undelivered,
    ) -> Message {
        let mut attributes = BTreeMap::new();
        let mut set = |name: &str, value: &str| attributes.insert(name.to_owned(), value.to_owned());
        set("RULE_ARN", &self.route.arn);
        set("TARGET_ARN", &stop.arn);
        set("ERROR_CODE", error.code);
        set("ERROR_MESSAGE", &error.message);
        set("RETRY_ATTEMPTS", &attempts.saturating_sub(1).to_string());
        if let Some(condition) = condition {
            set("EXHAUSTED_RETRY_CONDITION", condition.as_str());
        }
        Message { body: String::from_utf8_lossy(&self.event.body).into_owned(), attributes }
    }

    fn count(&self, metric: &str) {
        self.shared.backstage.metrics.of_rule(&self.route.name, metric);
    }

    fn tell(&self, what: BusEvent) {
        let (event, rule) = (self.event.id.clone(), self.route.logical_id.clone());
        self.shared.observer.tell(BusTold { at: Utc::now(), event, rule, what });
    }
}

impl From<WorldError> for Undelivered {
    fn from(error: WorldError) -> Self {
        Undelivered { code: error.code(), message: error.to_string(), passes: error.passes() }
    }
}

impl From<InvokeError> for Undelivered {
    fn from(error: InvokeError) -> Self {
        let (code, passes) = match error {
            InvokeError::NoSuchFunction(_) => ("NO_RESOURCE", false),
            InvokeError::Closed => ("INTERNAL_ERROR", true),
        };
        Undelivered { code, message: error.to_string(), passes }
    }
}
