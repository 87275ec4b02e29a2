//! Keys, databases, topics, and what else is made.

use super::{critical, info, made_with, notice, shown, tell, warning, with_policy};
use crate::calls::dynamodb::CreateTable;
use crate::calls::ecr::CreateRepository;
use crate::calls::kms::{CreateKey, DisableKey, PutKeyPolicy, ScheduleKeyDeletion};
use crate::calls::rds::{CreateDBCluster, CreateDBInstance};
use crate::calls::secretsmanager::CreateSecret;
use crate::calls::sns::{CreateTopic, SetTopicAttributes};
use crate::calls::ssm::PutParameter;

tell! {
    CreateKey => |done| {
        let policy = done.request.and_then(|request| request.policy.as_deref());
        made_with(&done.thing, policy, done.account)
    };
    ScheduleKeyDeletion => |done| {
        let days = done.request?.pending_window_in_days.unwrap_or(30);
        critical(format!("put {} up for deletion in {days} days", done.thing))
    };
    DisableKey => |done| warning(format!("disabled {}", done.thing));
    PutKeyPolicy => |done| {
        let policy = done.request?.policy.as_deref().unwrap_or_default();
        with_policy(&format!("replaced the policy of {}", done.thing), policy, done.account)
    };
    CreateDBInstance => |done| {
        if done.request?.publicly_accessible == Some(true) {
            warning(format!("created {}", done.thing)).map(|deed| deed.noting("it has an address on the internet"))
        } else {
            info(format!("created {}", done.thing))
        }
    };
    CreateDBCluster => |done| info(format!("created {}", done.thing));
    CreateTopic => |done| {
        let attributes = done.request?.attributes.as_ref();
        let policy = attributes.and_then(|attributes| attributes.get("Policy")).map(String::as_str);
        made_with(&done.thing, policy, done.account)
    };
    SetTopicAttributes => |done| {
        let request = done.request?;
        let did = format!("set {} of {}", shown(&request.attribute_name), done.thing);
        match (request.attribute_name.as_str(), request.attribute_value.as_deref()) {
            ("Policy", Some(policy)) => with_policy(&did, policy, done.account),
            _ => info(did),
        }
    };
    CreateTable => |done| info(format!("created {}", done.thing));
    CreateSecret => |done| info(format!("created {}", done.thing));
    CreateRepository => |done| info(format!("created {}", done.thing));
    PutParameter => |done| match done.response.and_then(|response| response.version) {
        Some(1) => info(format!("created {}", done.thing)),
        Some(_) => notice(format!("changed {}", done.thing)),
        None => notice(format!("made or changed {}", done.thing)),
    };
}
