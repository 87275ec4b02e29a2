//! Does the configuration say to let this caller be?
//!
//! A principal is named by an ARN pattern, held against the session issuer for a role's session
//! (path included) and against the identity's own ARN otherwise. A malformed list fails at start:
//! it never means "nobody". An exemption that is used is named in the decision.

use super::{Refusal, Skip, undecidable};
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
    match identity.and_then(|identity| exemption(identity, exempt)) {
        Some(exemption) => Err(Refusal::Skip(Skip::Exempt(exemption))),
        None => Ok(()),
    }
}

fn exemption(identity: &UserIdentity, exempt: &Exemptions) -> Option<Exemption> {
    let account = identity.account_id.text().filter(|account| exempt.accounts.iter().any(|own| own == account));
    if let Some(account) = account {
        return Some(Exemption::Account(account.to_owned()));
    }
    let arn = principal_arn(identity)?;
    let pattern = exempt.principals.iter().find(|pattern| pattern.covers(arn))?;
    Some(Exemption::Principal { arn: arn.to_owned(), pattern: pattern.as_str().to_owned() })
}

/// A session is named by the role or user that issued it, because the session's own ARN ends in a
/// name that whoever opened it chose.
fn principal_arn(identity: &UserIdentity) -> Option<&str> {
    match identity.kind() {
        Some(IdentityType::AssumedRole | IdentityType::Role | IdentityType::FederatedUser) => {
            identity.session_issuer()?.arn.text()
        }
        _ => identity.arn.text(),
    }
}

impl fmt::Display for Exemption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Exemption::Principal { arn, pattern } => write!(f, "principal {arn} is covered by {pattern}"),
            Exemption::Account(account) => write!(f, "account {account} is on the list"),
        }
    }
}
