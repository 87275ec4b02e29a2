//! Reading the file: its form first, then whether each rule can ever apply.

use super::{Rule, RuleProblem, When};
use crate::responses::revert::CallName;
use crate::{QueuePattern, history};
use serde::Deserialize;
use std::collections::BTreeSet;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    rules: Vec<Written>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Written {
    name: String,
    calls: Vec<String>,
    #[serde(default)]
    queues: Option<Vec<String>>,
    #[serde(default)]
    except_queues: Option<Vec<String>>,
    #[serde(default)]
    attributes: Option<Vec<String>>,
    #[serde(default)]
    when: Option<When>,
}

pub(super) fn rules(json: &str) -> Result<Vec<Rule>, Vec<RuleProblem>> {
    let mut reader = serde_json::Deserializer::from_str(json);
    let file: Result<File, _> = serde_path_to_error::deserialize(&mut reader);
    let file = match file.map(|file| (file, reader.end())) {
        Ok((file, Ok(()))) => file,
        Ok((_, Err(error))) => return Err(vec![RuleProblem::new("the file", error)]),
        Err(error) => {
            let path = error.path().to_string();
            let place = if path == "." { "the file".to_owned() } else { path };
            return Err(vec![RuleProblem::new(place, error.into_inner())]);
        }
    };
    let mut problems = Vec::new();
    if file.rules.is_empty() {
        problems.push(RuleProblem::new(
            "rules",
            "there is none, so nothing would be undone; leave the file out to undo everything",
        ));
    }
    let mut names = BTreeSet::new();
    let mut rules = Vec::new();
    for (index, written) in file.rules.into_iter().enumerate() {
        let mut problem = |member: &str, what: String| {
            problems.push(RuleProblem::new(format!("rules[{index}].{member}"), what));
        };
        if written.name.trim().is_empty() {
            problem("name", "it is empty".to_owned());
        } else if !names.insert(written.name.clone()) {
            problem("name", format!("another rule is called {:?} too", written.name));
        }
        rules.push(rule(written, &mut problem));
    }
    if problems.is_empty() { Ok(rules) } else { Err(problems) }
}

fn rule(written: Written, problem: &mut impl FnMut(&str, String)) -> Rule {
    let calls = calls(&written, problem);
    let mut patterns = |member: &str, patterns: Option<Vec<String>>| {
        let given = patterns.is_some();
        let patterns = patterns.unwrap_or_default();
        if given && patterns.is_empty() {
            problem(member, "it is empty; leave it out".to_owned());
        }
        let mut read = Vec::new();
        for (index, pattern) in patterns.iter().enumerate() {
            match pattern.parse::<QueuePattern>() {
                Ok(pattern) => read.push(pattern),
                Err(error) => problem(&format!("{member}[{index}]"), error.to_string()),
            }
        }
        read
    };
    let queues = patterns("queues", written.queues);
    let except_queues = patterns("exceptQueues", written.except_queues);
    let attributes = written.attributes.clone().unwrap_or_default();
    if written.attributes.is_some() {
        if calls.iter().any(|call| *call != CallName::SetQueueAttributes) {
            problem(
                "attributes",
                "only SetQueueAttributes sets attributes back; give the other calls a rule of their own".to_owned(),
            );
        }
        if attributes.is_empty() {
            problem("attributes", "it is empty; leave it out for all of them".to_owned());
        }
        for (index, name) in attributes.iter().enumerate() {
            let of_when = written.when.as_ref().map(When::attributes);
            if !history::is_settable(name) {
                problem(&format!("attributes[{index}]"), format!("{name:?} is no attribute that can be set"));
            } else if of_when.is_some_and(|names| !names.contains(&name.as_str())) {
                problem(&format!("attributes[{index}]"), format!("{name} has nothing to do with what `when` says"));
            }
        }
    }
    if let Some(when) = &written.when {
        for call in calls.iter().filter(|call| !when.calls().contains(call)) {
            let can: Vec<&str> = when.calls().iter().map(|call| call.as_str()).collect();
            problem("when", format!("{} can't do that, only {} can", call.as_str(), can.join(", ")));
        }
        if let When::LacksTags(keys) = when
            && (keys.is_empty() || keys.iter().any(|key| key.trim().is_empty()))
        {
            problem("when", "lacks-tags needs the keys of tags".to_owned());
        }
    }
    Rule { name: written.name, calls, queues, except_queues, attributes, when: written.when }
}

fn calls(written: &Written, problem: &mut impl FnMut(&str, String)) -> Vec<CallName> {
    let mut calls = Vec::new();
    if written.calls.is_empty() {
        problem("calls", "it is empty, so the rule would never apply".to_owned());
    }
    for (index, name) in written.calls.iter().enumerate() {
        match CallName::ALL.into_iter().find(|call| call.as_str() == name) {
            Some(call) if calls.contains(&call) => {
                problem(&format!("calls[{index}]"), format!("{name} stands there twice"));
            }
            Some(call) => calls.push(call),
            None => {
                let known: Vec<&str> = CallName::ALL.iter().map(|call| call.as_str()).collect();
                problem(&format!("calls[{index}]"), format!("{name:?} can't be undone; {} can", known.join(", ")));
            }
        }
    }
    calls
}
