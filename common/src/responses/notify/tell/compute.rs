//! Instances, functions and clusters.

use super::{Done, critical, everyone_or, info, list, notice, shown, tell, warning};
use crate::calls::ec2::{
    CreateKeyPair, EnableSerialConsoleAccess, Instance, ModifyInstanceAttribute, RunInstances, StartInstances,
    StopInstances, TerminateInstances,
};
use crate::calls::lambda::{
    AddPermission, CreateFunction, FunctionRequest, UpdateFunctionCode, UpdateFunctionConfiguration,
};
use crate::calls::{About, ecs, eks};
use crate::responses::policy::is_of;

tell! {
    RunInstances => |done| {
        let instances = instances(&done.response?.instances);
        let kind = done.request.and_then(|request| request.instance_type.as_deref());
        let kind = kind.map(|kind| format!(" of type {}", shown(kind))).unwrap_or_default();
        info(format!("launched {instances}{kind}"))
    };
    StartInstances => |done| info(format!("started {}", instances(&done.request?.instances)));
    StopInstances => |done| notice(format!("stopped {}", instances(&done.request?.instances)));
    TerminateInstances => |done| warning(format!("terminated {}", instances(&done.request?.instances)));
    ModifyInstanceAttribute => |done| {
        let request = done.request?;
        if request.user_data.is_some() {
            warning(format!("replaced the user data of {}", done.thing))
        } else if request.disable_api_termination.as_deref() == Some("false") {
            notice(format!("took the termination protection from {}", done.thing))
        } else {
            notice(format!("changed an attribute of {}", done.thing))
        }
    };
    CreateKeyPair => |done| notice(format!("created {}", done.thing));
    EnableSerialConsoleAccess => |_done| warning("switched on the serial console of all instances");
    CreateFunction => |done| info(format!("created {}", done.thing));
    UpdateFunctionCode => |done| notice(format!("replaced the code of {}", done.thing));
    UpdateFunctionConfiguration => |done| configured(done, done.request?);
    AddPermission => |done| {
        let request = done.request?;
        let who = request.principal.as_deref()?;
        let did = format!("let {} call {}", everyone_or(who), done.thing);
        let bound = request.source_arn.is_some() || request.source_account.is_some() || request.principal_org_id.is_some();
        match (who, bound) {
            ("*", false) => critical(did),
            _ if is_service(who) || is_of(who, done.account) => info(did),
            _ => warning(did),
        }
    };
    ecs::CreateCluster => |done| info(format!("created {}", done.thing));
    eks::CreateCluster => |done| {
        let open = done.request?.vpc.as_ref().is_some_and(|vpc| vpc.endpoint_public_access != Some(false));
        let made = info(format!("created {}", done.thing));
        if open { made.map(|deed| deed.noting("it can be reached from the internet")) } else { made }
    };
}

fn is_service(principal: &str) -> bool {
    !principal.contains(':') && [".amazonaws.com", ".amazonaws.com.cn"].iter().any(|end| principal.ends_with(end))
}

fn instances(instances: &[Instance]) -> String {
    let ids = || instances.iter().map(|instance| instance.instance_id.as_str());
    match instances {
        [one] => format!("instance {}", shown(&one.instance_id)),
        many => format!("{} instances ({})", many.len(), list(ids())),
    }
}

fn configured<C: About>(done: &Done<'_, C>, request: &FunctionRequest) -> Option<super::Deed> {
    let layers = request.layers.iter().flatten().map(String::as_str);
    let foreign: Vec<&str> = layers.filter(|layer| !is_of(layer, done.account)).collect();
    if !foreign.is_empty() {
        return warning(format!("gave {} code of another account ({})", done.thing, list(foreign)));
    }
    match &request.role {
        Some(role) => notice(format!("gave {} the role {}", done.thing, shown(role))),
        None => info(format!("changed the configuration of {}", done.thing)),
    }
}
