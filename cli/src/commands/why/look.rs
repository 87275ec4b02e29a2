//! What AWS knows of an event, gathered place by place.

use super::super::redrive::same;
use super::about::is_of_queue;
use super::deployed::{Deployed, untold};
use super::facts::{Decision, Facts, Looked, time};
use super::history::{self, OfQueue};
use super::letters::Letters;
use crate::aws::{Aws, AwsError, lines};
use crate::input::around;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use std::collections::BTreeMap;

/// Clocks differ.
const A_LITTLE: TimeDelta = TimeDelta::minutes(1);

/// Where it is looked.
pub(super) struct Look<'a> {
    pub(super) aws: &'a Aws,
    pub(super) deployed: &'a Deployed,
    pub(super) letters: &'a Letters,
    /// How far back.
    pub(super) since: DateTime<Utc>,
}

/// Events about a queue.
pub(super) struct Newest {
    /// Their ids, the oldest first.
    pub(super) ids: Vec<String>,
    /// What could not be asked, in sentences.
    pub(super) untold: Vec<String>,
}

impl Look<'_> {
    /// What is known of an event.
    pub(super) async fn at(&self, event_id: &str) -> Facts {
        let mut facts = Facts {
            event_id: event_id.to_owned(),
            now: Utc::now(),
            region: self.aws.region.clone(),
            stack: self.deployed.stack.clone(),
            rules: self.deployed.rules.clone(),
            queues_told: self.deployed.queues_told && self.letters.untold.is_empty(),
            untold: [self.deployed.untold.clone(), self.letters.untold.clone()].concat(),
            ..Facts::default()
        };
        match history::record(self.aws, event_id).await {
            Ok(record) => {
                facts.in_history = Some(record.is_some());
                facts.event = record.map(around);
            }
            Err(error) => facts.untold.push(format!("the event history {}", untold(&error))),
        }
        // An event that is known to be older is looked for where it is.
        let at = facts.event.as_ref().and_then(|event| event.pointer("/detail/eventTime")?.as_str().and_then(time));
        let since = at.map_or(self.since, |at| self.since.min(at - A_LITTLE));
        self.groups(&mut facts, since).await;
        self.letters_about(&mut facts);
        for function in &self.deployed.functions {
            let words = [event_id.to_owned(), "trailhook::decision".to_owned()];
            let asked = lines(self.aws, &function.log_group, &words, since).await;
            let decisions = self.told(&mut facts, &function.log_group, asked).map(|lines| {
                let mut all: Vec<Decision> =
                    lines.iter().filter_map(|line| Decision::of_line(line, event_id)).collect();
                all.sort_by_key(|decision| decision.at);
                all
            });
            let says_nothing = decisions.as_ref().is_some_and(Vec::is_empty);
            if function.hides_decisions && says_nothing {
                facts.untold.push(format!("the log level of {} keeps decisions out of its log", function.called));
            }
            let decisions = decisions.filter(|_| !(function.hides_decisions && says_nothing));
            facts.functions.push(Looked { decisions, ..function.clone() });
        }
        for journal in &self.deployed.journals {
            let asked = lines(self.aws, journal, &[event_id.to_owned()], since).await;
            let lines = self.told(&mut facts, journal, asked).unwrap_or_default();
            let about = lines.iter().filter(|line| text(line, "/event/eventId") == Some(event_id));
            facts.journal.extend(about.filter_map(|line| text(line, "/summary").map(str::to_owned)));
        }
        facts
    }

    /// The newest events about a queue.
    pub(super) async fn newest(&self, queue: &str, most: usize) -> Newest {
        let (mut found, mut untold_of) = (BTreeMap::<String, Option<DateTime<Utc>>>::new(), Vec::new());
        let mut add = |record: &Value| {
            let is_id = |id: &&str| uuid::Uuid::try_parse(id).is_ok();
            if let Some(id) = text(record, "/eventID").filter(is_id).filter(|_| is_of_queue(record, queue)) {
                found.insert(id.to_owned(), text(record, "/eventTime").and_then(time));
            }
        };
        match history::of_queue(self.aws, queue, self.since, most).await {
            Ok(OfQueue { records, more }) => {
                records.iter().for_each(&mut add);
                if more {
                    untold_of.push(
                        "the event history has more calls of SQS than were looked through: say a shorter --since"
                            .to_owned(),
                    );
                }
            }
            Err(error) => untold_of.push(format!("the event history {}", untold(&error))),
        }
        for group in &self.deployed.groups {
            match lines(self.aws, group, &[queue.to_owned()], self.since).await {
                Ok(events) => events.iter().filter_map(|event| event.get("detail")).for_each(&mut add),
                // A group that is gone, or may not be asked, is told with each event, and here where there is none.
                Err(error) => untold_of.push(format!("the log group {group} {}", untold(&error))),
            }
        }
        for letter in &self.letters.all {
            let event: Option<Value> = serde_json::from_str(&letter.event).ok();
            if let Some(record) = event.as_ref().and_then(|event| event.get("detail")) {
                add(record);
            }
        }
        let mut found: Vec<_> = found.into_iter().collect();
        found.sort_by_key(|(_, at)| std::cmp::Reverse(*at));
        found.truncate(most);
        Newest { ids: found.into_iter().rev().map(|(id, _)| id).collect(), untold: untold_of }
    }

    /// The dead letters about the event. Whoever may send to a queue can write one, so AWS's own record goes before it, and
    /// one that says something else is none.
    fn letters_about(&self, facts: &mut Facts) {
        for letter in self.letters.all.iter().filter(|letter| letter.event_id.as_ref() == Some(&facts.event_id)) {
            // It was read as JSON before.
            let said: Value = serde_json::from_str(&letter.event).unwrap_or_default();
            let recorded = facts.event.as_ref().and_then(|event| event.get("detail"));
            match recorded.map(|record| same(record, &said)) {
                Some(Ok(())) => facts.letters.push(letter.clone()),
                Some(Err(member)) => facts.untold.push(format!(
                    "a dead letter says something else about {member} than the record: somebody may have written it"
                )),
                None => facts.letters.push(letter.clone()),
            }
        }
        if let (None, Some(letter)) = (&facts.event, facts.letters.first()) {
            facts.event = serde_json::from_str(&letter.event).ok();
            let why = "nothing but a dead letter has the record, and whoever may send to the queue may have written it";
            facts.untold.push(why.to_owned());
        }
    }

    async fn groups(&self, facts: &mut Facts, since: DateTime<Utc>) {
        let id = facts.event_id.clone();
        for group in &self.deployed.groups {
            let asked = lines(self.aws, group, std::slice::from_ref(&id), since).await;
            let events = self.told(facts, group, asked);
            let event = events
                .as_ref()
                .map(|all| all.iter().find(|event| text(event, "/detail/eventID") == Some(id.as_str())).cloned());
            facts.logged.insert(group.clone(), event.as_ref().map(Option::is_some));
            // As the rule's targets got it: with the envelope that it came in.
            facts.event = event.flatten().or(facts.event.take());
        }
    }

    fn told(&self, facts: &mut Facts, group: &str, asked: Result<Vec<Value>, AwsError>) -> Option<Vec<Value>> {
        match asked {
            Ok(lines) => Some(lines),
            Err(error) => {
                facts.untold.push(format!("the log group {group} {}", untold(&error)));
                None
            }
        }
    }
}

fn text<'a>(value: &'a Value, place: &str) -> Option<&'a str> {
    value.pointer(place).and_then(Value::as_str)
}
