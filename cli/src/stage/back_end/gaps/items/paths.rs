//! Paths into an item. AWS sets and removes only in maps and lists that are there before the update; the
//! service makes those that are missing.

use regex_lite::Regex;
use serde_json::Value;
use std::sync::LazyLock;

/// A path, or a sign; what is between them means nothing.
static WORDS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"[#:]?\w+(?:\s*\.\s*#?\w+|\[\d+\])*|[=,()+-]").ok());

/// A name, or the number of a list's element.
static STEPS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"#?\w+|\[\d+\]").ok());

/// Whether everything that an update sets or removes is in something that is there.
pub(super) fn lead_somewhere(update: &Value, item: Option<&Value>) -> bool {
    let expression = update.get("UpdateExpression").and_then(Value::as_str).unwrap_or_default();
    targets(expression).into_iter().all(|path| {
        let steps: Vec<&str> = found(&STEPS, path);
        match steps.split_last() {
            None | Some((_, [])) => true,
            Some((last, [first, between @ ..])) => {
                let inside = item.and_then(|item| item.get(name(update, first)));
                let inside =
                    between.iter().try_fold(inside, |inside, step| Some(Some(entered(update, inside?, step)?)));
                let kind = if last.starts_with('[') { "L" } else { "M" };
                inside.flatten().is_some_and(|container| container.get(kind).is_some())
            }
        }
    })
}

/// The paths that are set or removed.
fn targets(expression: &str) -> Vec<&str> {
    let words = found(&WORDS, expression);
    let mut targets = Vec::new();
    let mut clause = String::new();
    for (index, word) in words.iter().enumerate() {
        match word.to_ascii_uppercase() {
            keyword if ["SET", "REMOVE", "ADD", "DELETE"].contains(&keyword.as_str()) => clause = keyword,
            _ if clause == "SET" && words.get(index + 1) == Some(&"=") => targets.push(*word),
            _ if clause == "REMOVE" && *word != "," => targets.push(*word),
            _ => {}
        }
    }
    targets
}

fn entered<'a>(update: &Value, value: &'a Value, step: &str) -> Option<&'a Value> {
    match step.trim_matches(['[', ']']).parse::<usize>() {
        Ok(index) if step.starts_with('[') => value.get("L")?.get(index),
        _ => value.get("M")?.get(name(update, step)),
    }
}

/// A name as it is in the item.
fn name<'a>(update: &'a Value, step: &'a str) -> &'a str {
    let named = update.get("ExpressionAttributeNames").and_then(|names| names.get(step)?.as_str());
    named.unwrap_or(step)
}

fn found<'a>(pattern: &LazyLock<Option<Regex>>, text: &'a str) -> Vec<&'a str> {
    // The patterns are written here, so they are ones.
    pattern.as_ref().map(|pattern| pattern.find_iter(text).map(|word| word.as_str()).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_set_and_removed_is_told_from_what_is_read() {
        let expression = "SET #s = if_not_exists(a.b, :x), c.#d[1] = e.f + :n REMOVE g.h, #set ADD i :n DELETE j :m";
        assert_eq!(targets(expression), ["#s", "c.#d[1]", "g.h", "#set"]);
        assert_eq!(targets("remove a set b = :x"), ["a", "b"]);
    }

    #[test]
    fn a_path_leads_somewhere_when_what_it_is_in_is_there() {
        let item = json!({"pk": {"S": "a"}, "slots": {"M": {"x": {"M": {}}, "l": {"L": [{"M": {}}]}}}});
        for (expression, expected) in [
            ("SET other = :v", true),
            ("SET slots.#n = :v", true),
            ("SET slots.x.y = :v", true),
            ("SET slots.l[0].y = :v, slots.l[7] = :v", true),
            ("REMOVE slots.none", true),
            ("SET other.#n = :v", false),
            ("SET slots.none.y = :v", false),
            ("SET slots.l[1].y = :v", false),
            ("SET slots[0] = :v", false),
            ("REMOVE pk.y", false),
        ] {
            let update = json!({"UpdateExpression": expression, "ExpressionAttributeNames": {"#n": "x"}});
            assert_eq!(lead_somewhere(&update, Some(&item)), expected, "{expression}");
        }
        let nested = json!({"UpdateExpression": "SET slots.x = :v"});
        assert!(!lead_somewhere(&nested, None));
        assert!(lead_somewhere(&json!({"UpdateExpression": "SET slots = :v"}), None));
    }
}
