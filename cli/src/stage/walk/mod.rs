//! The walk-through: somebody creates a queue, and everything that should follow is looked for, step by
//! step, as a client would look for it.
//!
//! It confirms and does not assume: a step is good when a call by the front door shows it, or when bus
//! and Lambda have told of it. What the template or its parameters leave out is no step: a walk-through
//! of a template without `revert` has no step for it.

mod client;
mod confirm;
mod seen;

use super::endpoint::EndpointUrlError;
use super::front_door::FurnishError;
use super::live::Live;
use crate::template::{Stack, Target, TemplateError};
use client::Client;
use seen::Seen;
use serde::Serialize;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// Who creates the queue: one of the built-in principals.
const CALLER: &str = "alice";

/// How long any one step may take. Functions that fail are tried again within it.
const PATIENCE: Duration = Duration::from_secs(90);

/// Of a function that found the queue gone: a queue that is not visible yet looks the same for a minute.
const TOO_LATE: &str =
    "revert had deleted the queue before, and only a try a minute later, as in AWS, leaves it at that";

/// One step, done or not.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// What was to be confirmed, in a word or two.
    pub step: String,
    /// Whether it was.
    pub ok: bool,
    /// What was seen, or what was not.
    pub detail: String,
    /// When, in milliseconds since the walk-through began.
    pub at_ms: u64,
}

/// A walk-through that came to its end, however it went.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Walked {
    /// Whether every step was confirmed.
    pub ok: bool,
    /// The name of the queue that was created.
    pub queue: String,
    /// The steps, in their order.
    pub steps: Vec<Step>,
    /// The event, as the rule's targets got it; null when there was none.
    pub event: Value,
    /// What the functions decided: their reports.
    pub decisions: Vec<Value>,
}

/// A walk-through can't begin.
#[derive(Debug, thiserror::Error)]
pub enum WalkError {
    /// The template can't be resolved.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// Nobody can listen to a topic, or stop listening.
    #[error(transparent)]
    Furnish(#[from] FurnishError),
    /// The front door has no URL.
    #[error(transparent)]
    Url(#[from] EndpointUrlError),
}

struct Walk<'a, F> {
    stage: &'a mut Live,
    client: Client,
    queue: String,
    started: Instant,
    seen: Seen,
    steps: Vec<Step>,
    tell: F,
}

/// Whether a failure says that the queue is not there, in either of SQS's words for it.
pub(crate) fn is_gone(failure: &str) -> bool {
    ["NonExistentQueue", "QueueDoesNotExist"].iter().any(|code| failure.contains(code))
}

/// Walks through, and tells each step as soon as it is known.
///
/// # Errors
/// It can't begin. A step that goes wrong is no error: it is told, and those that need it are not gone.
pub async fn walk(stage: &mut Live, stack: &Stack, tell: impl FnMut(&Step)) -> Result<Walked, WalkError> {
    let client = Client::new(stage.endpoint_url(), &stack.deployment().region, CALLER)?;
    let id = Uuid::new_v4().simple().to_string();
    let tail = id.get(..6).unwrap_or_default();
    // What is published is read from a queue of the walk-through's own.
    let (queue, inbox) = (format!("orders-{tail}"), format!("trailhook-inbox-{tail}"));
    let topics = stack.topics()?;
    let mut subscriptions = Vec::new();
    for topic in &topics {
        subscriptions.push(stage.door().subscribe(topic, &inbox).await?);
    }
    let (started, seen) = (Instant::now(), Seen::new(&queue));
    let mut walk = Walk { stage, client, queue, started, seen, steps: Vec::new(), tell };
    let targets = walk.call_to_targets(stack).await?;
    if !targets.is_empty() {
        walk.after_decisions((!topics.is_empty()).then_some(inbox.as_str())).await;
        walk.logs(&targets).await;
        walk.metrics(stack, &targets).await?;
    }
    for subscription in &subscriptions {
        walk.stage.door().unsubscribe(subscription).await?;
    }
    if !subscriptions.is_empty() {
        walk.client.remove(&inbox).await;
    }
    let ok = walk.steps.iter().all(|step| step.ok);
    let decisions = walk.seen.decisions().map(|decision| decision.report.clone()).collect();
    let event = walk.seen.event().cloned().unwrap_or_default();
    Ok(Walked { ok, queue: walk.queue, steps: walk.steps, event, decisions })
}

impl<F: FnMut(&Step)> Walk<'_, F> {
    /// From the call to its targets; those that it came to.
    async fn call_to_targets(&mut self, stack: &Stack) -> Result<Vec<Target>, TemplateError> {
        let created = self.client.json("sqs", "CreateQueue", &json!({ "QueueName": self.queue })).await;
        let detail = match &created {
            Ok(answer) => {
                let url = answer.get("QueueUrl").and_then(Value::as_str).unwrap_or_default();
                format!("{CALLER} created the queue {}: {url}", self.queue)
            }
            Err(error) => format!("{CALLER} could not create the queue {}: {error}", self.queue),
        };
        self.step("queue", created.is_ok(), detail);
        if created.is_err() {
            return Ok(Vec::new());
        }
        self.until(Seen::is_recorded).await;
        let event_id = self.seen.event_id().map(str::to_owned);
        let detail = event_id.as_ref().map_or_else(
            || "the call became no record".to_owned(),
            |id| format!("the call is in the trail as event {id}"),
        );
        self.step("trail", event_id.is_some(), detail);
        let rules = stack.rules()?;
        let matched: Vec<_> = rules.iter().filter(|rule| self.seen.is_matched(&rule.logical_id)).collect();
        let names: Vec<&str> = matched.iter().map(|rule| rule.logical_id.as_str()).collect();
        // The template's first rule is the one that answers calls; the others may be about other calls.
        let main = rules.get(..1).unwrap_or_default();
        let ok = main.iter().any(|rule| self.seen.is_matched(&rule.logical_id));
        let detail = if ok {
            format!("{} {} it", names.join(" and "), if names.len() == 1 { "matches" } else { "match" })
        } else {
            let why = self.seen.why_not(main);
            format!("{why}; the walk-through makes a CreateQueue call, for which it needs a rule")
        };
        self.step("rule", ok, detail);
        if !ok {
            return Ok(Vec::new());
        }
        let targets: Vec<Target> = matched.into_iter().flat_map(|rule| rule.targets.clone()).collect();
        for target in &targets {
            self.until(|seen| seen.target(target).is_some()).await;
            let (ok, detail) = match self.seen.target(target) {
                Some(Ok(detail)) => (true, detail),
                Some(Err(detail)) if self.seen.is_reverted() && is_gone(&detail) => {
                    (true, format!("{detail}; {TOO_LATE}"))
                }
                Some(Err(detail)) => (false, detail),
                None => (false, self.seen.so_far(target, PATIENCE)),
            };
            self.step(&target.id, ok, detail);
        }
        if self.steps.iter().all(|step| step.ok) {
            self.until(Seen::is_done).await;
        }
        Ok(targets)
    }

    /// Lets the stage go on until this has been seen, or for as long as there is patience.
    async fn until(&mut self, wanted: impl Fn(&Seen) -> bool) {
        let begun = tokio::time::Instant::now();
        while !wanted(&self.seen) {
            match tokio::time::timeout_at(begun + PATIENCE, self.stage.next()).await {
                Ok(told) => self.seen.note(told),
                Err(_) => return,
            }
        }
    }

    fn step(&mut self, step: &str, ok: bool, detail: String) {
        let at_ms = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let step = Step { step: step.to_owned(), ok, detail, at_ms };
        (self.tell)(&step);
        self.steps.push(step);
    }
}
