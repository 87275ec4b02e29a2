//! What AWS knows of an event, gathered place by place.

use super::super::redrive::same;
use super::deployed::{Deployed, untold};
use super::facts::{Facts, Gap, Logged, time};
use super::history::History;
use super::letters::Letters;
use super::whose::attribute;
use crate::aws::{Aws, AwsError, lines, lines_in_streams};
use crate::input::around;
use crate::show::counted;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use std::collections::BTreeSet;

/// Clocks differ.
pub(super) const A_LITTLE: TimeDelta = TimeDelta::minutes(1);

/// Logs are searched no further back, whatever time a dead letter says.
const FURTHEST: TimeDelta = TimeDelta::days(90);

/// Where it is looked.
pub(super) struct Look<'a> {
    pub(super) aws: &'a Aws,
    pub(super) deployed: &'a Deployed,
    pub(super) letters: &'a Letters,
    pub(super) history: History<'a>,
    /// How far back.
    pub(super) since: DateTime<Utc>,
}

impl Look<'_> {
    /// What is known of an event; its record, where the history has told it already.
    pub(super) async fn at(&self, event_id: &str, record: Option<&Value>) -> Facts {
        let mut facts = Facts {
            event_id: event_id.to_owned(),
            now: Utc::now(),
            region: self.aws.region.clone(),
            stack: self.deployed.stack.clone(),
            rules: self.deployed.rules.clone(),
            rules_untold: self.deployed.rules_untold.clone(),
            groups_kept: self.deployed.groups_kept.clone(),
            queues_told: self.deployed.queues_told && self.letters.untold.is_empty(),
            queues_kept: self.letters.kept.clone(),
            untold: [self.deployed.untold.clone(), self.letters.untold.clone()].concat(),
            ..Facts::default()
        };
        let record = match record {
            Some(record) => Ok(Some(record.clone())),
            None => self.history.record(event_id).await,
        };
        match record {
            Ok(record) => {
                facts.in_history = Some(record.is_some());
                facts.event = record.map(around);
            }
            Err(error) => facts.untold.push(format!("the event history {}", untold(&error))),
        }
        let since = self.since(&facts);
        self.groups(&mut facts, since).await;
        self.letters_about(&mut facts);
        self.decisions(&mut facts, since).await;
        for journal in &self.deployed.journals {
            let asked = lines(self.aws, journal, &[event_id.to_owned()], since).await;
            let lines = self.told(&mut facts, journal, asked).unwrap_or_default();
            let about = lines.iter().filter(|line| text(line, "/event/eventId") == Some(event_id));
            facts.journal.extend(about.filter_map(|line| text(line, "/summary").map(str::to_owned)));
        }
        facts
    }

    /// An event that is known to be older is looked for where it is: by its record, or by what a dead letter says.
    fn since(&self, facts: &Facts) -> DateTime<Utc> {
        let recorded = facts.event.as_ref().and_then(|event| text(event, "/detail/eventTime").and_then(time));
        let letters = self.letters.all.iter().filter(|letter| letter.event_id.as_ref() == Some(&facts.event_id));
        let at = recorded.or_else(|| letters.filter_map(|letter| letter.time).min());
        at.map_or(self.since, |at| self.since.min((at - A_LITTLE).max(facts.now - FURTHEST)))
    }

    /// What the functions decided. A log group that several write to is asked once.
    async fn decisions(&self, facts: &mut Facts, since: DateTime<Utc>) {
        let id = facts.event_id.clone();
        let mut functions = self.deployed.functions.clone();
        let groups: BTreeSet<String> = functions.iter().map(|function| function.log_group.clone()).collect();
        for group in groups {
            let words = [id.clone(), "trailhook::decision".to_owned()];
            let asked = lines_in_streams(self.aws, &group, &words, since).await;
            let Some(lines) = self.told(facts, &group, asked) else { continue };
            let others = attribute(&mut functions, &group, &lines, &id);
            let anybodys = others.iter().filter(|other| other.function.is_none()).count();
            if anybodys > 0 {
                let (lines, whose) = (counted(anybodys, "decision"), "and nothing says which function's");
                facts.untold.push(format!("the log group {group} has {lines} about it, {whose}"));
            }
            facts.others.extend(others);
        }
        for function in functions.iter_mut().filter(|function| function.hides_decisions && function.gap.is_none()) {
            if function.decisions.is_empty() {
                function.gap = Some(Gap::Hidden);
                facts.untold.push(format!("the log level of {} keeps decisions out of its log", function.called));
            }
        }
        facts.functions = functions;
    }

    /// The dead letters about the event. Whoever can send to a queue can write one, so AWS's own record goes before it, and
    /// one that says something else is none.
    fn letters_about(&self, facts: &mut Facts) {
        for (_, why) in self.letters.unplaced.iter().filter(|(id, _)| *id == facts.event_id) {
            facts.queues_told = false;
            facts.untold.push(format!("a dead letter of it is nobody's for certain: {why}"));
        }
        for letter in self.letters.all.iter().filter(|letter| letter.event_id.as_ref() == Some(&facts.event_id)) {
            // It was read as JSON before.
            let said: Value = serde_json::from_str(&letter.event).unwrap_or_default();
            let recorded = facts.event.as_ref().and_then(|event| event.get("detail"));
            match recorded.map(|record| same(record, &said)) {
                Some(Ok(())) => facts.letters.push(letter.clone()),
                Some(Err(member)) => {
                    facts.queues_told = false;
                    facts.untold.push(format!(
                        "a dead letter says something else about {member} than the record: somebody may have written it, or \
                         AWS writes the two differently"
                    ));
                }
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
        // Who sends dead letters again writes lines too, so what says something else than AWS's own record is none.
        let recorded = facts.event.as_ref().and_then(|event| event.get("detail")).cloned();
        let mut found = None;
        for group in &self.deployed.groups {
            let asked = lines(self.aws, group, std::slice::from_ref(&id), since).await;
            let events = self.told(facts, group, asked);
            let Some(all) = events else {
                facts.logged.insert(group.clone(), Logged::NotAsked);
                continue;
            };
            let lines: Vec<&Value> =
                all.iter().filter(|event| text(event, "/detail/eventID") == Some(id.as_str())).collect();
            let is_so = |line: &&&Value| recorded.as_ref().is_none_or(|record| same(record, line).is_ok());
            let line = lines.iter().find(is_so).map(|line| (**line).clone());
            let mut logged = if line.is_some() { Logged::There } else { Logged::Nothing };
            if let (None, Some(other), Some(recorded)) = (&line, lines.first(), &recorded) {
                logged = Logged::Otherwise;
                let member = same(recorded, other).err().unwrap_or_default();
                facts.untold.push(format!(
                    "a line of {group} says something else about {member} than the record: somebody may have written it, or \
                     AWS writes the two differently"
                ));
            }
            facts.logged.insert(group.clone(), logged);
            found = found.or(line);
        }
        // As the rule's targets got it: with the envelope that it came in.
        facts.event = found.or(facts.event.take());
    }

    fn told<T>(&self, facts: &mut Facts, group: &str, asked: Result<Vec<T>, AwsError>) -> Option<Vec<T>> {
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
