//! What CloudTrail does not write down: messages, secrets.
//!
//! A table holds what AWS's own sample records show hidden. Its members are looked for where such a
//! call has them: in the parameters themselves and in the entries of a batch, never inside maps, whose
//! keys are the caller's own. Every service but SQS, whose calls are all known, is then searched for
//! secrets at any depth, maps too: see [`secrets`].

use super::secrets;
use serde_json::{Value, json};

/// The words in place of a hidden value.
const HIDDEN: &str = "HIDDEN_DUE_TO_SECURITY_REASONS";

/// Members that are hidden in `requestParameters`.
const IN_REQUESTS: [(&str, &[&str]); 4] = [
    ("secretsmanager", &["secretBinary", "secretString"]),
    ("sns", &["message", "messageAttributes", "subject"]),
    ("sqs", &["messageBody"]),
    ("ssm", &["value"]),
];

/// Hides what the parameters of this call must not show.
pub(super) fn hide_in_request(service: &str, action: &str, parameters: &mut Value) {
    each(parameters, &mut |name, value| {
        if IN_REQUESTS.iter().any(|(of, names)| *of == service && names.contains(&name)) {
            *value = Value::from(HIDDEN);
        }
    });
    // What a command is run with may be anything.
    if (service, action) == ("ssm", "SendCommand")
        && let Some(arguments) = parameters.get_mut("parameters")
    {
        *arguments = Value::from(HIDDEN);
    }
    hide_secrets(service, parameters);
}

/// Hides or takes away what the answers of this service's calls must not show.
pub(super) fn hide_in_response(service: &str, elements: &mut Value) {
    // A function's variables; CloudTrail leaves the bare structure, as in the request.
    if service == "lambda"
        && let Some(environment) = elements.get_mut("environment")
    {
        *environment = json!({});
    }
    hide_secrets(service, elements);
}

fn hide_secrets(service: &str, part: &mut Value) {
    if service == "sqs" {
        return;
    }
    conceal(service, part);
    if part.as_object().is_some_and(serde_json::Map::is_empty) {
        *part = Value::Null;
    }
}

fn conceal(service: &str, part: &mut Value) {
    match part {
        Value::Array(items) => items.iter_mut().for_each(|item| conceal(service, item)),
        Value::Object(members) => {
            // `{"name": "DB_PASSWORD", "value": …}`
            let called =
                ["name", "key", "parameterKey", "parameterName"].iter().find_map(|by| members.get(*by)?.as_str());
            let of_a_secret = called.is_some_and(|called| secrets::secret(service, called));
            members.retain(|name, value| {
                let hidden = secrets::secret(service, name)
                    || of_a_secret && ["value", "parameterValue"].contains(&name.as_str());
                if hidden && tells(value) {
                    *value = Value::from(secrets::mark(service).unwrap_or(HIDDEN));
                } else {
                    conceal(service, value);
                }
                !secrets::omitted(service, name)
            });
        }
        _ => {}
    }
}

/// A switch is no secret (`passwordResetRequired`, in a form a text), and neither is nothing.
fn tells(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) => false,
        Value::String(text) => !["", "true", "false"].contains(&text.as_str()),
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => !members.is_empty(),
        Value::Number(_) => true,
    }
}

/// The members of a structure, and of those in its lists.
fn each(structure: &mut Value, visit: &mut impl FnMut(&str, &mut Value)) {
    let Value::Object(members) = structure else { return };
    for (name, value) in members {
        for item in value.as_array_mut().into_iter().flatten() {
            each(item, visit);
        }
        visit(name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trail::called::{json as json_call, query, recorded};

    #[test]
    fn messages_are_hidden_and_maps_left_alone() {
        let mut sent = json!({"messageBody": "secret", "messageGroupId": "1", "entries": [{"messageBody": "x"}]});
        hide_in_request("sqs", "SendMessage", &mut sent);
        let written = json!({"messageBody": HIDDEN, "messageGroupId": "1", "entries": [{"messageBody": HIDDEN}]});
        assert_eq!(sent, written);
        let tags = json!({"tags": {"messageBody": "no secret", "password": "none either"}});
        let mut written = tags.clone();
        hide_in_request("sqs", "TagQueue", &mut written);
        assert_eq!(written, tags);
        let mut published = json!({"message": "x", "messageAttributes": {"a": 1}, "topicArn": "t"});
        hide_in_request("sns", "Publish", &mut published);
        assert_eq!(published, json!({"message": HIDDEN, "messageAttributes": HIDDEN, "topicArn": "t"}));
    }

    #[test]
    fn credentials_are_left_out() {
        let form = "UserName=bob&Password=hunter2&PasswordResetRequired=true";
        let profile = "<LoginProfile><UserName>bob</UserName></LoginProfile>";
        for action in ["CreateLoginProfile", "UpdateLoginProfile"] {
            let record = query("iam", action, form, profile);
            assert_eq!(record["requestParameters"], json!({"userName": "bob", "passwordResetRequired": "true"}));
        }
        let record = query("iam", "ChangePassword", "OldPassword=hunter1&NewPassword=hunter2", "");
        assert_eq!(record["requestParameters"], Value::Null);
        let key = "<AccessKey><AccessKeyId>AKIA</AccessKeyId><SecretAccessKey>hunter2</SecretAccessKey></AccessKey>";
        let record = query("iam", "CreateAccessKey", "UserName=bob", key);
        assert_eq!(record["responseElements"], json!({"accessKey": {"accessKeyId": "AKIA"}}));
        let session = "<Credentials><AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>hunter2</SecretAccessKey>\
                       <SessionToken>kept</SessionToken></Credentials>";
        let form = "RoleArn=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fr&WebIdentityToken=hunter2";
        let record = query("sts", "AssumeRoleWithWebIdentity", form, session);
        assert_eq!(record["responseElements"]["credentials"], json!({"accessKeyId": "ASIA", "sessionToken": "kept"}));
        assert_eq!(record["requestParameters"], json!({"roleArn": "arn:aws:iam::111122223333:role/r"}));
    }

    #[test]
    fn kms_shows_neither_text_nor_key_and_reads_only() {
        let data = json!({"KeyId": "k", "Plaintext": "aHVudGVyMg==", "CiphertextBlob": "aHVudGVyMg=="});
        for action in ["Encrypt", "Decrypt", "GenerateDataKey", "GenerateDataKeyPair", "GenerateMac", "Sign"] {
            let record = json_call("kms", action, &data, &data);
            assert_eq!(record["requestParameters"], json!({"keyId": "k"}), "{action}");
            assert_eq!(record["responseElements"], Value::Null, "{action}");
            let kind = [&record["readOnly"], &record["managementEvent"], &record["eventCategory"]];
            assert_eq!(kind, [&json!(true), &json!(true), &json!("Management")], "{action}");
        }
        assert_eq!(json_call("kms", "CreateKey", &json!({}), &json!({}))["readOnly"], false);
    }

    #[test]
    fn services_have_their_own_marks() {
        let pending = "<DBInstance><PendingModifiedValues><MasterUserPassword>hunter2</MasterUserPassword>\
                       </PendingModifiedValues></DBInstance>";
        let form = "DBInstanceIdentifier=d&MasterUserPassword=hunter2&ManageMasterUserPassword=false";
        let record = query("rds", "CreateDBInstance", form, pending);
        let asked =
            json!({"dBInstanceIdentifier": "d", "masterUserPassword": "****", "manageMasterUserPassword": "false"});
        assert_eq!(record["requestParameters"], asked);
        assert_eq!(record["responseElements"]["dBInstance"]["pendingModifiedValues"]["masterUserPassword"], "****");
        let record = query("ec2", "RunInstances", "ImageId=ami-1&UserData=hunter2&ClientToken=c", "");
        let asked = json!({"imageId": "ami-1", "userData": "<sensitiveDataRemoved>", "clientToken": "c"});
        assert_eq!(record["requestParameters"], asked);
        let record = json_call("ssm", "SendCommand", &json!({"Parameters": {"commands": ["hunter2"]}}), &json!({}));
        assert_eq!(record["requestParameters"], json!({ "parameters": HIDDEN }));
        let record =
            json_call("ssm", "PutParameter", &json!({"Name": "/n", "Value": "hunter2"}), &json!({"Version": 1}));
        assert_eq!(record["requestParameters"], json!({"name": "/n", "value": HIDDEN}));
        let secret = json!({"Name": "n", "SecretString": "hunter2", "ClientRequestToken": "c"});
        let record = json_call("secretsmanager", "CreateSecret", &secret, &json!({"ARN": "a", "Name": "n"}));
        let asked = json!({"name": "n", "secretString": HIDDEN, "clientRequestToken": "c"});
        assert_eq!(record["requestParameters"], asked);
    }

    #[test]
    fn what_is_not_known_is_hidden_by_its_name() {
        let body = json!({
            "Name": "n", "NextToken": "1", "SecretArn": "arn", "MaxTokens": 5, "Nested": [{"DB": {"passWord": "hunter2"}}],
            "Environment": [{"Name": "DB_PASSWD", "Value": "hunter2"}, {"Name": "LEVEL", "Value": "info"}],
            "Variables": {"API_TOKEN": "hunter2", "A": "b"}, "PrivateKey": {"Pem": "hunter2"},
        });
        let record = json_call("batch", "StartThing", &body, &json!({"RefreshToken": "hunter2", "Id": "1"}));
        let written = json!({
            "name": "n", "nextToken": "1", "secretArn": "arn", "maxTokens": 5, "nested": [{"dB": {"passWord": HIDDEN}}],
            "environment": [{"name": "DB_PASSWD", "value": HIDDEN}, {"name": "LEVEL", "value": "info"}],
            "variables": {"API_TOKEN": HIDDEN, "A": "b"}, "privateKey": HIDDEN,
        });
        assert_eq!(record["requestParameters"], written);
        assert_eq!(record["responseElements"], json!({"refreshToken": HIDDEN, "id": "1"}));
        let body = r#"{"Environment": {"Variables": {"LEVEL": "hunter2"}}}"#;
        let request = http::Request::put("/2015-03-31/functions/f/configuration");
        let record = recorded("lambda", request, body, body).unwrap();
        assert_eq!(record["responseElements"], json!({"environment": {}}));
    }
}
