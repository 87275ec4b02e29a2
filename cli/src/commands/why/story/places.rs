//! Where an event went: which rules match it, whether their targets got it, and what each function decided.

use super::super::super::redrive::{Letter, Target, advice};
use super::super::facts::{Decision, Facts, Looked};
use super::end::End;
use super::words::{of_skip, tries};
use super::{Ended, Story};
use crate::aws::Rule;
use crate::stage::is_read_only;
use chrono::TimeDelta;
use serde_json::Value;
use trailhook::pattern::Pattern;

/// So long an event may be on its way through rule and function, first try and no failure.
const ON_ITS_WAY: TimeDelta = TimeDelta::minutes(5);

impl Story {
    /// Says of each rule whether it matches; those that do.
    pub(super) fn rules<'f>(&mut self, facts: &'f Facts) -> Vec<&'f Rule> {
        let mut matching = Vec::new();
        for rule in &facts.rules {
            let (matches, told) = match &facts.event {
                None => (false, "nothing has the record, so nobody can say whether it matches".to_owned()),
                Some(event) => matched(rule, event),
            };
            self.line("rule", &rule.name, None, told);
            if matches {
                matching.push(rule);
            }
        }
        matching
    }

    /// What became of it at the targets of these rules, and at whoever had it besides.
    pub(super) fn places(&mut self, facts: &Facts, matching: &[&Rule]) {
        let (mut told, mut arns) = (Vec::new(), Vec::new());
        for target in matching.iter().flat_map(|rule| &rule.targets) {
            let place = Target::of(&target.arn);
            if !told.contains(&place) {
                self.target(facts, &target.id, &place);
                arns.push(place.arn().to_owned());
                told.push(place);
            }
        }
        for function in &facts.functions {
            let is_target = arns.contains(&function.arn);
            let end = End::of(facts, function);
            if !is_target && matches!(end, End::Unknown | End::Untold) {
                continue;
            }
            if !is_target {
                self.target(facts, &function.called, &Target::of(&function.arn));
            }
            self.function(facts, function, end);
        }
    }

    fn target(&mut self, facts: &Facts, id: &str, place: &Target) {
        let told = match (facts.undelivered(place.arn()), place) {
            (Some(letter), _) => kept(letter, facts),
            (None, Target::Function { arn, .. }) => match facts.functions.iter().find(|one| one.arn == *arn) {
                Some(function) => self.function_got(facts, function),
                None => "nothing is known of this function".to_owned(),
            },
            (None, Target::LogGroup { arn }) => {
                let name = arn.rsplit(':').next().unwrap_or(arn);
                match facts.logged.get(name).copied().flatten() {
                    Some(true) => format!("got it: {name}"),
                    Some(false) => format!("it is not in {name}: {}", self.missing(facts)),
                    None => format!("nobody can say: {name} could not be asked"),
                }
            }
            (None, Target::Other(arn)) => format!("{arn} is no function and no log group, and is not asked"),
        };
        self.line("target", id, None, told);
    }

    fn function_got(&self, facts: &Facts, function: &Looked) -> String {
        match &function.decisions {
            _ if facts.given_up(&function.arn).is_some() => "got it".to_owned(),
            Some(decisions) if !decisions.is_empty() => "got it".to_owned(),
            Some(_) => self.missing(facts),
            None => format!("nobody can say: {} could not be asked", function.log_group),
        }
    }

    /// What it means that there is neither a trace of an event nor a dead letter.
    fn missing(&self, facts: &Facts) -> String {
        let is_young = self.began().is_some_and(|at| facts.now.signed_duration_since(at) < ON_ITS_WAY);
        let letter = if facts.queues_told {
            "no line of it and no dead letter"
        } else {
            "no line of it; the dead-letter queues could not all be asked"
        };
        if is_young {
            return format!(
                "{letter}: it may be on its way, look again in some minutes; then trailhook validate --stack-name {}",
                facts.stack
            );
        }
        format!(
            "{letter}: nothing is known of it. trailhook validate --stack-name {} looks whether rule, permission and queue let it \
             through; a function that crashes before it decides is tried again for minutes, and says so in its log",
            facts.stack
        )
    }

    fn function(&mut self, facts: &Facts, function: &Looked, end: End) {
        let decisions = function.decisions.as_deref().unwrap_or_default();
        for (number, decision) in decisions.iter().enumerate() {
            let time =
                if decisions.len() > 1 { format!("{} of {}: ", number + 1, decisions.len()) } else { String::new() };
            self.line("decision", &function.called, decision.at, format!("{time}{}", decided(decision)));
        }
        if let Some(letter) = facts.given_up(&function.arn) {
            let number = letter.tries.unwrap_or_default();
            let what = if number == 0 { "it never ran".to_owned() } else { format!("gave up after {}", tries(number)) };
            let told = format!("{what}, and the event is in the queue for failed events: {}", cause(letter, facts));
            self.line("given-up", &function.called, None, told);
        }
        let response = decisions.last().map(|decision| decision.text("response")).filter(|name| !name.is_empty());
        let response = response.unwrap_or(&function.called).to_owned();
        self.ends.push(Ended { function: function.called.clone(), response, end });
    }
}

/// Whether a rule hands the event over, and which field decided.
fn matched(rule: &Rule, event: &Value) -> (bool, String) {
    let explained = match Pattern::parse(&rule.pattern) {
        Ok(pattern) => pattern.explain(event),
        Err(error) => return (false, format!("its pattern can't be read: {error}")),
    };
    let on_default = rule.bus == "default" || rule.bus.ends_with("/default");
    match rule.state.as_str() {
        "DISABLED" => (false, format!("it is disabled, and hands nothing over; its pattern {explained}")),
        "ENABLED" if is_read_only(event) => {
            let why = "a read-only call never reaches a rule whose state is ENABLED (ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS gets it)";
            (false, format!("{why}; its pattern {explained}"))
        }
        _ if explained.matched && on_default => (true, "matches".to_owned()),
        _ if explained.matched => (true, format!("matches, on the bus {}", rule.bus)),
        _ => (false, explained.to_string()),
    }
}

/// It could not be handed over.
fn kept(letter: &Letter, facts: &Facts) -> String {
    format!("did not get it, and it is in the queue for undelivered events: {}", cause(letter, facts))
}

fn cause(letter: &Letter, facts: &Facts) -> String {
    let helps = advice(&letter.cause.code);
    let send = format!("trailhook redrive --stack-name {} --event-id {} --send", facts.stack, facts.event_id);
    format!("{}: {}. What helps: {helps}; then {send}", letter.cause.code, letter.cause.message)
}

fn decided(decision: &Decision) -> String {
    let (outcome, message, reason) = (decision.text("outcome"), decision.text("message"), decision.text("reason"));
    match outcome {
        "acted" => message.to_owned(),
        "dry-run" => format!("a dry run: {message}"),
        "skipped" => format!("skipped, {reason}: {message}. {}", in_a_sentence(of_skip(reason))),
        "failed" => format!("failed, {}: {message}", decision.error_type()),
        _ if reason.is_empty() => format!("{outcome}: {message}"),
        _ => format!("{outcome}, {reason}: {message}"),
    }
}

fn in_a_sentence(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
