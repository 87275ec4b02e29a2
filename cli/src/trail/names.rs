//! CloudTrail's names: the API's, with a lower first letter.
//!
//! Only the first letter: `AWSAccountIds` becomes `aWSAccountIds`, `MD5OfMessageBody`
//! `mD5OfMessageBody`. It holds for members of structures and never for keys of maps, which are the
//! caller's own words or an attribute's name; as the wire doesn't tell the two apart, the members
//! that are maps are listed here.

use serde_json::{Map, Value};

/// The members whose value, if it is an object, is a map.
const MAPS: [&str; 16] = [
    "attribute",
    "attributeUpdates",
    "attributes",
    "expected",
    "expressionAttributeNames",
    "expressionAttributeValues",
    "item",
    "key",
    "keyConditions",
    "messageAttributes",
    "messageSystemAttributes",
    "requestItems",
    "tag",
    "tags",
    "trackingAttributes",
    "variables",
];

/// The name of a structure's member as CloudTrail writes it.
pub(super) fn recorded_name(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_ascii_lowercase().to_string() + letters.as_str())
}

/// A structure as CloudTrail writes it; members that are null are left out, as an API does that
/// doesn't know null.
pub(super) fn recorded(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let members = members.into_iter().filter(|(_, value)| !value.is_null());
            let members = members.map(|(name, value)| {
                let name = recorded_name(&name);
                let value = if MAPS.contains(&name.as_str()) { recorded_map(value) } else { recorded(value) };
                (name, value)
            });
            Value::Object(members.collect::<Map<_, _>>())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(recorded).collect()),
        scalar => scalar,
    }
}

fn recorded_map(value: Value) -> Value {
    match value {
        Value::Object(entries) => {
            Value::Object(entries.into_iter().map(|(key, value)| (key, recorded(value))).collect())
        }
        other => recorded(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn members_begin_small_and_keys_stay() {
        for (api, trail) in [
            ("QueueUrl", "queueUrl"),
            ("AWSAccountIds", "aWSAccountIds"),
            ("MD5OfMessageBody", "mD5OfMessageBody"),
            ("logGroupName", "logGroupName"),
            ("", ""),
            ("Ärger", "Ärger"),
        ] {
            assert_eq!(recorded_name(api), trail);
        }
        let asked = json!({
            "QueueName": "orders",
            "Attributes": {"VisibilityTimeout": "30", "Policy": null},
            "Entries": [{"Id": "1", "MessageAttributes": {"Kind": {"StringValue": "x", "DataType": "String"}}}],
            "Tags": [{"Key": "Team", "Value": "payments"}],
            "Nothing": null,
        });
        let written = json!({
            "queueName": "orders",
            "attributes": {"VisibilityTimeout": "30", "Policy": null},
            "entries": [{"id": "1", "messageAttributes": {"Kind": {"stringValue": "x", "dataType": "String"}}}],
            "tags": [{"key": "Team", "value": "payments"}],
        });
        assert_eq!(recorded(asked), written);
        assert_eq!(recorded(json!({"tags": {"Team": "A"}})), json!({"tags": {"Team": "A"}}));
    }
}
