//! What a call must have done for a rule to apply. Judged by the request alone: what was there before
//! plays no part.

use super::super::CallName;
use super::Asked;
use crate::responses::policy::{LetsIn, lets_in};
use serde::Deserialize;
use std::collections::BTreeMap;

/// What a call must have done.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum When {
    /// It let everyone in: a policy with a statement that allows `*` something without any condition, or
    /// AddPermission for `*`. A policy that can't be read counts as one that does.
    OpensToEveryone,
    /// It left the queue without encryption at rest.
    RemovesEncryption,
    /// It made a queue without one of these tags, or took one of them off.
    LacksTags(Vec<String>),
}

const ENCRYPTION: [&str; 3] = ["KmsDataKeyReusePeriodSeconds", "KmsMasterKeyId", "SqsManagedSseEnabled"];

impl When {
    /// The calls that can do it.
    pub(super) fn calls(&self) -> &'static [CallName] {
        match self {
            When::OpensToEveryone => &[CallName::AddPermission, CallName::CreateQueue, CallName::SetQueueAttributes],
            When::RemovesEncryption => &[CallName::CreateQueue, CallName::SetQueueAttributes],
            When::LacksTags(_) => &[CallName::CreateQueue, CallName::UntagQueue],
        }
    }

    /// The attributes that do it: only these are set back.
    pub(super) fn attributes(&self) -> &'static [&'static str] {
        match self {
            When::OpensToEveryone => &["Policy"],
            When::RemovesEncryption => &ENCRYPTION,
            When::LacksTags(_) => &[],
        }
    }

    pub(super) fn holds(&self, call: CallName, asked: Asked<'_>) -> bool {
        let empty = BTreeMap::new();
        let attributes = asked.attributes.unwrap_or(&empty);
        match self {
            When::OpensToEveryone => {
                let policy = attributes.get("Policy").filter(|policy| !policy.is_empty());
                asked.account_ids.iter().any(|account| account == "*") || policy.is_some_and(|policy| opens(policy))
            }
            When::RemovesEncryption => removes_encryption(attributes),
            When::LacksTags(required) if call == CallName::UntagQueue => {
                required.iter().any(|key| asked.tag_keys.contains(key))
            }
            When::LacksTags(required) => {
                let tags = asked.tags.unwrap_or(&empty);
                required.iter().any(|key| !tags.contains_key(key))
            }
        }
    }
}

/// Whose account it is plays no part in whether everyone is let in.
fn opens(policy: &str) -> bool {
    matches!(lets_in(policy, ""), LetsIn::Everyone | LetsIn::Unknown)
}

/// One kind of encryption is taken away, and the other is not put in its place.
fn removes_encryption(attributes: &BTreeMap<String, String>) -> bool {
    let key = attributes.get("KmsMasterKeyId").map(String::as_str);
    let own = attributes.get("SqsManagedSseEnabled").map(String::as_str);
    let encrypts = key.is_some_and(|key| !key.is_empty()) || own == Some("true");
    !encrypts && (key == Some("") || own == Some("false"))
}
