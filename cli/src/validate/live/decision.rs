//! What a function decided about the event, from its own log.

use super::super::{Row, checks};
use super::cause::{Needs, because};
use super::event::CLOCKS;
use super::{Event, Try, fixes};
use crate::aws::{Function, lines};
use crate::stage::is_gone;
use serde_json::Value;
use std::time::Instant;

impl<T: FnMut(&str)> Try<'_, T> {
    /// Waits for a function's decision; its report.
    pub(super) async fn decision(&mut self, function: &Function, event: &Event, before: &[Row]) -> Option<Value> {
        let subject = checks::called(function, self.seen);
        if function.setting("TRAILHOOK_MODE").is_none() {
            let seen = "it is no function of Trailhook's: what it did is in its log";
            self.push(Row::note("decision", &subject, seen, format!("read {}", function.log_group)));
            return None;
        }
        if function.hides_decisions() {
            let cause = format!("its log level is {}, which keeps decisions out of its log", function.log_level);
            self.push(Row::untold("decision", &subject, cause, "deploy with LogLevel=INFO, and validate again"));
            return None;
        }
        self.waiting(&format!("waiting for the decision of {subject}"));
        let (asked_at, mut looks) = (Instant::now(), 0);
        let words = [event.id.clone(), "trailhook::decision".to_owned()];
        let (mut last, mut tries) = (None, 0);
        loop {
            let lines = match lines(self.aws, &function.log_group, &words, self.since - CLOCKS).await {
                Ok(lines) => lines,
                Err(error) => {
                    self.push(Row::not_told("decision", &subject, &error));
                    return None;
                }
            };
            let reports: Vec<Value> = lines.iter().filter_map(|line| report(line, &event.id)).collect();
            tries = reports.len().max(tries);
            last = reports.into_iter().next_back().or(last);
            // One that failed is tried again; that a queue is gone is no failure to wait for.
            let is_final = match &last {
                Some(report) => text(report, "outcome") != "failed" || self.came_late(report).await,
                None => false,
            };
            if is_final || !self.again(asked_at, &mut looks).await {
                break;
            }
        }
        let row = match &last {
            Some(report) if self.came_late(report).await => Row::note(
                "decision",
                &subject,
                "the queue was gone before it came: revert was quicker",
                "nothing: it is tried again until SQS is sure, and then left at that",
            ),
            Some(report) => fixes::of(&subject, report, tries),
            None => self.silent(function, &subject, event, before).await,
        };
        self.push(row);
        last
    }

    /// Whether a function failed because the queue was gone by then.
    async fn came_late(&self, report: &Value) -> bool {
        text(report, "outcome") == "failed"
            && is_gone(text(report, "message"))
            && matches!(self.url(&self.queue).await, Ok(None))
    }

    /// Nothing was decided: whether it ran at all.
    async fn silent(&self, function: &Function, subject: &str, event: &Event, before: &[Row]) -> Row {
        let waited = self.settings.patience.as_secs();
        let count = |name| self.sum("AWS/Lambda", name, "FunctionName", &function.name);
        let (ran, failed) = (count("Invocations").await, count("Errors").await);
        if let (Ok(Some(ran)), Ok(Some(failed))) = (&ran, &failed)
            && *ran >= 1.0
            && *failed >= 1.0
        {
            let cause = format!(
                "it ran {ran} times in these minutes, failed {failed} times and decided nothing: it does not start, or \
                 crashes"
            );
            let fix = format!("read its last lines in {}: they name the variable or the place", function.log_group);
            return Row::bad("decision", subject, cause, fix);
        }
        let (cause, fix) = because(
            before,
            &Needs::of_function(self.seen, &self.matching(event), function, !event.came),
            &format!("read {}, and the queues for what went wrong; or wait longer with --wait", function.log_group),
        );
        Row::bad("decision", subject, format!("it decided nothing in {waited} seconds; {cause}"), fix)
    }
}

/// The report in a decision line about this event.
fn report(line: &Value, event_id: &str) -> Option<Value> {
    if line.get("target").and_then(Value::as_str) != Some("trailhook::decision") {
        return None;
    }
    let report = line.get("report")?;
    let about = report.pointer("/event/eventId").and_then(Value::as_str);
    (about == Some(event_id)).then(|| report.clone())
}

/// A member as text; empty where it is none.
pub(super) fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value.get(member).and_then(Value::as_str).unwrap_or_default()
}
