//! The live part: a queue is made, and what should follow is looked for, hop by hop: call, event, functions, effects,
//! metrics.
//!
//! It makes a queue, and where it is asked for, a second one that listens to the topic. Both are noted in [`Made`]
//! before anything is asked of them, so that whoever ends this early can still take them away.

mod call;
mod cause;
mod decision;
mod effect;
mod event;
mod fixes;
mod history;
mod made;
mod metrics;
mod notification;

pub use made::Made;

use super::{Row, Seen};
use crate::aws::{Aws, Function, Rule};
use chrono::{DateTime, Utc};
use serde_json::Value;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use trailhook::pattern::Pattern;

/// How the live part is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How long it waits for each hop.
    pub patience: Duration,
    /// Whether a queue listens to the topic for the notification.
    pub subscribe: bool,
}

/// A try that is under way.
pub(super) struct Try<'a, T> {
    aws: &'a Aws,
    seen: &'a Seen,
    settings: &'a Settings,
    made: &'a Made,
    tell: T,
    /// The queue's name.
    queue: String,
    began: Instant,
    /// When this began.
    since: DateTime<Utc>,
    rows: &'a RefCell<Vec<Row>>,
    /// The ARNs of the targets that were seen to get the event.
    got: BTreeSet<String>,
}

/// The event of the call, as the rule's targets get it.
struct Event {
    id: String,
    /// The whole envelope.
    envelope: Value,
    /// Whether a target has it; else it is known from the event history only.
    came: bool,
}

/// Tries it, and puts what came of each hop into `rows`, so that it is there when this is ended early. `before` are the rows of what was looked at: a hop that does not come has
/// its cause there, as a rule.
pub async fn try_it(
    aws: &Aws,
    seen: &Seen,
    before: &[Row],
    settings: &Settings,
    made: &Made,
    rows: &RefCell<Vec<Row>>,
    tell: impl FnMut(&str),
) {
    if !seen.told_rules().any(may_answer) {
        let seen = "no rule hands CreateQueue of SQS to anybody, so nothing is tried";
        let fix = "nothing, if that is what you want; otherwise put CreateQueue into EventNames";
        rows.borrow_mut().push(Row::note("call", "", seen, fix));
        return;
    }
    let id = uuid::Uuid::new_v4().simple().to_string();
    let tail = id.get(..8).unwrap_or_default();
    let queue = format!("trailhook-validate-{tail}");
    let mut run = Try {
        aws,
        seen,
        settings,
        made,
        tell,
        queue,
        began: Instant::now(),
        since: Utc::now(),
        rows,
        got: BTreeSet::new(),
    };
    let inbox = if settings.subscribe { run.listen(tail).await } else { None };
    if !run.call().await {
        return;
    }
    for rule in seen.told_rules().filter(|rule| !may_answer(rule)) {
        let cause = "it does not hand CreateQueue of SQS over, so it and its targets are not tried";
        let fix = "nothing, if that is what you want; otherwise put CreateQueue into its event pattern";
        run.push(Row::note("call", &rule.name, cause, fix));
    }
    let event = match run.event(before).await {
        Ok(event) => event,
        Err(absent) => return run.metrics(absent.known.as_ref(), !absent.is_missing).await,
    };
    if run.matching(&event).is_empty() {
        let cause = "no rule lets this call through: its pattern asks for other callers, or for other places";
        let fix = "validate as one whose calls it asks for (--profile); `trailhook pattern` says which field decides";
        return run.push(Row::untold("call", run.queue.clone(), cause, fix));
    }
    for function in run.expected(&event) {
        if let Some(report) = run.decision(&function, &event, before).await {
            run.got.insert(function.arn.clone());
            run.effect(&function, &report, &event, inbox.as_ref()).await;
        }
    }
    run.metrics(Some(&event), true).await;
}

impl<T: FnMut(&str)> Try<'_, T> {
    fn push(&mut self, row: Row) {
        let after = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.rows.borrow_mut().push(row.after(after));
    }

    /// Says what is waited for.
    fn waiting(&mut self, what: &str) {
        (self.tell)(what);
    }

    /// Waits before the next look: at first often, later less so. `false` when patience is over.
    async fn again(&self, asked_at: Instant, looks: &mut u32) -> bool {
        if asked_at.elapsed() >= self.settings.patience {
            return false;
        }
        let wait = Duration::from_millis(200) * 2_u32.saturating_pow((*looks).min(5));
        *looks += 1;
        tokio::time::sleep(wait.min(Duration::from_secs(5))).await;
        true
    }

    /// The rules whose pattern lets the event through.
    fn matching(&self, event: &Event) -> Vec<Rule> {
        let hands_over = |rule: &&Rule| rule.state != "DISABLED" && lets(rule, &event.envelope);
        self.seen.told_rules().filter(hands_over).cloned().collect()
    }

    /// The functions that are to get the event.
    fn expected(&self, event: &Event) -> Vec<Function> {
        let rules = self.matching(event);
        let is_target =
            |function: &&Function| rules.iter().flat_map(|rule| &rule.targets).any(|target| target.arn == function.arn);
        self.seen.told_functions().filter(is_target).cloned().collect()
    }
}

/// Whether a rule's pattern lets an event through; one that can't be read lets nothing through that anybody knows of.
fn lets(rule: &Rule, envelope: &Value) -> bool {
    Pattern::parse(&rule.pattern).is_ok_and(|pattern| pattern.matches(envelope))
}

/// Whether a rule asks for calls like the one that is made whoever makes them: it lets one of our samples through.
fn surely_answers(rule: &Rule) -> bool {
    crate::commands::sample_events().iter().filter(|event| is_like_it(event)).any(|event| lets(rule, event))
}

/// Whether it is a CreateQueue of SQS that succeeded.
fn is_like_it(event: &Value) -> bool {
    let text = |place: &str| event.pointer(place).and_then(Value::as_str);
    text("/detail/eventName") == Some("CreateQueue")
        && text("/detail/eventSource") == Some("sqs.amazonaws.com")
        && text("/detail/errorCode").is_none()
}

/// Whether a rule is about calls like the one that is made: who makes it, and from where, is for the rule to say.
fn may_answer(rule: &Rule) -> bool {
    let Ok(pattern) = Pattern::parse(&rule.pattern) else { return false };
    let about = ["source", "detail-type", "detail.eventSource", "detail.eventName"];
    crate::commands::sample_events().iter().filter(|event| is_like_it(event)).any(|event| {
        let explanation = pattern.explain(event);
        explanation.matched || !explanation.deciding().any(|field| about.contains(&field.path.as_str()))
    })
}
