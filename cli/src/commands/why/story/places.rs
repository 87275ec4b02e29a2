//! Where an event went: whether the rules' targets got it, and what each function decided.

use super::super::super::redrive::{Letter, Target, advice};
use super::super::facts::{Decision, Facts, Gap, Logged, Looked, Other};
use super::end::End;
use super::silence::{Silence, letters_gone};
use super::words::{of_skip, tries};
use super::{Ended, Story};
use crate::aws::Rule;
use crate::aws::arn::name;
use chrono::TimeDelta;

/// So long an event may be on its way through rule and function, first try and no failure.
const ON_ITS_WAY: TimeDelta = TimeDelta::minutes(5);

impl Story {
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
            if !is_target && end.is_silent() {
                continue;
            }
            if !is_target {
                self.target(facts, &function.called, &Target::of(&function.arn));
            }
            self.function(facts, function, end);
        }
        for Other { function, log_group, decision } in &facts.others {
            let (response, told) = (decision.text("response"), decided(decision));
            let (of, told) = match function {
                Some(name) => (name, format!("{told} (none of the stack's functions)")),
                None => (log_group, format!("{response} of a function that it does not say: {told}")),
            };
            self.line("decision", of, decision.at, told);
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
                let name = name(arn);
                match facts.logged.get(name).copied().unwrap_or(Logged::NotAsked) {
                    Logged::There => format!("got it: {name}"),
                    Logged::Otherwise => self.not_known(format!(
                        "{name} has a line with its id that is not as AWS's record says it, so whether it got it is not known"
                    )),
                    Logged::Nothing => match Silence::of(facts, name, None) {
                        Some(silence) => self.not_known(silence.told(name)),
                        None => format!("it is not in {name}: {}", self.missing(facts)),
                    },
                    Logged::NotAsked => self.not_known(Silence::Gap(Gap::NotAsked).told(name)),
                }
            }
            (None, Target::Other(arn)) => format!("{arn} is no function and no log group, and is not asked"),
        };
        self.line("target", id, None, told);
    }

    fn function_got(&mut self, facts: &Facts, function: &Looked) -> String {
        if facts.given_up(&function.arn).is_some() || !function.decisions.is_empty() {
            return "got it".to_owned();
        }
        match Silence::of(facts, &function.log_group, function.gap) {
            Some(silence) => self.not_known(silence.told(&function.log_group)),
            None => self.missing(facts),
        }
    }

    /// What follows from something that is not known is not the whole story.
    fn not_known(&mut self, told: String) -> String {
        self.whole = false;
        told
    }

    /// What it means that there is neither a trace of an event nor a dead letter.
    fn missing(&mut self, facts: &Facts) -> String {
        let is_young = self.began().is_some_and(|at| facts.now.signed_duration_since(at) < ON_ITS_WAY);
        let letter = match (facts.queues_told, letters_gone(facts)) {
            (_, Some(gone)) => {
                self.not_known(format!("no line of it, and whether there was a dead letter is not known: {gone}"))
            }
            (true, None) => "no line of it and no dead letter".to_owned(),
            (false, None) => "no line of it; what the dead-letter queues have of it is not all known".to_owned(),
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
        let decisions = &function.decisions;
        for (number, decision) in decisions.iter().enumerate() {
            let time =
                if decisions.len() > 1 { format!("{} of {}: ", number + 1, decisions.len()) } else { String::new() };
            self.line("decision", &function.called, decision.at, format!("{time}{}", decided(decision)));
        }
        if let Some(letter) = facts.given_up(&function.arn) {
            let what = match letter.tries() {
                Some(0) => "it never ran".to_owned(),
                Some(number) => format!("gave up after {}", tries(number)),
                None => "gave up".to_owned(),
            };
            let told = format!("{what}, and the event is in the queue for failed events: {}", cause(letter, facts));
            self.line("given-up", &function.called, None, told);
        } else if let (true, Some(gone)) = (matches!(end, End::Failed { .. } | End::Postponed), letters_gone(facts)) {
            let told = self.not_known(format!("whether it gave up is not known: {gone}"));
            self.line("given-up", &function.called, None, told);
        }
        let response = decisions.last().map(|decision| decision.text("response")).filter(|name| !name.is_empty());
        let response = response.unwrap_or(&function.called).to_owned();
        self.ends.push(Ended { function: function.called.clone(), response, end });
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
