//! A policy put back statement by statement.
//!
//! Of a policy that somebody else has changed since, by AddPermission perhaps, what the undone calls did is put
//! back and the rest stays: a second call must be no shelter for the first. A statement is known by its `Sid`, and
//! by what it says where it has none. It refuses what it can't read.

use crate::history::same_statement;
use crate::responses::policy::statements;
use serde_json::{Map, Value, json};

/// What there is to be done about a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Merged {
    /// To set it to this (`None` takes it away), and what is left alone, in sentences.
    Set(Option<String>, Vec<String>),
    /// Nothing of what the calls did is there any more.
    Back,
    /// What they did was changed again, in sentences.
    Changed(Vec<String>),
}

/// What a policy is to be, that was `before` the calls which set it to `sets`, and is `now`.
///
/// # Errors
/// One of them can't be read, in a sentence.
pub(super) fn merged(before: Option<&str>, sets: &[Option<String>], now: Option<&str>) -> Result<Merged, String> {
    let read = |policy: Option<&str>| policy.filter(|policy| !policy.is_empty()).map_or(Ok(Vec::new()), statements);
    let (was, live) = (read(before)?, read(now)?);
    let sets = sets.iter().map(|set| read(set.as_deref())).collect::<Result<Vec<_>, _>>()?;
    if [&was, &live].into_iter().chain(&sets).any(|policy| is_ambiguous(policy)) {
        return Err("the policy has two statements of one Sid".to_owned());
    }
    let theirs = |statement: &Value| sets.iter().any(|set| says(set, statement));
    let taken = |statement: &Value| sets.iter().any(|set| !says(set, statement));
    let (mut wanted, mut changed, mut acted) = (Vec::new(), Vec::new(), false);
    for statement in &live {
        if says(&was, statement) || !theirs(statement) {
            // It has the name of one that they wrote or took away, and says something else.
            let wrote = sets.iter().any(|set| named(set, statement).is_some());
            if !says(&was, statement) && (wrote || named(&was, statement).is_some_and(taken)) {
                changed.push(format!("the statement {} was changed since", shown(statement)));
            }
            wanted.push(statement.clone());
            continue;
        }
        acted = true;
        // In its place, where there was another one of its name.
        wanted.extend(named(&was, statement).cloned());
    }
    for statement in &was {
        if taken(statement) && named(&wanted, statement).is_none() && !says(&wanted, statement) {
            acted = true;
            wanted.push(statement.clone());
        }
    }
    Ok(match (acted, changed.is_empty()) {
        (true, _) if wanted.is_empty() => Merged::Set(None, changed),
        (true, _) => Merged::Set(Some(with(before, now, wanted)), changed),
        (false, true) => Merged::Back,
        (false, false) => Merged::Changed(changed),
    })
}

/// The live policy with these statements instead of its own; what else was in it before the calls, where there is
/// none.
fn with(before: Option<&str>, now: Option<&str>, wanted: Vec<Value>) -> String {
    let read = |policy: Option<&str>| serde_json::from_str::<Map<String, Value>>(policy?).ok();
    let mut policy = read(now).or_else(|| read(before)).unwrap_or_default();
    policy.entry("Version").or_insert_with(|| json!("2012-10-17"));
    policy.insert("Statement".to_owned(), Value::Array(wanted));
    Value::Object(policy).to_string()
}

/// Whether a policy has a statement that says the same.
fn says(policy: &[Value], statement: &Value) -> bool {
    policy.iter().any(|other| same_statement(other, statement))
}

/// The statement of a policy with the same `Sid`.
fn named<'a>(policy: &'a [Value], statement: &Value) -> Option<&'a Value> {
    let sid = sid(statement)?;
    policy.iter().find(|other| self::sid(other) == Some(sid))
}

fn is_ambiguous(policy: &[Value]) -> bool {
    policy
        .iter()
        .enumerate()
        .any(|(index, one)| sid(one).is_some() && policy.iter().skip(index + 1).any(|other| sid(other) == sid(one)))
}

fn sid(statement: &Value) -> Option<&str> {
    statement.get("Sid")?.as_str().filter(|sid| !sid.is_empty())
}

fn shown(statement: &Value) -> String {
    sid(statement).map_or_else(|| "without a Sid".to_owned(), |sid| format!("{sid:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A policy of statements that are named by their first letter; the second is what they say.
    fn policy(statements: &str) -> Option<String> {
        let statement = |word: &str| {
            let mut statement = json!({ "Effect": "Allow", "Principal": { "AWS": "111122223333" }, "Action": word });
            if let (Some(sid), true) = (word.chars().next(), !word.starts_with('_')) {
                statement["Sid"] = json!(sid.to_string());
            }
            statement
        };
        let list: Vec<Value> = statements.split_whitespace().map(statement).collect();
        (!list.is_empty()).then(|| json!({ "Version": "2012-10-17", "Statement": list }).to_string())
    }

    fn told(before: &str, sets: &[&str], now: &str) -> String {
        let sets: Vec<_> = sets.iter().map(|set| policy(set)).collect();
        match merged(policy(before).as_deref(), &sets, policy(now).as_deref()).unwrap() {
            Merged::Set(None, changed) => format!("- {}", changed.len()),
            Merged::Set(Some(policy), changed) => {
                let words = statements(&policy).unwrap();
                let words: Vec<&str> = words.iter().filter_map(|statement| statement["Action"].as_str()).collect();
                format!("{} {}", words.join(" "), changed.len())
            }
            Merged::Back => "back".to_owned(),
            Merged::Changed(changed) => format!("changed {}", changed.len()),
        }
    }

    #[test]
    fn what_the_call_did_is_put_back_and_the_rest_stays() {
        assert_eq!(told("a1", &["a1 b1"], "a1 b1 c1"), "a1 c1 0", "what it added goes");
        assert_eq!(told("a1 b1", &["a1"], "c1 a1"), "c1 a1 b1 0", "what it took away comes back, last");
        assert_eq!(told("a1 b1", &["a2 b1"], "a2 b1 c1"), "a1 b1 c1 0", "what it changed is changed back in its place");
        assert_eq!(told("a1", &["_x"], "_x c1"), "c1 a1 0", "without a Sid it is known by what it says");
        assert_eq!(told("", &["b1"], "b1 c1"), "c1 0");
        assert_eq!(told("a1", &["b1"], "b1"), "a1 0");
        assert_eq!(told("", &["b1"], "b1"), "- 0", "a policy without a statement is none");
    }

    #[test]
    fn what_another_call_did_is_not_touched() {
        assert_eq!(told("a1", &["a1 b1"], "a1"), "back", "somebody has taken it out already");
        assert_eq!(told("a1", &["a1 b1"], "c1"), "back", "and a1, which the call left there, as well");
        assert_eq!(told("a1", &["a2"], "a3"), "changed 1");
        assert_eq!(told("a1", &["a1 b1"], "a1 b2"), "changed 1", "of its name, and says something else now");
        assert_eq!(told("a1", &["a2 b1"], "a3 b1"), "a3 1", "one is put back, the other left alone");
        assert_eq!(told("a1 b1", &["b1"], "a2 b1"), "changed 1", "it was taken away, and another has its name now");
    }

    #[test]
    fn several_calls_are_put_back_as_one() {
        assert_eq!(told("a1", &["a1 b1", "a1 b2 d1"], "a1 b2 d1 c1"), "a1 c1 0");
        assert_eq!(told("a1", &["b1", "a1 b2"], "b1 c1"), "c1 a1 0", "whichever of them is to be seen yet");
    }

    #[test]
    fn what_can_t_be_read_is_refused() {
        assert!(merged(Some("{"), &[policy("a1")], None).is_err());
        assert!(merged(None, &[policy("a1")], policy("a1 a2").as_deref()).is_err());
    }
}
