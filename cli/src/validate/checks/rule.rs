//! Whether a rule is at work, on the bus that CloudTrail's events come to, with the pattern that is meant.

use super::super::{Expected, Row, Seen};
use crate::aws::Rule;
use serde_json::Value;
use trailhook::pattern::Pattern;

pub(super) fn judge(rule: &Rule, expected: Option<&Expected>, seen: &Seen) -> Vec<Row> {
    let name = &rule.name;
    let mut rows = vec![
        match rule.state.as_str() {
            "ENABLED" | "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS" => Row::good("rule-state", name, &rule.state),
            "DISABLED" => Row::bad(
                "rule-state",
                name,
                "it is disabled, so it matches nothing",
                format!("aws events enable-rule --name {name}, and State: ENABLED in the template"),
            ),
            other => Row::untold("rule-state", name, format!("its state is {other:?}"), "look at it in the console"),
        },
        if rule.bus == "default" {
            Row::good("rule-bus", name, "it is on the default bus")
        } else {
            let cause = format!("it is on the bus {}; CloudTrail's events come to the default bus only", rule.bus);
            Row::bad("rule-bus", name, cause, "take EventBusName out of the template and deploy again")
        },
    ];
    rows.push(pattern(rule, expected, seen));
    if rule.targets.is_empty() {
        rows.push(Row::bad("target", name, "the rule has no target, so it tells nobody", "deploy the template again"));
    }
    rows
}

fn pattern(rule: &Rule, expected: Option<&Expected>, seen: &Seen) -> Row {
    let name = &rule.name;
    let again = || match &seen.stack {
        Some(stack) => format!(
            "deploy the template again, so that {} has it; or put what is deployed into the template",
            stack.name
        ),
        None => "mend the rule's pattern; `trailhook pattern --pattern FILE --test EVENT` says which field decides"
            .to_owned(),
    };
    let parsed = match Pattern::parse(&rule.pattern) {
        Ok(parsed) => parsed,
        Err(error) => return Row::bad("rule-pattern", name, format!("EventBridge would refuse it: {error}"), again()),
    };
    // It was parsed as a pattern, so it is JSON.
    let there: Value = serde_json::from_str(&rule.pattern).unwrap_or_default();
    if let Some(meant) = expected.and_then(|expected| expected.patterns.get(name)) {
        let mut differences = Vec::new();
        compare("", meant, &there, &mut differences);
        if let Some(first) = differences.first() {
            let more = differences.len() - 1;
            let more = if more == 0 { String::new() } else { format!(", and {more} more") };
            return Row::bad("rule-pattern", name, format!("it is not the template's: {first}{more}"), again());
        }
    }
    // The template may be misspelt as well: a pattern that none of all the calls that are known matches is.
    let known = crate::commands::sample_events();
    let matching = known.iter().filter(|event| parsed.matches(event)).count();
    let meant = expected.is_some_and(|expected| expected.patterns.contains_key(name));
    if meant && matching > 0 {
        return Row::good("rule-pattern", name, "it is the template's");
    }
    if matching == 0 {
        let cause = format!("it matches none of {} sample events of all kinds of calls", known.len());
        return Row::bad("rule-pattern", name, cause, again());
    }
    let fix = "to compare it with the template, validate by --stack-name in the project's folder";
    Row::note(
        "rule-pattern",
        name,
        format!("it matches {matching} of {} sample events; it was compared with no template", known.len()),
        fix,
    )
}

/// What differs, with its place; lists are sets in a pattern.
fn compare(place: &str, meant: &Value, there: &Value, differences: &mut Vec<String>) {
    let at = |name: &str| if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") };
    match (meant, there) {
        (Value::Object(meant), Value::Object(there)) => {
            for (name, value) in meant {
                match there.get(name) {
                    Some(other) => compare(&at(name), value, other, differences),
                    None => differences.push(format!("{} is missing", at(name))),
                }
            }
            let more = there.keys().filter(|name| !meant.contains_key(*name));
            differences.extend(more.map(|name| format!("{} is asked too", at(name))));
        }
        (Value::Array(meant), Value::Array(there)) => {
            let texts = |all: &[Value]| all.iter().map(Value::to_string).collect::<std::collections::BTreeSet<_>>();
            let (meant, there) = (texts(meant), texts(there));
            let list = |all: Vec<&String>| all.into_iter().map(String::as_str).collect::<Vec<_>>().join(", ");
            let (lacks, has) = (list(meant.difference(&there).collect()), list(there.difference(&meant).collect()));
            match (lacks.is_empty(), has.is_empty()) {
                (true, true) => {}
                (false, false) => differences.push(format!("{place} has {has} and not {lacks}")),
                (false, true) => differences.push(format!("{place} lacks {lacks}")),
                (true, false) => differences.push(format!("{place} has {has} too")),
            }
        }
        (meant, there) if meant == there => {}
        (meant, there) => differences.push(format!("{place} is {there} and not {meant}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_differs_is_told_with_its_place_and_the_order_of_lists_does_not() {
        let meant = json!({"source": ["aws.sqs"], "detail": {"eventName": ["CreateQueue", "DeleteQueue"]}});
        let told = |there: Value| {
            let mut differences = Vec::new();
            compare("", &meant, &there, &mut differences);
            differences
        };
        let turned = json!({"detail": {"eventName": ["DeleteQueue", "CreateQueue"]}, "source": ["aws.sqs"]});
        assert_eq!(told(turned), Vec::<String>::new());
        let misspelt = json!({"source": ["aws.sqs"], "detail": {"eventName": ["CreateQueu", "DeleteQueue"]}});
        assert_eq!(told(misspelt), ["detail.eventName has \"CreateQueu\" and not \"CreateQueue\""]);
        let other = json!({"source": ["aws.sqs"], "region": ["eu-west-1"]});
        assert_eq!(told(other), ["detail is missing", "region is asked too"]);
    }
}
