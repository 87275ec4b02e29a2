//! `userIdentity`, member for member as CloudTrail writes it for each kind of caller.
//!
//! Learned from the page "CloudTrail userIdentity element" and the identities in `events/`. Unique
//! ids are made of the ARN they belong to: the same one has the same id on every run.

use super::{Principal, Principals, Who};
use chrono::SecondsFormat;
use serde_json::value::RawValue;
use trailhook::{
    Field, Flag, InScopeOf, SessionAttributes, SessionContext, SessionIssuer, UserIdentity, WebIdFederationData,
    partition_of,
};

impl Principals {
    pub(super) fn identity(&self, principal: &Principal, access_key_id: &str) -> UserIdentity {
        let account = principal.account.as_deref().unwrap_or(&self.account);
        let partition = partition_of(&self.region);
        let iam = |resource: &str| format!("arn:{partition}:iam::{account}:{resource}");
        let mut identity = match &principal.who {
            Who::Identity(identity) => return (**identity).clone(),
            Who::Service(name) => {
                return UserIdentity { type_name: text("AWSService"), invoked_by: text(name), ..Default::default() };
            }
            Who::Root => UserIdentity {
                type_name: text("Root"),
                principal_id: text(account),
                arn: iam("root").into(),
                account_id: text(account),
                session_context: self.own_session(principal),
                ..Default::default()
            },
            Who::User(path_and_name) => {
                let arn = iam(&format!("user/{}", path_and_name.trim_start_matches('/')));
                UserIdentity {
                    type_name: text("IAMUser"),
                    principal_id: unique_id("AIDA", &arn).into(),
                    arn: arn.into(),
                    account_id: text(account),
                    user_name: text(last(path_and_name)),
                    session_context: self.own_session(principal),
                    ..Default::default()
                }
            }
            Who::Role { role, session, web_identity, source_identity } => {
                let provider = web_identity.as_ref().map(|host| iam(&format!("oidc-provider/{host}")));
                let context = SessionContext {
                    web_id_federation_data: field(provider.map(federation)),
                    source_identity: field(source_identity.clone()),
                    ..Default::default()
                };
                self.role_session(principal, &iam(&format!("role{role}")), session, context)
            }
            Who::Sso { permission_set, person } => {
                let region = if self.region == "us-east-1" { String::new() } else { format!("{}/", self.region) };
                let name = format!("AWSReservedSSO_{permission_set}_{:016x}", hash(permission_set) as u64);
                let role = iam(&format!("role/aws-reserved/sso.amazonaws.com/{region}{name}"));
                self.role_session(principal, &role, person, SessionContext::default())
            }
            Who::Function { role_arn, name, arn } => UserIdentity {
                in_scope_of: Field::Value(Box::new(InScopeOf {
                    issuer_type: text("AWS::Lambda::Function"),
                    credentials_issued_to: text(arn),
                    ..Default::default()
                })),
                ..self.role_session(principal, role_arn, name, SessionContext::default())
            },
        };
        identity.access_key_id = text(access_key_id);
        identity.invoked_by = field(principal.through.clone());
        identity
    }

    fn role_session(
        &self,
        principal: &Principal,
        role_arn: &str,
        session: &str,
        context: SessionContext,
    ) -> UserIdentity {
        let part = |index: usize| role_arn.split(':').nth(index).unwrap_or_default();
        let (partition, account, name) = (part(1), part(4), last(role_arn));
        let id = unique_id("AROA", role_arn);
        let issuer = SessionIssuer {
            type_name: text("Role"),
            principal_id: text(&id),
            arn: text(role_arn),
            account_id: text(account),
            user_name: text(name),
            ..Default::default()
        };
        UserIdentity {
            type_name: text("AssumedRole"),
            principal_id: format!("{id}:{session}").into(),
            arn: format!("arn:{partition}:sts::{account}:assumed-role/{name}/{session}").into(),
            account_id: text(account),
            session_context: Field::Value(Box::new(SessionContext {
                session_issuer: Field::Value(issuer),
                attributes: self.attributes(principal),
                ..context
            })),
            ..Default::default()
        }
    }

    /// A user's or root's session: a long-lived key has none, unless it was opened with a second
    /// factor or by a sign-in.
    fn own_session(&self, principal: &Principal) -> Field<Box<SessionContext>> {
        if principal.mfa.is_none() && !principal.console {
            return Field::Absent;
        }
        Field::Value(Box::new(SessionContext { attributes: self.attributes(principal), ..Default::default() }))
    }

    fn attributes(&self, principal: &Principal) -> Field<SessionAttributes> {
        Field::Value(SessionAttributes {
            creation_date: self.since.to_rfc3339_opts(SecondsFormat::Secs, true).into(),
            mfa_authenticated: Field::Value(Flag::Text(principal.mfa == Some(true))),
            ..Default::default()
        })
    }
}

fn federation(provider: String) -> WebIdFederationData {
    let attributes = RawValue::from_string("{}".to_owned()).map_or(Field::Absent, Field::Value);
    WebIdFederationData { federated_provider: provider.into(), attributes, ..Default::default() }
}

fn text(text: &str) -> Field<String> {
    Field::Value(text.to_owned())
}

fn field<T>(value: Option<T>) -> Field<T> {
    value.map_or(Field::Absent, Field::Value)
}

/// The name behind a path.
fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// An id in IAM's form: the prefix and 17 letters and digits.
fn unique_id(prefix: &str, arn: &str) -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut rest = hash(arn);
    let mut letter = || {
        let index = usize::try_from(rest % 32).unwrap_or_default();
        rest /= 32;
        ALPHABET.get(index).copied().map_or('A', char::from)
    };
    prefix.chars().chain((0..17).map(|_| letter())).collect()
}

/// FNV-1a with 128 bits: the same on every machine.
fn hash(text: &str) -> u128 {
    let start = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d_u128;
    text.bytes().fold(start, |hash, byte| (hash ^ u128::from(byte)).wrapping_mul((1 << 88) | 0x13b))
}
