//! Playing an event: what its call made is there, the rules look at it, the targets get it.

use super::binaries::{Binaries, BinariesError};
use super::bus::is_read_only;
use super::happening::{Happening, move_to};
use super::played::{Afterwards, Delivery, DeliveryResult, LogGroupFilled, Played, RulePlayed};
use super::{BackEnd, BackEndError, Function, FunctionSettings, StartError, surroundings};
use crate::input::Event;
use crate::template::{Destination, FunctionResource, Rule, RuleState, Stack, Target, TemplateError};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde_json::Value;
use std::path::PathBuf;
use trailhook::EventHeader;
use trailhook::pattern::{Pattern, PatternError};
use uuid::Uuid;

/// A stack on the stage: its back end with topics, log groups and tables, its rules, its binaries.
///
/// Each event gets a stage of its own: an account where nothing has happened yet.
#[derive(Debug)]
pub struct Stage {
    region: String,
    back_end: BackEnd,
    rules: Vec<(Rule, Pattern)>,
    log_groups: Vec<String>,
    binaries: Binaries,
}

/// The stage can't be set up, or an event can't be played.
#[derive(Debug, thiserror::Error)]
pub enum StageError {
    /// The template can't be resolved.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// There is no rule that could match anything.
    #[error("the template has no rule with an event pattern on the default bus")]
    NoRule,
    /// EventBridge would refuse the rule's pattern.
    #[error("Resources.{rule}.Properties.EventPattern: {problem}")]
    Pattern {
        /// The rule's name in the template.
        rule: String,
        /// What is wrong, with the path in the pattern.
        problem: PatternError,
    },
    /// There is no port for the back end.
    #[error("the back end has no port to serve on: {0}")]
    Port(std::io::Error),
    /// The back end does not do what the stage needs.
    #[error(transparent)]
    BackEnd(#[from] BackEndError),
    /// A function's binary is not there.
    #[error(transparent)]
    Binaries(#[from] BinariesError),
    /// A function can't be started.
    #[error(transparent)]
    Start(#[from] StartError),
}

impl Stage {
    /// Sets the stage for a stack.
    ///
    /// # Errors
    /// Something in the template can't be resolved, EventBridge would refuse a pattern, or a binary
    /// is missing.
    pub async fn set(stack: &Stack, binaries: &Binaries) -> Result<Stage, StageError> {
        let mut rules = Vec::new();
        for rule in stack.rules()? {
            let pattern = Pattern::from_value(&rule.pattern)
                .map_err(|problem| StageError::Pattern { rule: rule.logical_id.clone(), problem })?;
            rules.push((rule, pattern));
        }
        if rules.is_empty() {
            return Err(StageError::NoRule);
        }
        let deployment = stack.deployment();
        let back_end = BackEnd::start(&deployment.account, &deployment.region).await.map_err(StageError::Port)?;
        for topic in stack.topics()? {
            back_end.create_topic(&topic).await?;
        }
        let log_groups = stack.log_groups()?;
        for group in &log_groups {
            back_end.create_log_group(group).await?;
        }
        for table in stack.tables()? {
            back_end.create_table(&table).await?;
        }
        Ok(Stage { region: deployment.region.clone(), back_end, rules, log_groups, binaries: binaries.clone() })
    }

    /// Plays an event: as if its call had been made just now, or when it says it was.
    ///
    /// # Errors
    /// A binary is missing or can't be run, or the back end does not hold the queue.
    pub async fn play(&self, mut event: Event, now: Option<DateTime<Utc>>) -> Result<Played, StageError> {
        if let Some(now) = now {
            move_to(&mut event.envelope, now);
        }
        let envelope = &event.envelope;
        let payload = Bytes::from(envelope.to_string());
        let happening = Happening::of(envelope);
        let happened = match &happening {
            Happening::Queue(queue) => {
                self.back_end.create_queue(queue).await?;
                format!("the queue {} is there, as the call made it", queue.name)
            }
            Happening::Nothing(reason) => reason.clone(),
        };
        let mut rules = Vec::new();
        for (rule, pattern) in &self.rules {
            rules.push(self.hold(rule, pattern, envelope, &payload).await?);
        }
        let matched = rules.iter().filter(|rule| rule.enabled && rule.matches);
        // A rule that nobody listens to has told nobody.
        let told = matched.clone().any(|rule| !rule.targets.is_empty());
        let ok = told && matched.flat_map(|rule| &rule.targets).all(Delivery::is_ok);
        Ok(Played {
            place: event.place,
            moved_to_now: now.is_some(),
            event: trailhook::decode(&payload).ok().map(|envelope| EventHeader::of(&envelope)),
            happened,
            rules,
            afterwards: self.afterwards(&happening).await,
            ok,
        })
    }

    /// Holds a rule against the event. Its targets get it one after another, in the template's
    /// order, so that the same event always ends the same way; in AWS they get it at once.
    async fn hold(
        &self,
        rule: &Rule,
        pattern: &Pattern,
        envelope: &Value,
        payload: &Bytes,
    ) -> Result<RulePlayed, StageError> {
        let explanation = pattern.explain(envelope);
        let enabled = rule.state != RuleState::Disabled;
        let mut targets = Vec::new();
        if rule.state == RuleState::Enabled && is_read_only(envelope) {
            let explanation = "does not match: a call that only reads is not delivered to a rule in the state ENABLED";
            let (rule, explanation) = (rule.logical_id.clone(), explanation.to_owned());
            return Ok(RulePlayed { rule, enabled, matches: false, explanation, targets });
        }
        if enabled && explanation.matched {
            for target in &rule.targets {
                targets.push(self.deliver(target, envelope, payload).await?);
            }
        }
        Ok(RulePlayed {
            rule: rule.logical_id.clone(),
            enabled,
            matches: explanation.matched,
            explanation: explanation.to_string(),
            targets,
        })
    }

    async fn deliver(&self, target: &Target, envelope: &Value, payload: &Bytes) -> Result<Delivery, StageError> {
        let (destination, result, log) = match &target.destination {
            Destination::Function(function) => {
                let mut running = Function::start(self.settings(function)?).await?;
                let invocation = running.invoke(payload.clone()).await?;
                (format!("function {}", function.binary), invocation.into(), running.stop().await)
            }
            Destination::LogGroup(group) => {
                (format!("log group {group}"), self.log(group, envelope, payload).await, Vec::new())
            }
        };
        Ok(Delivery { target: target.id.clone(), destination, result, log })
    }

    fn settings(&self, function: &FunctionResource) -> Result<FunctionSettings, BinariesError> {
        let binary: PathBuf = self.binaries.of(&function.binary, &function.logical_id)?;
        let environment = surroundings(function, &self.region, self.back_end.endpoint_url());
        let (timeout, memory_mb) = (function.timeout, Some(function.memory_mb));
        Ok(FunctionSettings { binary, environment, timeout, memory_mb, arn: function.arn.clone() })
    }

    /// As EventBridge does: the whole event on one line, at the event's time, in a stream of its own.
    async fn log(&self, group: &str, envelope: &Value, payload: &Bytes) -> DeliveryResult {
        let time = envelope.get("time").and_then(Value::as_str);
        let time = time.and_then(|time| DateTime::parse_from_rfc3339(time).ok());
        let time = time.map_or_else(Utc::now, |time| time.to_utc());
        let stream = Uuid::new_v4().to_string();
        match self.back_end.put_log_event(group, &stream, time, &String::from_utf8_lossy(payload)).await {
            Ok(()) => DeliveryResult::Logged { stream },
            Err(error) => {
                DeliveryResult::Failed { error_type: "NO_RESOURCE".to_owned(), error_message: error.to_string() }
            }
        }
    }

    async fn afterwards(&self, happening: &Happening) -> Afterwards {
        let (queue, queue_gone) = match happening {
            Happening::Queue(made) => {
                let queue = self.back_end.queue(&made.name).await;
                let gone = queue.is_none().then(|| made.name.clone());
                (queue, gone)
            }
            Happening::Nothing(_) => (None, None),
        };
        let mut log_groups = Vec::new();
        for name in &self.log_groups {
            let events = self.back_end.log_events(name).await;
            if !events.is_empty() {
                log_groups.push(LogGroupFilled { name: name.clone(), events });
            }
        }
        let calls = self.back_end.calls().into_iter().map(|call| {
            let caller = call.access_key_id.strip_prefix("test-").unwrap_or(&call.access_key_id);
            format!("{caller}: {}:{} {}", call.service, call.action, call.status)
        });
        Afterwards { queue, queue_gone, published: self.back_end.published(), log_groups, calls: calls.collect() }
    }
}
