//! What a decision says was done, looked for where it should be.

use super::super::{Row, checks};
use super::decision::text;
use super::notification::Inbox;
use super::{Event, Try};
use crate::aws::{Function, queue_url, there, told};
use serde_json::Value;
use std::collections::BTreeMap;

impl<T: FnMut(&str)> Try<'_, T> {
    /// Looks for what a function says it has done.
    pub(super) async fn effect(&mut self, function: &Function, report: &Value, event: &Event, inbox: Option<&Inbox>) {
        let subject = checks::called(function, self.seen);
        let outcome = text(report, "outcome").to_owned();
        if !["acted", "dry-run"].contains(&outcome.as_str()) {
            return;
        }
        let actions = report.get("actions").and_then(Value::as_array).cloned().unwrap_or_default();
        for action in actions.iter().filter_map(|action| action.get("action")) {
            let acted = outcome == "acted";
            if let Some(tags) = action.get("tags").and_then(Value::as_object) {
                let wanted = tags.iter().filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())));
                let wanted = wanted.collect();
                self.tags(&subject, &wanted, acted).await;
            }
            match text(action, "channel") {
                "journal" => self.journal(&subject, text(action, "logGroup"), event, acted).await,
                "topic" => self.notification(&subject, inbox, acted).await,
                _ => {}
            }
        }
        if text(report, "response") == "revert" {
            self.undone(&subject, outcome == "acted").await;
        }
    }

    async fn tags(&mut self, subject: &str, wanted: &BTreeMap<String, String>, acted: bool) {
        let queue = self.queue.clone();
        let url = match self.url(&queue).await {
            Ok(Some(url)) => url,
            Ok(None) => {
                let fix = "nothing, where revert is in force: it was quicker";
                return self.push(Row::note(
                    "tags",
                    subject,
                    "the queue is gone already, so its tags can't be seen",
                    fix,
                ));
            }
            Err(row) => return self.push(row),
        };
        let asked = self.aws.sqs.list_queue_tags().queue_url(url).send().await;
        let tags: BTreeMap<String, String> = match told("sqs:ListQueueTags", asked) {
            Ok(answer) => answer.tags().map(|tags| tags.clone().into_iter().collect()).unwrap_or_default(),
            Err(error) => return self.push(Row::not_told("tags", subject, &error)),
        };
        let missing: Vec<&str> =
            wanted.iter().filter(|(key, value)| tags.get(*key) != Some(value)).map(|(key, _)| key.as_str()).collect();
        self.push(match (acted, missing.is_empty()) {
            (true, true) => Row::good("tags", subject, format!("{queue} has {}", names(wanted))),
            (true, false) => {
                let cause = format!("it says that it tagged the queue, and {} is not there", missing.join(", "));
                Row::bad("tags", subject, cause, "find out who takes tags off: the event history has UntagQueue")
            }
            (false, false) => Row::good("tags", subject, format!("a dry run: {queue} has none of {}", names(wanted))),
            (false, true) => {
                Row::bad("tags", subject, "a dry run, and the tags are there", "find out who else tags queues")
            }
        });
    }

    async fn journal(&mut self, subject: &str, group: &str, event: &Event, acted: bool) {
        self.waiting("waiting for the journal");
        if !acted {
            let nothing = format!("a dry run: nothing is written to {group}");
            return self.push(Row::good("journal-line", subject, nothing));
        }
        let row = match self.line(group, std::slice::from_ref(&event.id), |_| true).await {
            Ok(Some(line)) => Row::good("journal-line", subject, format!("{group}: {}", text(&line, "summary"))),
            Ok(None) => {
                let cause = format!("it says that it wrote to {group}, and the line is not there");
                Row::bad("journal-line", subject, cause, "look whether a subscription or somebody deletes its streams")
            }
            Err(error) => Row::not_told("journal-line", subject, &error),
        };
        self.push(row);
    }

    async fn undone(&mut self, subject: &str, acted: bool) {
        let queue = self.queue.clone();
        let there = match self.url(&queue).await {
            Ok(url) => url.is_some(),
            Err(row) => return self.push(row),
        };
        self.push(match (acted, there) {
            (true, false) => Row::good("revert", subject, format!("{queue} is gone")),
            (false, true) => Row::good("revert", subject, format!("a dry run: {queue} is still there")),
            // SQS shows a deleted queue for up to a minute.
            (true, true) => Row::note(
                "revert",
                subject,
                format!("it says that it deleted {queue}, which SQS still shows"),
                "SQS takes a minute for it: look again",
            ),
            (false, false) => Row::bad(
                "revert",
                subject,
                format!("a dry run, and {queue} is gone"),
                "find out who deleted it: the event history has DeleteQueue",
            ),
        });
    }

    /// A queue's URL, if it is there; or the row that says why nobody knows.
    pub(super) async fn url(&self, name: &str) -> Result<Option<String>, Row> {
        there(queue_url(self.aws, name).await).map_err(|error| Row::not_told("queue", name, &error))
    }
}

fn names(tags: &BTreeMap<String, String>) -> String {
    tags.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(", ")
}
