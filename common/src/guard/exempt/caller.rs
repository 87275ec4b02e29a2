//! Who called: the account, the service, the principal.
//!
//! Each list is held against what CloudTrail itself writes. Where a member that a caller of this
//! kind always has is missing, or has a form nobody documented, the list can't be held against the
//! caller, and nobody is let be or acted against by a guess.

use super::{Exemption, Exemptions, service};
use crate::guard::Undecidable;
use crate::{IdentityType, UserIdentity};

pub(super) fn exemption(identity: &UserIdentity, exempt: &Exemptions) -> Result<Option<Exemption>, Undecidable> {
    if let Some(account) = account(identity, &exempt.accounts)? {
        return Ok(Some(account));
    }
    if let Some(service) = service::exemption(identity, &exempt.services)? {
        return Ok(Some(service));
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

fn account(identity: &UserIdentity, accounts: &[String]) -> Result<Option<Exemption>, Undecidable> {
    let account = identity.account_id.known("detail.userIdentity.accountId")?;
    if accounts.is_empty() {
        return Ok(None);
    }
    match account.filter(|account| !account.is_empty()) {
        Some(account) if accounts.contains(account) => Ok(Some(Exemption::Account(account.clone()))),
        None if has_account(identity) => Err(Undecidable::Missing("detail.userIdentity.accountId")),
        _ => Ok(None),
    }
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
    const ISSUER: &str = "detail.userIdentity.sessionContext.sessionIssuer.arn";
    identity.type_name.known("detail.userIdentity.type")?;
    if matches!(identity.kind(), Some(IdentityType::IamUser | IdentityType::Root)) {
        return own_arn(identity)?.map(Some).ok_or(Undecidable::Missing("detail.userIdentity.arn"));
    }
    let context = identity.session_context.known("detail.userIdentity.sessionContext")?;
    let issuer = match context {
        Some(context) => context.session_issuer.known("detail.userIdentity.sessionContext.sessionIssuer")?,
        None => None,
    };
    let issuer = match issuer {
        Some(issuer) => issuer.arn.known(ISSUER)?.map(String::as_str).filter(|arn| !arn.is_empty()),
        None => None,
    };
    match (issuer, identity.kind()) {
        // A type that this version does not know, or none at all, may be a session like any other.
        (Some(arn), _) => Ok(Some(arn)),
        (None, Some(IdentityType::AssumedRole | IdentityType::Role | IdentityType::FederatedUser)) => {
            Err(Undecidable::Missing(ISSUER))
        }
        (None, _) => own_arn(identity),
    }
}

fn own_arn(identity: &UserIdentity) -> Result<Option<&str>, Undecidable> {
    let arn = identity.arn.known("detail.userIdentity.arn")?;
    Ok(arn.map(String::as_str).filter(|arn| !arn.is_empty()))
}
