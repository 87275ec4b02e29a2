//! What Lambda does not say of a process that it had to do without, and whoever has to mend it wants to
//! know: when that was, what the process wrote last, and what to do about it.

use super::super::invocation::{Invocation, StartError};
use super::super::runtime_api::FunctionError;
use crate::template::FunctionResource;
use serde::Serialize;
use std::collections::BTreeSet;

/// The most letters that are told of a line.
const LONGEST: usize = 300;

/// How a process ended that failed without an error of its own about the event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Ended {
    /// Whether it had not asked for an event yet.
    pub at_start: bool,
    /// The last lines that it wrote to its standard error.
    pub wrote: Vec<String>,
    /// What to do about it, in a sentence.
    pub advice: String,
}

impl Ended {
    /// None where the function answered, or reported an error itself.
    pub(super) fn of(
        function: &FunctionResource,
        invocation: &Result<Invocation, StartError>,
        at_start: bool,
        wrote: &[String],
    ) -> Option<Ended> {
        let advice = match invocation {
            Ok(Invocation::Response(_) | Invocation::Error(_)) => return None,
            Ok(Invocation::InitError(error)) => to_configure(function, error),
            Ok(Invocation::Exited(_)) => {
                format!("--verbose shows all its lines, and its log group {} has them", function.log_group)
            }
            Ok(Invocation::TimedOut(_)) if at_start => {
                "look for what it does before it asks the Runtime API for an event".to_owned()
            }
            Ok(Invocation::TimedOut(_)) => {
                "look for what it waits for, or raise its Timeout in the template".to_owned()
            }
            Ok(Invocation::OutOfMemory(limit)) => {
                format!("let it use less, or raise its MemorySize in the template, which is {limit} MB")
            }
            Err(StartError::Binary { .. }) => {
                "it has to be a program for this machine: without --functions it is built here".to_owned()
            }
            Err(StartError::Port(_)) => "end what holds so many ports of this machine".to_owned(),
        };
        let wrote = wrote.iter().map(|line| line.chars().take(LONGEST).collect()).collect();
        Some(Ended { at_start, wrote, advice })
    }
}

/// Which parameters are behind the variables that the error names.
fn to_configure(function: &FunctionResource, error: &FunctionError) -> String {
    let named = function.parameters.iter().filter(|(variable, _)| error.error_message.contains(variable.as_str()));
    let parameters: BTreeSet<&str> = named.flat_map(|(_, parameters)| parameters).map(String::as_str).collect();
    let parameters: Vec<String> = parameters.into_iter().map(|name| format!("--parameter {name}=VALUE")).collect();
    if parameters.is_empty() {
        format!("mend what the template gives {} under Environment.Variables", function.logical_id)
    } else {
        format!("it comes from the template's parameters: give another {}", parameters.join(", "))
    }
}

/// An error, and what is known of the end of the process, on one line.
pub(crate) fn in_words(error: &FunctionError, ended: Option<&Ended>) -> String {
    // Who reads this knows which event it is about.
    let message = match error.error_message.split_once(" Error: ") {
        Some((request, message)) if request.starts_with("RequestId: ") => message,
        _ => &error.error_message,
    };
    let mut text = format!("{}: {}", error.error_type, message.lines().collect::<Vec<_>>().join(" "));
    let Some(ended) = ended else { return text };
    if ended.at_start {
        text.push_str(", at its start, before it asked for an event");
    }
    if !ended.wrote.is_empty() {
        text.push_str(&format!("; the last it wrote: {}", ended.wrote.join(" | ")));
    }
    text.push_str("; ");
    text.push_str(&ended.advice);
    text
}
