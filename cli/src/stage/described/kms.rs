//! KMS: the keys that the template makes, with who may use them. Nothing is encrypted on the stage, so what a key refuses
//! is seen here and nowhere else.

use super::{Refused, text};
use crate::template::{Stack, TemplateError};
use serde_json::{Value, json};

/// The keys.
#[derive(Debug, Default)]
pub(super) struct Keys {
    keys: Vec<Key>,
    account: String,
}

#[derive(Debug)]
struct Key {
    id: String,
    arn: String,
    /// Names that stand for it, as in `alias/trailhook-messages`.
    aliases: Vec<String>,
    policy: String,
    is_enabled: bool,
}

impl Keys {
    pub(super) fn of(stack: &Stack) -> Result<Keys, TemplateError> {
        let made = stack.made()?;
        let mut keys = Vec::new();
        for resource in made.iter().filter(|made| made.kind == "AWS::KMS::Key") {
            let properties = stack.properties(&resource.logical_id)?;
            keys.push(Key {
                id: resource.physical_id.clone(),
                arn: stack.arn("kms", &format!("key/{}", resource.physical_id)),
                aliases: Vec::new(),
                policy: properties.get("KeyPolicy").map(Value::to_string).unwrap_or_default(),
                is_enabled: properties.get("Enabled") != Some(&Value::Bool(false)),
            });
        }
        for alias in made.iter().filter(|made| made.kind == "AWS::KMS::Alias") {
            let properties = stack.properties(&alias.logical_id)?;
            let target = text(&properties, "TargetKeyId");
            let of = keys.iter_mut().filter(|key| target.is_some_and(|id| id == key.id || id == key.arn));
            of.for_each(|key| key.aliases.extend(text(&properties, "AliasName").map(str::to_owned)));
        }
        Ok(Keys { keys, account: stack.deployment().account.clone() })
    }

    pub(super) fn answer(&self, action: &str, asked: &Value) -> Option<Result<Value, Refused>> {
        Some(match action {
            "DescribeKey" => self.key(asked).map(|key| {
                json!({ "KeyMetadata": {
                    "KeyId": key.id,
                    "Arn": key.arn,
                    "AWSAccountId": self.account,
                    "Enabled": key.is_enabled,
                    "KeyState": if key.is_enabled { "Enabled" } else { "Disabled" },
                    "KeyManager": "CUSTOMER",
                    "KeyUsage": "ENCRYPT_DECRYPT",
                } })
            }),
            "GetKeyPolicy" => self.key(asked).map(|key| json!({ "Policy": key.policy, "PolicyName": "default" })),
            _ => return None,
        })
    }

    fn key(&self, asked: &Value) -> Result<&Key, Refused> {
        let id = text(asked, "KeyId").unwrap_or_default();
        let alias = id.find("alias/").and_then(|at| id.get(at..));
        let is =
            |key: &&Key| key.id == id || key.arn == id || key.aliases.iter().any(|name| Some(name.as_str()) == alias);
        self.keys.iter().find(is).ok_or_else(|| ("NotFoundException", format!("Key '{id}' does not exist")))
    }
}
