//! `<>`: true also of an attribute that is missing, or is of another type, where the service says false.

use regex_lite::Regex;
use serde_json::Value;
use std::sync::LazyLock;

/// The expressions that compare.
const COMPARING: [&str; 2] = ["ConditionExpression", "FilterExpression"];

/// What is on the left of `<>`, and the sign itself.
static DIFFERS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let size = r"size\s*\([^)]*\)";
    let path = r"[#:]?\w+(?:\s*\.\s*#?\w+|\[\d+\])*";
    Regex::new(&format!(r"({size}|{path})\s*<>")).ok()
});

/// Says `NOT a = b` for `a <> b`, in a call's expressions and in those of its items; whether there were any.
pub(super) fn reword(call: &mut Value) -> bool {
    match call {
        Value::Object(members) => {
            let mut reworded = false;
            for (name, value) in members {
                reworded |= match value.as_str().filter(|_| COMPARING.contains(&name.as_str())) {
                    Some(expression) if expression.contains("<>") => {
                        *value = Value::String(in_other_words(expression));
                        true
                    }
                    _ => reword(value),
                };
            }
            reworded
        }
        Value::Array(elements) => elements.iter_mut().fold(false, |reworded, element| reword(element) | reworded),
        _ => false,
    }
}

fn in_other_words(expression: &str) -> String {
    // The pattern is written here, so it is one.
    DIFFERS
        .as_ref()
        .map_or_else(|| expression.to_owned(), |differs| differs.replace_all(expression, "NOT $1 =").into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_what_compares_is_reworded() {
        for (expression, expected) in [
            ("#a.b[2] <> :x AND size(c) <> :n OR d<>e", "NOT #a.b[2] = :x AND NOT size(c) = :n OR NOT d =e"),
            ("attribute_not_exists(a) OR (a <> :x)", "attribute_not_exists(a) OR (NOT a = :x)"),
        ] {
            let mut call = json!({"TransactItems": [{"Put": {"ConditionExpression": expression}}]});
            assert!(reword(&mut call));
            assert_eq!(call["TransactItems"][0]["Put"]["ConditionExpression"], expected);
        }
        let mut other = json!({"ConditionExpression": "a = :x", "ExpressionAttributeValues": {":x": {"S": "a <> b"}}});
        assert!(!reword(&mut other));
    }
}
