//! The people and roles that are there without a file, and the stack's functions.

use super::{Principal, Who};
use crate::template::{FunctionResource, Stack, TemplateError};
use serde_json::Value;

/// By access key id.
pub(super) fn people() -> [(&'static str, Principal); 5] {
    let user = |name: &str| Principal::of(Who::User(name.to_owned()));
    let ci = Who::Role {
        role: "/ci/GitHubDeploy".to_owned(),
        session: "deploy-orders-9517".to_owned(),
        web_identity: Some("token.actions.githubusercontent.com".to_owned()),
        source_identity: None,
    };
    let sso = Who::Sso { permission_set: "PowerUser".to_owned(), person: "alice@example.com".to_owned() };
    [
        ("alice", user("alice")),
        ("alice-sso", Principal::of(sso)),
        ("bob", user("bob")),
        ("ci", Principal::of(ci)),
        ("root", Principal { mfa: Some(true), ..Principal::of(Who::Root) }),
    ]
}

/// A function, under the role that the template gives it.
pub(super) fn function(function: &FunctionResource, stack: &Stack) -> Result<Principal, TemplateError> {
    let properties = stack.properties(&function.logical_id)?;
    let role_arn = match properties.get("Role").and_then(Value::as_str) {
        Some(role) => role.to_owned(),
        // SAM makes one, without a path.
        None => {
            let (deployment, id) = (stack.deployment(), &function.logical_id);
            let partition = trailhook::partition_of(&deployment.region);
            format!("arn:{partition}:iam::{}:role/{}-{id}Role", deployment.account, deployment.stack_name)
        }
    };
    Ok(Principal::of(Who::Function { role_arn, name: function.name.clone(), arn: function.arn.clone() }))
}
