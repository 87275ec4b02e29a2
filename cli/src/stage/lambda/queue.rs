//! A function's queue of events, and what Lambda does with each: a process gets it; when that fails,
//! a process gets it again, later, until Lambda gives up and keeps a record of it.

use super::super::invocation::StartError;
use super::super::pending::{Pending, Ticket};
use super::super::runtime_api::FunctionError;
use super::super::world::{Kept, Message, keep};
use super::LambdaSettings;
use super::ended::Ended;
use super::environment::Environment;
use super::failure::{Failure, Outcome, outcome};
use super::host::Host;
use super::platform::{self, Taken, milliseconds};
use super::record::Record;
use super::told::{Condition, LambdaEvent};
use bytes::Bytes;
use chrono::Utc;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::Instant;
use uuid::Uuid;

#[derive(Debug)]
pub(super) struct Queue {
    pub(super) host: Arc<Host>,
    pub(super) pending: Pending,
    retry_delays: Vec<Duration>,
    /// As many as processes may run at once.
    slots: Semaphore,
    warm: Mutex<Vec<Environment>>,
}

struct Event {
    request_id: String,
    payload: Bytes,
    accepted: Instant,
    _ticket: Ticket,
}

/// The stage is being closed at once.
struct Closed;

impl Queue {
    pub(super) fn new(host: Host, settings: &LambdaSettings) -> Queue {
        let limit = settings.concurrency.max(1);
        let reserved = host.function.reserved_concurrency.and_then(|reserved| usize::try_from(reserved).ok());
        Queue {
            host: Arc::new(host),
            pending: Pending::new(),
            retry_delays: settings.retry_delays.clone(),
            slots: Semaphore::new(reserved.unwrap_or(limit).min(limit)),
            warm: Mutex::default(),
        }
    }

    /// Takes an event, and deals with it later.
    pub(super) fn accept(self: &Arc<Self>, payload: Bytes) -> String {
        let request_id = Uuid::new_v4().to_string();
        self.host.tell(Some(&request_id), LambdaEvent::Accepted);
        self.host.count("AsyncEventsReceived", 1.0);
        let (id, ticket) = (request_id.clone(), self.pending.begin());
        let event = Event { request_id, payload, accepted: Instant::now(), _ticket: ticket };
        let queue = self.clone();
        tokio::spawn(async move {
            if queue.see_through(&event).await.is_err() {
                queue.host.tell(Some(&event.request_id), LambdaEvent::Left);
            }
        });
        id
    }

    /// Ends the processes that wait for events.
    pub(super) async fn cool(&self) {
        let warm = std::mem::take(&mut *self.warm.lock().unwrap_or_else(PoisonError::into_inner));
        for environment in warm {
            environment.stop().await;
        }
    }

    async fn see_through(&self, event: &Event) -> Result<(), Closed> {
        let rules = &self.host.function.asynchronous;
        if self.host.function.reserved_concurrency == Some(0) {
            self.host.count("Throttles", 1.0);
            self.give_up(event, Condition::ZeroReservedConcurrency, 0, None).await;
            return Ok(());
        }
        let mut attempts = 0;
        let mut last: Option<FunctionError> = None;
        loop {
            let slot = self.unless_closed(self.slots.acquire()).await?;
            if event.accepted.elapsed() >= rules.max_age {
                self.give_up(event, Condition::EventAgeExceeded, attempts, last.as_ref()).await;
                return Ok(());
            }
            attempts += 1;
            let Err(failure) = self.attempt(event, attempts).await? else { return Ok(()) };
            drop(slot);
            if attempts > rules.retries {
                self.give_up(event, Condition::RetriesExhausted, attempts, Some(&failure.error)).await;
                return Ok(());
            }
            let index = usize::try_from(attempts - 1).unwrap_or(usize::MAX);
            let delay = self.retry_delays.get(index).or(self.retry_delays.last()).copied().unwrap_or_default();
            if event.accepted.elapsed() + delay >= rules.max_age {
                self.give_up(event, Condition::EventAgeExceeded, attempts, Some(&failure.error)).await;
                return Ok(());
            }
            let after_ms = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
            self.host.tell(Some(&event.request_id), LambdaEvent::Retrying { attempt: attempts + 1, after_ms });
            self.unless_closed(tokio::time::sleep(delay)).await?;
            last = Some(failure.error);
        }
    }

    /// One try, in a process that is warm, or in a new one.
    async fn attempt(&self, event: &Event, attempt: u32) -> Result<Outcome, Closed> {
        let (host, id) = (&self.host, event.request_id.as_str());
        let mut environment = match self.environment().await {
            Ok(environment) => environment,
            Err(error) => {
                let invocation = Err(error);
                let ended = Ended::of(&host.function, &invocation, true, &[]);
                let outcome = outcome(id, invocation);
                self.tell_end(event, attempt, &outcome, ended, Duration::ZERO);
                return Ok(outcome);
            }
        };
        let cold = environment.is_cold();
        host.tell(Some(id), LambdaEvent::Started { attempt, cold });
        environment.say(platform::start(&host.function, id)).await;
        let begun = Instant::now();
        let Ok(invocation) = self.unless_closed(environment.invoke(id, event.payload.clone())).await else {
            environment.stop().await;
            return Err(Closed);
        };
        let ready = environment.ready().filter(|_| cold);
        let duration = ready.map_or(begun, |(ready, _)| ready.max(begun)).elapsed();
        let start = ready.map(|(_, start)| start);
        let taken = Taken { duration, start, memory_mb: environment.peak_memory_mb() };
        let at_start = environment.ready().is_none();
        let mut ended = Ended::of(&host.function, &invocation, at_start, environment.last_words());
        if let Some(crash) = environment.crash() {
            // Nothing is to be mended.
            ended = None;
            host.tell(Some(id), LambdaEvent::Crashed(crash.clone()));
        }
        let outcome = outcome(id, invocation);
        for line in platform::end(&host.function, id, outcome.as_ref().err(), &taken) {
            environment.say(line).await;
        }
        self.tell_end(event, attempt, &outcome, ended, duration);
        if environment.is_running() {
            self.warm.lock().unwrap_or_else(PoisonError::into_inner).push(environment);
        } else {
            environment.stop().await;
        }
        Ok(outcome)
    }

    async fn environment(&self) -> Result<Environment, StartError> {
        loop {
            let warm = self.warm.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let Some(mut environment) = warm else { return Environment::start(&self.host).await };
            if environment.is_running() {
                return Ok(environment);
            }
            environment.stop().await;
        }
    }

    fn tell_end(&self, event: &Event, attempt: u32, outcome: &Outcome, ended: Option<Ended>, duration: Duration) {
        let (host, duration_ms) = (&self.host, milliseconds(duration));
        host.count("Invocations", 1.0);
        host.count("Errors", if outcome.is_ok() { 0.0 } else { 1.0 });
        host.count("Throttles", 0.0);
        host.count_duration(duration_ms);
        let told = match outcome.clone() {
            Ok(response) => LambdaEvent::Answered { attempt, response, duration_ms },
            Err(Failure { error, .. }) => LambdaEvent::Failed { attempt, error, ended, duration_ms },
        };
        host.tell(Some(&event.request_id), told);
    }

    async fn give_up(&self, event: &Event, condition: Condition, attempts: u32, last: Option<&FunctionError>) {
        let host = &self.host;
        let record = Record {
            at: Utc::now(),
            request_id: &event.request_id,
            function_arn: &host.function.arn,
            condition,
            attempts,
            payload: &event.payload,
            last_error: last,
        };
        let message = Message { body: record.json().to_string(), ..Message::default() };
        let queue = host.function.asynchronous.on_failure.as_deref();
        let kept = keep(host.backstage.world.as_ref(), queue, &message).await;
        host.count("AsyncEventsDropped", 1.0);
        if matches!(kept, Kept::Lost { .. }) {
            host.count("DestinationDeliveryFailures", 1.0);
        }
        host.tell(Some(&event.request_id), LambdaEvent::GaveUp { condition, attempts, kept });
    }

    async fn unless_closed<T>(&self, work: impl Future<Output = T>) -> Result<T, Closed> {
        tokio::select! {
            biased;
            () = self.pending.closed() => Err(Closed),
            done = work => Ok(done),
        }
    }
}
