//! Whose calls a rule asks for: the event sources that its pattern names, as CloudTrail writes them.

use crate::aws::Rule;
use serde_json::Value;
use std::collections::BTreeSet;

/// The event sources of a rule's calls; `None` where its pattern does not name them one by one.
///
/// CloudTrail's events have the source `aws.SERVICE` around a record whose `eventSource` is `SERVICE.amazonaws.com`.
pub(super) fn of(rule: &Rule) -> Option<BTreeSet<String>> {
    // What is no pattern is a row of its own.
    let pattern: Value = serde_json::from_str(&rule.pattern).ok()?;
    let written = |place: &str| texts(pattern.pointer(place)?);
    // What no trail tells of asks nothing of one.
    if written("/detail-type").is_some_and(|types| !types.iter().any(|one| one.ends_with("via CloudTrail"))) {
        return Some(BTreeSet::new());
    }
    let around = || {
        let services = written("/source")?;
        services.iter().map(|source| Some(format!("{}.amazonaws.com", source.strip_prefix("aws.")?))).collect()
    };
    written("/detail/eventSource").or_else(around)
}

/// A list of texts and of nothing else.
fn texts(list: &Value) -> Option<BTreeSet<String>> {
    let list = list.as_array().filter(|list| !list.is_empty())?;
    list.iter().map(|one| one.as_str().map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_sources_are_those_that_the_pattern_names() {
        let told = |pattern: Value| {
            let sources = of(&Rule { pattern: pattern.to_string(), ..Rule::default() });
            sources.map(|sources| sources.into_iter().collect::<Vec<_>>().join(" "))
        };
        let by_record = json!({"source": ["aws.sqs"], "detail": {"eventSource": ["sqs.amazonaws.com"]}});
        assert_eq!(told(by_record).as_deref(), Some("sqs.amazonaws.com"));
        let two = json!({"source": ["aws.iam", "aws.kms"], "detail": {"eventName": ["DeleteUser"]}});
        assert_eq!(told(two).as_deref(), Some("iam.amazonaws.com kms.amazonaws.com"));
        let not_of_a_trail = json!({"source": ["aws.health"], "detail-type": ["AWS Health Event"]});
        assert_eq!(told(not_of_a_trail).as_deref(), Some(""));
        for nobody_knows in [
            json!({"detail-type": ["AWS API Call via CloudTrail"]}),
            json!({"source": [{"prefix": "aws."}]}),
            json!({"source": ["orders"]}),
            json!({"$or": [{"source": ["aws.iam"]}, {"source": ["aws.kms"]}]}),
            json!("no pattern"),
        ] {
            assert_eq!(told(nobody_knows.clone()), None, "{nobody_knows}");
        }
    }
}
