//! Who there is, and what they may do.

use super::{Deed, critical, info, notice, shown, tell, warning, with_policy};
use crate::calls::iam::{
    AttachRolePolicy, AttachUserPolicy, CreateAccessKey, CreateLoginProfile, CreatePolicy, CreatePolicyVersion,
    CreateRole, CreateUser, PutRolePolicy, PutUserPolicy, UpdateAssumeRolePolicy, UpdateLoginProfile,
};
use crate::responses::policy::allows_everything;

tell! {
    CreateUser => |done| notice(format!("created {}", done.thing));
    CreateAccessKey => |done| {
        let key = done.response.map(|response| format!(" {}", shown(&response.access_key.access_key_id)));
        warning(format!("created access key{} for {}", key.unwrap_or_default(), done.thing))
    };
    CreateLoginProfile => |done| warning(format!("gave {} a password for the console", done.thing));
    UpdateLoginProfile => |done| warning(format!("replaced the console password of {}", done.thing));
    AttachUserPolicy => |done| attached(&done.thing, &done.request?.policy_arn);
    AttachRolePolicy => |done| attached(&done.thing, &done.request?.policy_arn);
    PutUserPolicy => |done| {
        let request = done.request?;
        written(&done.thing, &request.policy_name, request.policy_document.as_deref())
    };
    PutRolePolicy => |done| {
        let request = done.request?;
        written(&done.thing, &request.policy_name, request.policy_document.as_deref())
    };
    CreateRole => |done| {
        let policy = done.request?.assume_role_policy_document.as_deref().unwrap_or_default();
        with_policy(&format!("created {}", done.thing), policy, done.account)
    };
    UpdateAssumeRolePolicy => |done| {
        let policy = done.request?.policy_document.as_deref().unwrap_or_default();
        with_policy(&format!("changed who may take on {}", done.thing), policy, done.account)
    };
    CreatePolicy => |done| everything(done.request?.policy_document.as_deref(), &format!("created {}", done.thing), info);
    CreatePolicyVersion => |done| {
        let request = done.request?;
        let default = if request.set_as_default == Some(true) { " default" } else { "" };
        let did = format!("gave {} a new{default} version", done.thing);
        everything(request.policy_document.as_deref(), &did, notice)
    };
}

/// AWS's own policies by which one may do everything, or give it to oneself.
fn attached(thing: &str, policy: &str) -> Option<Deed> {
    let name = policy.rsplit('/').next().unwrap_or(policy);
    let did = format!("attached policy {} to {thing}", shown(name));
    match name {
        "AdministratorAccess" | "IAMFullAccess" if policy.contains(":aws:policy/") => critical(did),
        "PowerUserAccess" if policy.contains(":aws:policy/") => warning(did),
        _ => notice(did),
    }
}

fn written(thing: &str, name: &str, policy: Option<&str>) -> Option<Deed> {
    everything(policy, &format!("wrote policy {} into {thing}", shown(name)), notice)
}

fn everything(policy: Option<&str>, did: &str, otherwise: fn(String) -> Option<Deed>) -> Option<Deed> {
    if policy.is_some_and(allows_everything) {
        critical(did).map(|deed| deed.noting("it allows everything"))
    } else {
        otherwise(did.to_owned())
    }
}
