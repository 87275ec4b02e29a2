//! What CloudTrail does not write down: messages, secrets.
//!
//! The tables hold what AWS's own sample records show hidden. A member is looked for where such a
//! call has it: in the parameters themselves and in the entries of a batch, never inside maps, whose
//! keys are the caller's own.

use serde_json::Value;

/// The words in place of a hidden value.
const HIDDEN: &str = "HIDDEN_DUE_TO_SECURITY_REASONS";

/// Members that are hidden in `requestParameters`.
const IN_REQUESTS: [(&str, &[&str]); 4] = [
    ("secretsmanager", &["secretBinary", "secretString"]),
    ("sns", &["message", "messageAttributes", "subject"]),
    ("sqs", &["messageBody"]),
    ("ssm", &["value"]),
];

/// Members that are not written in `responseElements`.
const NOT_IN_RESPONSES: [(&str, &[&str]); 2] = [("iam", &["secretAccessKey"]), ("sts", &["secretAccessKey"])];

/// Hides what the parameters of this service's calls must not show.
pub(super) fn hide_in_request(service: &str, parameters: &mut Value) {
    each(parameters, &mut |name, value| {
        if among(&IN_REQUESTS, service, name) {
            *value = Value::from(HIDDEN);
        }
        true
    });
}

/// Takes away what the answers of this service's calls must not show.
pub(super) fn hide_in_response(service: &str, elements: &mut Value) {
    each(elements, &mut |name, _| !among(&NOT_IN_RESPONSES, service, name));
    // Credentials are one level down.
    for value in elements.as_object_mut().into_iter().flatten().map(|(_, value)| value) {
        each(value, &mut |name, _| !among(&NOT_IN_RESPONSES, service, name));
    }
}

fn among(table: &[(&str, &[&str])], service: &str, name: &str) -> bool {
    table.iter().any(|(of, names)| *of == service && names.contains(&name))
}

/// The members of a structure, and of those in its lists; what `keep` refuses is taken out.
fn each(structure: &mut Value, keep: &mut impl FnMut(&str, &mut Value) -> bool) {
    let Value::Object(members) = structure else { return };
    members.retain(|name, value| {
        for item in value.as_array_mut().into_iter().flatten() {
            each(item, keep);
        }
        keep(name, value)
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn messages_are_hidden_and_maps_left_alone() {
        let mut sent = json!({"messageBody": "secret", "messageGroupId": "1", "entries": [{"messageBody": "x"}]});
        hide_in_request("sqs", &mut sent);
        let written = json!({"messageBody": HIDDEN, "messageGroupId": "1", "entries": [{"messageBody": HIDDEN}]});
        assert_eq!(sent, written);
        let mut tags = json!({"tags": {"messageBody": "no secret"}});
        hide_in_request("sqs", &mut tags);
        assert_eq!(tags["tags"]["messageBody"], "no secret");
        let mut published = json!({"message": "x", "messageAttributes": {"a": 1}, "topicArn": "t"});
        hide_in_request("sns", &mut published);
        assert_eq!(published, json!({"message": HIDDEN, "messageAttributes": HIDDEN, "topicArn": "t"}));
        let mut key = json!({"accessKey": {"accessKeyId": "AKIA", "secretAccessKey": "x"}});
        hide_in_response("iam", &mut key);
        assert_eq!(key, json!({"accessKey": {"accessKeyId": "AKIA"}}));
    }
}
