//! The stage's event bus: it holds each event against the template's rules, and sees it to their
//! targets.
//!
//! What runs here is what deploys: rules, states, patterns, targets, retry policies, dead-letter queues
//! and who lets EventBridge in are read from the template. Each target gets the event for itself. A
//! function has it once Lambda has taken it, whatever the function makes of it later; a log group has
//! it once it is written. What may pass is tried again, with shorter waiting than in AWS; what does
//! not, a missing permission above all, goes to the dead-letter queue at once. It refuses to keep an
//! order: EventBridge has none.
//!
//! Learned from <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html>.

mod access;
mod deliver;
mod route;
mod told;

pub use told::{BusEvent, BusTold, RetryCondition, Undelivered};

use super::backstage::Backstage;
use super::chance::chance;
use super::lambda::Lambda;
use super::observer::Observer;
use super::pending::Pending;
use crate::template::{Stack, TemplateError};
use access::Access;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use deliver::{Delivery, Event};
use route::Route;
pub(crate) use route::is_read_only;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
use trailhook::pattern::PatternError;

/// The default bus of a stage, with the template's rules.
#[derive(Debug)]
pub struct Bus {
    shared: Arc<Shared>,
    routes: Vec<Arc<Route>>,
}

/// How the bus delivers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BusSettings {
    /// How long the first waiting is before a target is tried again; each is twice the one before.
    pub first_delay: Duration,
    /// How long the longest waiting is.
    pub longest_delay: Duration,
    /// How many of the deliveries happen twice, from 0 to 1: EventBridge delivers at least once.
    pub duplicate: f64,
    /// Which of them, and how long exactly is waited.
    pub seed: u64,
}

/// The bus can't be opened.
#[derive(Debug, thiserror::Error)]
pub enum BusError {
    /// The template can't be resolved.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// EventBridge would refuse the rule's pattern.
    #[error("Resources.{rule}.Properties.EventPattern: {problem}")]
    Pattern {
        /// The rule's name in the template.
        rule: String,
        /// What is wrong, with the path in the pattern.
        problem: PatternError,
    },
}

#[derive(Debug)]
struct Shared {
    lambda: Arc<Lambda>,
    backstage: Backstage,
    observer: Observer<BusTold>,
    settings: BusSettings,
    pending: Pending,
}

impl Default for BusSettings {
    /// A tenth of a second, then up to five; nothing twice.
    fn default() -> Self {
        let (first_delay, longest_delay) = (Duration::from_millis(100), Duration::from_secs(5));
        BusSettings { first_delay, longest_delay, duplicate: 0.0, seed: 0 }
    }
}

impl Bus {
    /// Opens the bus with a stack's rules. The functions that are their targets should be Lambda's.
    ///
    /// # Errors
    /// Something in the template can't be resolved, or EventBridge would refuse a pattern.
    pub fn open(
        stack: &Stack,
        lambda: Arc<Lambda>,
        backstage: &Backstage,
        observer: Observer<BusTold>,
        settings: BusSettings,
    ) -> Result<Bus, BusError> {
        let access = Access::of(stack)?;
        let routes = stack.rules()?.into_iter().map(|rule| Route::new(rule, &access).map(Arc::new));
        let routes = routes.collect::<Result<_, _>>()?;
        let shared = Shared { lambda, backstage: backstage.clone(), observer, settings, pending: Pending::new() };
        Ok(Bus { shared: Arc::new(shared), routes })
    }

    /// Takes an event, an envelope as EventBridge has it, and delivers it later; the names in the
    /// template of the rules that match it.
    pub fn put(&self, envelope: &Value) -> Vec<String> {
        let matching: Vec<&Arc<Route>> = self.routes.iter().filter(|route| route.takes(envelope)).collect();
        if matching.is_empty() {
            return Vec::new();
        }
        let text = |name: &str| envelope.get(name).and_then(Value::as_str).unwrap_or_default();
        let time = DateTime::parse_from_rfc3339(text("time")).map_or_else(|_| Utc::now(), |time| time.to_utc());
        let body = Bytes::from(envelope.to_string());
        let event = Arc::new(Event { id: text("id").to_owned(), body, time, came: Instant::now() });
        for route in &matching {
            for metric in ["TriggeredRules", "MatchedEvents"] {
                self.shared.backstage.metrics.of_rule(&route.name, metric);
            }
            let deliveries = self.deliveries(route, &event);
            let (id, rule) = (event.id.clone(), route.logical_id.clone());
            let what = BusEvent::Matched { deliveries: u32::try_from(deliveries.len()).unwrap_or(u32::MAX) };
            self.shared.observer.tell(BusTold { at: Utc::now(), event: id, rule, what });
            for delivery in deliveries {
                tokio::spawn(delivery.run());
            }
        }
        matching.into_iter().map(|route| route.logical_id.clone()).collect()
    }

    /// How many deliveries are not done yet. What Lambda has taken is not counted any more.
    pub fn pending(&self) -> usize {
        self.shared.pending.count()
    }

    /// Waits until every delivery is done.
    pub async fn idle(&self) {
        self.shared.pending.done().await;
    }

    /// Leaves the deliveries that are not done yet.
    pub async fn close(&self) {
        self.shared.pending.close();
        self.idle().await;
    }

    fn deliveries(&self, route: &Arc<Route>, event: &Arc<Event>) -> Vec<Delivery> {
        let mut deliveries = Vec::new();
        for (index, stop) in route.stops.iter().enumerate() {
            let luck = chance(self.shared.settings.seed, &(&event.id, &route.logical_id, &stop.id));
            let twice = luck < self.shared.settings.duplicate;
            deliveries.extend([false, true].into_iter().take(if twice { 2 } else { 1 }).map(|again| Delivery {
                shared: self.shared.clone(),
                route: route.clone(),
                stop: index,
                event: event.clone(),
                again,
                _ticket: self.shared.pending.begin(),
            }));
        }
        deliveries
    }
}
