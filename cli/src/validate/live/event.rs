//! The event: it is looked for where every event that matched is kept.

use super::super::Row;
use super::super::seen::log_group;
use super::cause::{Needs, because};
use super::{Event, Try, lets, may_answer, surely_answers};
use crate::aws::{AwsError, Rule, Target, lines};
use serde_json::Value;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// So far may the clock here be ahead of AWS's: what is looked for has a name of its own, so an older line is never it.
pub(super) const CLOCKS: Duration = Duration::from_secs(900);

/// There is no event to go on with.
pub(super) struct Absent {
    /// Whether it was waited for where it may have come; else nobody could look: nothing keeps it, or it may not be read.
    pub(super) is_missing: bool,
    /// The event, where the event history has it all the same.
    pub(super) known: Option<Event>,
}

impl<T: FnMut(&str)> Try<'_, T> {
    /// Waits for the event of the call in each log group that is a target; in the event history, where none can be read.
    pub(super) async fn event(&mut self, before: &[Row]) -> Result<Event, Absent> {
        let seen = self.seen;
        let rules = || seen.told_rules().filter(|rule| may_answer(rule));
        let targets = rules().flat_map(|rule| &rule.targets);
        let groups: BTreeSet<String> = targets.filter_map(|target| log_group(&target.arn)).collect();
        let (mut found, mut missing): (Option<Event>, Vec<&String>) = (None, Vec::new());
        for group in &groups {
            self.waiting(&format!("waiting for the event in {group}"));
            let queue = self.queue.clone();
            let words = [queue.clone(), "CreateQueue".to_owned()];
            let is_it = |target: &&Target| log_group(&target.arn).as_ref() == Some(group);
            let wanted = |line: &Value| line.get("detail").is_some_and(|record| is_wanted(record, &queue));
            match self.line(group, &words, wanted).await {
                Ok(Some(envelope)) => {
                    let id = envelope.pointer("/detail/eventID").and_then(Value::as_str).unwrap_or_default().to_owned();
                    self.push(Row::good("event-log", group, format!("the event {id}")));
                    self.got.extend(rules().flat_map(|rule| &rule.targets).filter(is_it).map(|one| one.arn.clone()));
                    found = found.or(Some(Event { id, envelope, came: true }));
                }
                Ok(None) => missing.push(group),
                Err(error) => self.push(Row::not_told("event-log", group, &error)),
            }
        }
        if found.is_none() && missing.is_empty() {
            return self.elsewhere(groups.is_empty()).await.ok_or(Absent { is_missing: false, known: None });
        }
        // What the rules make of it is known by the event; that the history can't be asked is said where it is needed.
        let known = if found.is_none() { self.at_once().await.unwrap_or_default() } else { None };
        for group in missing {
            let row = self.missing(group, found.as_ref().or(known.as_ref()), before);
            self.push(row);
        }
        found.ok_or(Absent { is_missing: true, known })
    }

    /// The event did not come to a log group: what that means by the rules that should have let it through.
    fn missing(&self, group: &String, known: Option<&Event>, before: &[Row]) -> Row {
        let is_it = |target: &Target| log_group(&target.arn).as_ref() == Some(group);
        let rules: Vec<&Rule> = self.seen.told_rules().filter(|rule| rule.targets.iter().any(is_it)).collect();
        let seen =
            "no rule that hands events to it lets this call through: its pattern asks for other callers or places";
        let fix = "validate as one whose calls it asks for (--profile); `trailhook pattern` says which field decides";
        match known {
            Some(event) if !rules.iter().any(|rule| lets(rule, &event.envelope)) => {
                return Row::note("event-log", group, seen, fix);
            }
            None if !rules.iter().any(|rule| surely_answers(rule)) => {
                let cause =
                    "the event did not come, and the pattern asks for callers or places that this call may not have";
                return Row::untold("event-log", group, cause, fix);
            }
            _ => {}
        }
        let (cause, fix) = because(
            before,
            &Needs::of_target(rules.into_iter(), is_it, true),
            "wait longer (--wait 900): CloudTrail is late at times; then look at TriggeredRules of the rule",
        );
        let waited = self.settings.patience.as_secs();
        Row::bad("event-log", group, format!("the event did not come in {waited} seconds; {cause}"), fix)
    }

    /// The event as the history has it. It says nothing of trails and rules, so it is no more than a note.
    async fn elsewhere(&mut self, nothing_keeps_it: bool) -> Option<Event> {
        let (why, fix) = if nothing_keeps_it {
            let fix = "let a log group be a target of the rule, as our template has it";
            ("no target of a rule that asks for such a call is a log group, so nothing keeps its event", fix)
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
