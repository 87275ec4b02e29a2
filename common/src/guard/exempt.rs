//! Does the configuration say to let this caller be?
//!
//! A principal is named by an ARN pattern, held against the session issuer for a role's session
//! (path included) and against the identity's own ARN otherwise. A malformed list fails at start:
//! it never means "nobody". An exemption that is used is named in the decision.

use super::{Refusal, Skip, Undecidable, undecidable};
use crate::{ArnPattern, IdentityType, Record, UserIdentity};
use std::fmt;

/// Whose calls are let be.
#[derive(Clone, Debug, Default)]
pub struct Exemptions {
    /// Principals, by patterns of their ARNs.
    pub principals: Vec<ArnPattern>,
    /// Accounts of callers.
    pub accounts: Vec<String>,
}

/// The exemption that applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Exemption {
    /// A principal pattern.
    Principal {
        /// The caller's ARN.
        arn: String,
        /// The pattern that covers it.
        pattern: String,
    },
    /// A caller's account.
    Account(String),
}

pub(super) fn ask(record: &Record, exempt: &Exemptions) -> Result<(), Refusal> {
    if exempt.principals.is_empty() && exempt.accounts.is_empty() {
        return Ok(());
    }
    let cannot = undecidable("exempt");
    let identity = record.user_identity.known("detail.userIdentity").map_err(|form| cannot(form.into()))?;
    let identity = identity.ok_or_else(|| cannot(Undecidable::Missing("detail.userIdentity")))?;
    match exemption(identity, exempt).map_err(cannot)? {
        Some(exemption) => Err(Refusal::Skip(Skip::Exempt(exemption))),
        None => Ok(()),
    }
}

fn exemption(identity: &UserIdentity, exempt: &Exemptions) -> Result<Option<Exemption>, Undecidable> {
    let account = identity.account_id.known("detail.userIdentity.accountId")?;
    match account.filter(|account| !account.is_empty()) {
        Some(account) if exempt.accounts.contains(account) => return Ok(Some(Exemption::Account(account.clone()))),
        None if !exempt.accounts.is_empty() && has_account(identity) => {
            return Err(Undecidable::Missing("detail.userIdentity.accountId"));
        }
        _ => {}
    }
    if exempt.principals.is_empty() {
        return Ok(None);
    }
    let Some(arn) = principal_arn(identity)? else {
        return Ok(None);
    };
    let pattern = exempt.principals.iter().find(|pattern| pattern.covers(arn));
    Ok(pattern.map(|pattern| Exemption::Principal { arn: arn.to_owned(), pattern: pattern.as_str().to_owned() }))
}

/// Users, roles and root belong to an account; services may not say one.
fn has_account(identity: &UserIdentity) -> bool {
    use IdentityType::{AssumedRole, FederatedUser, IamUser, Role, Root};
    matches!(identity.kind(), Some(IamUser | Root | AssumedRole | Role | FederatedUser))
}

/// A session is named by the role or user that issued it, because the session's own ARN ends in a
/// name that whoever opened it chose. Services and other accounts have no ARN, and no exemption by
/// one; of a user or a role the ARN is needed.
fn principal_arn(identity: &UserIdentity) -> Result<Option<&str>, Undecidable> {
    identity.type_name.known("detail.userIdentity.type")?;
    let (field, path) = match identity.kind() {
        Some(IdentityType::AssumedRole | IdentityType::Role | IdentityType::FederatedUser) => {
            let context = identity.session_context.known("detail.userIdentity.sessionContext")?;
            let issuer =
                context.map(|context| context.session_issuer.known("detail.userIdentity.sessionContext.sessionIssuer"));
            let issuer = issuer.transpose()?.flatten();
            (issuer.map(|issuer| &issuer.arn), "detail.userIdentity.sessionContext.sessionIssuer.arn")
        }
        Some(IdentityType::IamUser | IdentityType::Root) => (Some(&identity.arn), "detail.userIdentity.arn"),
        _ => return Ok(identity.arn.known("detail.userIdentity.arn")?.map(String::as_str)),
    };
    let arn = match field {
        Some(field) => field.known(path)?.map(String::as_str).filter(|arn| !arn.is_empty()),
        None => None,
    };
    arn.map(Some).ok_or(Undecidable::Missing(path))
}

impl fmt::Display for Exemption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Exemption::Principal { arn, pattern } => write!(f, "principal {arn} is covered by {pattern}"),
            Exemption::Account(account) => write!(f, "account {account} is on the list"),
        }
    }
}
