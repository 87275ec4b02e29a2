//! The person or service behind a call.
//!
//! A `userIdentity` has a dozen forms; people ask one question of it: who was that? An [`Actor`]
//! answers for a log line, a tag or a message. It is for reading, not for deciding: a session name
//! is chosen by whoever opens the session, so no guard uses an actor; and what a caller made too long
//! to read is cut.

use crate::shown::cut;
use crate::{IdentityType, UserIdentity};
use serde::Serialize;
use std::fmt;

/// Who made a call, and through which AWS service if one acted for them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Actor {
    /// Who.
    #[serde(flatten)]
    pub who: Who,
    /// The service that made the call on their behalf, as `cloudformation.amazonaws.com`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub through: Option<String>,
}

/// The kinds of people and services.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Who {
    /// The root user of an account.
    Root {
        /// The account.
        account: String,
    },
    /// An IAM user.
    User {
        /// The user's name.
        name: String,
        /// The user's account.
        account: String,
    },
    /// Someone signed in through IAM Identity Center, in a session of a permission set's role.
    SsoUser {
        /// The session name, which Identity Center sets to the user's name.
        name: String,
        /// The permission set.
        permission_set: String,
        /// The account worked in.
        account: String,
    },
    /// A session of a role.
    RoleSession {
        /// The role's name.
        role: String,
        /// The role's ARN with its path, where the record has it.
        #[serde(skip_serializing_if = "Option::is_none")]
        role_arn: Option<String>,
        /// The session's name, chosen by whoever opened it.
        session: String,
        /// The role's account.
        account: String,
        /// The name that stays the same through role chaining.
        #[serde(skip_serializing_if = "Option::is_none")]
        source_identity: Option<String>,
        /// The web identity provider that the session was opened with.
        #[serde(skip_serializing_if = "Option::is_none")]
        federated_provider: Option<String>,
    },
    /// A session of `GetFederationToken`.
    FederatedUser {
        /// The name given to the session.
        name: String,
        /// The account.
        account: String,
    },
    /// Someone signing in by OpenID Connect or SAML, before there is a role session.
    WebIdentity {
        /// The user's name at the provider.
        name: String,
        /// The provider.
        provider: String,
    },
    /// An IAM Identity Center user, not in a role session.
    IdentityCenterUser {
        /// The user's id in the identity store.
        user_id: String,
        /// The account, where the record has it.
        account: String,
    },
    /// A user of AWS Directory Service.
    DirectoryUser {
        /// The user's name.
        name: String,
        /// The account.
        account: String,
    },
    /// An AWS service, for itself.
    Service {
        /// As in `cloudformation.amazonaws.com`.
        name: String,
    },
    /// Another account, of which the record says no more.
    AnotherAccount {
        /// The account.
        account: String,
        /// The caller's unique id there.
        principal_id: String,
    },
    /// The record does not say.
    Unknown {
        /// What it does say: the type, or nothing.
        said: String,
    },
}

impl Who {
    /// The names of the members that some kind has, in JSON, and that of the actor beside them.
    pub(crate) const MEMBERS: [&'static str; 14] = [
        "kind",
        "account",
        "name",
        "permissionSet",
        "role",
        "roleArn",
        "session",
        "sourceIdentity",
        "federatedProvider",
        "provider",
        "userId",
        "principalId",
        "said",
        "through",
    ];
}

impl Actor {
    /// The actor that an identity names.
    ///
    /// ```
    /// use trailhook::{Actor, UserIdentity};
    ///
    /// let identity: UserIdentity = serde_json::from_str(r#"{
    ///     "type": "AssumedRole",
    ///     "arn": "arn:aws:sts::111122223333:assumed-role/Developer/alice",
    ///     "accountId": "111122223333"
    /// }"#)?;
    /// assert_eq!(Actor::of(&identity).to_string(), "alice (role Developer)");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn of(identity: &UserIdentity) -> Actor {
        let who = Who::of(identity);
        let service = identity.invoked_by.text().map(cut);
        let through = if matches!(who, Who::Service { .. }) { None } else { service };
        Actor { who, through }
    }

    /// The shortest name that still says who: for a tag's value. What someone chose as their own name
    /// stands behind what it is a name of (`Developer/alice`, `federated-user/alice`), because `root`
    /// would be one.
    pub fn short_name(&self) -> String {
        let name = match &self.who {
            Who::Root { .. } => "root",
            Who::User { name, .. }
            | Who::SsoUser { name, .. }
            | Who::DirectoryUser { name, .. }
            | Who::Service { name } => name,
            Who::RoleSession { session, role, .. } if session.is_empty() => role,
            Who::RoleSession { session, role, .. } => return format!("{role}/{session}"),
            Who::FederatedUser { name, .. } => return format!("federated-user/{name}"),
            Who::WebIdentity { name, provider } => return format!("{provider}/{name}"),
            Who::IdentityCenterUser { user_id, .. } => user_id,
            Who::AnotherAccount { account, .. } => account,
            Who::Unknown { .. } => "unknown",
        };
        name.to_owned()
    }

    /// The kind in one word, as it is written in reports: `user`, `sso-user`, `role-session`, …
    pub fn kind(&self) -> &'static str {
        match &self.who {
            Who::Root { .. } => "root",
            Who::User { .. } => "user",
            Who::SsoUser { .. } => "sso-user",
            Who::RoleSession { .. } => "role-session",
            Who::FederatedUser { .. } => "federated-user",
            Who::WebIdentity { .. } => "web-identity",
            Who::IdentityCenterUser { .. } => "identity-center-user",
            Who::DirectoryUser { .. } => "directory-user",
            Who::Service { .. } => "service",
            Who::AnotherAccount { .. } => "another-account",
            Who::Unknown { .. } => "unknown",
        }
    }
}

impl Who {
    fn of(identity: &UserIdentity) -> Who {
        let account = own(identity.account_id.text());
        let name = own(identity.user_name.text().or_else(|| identity.session_name()));
        match identity.kind() {
            Some(IdentityType::Root) => Who::Root { account },
            Some(IdentityType::IamUser) => {
                let from_arn = || identity.arn.text()?.rsplit('/').next();
                Who::User { name: own(identity.user_name.text().or_else(from_arn)), account }
            }
            Some(IdentityType::AssumedRole | IdentityType::Role) => role_session(identity, account),
            Some(IdentityType::FederatedUser) => {
                let from_arn = || identity.arn.text()?.rsplit('/').next();
                Who::FederatedUser { name: own(from_arn().or(Some(&name))), account }
            }
            Some(IdentityType::SamlUser | IdentityType::WebIdentityUser) => {
                Who::WebIdentity { name, provider: own(identity.identity_provider.text()) }
            }
            Some(IdentityType::Directory) => Who::DirectoryUser { name, account },
            Some(IdentityType::IdentityCenterUser) => {
                let user_id = identity.on_behalf_of.get().and_then(|user| user.user_id.text());
                Who::IdentityCenterUser { user_id: own(user_id), account }
            }
            Some(IdentityType::AwsAccount) => {
                Who::AnotherAccount { account, principal_id: own(identity.principal_id.text()) }
            }
            // A service event has no type, but says which service it is about.
            Some(IdentityType::AwsService) | None if identity.invoked_by.text().is_some() => {
                Who::Service { name: own(identity.invoked_by.text()) }
            }
            _ => Who::Unknown { said: own(identity.type_name.text()) },
        }
    }
}

fn own(text: Option<&str>) -> String {
    cut(text.unwrap_or_default())
}

fn role_session(identity: &UserIdentity, account: String) -> Who {
    let issuer = identity.session_issuer();
    let role_arn = issuer.and_then(|issuer| issuer.arn.text());
    let from_session_arn = || identity.arn.text()?.split('/').nth(1);
    let from_role_arn = || role_arn?.rsplit('/').next();
    let role = issuer.and_then(|issuer| issuer.user_name.text()).or_else(from_role_arn).or_else(from_session_arn);
    let role = role.unwrap_or_default();
    let session = own(identity.session_name());
    // Identity Center names its roles AWSReservedSSO_<permission set>_<16 hexadecimal digits>, under a
    // path that is its own; anyone can give a role such a name.
    let permission_set = role.strip_prefix("AWSReservedSSO_").and_then(|rest| rest.rsplit_once('_'));
    let reserved = role_arn.is_some_and(|arn| arn.contains(":role/aws-reserved/sso.amazonaws.com/"));
    if let Some((permission_set, _)) = permission_set
        && reserved
    {
        return Who::SsoUser { name: session, permission_set: cut(permission_set), account };
    }
    let context = identity.session_context.get();
    let provider = context.and_then(|context| context.web_id_federation_data.get()?.federated_provider.text());
    Who::RoleSession {
        role: cut(role),
        role_arn: role_arn.map(cut),
        session,
        account,
        source_identity: context.and_then(|context| context.source_identity.text()).map(cut),
        federated_provider: provider.map(cut),
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.who {
            Who::Root { account } => write!(f, "the root user of {account}")?,
            Who::User { name, .. } => write!(f, "{name} (IAM user)")?,
            Who::SsoUser { name, permission_set, .. } => write!(f, "{name} (SSO, {permission_set})")?,
            Who::RoleSession { role, session, federated_provider: Some(provider), .. } => {
                write!(f, "{session} (role {role}, by {provider})")?;
            }
            Who::RoleSession { role, session, .. } => write!(f, "{session} (role {role})")?,
            Who::FederatedUser { name, .. } => write!(f, "{name} (federated user)")?,
            Who::WebIdentity { name, provider } => write!(f, "{name} (by {provider})")?,
            Who::IdentityCenterUser { user_id, .. } => write!(f, "Identity Center user {user_id}")?,
            Who::DirectoryUser { name, .. } => write!(f, "{name} (directory user)")?,
            Who::Service { name } => f.write_str(name)?,
            Who::AnotherAccount { account, .. } => write!(f, "a principal of account {account}")?,
            Who::Unknown { said } if said.is_empty() => f.write_str("someone the record does not name")?,
            Who::Unknown { said } => write!(f, "someone the record calls {said:?}")?,
        }
        match &self.through {
            Some(service) => write!(f, " through {service}"),
            None => Ok(()),
        }
    }
}
