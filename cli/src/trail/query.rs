//! The Query protocol: a form whose names are paths, made into the structure they spell.
//!
//! `Tags.member.1.Key=team` is a list, `Attributes.entry.1.key=DisplayName` a map, `TagKey.1=team`
//! SQS's flattened list; what remains are structures, whose names follow CloudTrail's rule. A form
//! has only text: [`typed`] makes numbers of the members that are known to be some.

use super::names::recorded_name;
use serde_json::{Map, Number, Value};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Deeper paths than this are no AWS call's.
const DEEPEST: usize = 16;

/// What a form has beside the action's own parameters.
const NOT_PARAMETERS: [&str; 8] = [
    "AWSAccessKeyId",
    "Action",
    "SecurityToken",
    "Signature",
    "SignatureMethod",
    "SignatureVersion",
    "Timestamp",
    "Version",
];

/// The members that are numbers, as CloudTrail's names have them.
const NUMBERS: [(&str, &[&str]); 2] = [
    ("monitoring", &["datapointsToAlarm", "evaluationPeriods", "maxRecords", "period", "threshold"]),
    (
        "sqs",
        &[
            "approximateNumberOfMessagesMoved",
            "delaySeconds",
            "maxNumberOfMessages",
            "maxNumberOfMessagesPerSecond",
            "maxResults",
            "visibilityTimeout",
            "waitTimeSeconds",
        ],
    ),
];

#[derive(Debug)]
enum Node {
    Text(String),
    Members(BTreeMap<String, Node>),
}

/// The parameters of a form, names in CloudTrail's form.
pub(super) fn parameters(form: &[(Cow<'_, str>, Cow<'_, str>)]) -> Value {
    let mut root = BTreeMap::new();
    for (name, value) in form {
        let path: Vec<&str> = name.split('.').collect();
        let own = !NOT_PARAMETERS.contains(&name.as_ref()) && !name.starts_with("X-Amz-");
        if own && path.len() <= DEEPEST && path.iter().all(|step| !step.is_empty()) {
            put(&mut root, &path, value);
        }
    }
    structure(root)
}

/// Numbers where there are some.
pub(super) fn typed(service: &str, value: Value) -> Value {
    let numbers = NUMBERS.iter().find(|(name, _)| *name == service).map_or(&[][..], |(_, numbers)| numbers);
    let Value::Object(mut members) = value else { return value };
    for (name, value) in &mut members {
        if let Value::String(text) = value
            && numbers.contains(&name.as_str())
            && let Ok(number) = text.parse::<Number>()
        {
            *value = Value::Number(number);
        }
    }
    Value::Object(members)
}

fn put(members: &mut BTreeMap<String, Node>, path: &[&str], value: &str) {
    let Some((first, rest)) = path.split_first() else { return };
    if rest.is_empty() {
        members.insert((*first).to_owned(), Node::Text(value.to_owned()));
        return;
    }
    let node = members.entry((*first).to_owned()).or_insert_with(|| Node::Members(BTreeMap::new()));
    if let Node::Text(_) = node {
        *node = Node::Members(BTreeMap::new());
    }
    if let Node::Members(inner) = node {
        put(inner, rest, value);
    }
}

fn structure(members: BTreeMap<String, Node>) -> Value {
    Value::Object(members.into_iter().map(|(name, node)| (recorded_name(&name), value(node))).collect())
}

fn value(node: Node) -> Value {
    let mut members = match node {
        Node::Text(text) => return Value::String(text),
        Node::Members(members) => members,
    };
    if members.len() == 1 {
        if let Some(list) = members.remove("member") {
            return value(list);
        }
        if let Some(Node::Members(_)) = members.get("entry")
            && let Some(Node::Members(entries)) = members.remove("entry")
        {
            return Value::Object(entries.into_values().filter_map(entry).collect::<Map<_, _>>());
        }
    }
    let mut numbered = BTreeMap::new();
    if members.keys().all(|name| name.parse::<u32>().is_ok()) {
        for (name, node) in members {
            numbered.insert(name.parse::<u32>().unwrap_or_default(), value(node));
        }
        return Value::Array(numbered.into_values().collect());
    }
    structure(members)
}

fn entry(node: Node) -> Option<(String, Value)> {
    let Node::Members(mut pair) = node else { return None };
    let mut of = |names: [&str; 2]| names.iter().find_map(|name| pair.remove(*name));
    let Some(Node::Text(key)) = of(["key", "Name"]) else { return None };
    Some((key, of(["value", "Value"]).map(value).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(form: &str) -> Value {
        parameters(&form_urlencoded::parse(form.as_bytes()).collect::<Vec<_>>())
    }

    #[test]
    fn paths_become_structures() {
        let form = "Action=CreateTopic&Version=2010-03-31&Name=orders&Tags.member.1.Key=team&Tags.member.1.Value=a%20b\
                    &Attributes.entry.2.key=DisplayName&Attributes.entry.2.value=O&Attributes.entry.1.key=FifoTopic\
                    &Attributes.entry.1.value=true";
        let structure = json!({
            "name": "orders",
            "tags": [{"key": "team", "value": "a b"}],
            "attributes": {"DisplayName": "O", "FifoTopic": "true"},
        });
        assert_eq!(read(form), structure);
        let ten: String = (1..=10).map(|n| format!("&TagKey.{n}=k{n}")).collect();
        let keys: Vec<String> = (1..=10).map(|n| format!("k{n}")).collect();
        assert_eq!(read(&ten), json!({ "tagKey": keys }), "in the order of the numbers");
    }

    #[test]
    fn nonsense_does_no_harm() {
        assert_eq!(read("a=1&a.b=2"), json!({"a": {"b": "2"}}));
        assert_eq!(read("a.b=2&a=1"), json!({"a": "1"}));
        assert_eq!(read(&format!("{}=1", "a.".repeat(9000))), json!({}));
        assert_eq!(read("..=1&.a=2&=3"), json!({}));
        assert_eq!(
            read("A.entry.1.value=x&B.entry=1&C.1=x&C.x=y"),
            json!({"a": {}, "b": {"entry": "1"}, "c": {"1": "x", "x": "y"}})
        );
    }

    #[test]
    fn numbers_are_numbers() {
        let asked = json!({"maxResults": "5", "queueName": "7", "delaySeconds": "x"});
        assert_eq!(typed("sqs", asked), json!({"maxResults": 5, "queueName": "7", "delaySeconds": "x"}));
        assert_eq!(typed("sns", json!({"maxResults": "5"})), json!({"maxResults": "5"}));
    }
}
