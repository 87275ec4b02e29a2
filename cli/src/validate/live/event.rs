//! The event: it is looked for where every event that matched is kept.

use super::super::Row;
use super::super::seen::log_group;
use super::cause::{Needs, because};
use super::{Event, Try, may_answer};
use crate::aws::{AwsError, Target, lines};
use serde_json::Value;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// So far may the clock here be ahead of AWS's: what is looked for has a name of its own, so an older line is never it.
pub(super) const CLOCKS: Duration = Duration::from_secs(900);

/// Why there is no event to go on with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Absent {
    /// It was waited for where it should have come, and did not.
    Missing,
    /// Nobody could look: nothing keeps it, or it may not be read.
    Unseen,
}

impl<T: FnMut(&str)> Try<'_, T> {
    /// Waits for the event of the call in each log group that is a target; in the event history, where none can be read.
    pub(super) async fn event(&mut self, before: &[Row]) -> Result<Event, Absent> {
        let seen = self.seen;
        let rules = || seen.told_rules().filter(|rule| may_answer(rule));
        let targets = rules().flat_map(|rule| &rule.targets);
        let groups: BTreeSet<String> = targets.filter_map(|target| log_group(&target.arn)).collect();
        let (mut found, mut is_missing): (Option<Event>, bool) = (None, false);
        for group in &groups {
            self.waiting(&format!("waiting for the event in {group}"));
            let queue = self.queue.clone();
            let words = [queue.clone(), "CreateQueue".to_owned()];
            let wanted = |line: &Value| line.get("detail").is_some_and(|record| is_wanted(record, &queue));
            match self.line(group, &words, wanted).await {
                Ok(Some(envelope)) => {
                    let id = envelope.pointer("/detail/eventID").and_then(Value::as_str).unwrap_or_default().to_owned();
                    self.push(Row::good("event-log", group, format!("the event {id}")));
                    found = found.or(Some(Event { id, envelope, came: true }));
                }
                Ok(None) => {
                    is_missing = true;
                    let waited = self.settings.patience.as_secs();
                    let is_it = |target: &Target| log_group(&target.arn).as_ref() == Some(group);
                    let (cause, fix) = because(
                        before,
                        &Needs::of_target(rules(), is_it, true),
                        "wait longer (--wait 900): CloudTrail is late at times; then look at TriggeredRules of the rule",
                    );
                    let cause = format!("the event did not come in {waited} seconds; {cause}");
                    self.push(Row::bad("event-log", group, cause, fix));
                }
                Err(error) => self.push(Row::not_told("event-log", group, &error)),
            }
        }
        match found {
            Some(event) => Ok(event),
            None if is_missing => Err(Absent::Missing),
            None => self.elsewhere(groups.is_empty()).await.ok_or(Absent::Unseen),
        }
    }

    /// The event as the history has it. It says nothing of trails and rules, so it is no more than a note.
    async fn elsewhere(&mut self, nothing_keeps_it: bool) -> Option<Event> {
        let (why, fix) = if nothing_keeps_it {
            let fix = "let a log group be a target of the rule, as our template has it";
            ("no target is a log group, so nothing keeps the events that match", fix)
        } else {
            ("no log group with the events that match could be read", "let whoever validates read those log groups")
        };
        let (queue, waited) = (self.queue.clone(), self.settings.patience.as_secs());
        match self.in_history().await {
            Ok(Some(event)) => {
                let seen = format!("{why}; the event history has the call, as the event {}", event.id);
                self.push(Row::note("event-log", queue, seen, fix));
                Some(event)
            }
            Ok(None) => {
                let cause = format!("{why}, and the event history did not tell of the call in {waited} seconds");
                let fix = format!("{fix}; or wait longer (--wait 900): the history is minutes late");
                self.push(Row::untold("event-log", queue, cause, fix));
                None
            }
            Err(error) => {
                let row = Row::not_told("event-log", queue, &error);
                self.push(Row { seen: format!("{why}, nor the event history: {}", row.seen), ..row });
                None
            }
        }
    }

    /// Waits for a line of a log group that is JSON and fits.
    pub(super) async fn line(
        &mut self,
        group: &str,
        words: &[String],
        wanted: impl Fn(&Value) -> bool,
    ) -> Result<Option<Value>, AwsError> {
        let (asked_at, mut looks) = (Instant::now(), 0);
        loop {
            let lines = lines(self.aws, group, words, self.since - CLOCKS).await?;
            if let Some(line) = lines.into_iter().rev().find(&wanted) {
                return Ok(Some(line));
            }
            if !self.again(asked_at, &mut looks).await {
                return Ok(None);
            }
        }
    }
}

/// Whether a record is of the call that made this queue.
pub(super) fn is_wanted(record: &Value, queue: &str) -> bool {
    let text = |place: &str| record.pointer(place).and_then(Value::as_str);
    text("/requestParameters/queueName") == Some(queue) && text("/eventName") == Some("CreateQueue")
}
