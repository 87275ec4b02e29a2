//! What a pattern asks of every event, before the event is parsed: the fields it looks at, and the texts of
//! which an event must hold one.
//!
//! Only what each combination of `$or` asks counts. It refuses to guess: a field with any condition but an exact
//! text asks for no word, since its value may be written in many ways.

use super::Pattern;
use super::condition::Condition;
use std::collections::{BTreeMap, BTreeSet};

impl Pattern {
    /// The paths of the fields that the pattern looks at, names joined by dots.
    ///
    /// ```
    /// # use trailhook::pattern::Pattern;
    /// let pattern = Pattern::parse(r#"{"source": ["aws.sqs"], "detail": {"eventName": [{"prefix": "Create"}]}}"#)?;
    /// assert_eq!(pattern.paths().collect::<Vec<_>>(), ["detail.eventName", "source"]);
    /// # Ok::<(), trailhook::pattern::PatternError>(())
    /// ```
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        let paths: BTreeSet<&str> = self.fields.iter().map(|field| field.path.as_str()).collect();
        paths.into_iter()
    }

    /// For each path at which an event must hold one of a list of texts: the list.
    ///
    /// ```
    /// # use trailhook::pattern::Pattern;
    /// let pattern = Pattern::parse(
    ///     r#"{"detail": {"eventName": ["CreateQueue", "DeleteQueue"], "awsRegion": [{"prefix": "eu-"}]}}"#,
    /// )?;
    /// let words = pattern.words();
    /// assert_eq!(words["detail.eventName"].iter().collect::<Vec<_>>(), [&"CreateQueue", &"DeleteQueue"]);
    /// assert_eq!(words.len(), 1);
    /// # Ok::<(), trailhook::pattern::PatternError>(())
    /// ```
    pub fn words(&self) -> BTreeMap<&str, BTreeSet<&str>> {
        let mut branches = self.branches.iter().map(|branch| {
            let fields = branch.tree.ends().into_iter().filter_map(|end| self.fields.get(branch.tree.field(end)?));
            let asking = fields.filter(|field| !field.optional);
            asking.filter_map(|field| Some((field.path.as_str(), texts(&field.conditions)?))).collect()
        });
        let first: BTreeMap<&str, BTreeSet<&str>> = branches.next().unwrap_or_default();
        branches.fold(first, |all, branch: BTreeMap<&str, BTreeSet<&str>>| either(all, branch))
    }
}

/// What an event must hold that matches one of two.
fn either<'p>(
    one: BTreeMap<&'p str, BTreeSet<&'p str>>,
    other: BTreeMap<&'p str, BTreeSet<&'p str>>,
) -> BTreeMap<&'p str, BTreeSet<&'p str>> {
    let both = one.into_iter().filter_map(|(path, texts)| Some((path, &texts | other.get(path)?)));
    both.collect()
}

/// The texts, where there is nothing else.
fn texts(conditions: &[Condition]) -> Option<BTreeSet<&str>> {
    conditions
        .iter()
        .map(|condition| match condition {
            Condition::Text(text) => Some(text.as_str()),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(pattern: &str) -> String {
        format!("{:?}", Pattern::parse(pattern).unwrap().words())
    }

    #[test]
    fn a_word_is_asked_for_only_where_no_event_matches_without_it() {
        for (pattern, expected) in [
            (r#"{"a": ["x", "y"], "b": ["z", {"exists": false}]}"#, r#"{"a": {"x", "y"}}"#),
            (r#"{"a": ["x", {"prefix": "y"}], "b": [1], "c": ["10.0.0.1"]}"#, "{}"),
            (r#"{"$or": [{"a": ["x"], "b": ["z"]}, {"a": ["y"]}]}"#, r#"{"a": {"x", "y"}}"#),
            (r#"{"c": ["w"], "$or": [{"a": ["x"]}, {"b": ["y"]}]}"#, r#"{"c": {"w"}}"#),
            (r#"{"a": [{"anything-but": ["x"]}]}"#, "{}"),
        ] {
            assert_eq!(words(pattern), expected, "{pattern}");
        }
    }
}
