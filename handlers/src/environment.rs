//! The environment as it was at the start, read once, with every problem collected.
//!
//! A function that starts with half of its settings is worse than one that doesn't start, and an
//! engineer should not have to deploy five times to hear of five mistakes. So every variable is read
//! through here, and all problems are told at once. A variable that begins with `TRAILHOOK_` and
//! that nobody reads is a problem too: a misspelt list of exemptions must never mean "nobody".

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// The variables that some built-in response reads: set for one function, they may be set for all.
const KNOWN: [&str; 23] = [
    "TRAILHOOK_ACCOUNT_ID",
    "TRAILHOOK_ROLE_PATH",
    "TRAILHOOK_MODE",
    "TRAILHOOK_MAX_EVENT_AGE_SECONDS",
    "TRAILHOOK_ALSO_ACCOUNTS",
    "TRAILHOOK_ALSO_REGIONS",
    "TRAILHOOK_REPLAYED_EVENTS",
    "TRAILHOOK_EXEMPT_PRINCIPALS",
    "TRAILHOOK_EXEMPT_ACCOUNTS",
    "TRAILHOOK_TABLE",
    "TRAILHOOK_MAX_ACTIONS",
    "TRAILHOOK_MAX_ACTIONS_WINDOW_SECONDS",
    "TRAILHOOK_EXEMPT_SERVICES",
    "TRAILHOOK_EXEMPT_QUEUES",
    "TRAILHOOK_TAGS",
    "TRAILHOOK_REQUIRED_TAGS",
    "TRAILHOOK_TOPIC_ARN",
    "TRAILHOOK_JOURNAL_LOG_GROUP",
    "TRAILHOOK_CHAT",
    "TRAILHOOK_NOTIFY_FAILED_CALLS",
    "TRAILHOOK_NOTIFY_QUIET",
    "TRAILHOOK_NOTIFY_AT_ONCE",
    "TRAILHOOK_NOTIFY_WINDOW_SECONDS",
];

/// The environment's variables, and what is wrong with them.
#[derive(Debug)]
pub struct Environment {
    variables: BTreeMap<String, String>,
    read: BTreeSet<String>,
    problems: Vec<Problem>,
}

/// One thing wrong with the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The variable.
    pub variable: String,
    /// What is wrong with it.
    pub message: String,
}

impl Environment {
    /// The environment of this process.
    pub fn of_process() -> Self {
        let mut environment = Environment::of(std::iter::empty::<(String, String)>());
        for (name, value) in std::env::vars_os() {
            match (name.into_string(), value.into_string()) {
                (Ok(name), Ok(value)) => drop(environment.variables.insert(name, value)),
                // Only a variable of ours can be missed; others are not ours to judge.
                (Ok(name), Err(_)) if name.starts_with("TRAILHOOK_") => environment.problem(&name, "it is not UTF-8"),
                _ => {}
            }
        }
        environment
    }

    /// An environment of these variables.
    pub fn of<K: Into<String>, V: Into<String>>(variables: impl IntoIterator<Item = (K, V)>) -> Self {
        let variables = variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        Environment { variables, read: BTreeSet::new(), problems: Vec::new() }
    }

    /// A variable's value; an empty one counts as unset, because a template can't leave one out.
    pub fn get(&mut self, name: &str) -> Option<String> {
        self.read.insert(name.to_owned());
        self.variables.get(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    /// A variable's value in its type, if it is set. A value that can't be read becomes a problem.
    pub fn optional<T, E: fmt::Display>(&mut self, name: &str, read: impl FnOnce(&str) -> Result<T, E>) -> Option<T> {
        let text = self.get(name)?;
        match read(&text) {
            Ok(value) => Some(value),
            Err(error) => {
                self.problem(name, error.to_string());
                None
            }
        }
    }

    /// A variable's value in its type; its absence is a problem.
    pub fn required<T, E: fmt::Display>(&mut self, name: &str, read: impl FnOnce(&str) -> Result<T, E>) -> Option<T> {
        if self.get(name).is_none() {
            self.problem(name, "it is not set");
            return None;
        }
        self.optional(name, read)
    }

    /// A list, separated by commas. Every element that can't be read is a problem.
    pub fn list<T, E: fmt::Display>(&mut self, name: &str, read: impl Fn(&str) -> Result<T, E>) -> Vec<T> {
        let Some(text) = self.get(name) else {
            return Vec::new();
        };
        let mut list = Vec::new();
        for element in text.split(',').map(str::trim) {
            match read(element) {
                Ok(value) => list.push(value),
                Err(error) => self.problem(name, error.to_string()),
            }
        }
        list
    }

    /// Notes a problem.
    pub fn problem(&mut self, variable: &str, message: impl Into<String>) {
        self.problems.push(Problem { variable: variable.to_owned(), message: message.into() });
    }

    /// Everything that is wrong, with the variables that nobody has read.
    pub fn into_problems(mut self) -> Vec<Problem> {
        let unread: Vec<String> = self
            .variables
            .keys()
            .filter(|name| name.to_ascii_uppercase().starts_with("TRAILHOOK_"))
            .filter(|name| !self.read.contains(*name) && !KNOWN.contains(&name.as_str()))
            .cloned()
            .collect();
        let mut known: BTreeSet<&str> = KNOWN.into();
        known.extend(self.read.iter().map(String::as_str).filter(|name| name.starts_with("TRAILHOOK_")));
        let known = known.into_iter().collect::<Vec<_>>().join(", ");
        for name in unread {
            self.problem(&name, format!("no such setting; there are {known}"));
        }
        self.problems
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.variable, self.message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_setting_is_a_problem() {
        let mut environment = Environment::of([("TRAILHOOK_EXEMPT_PRINCIPAL", "arn:aws:iam::1:user/a"), ("HOME", "/")]);
        assert_eq!(environment.get("TRAILHOOK_CHAT"), None);
        let problems = environment.into_problems();
        assert_eq!(problems.len(), 1);
        assert!(problems[0].to_string().contains("TRAILHOOK_EXEMPT_PRINCIPALS"), "{}", problems[0]);
    }
}
