//! Did we make the call ourselves?
//!
//! A response that calls the API it listens to would trigger itself for ever, and Lambda's own loop
//! detection does not see this loop. The only mark that a caller can't choose is the session
//! issuer's ARN: it keeps the IAM path, which the session's own ARN drops. So all roles of the
//! system live under one path, and a session issued by any of them is ours. User agent, session
//! name and principal id are never looked at: whoever opens a session chooses them.

use super::{Guards, Refusal, Skip, Undecidable, undecidable};
use crate::{Arn, IdentityType, Record, SessionIssuer, UserIdentity};
use std::fmt;
use std::str::FromStr;

/// An IAM path that roles live under, as `/trailhook/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RolePath(String);

/// The text is not a path that can tell our roles from others.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a role path: it begins and ends with / and has a name between, as in /trailhook/")]
pub struct RolePathError(String);

impl RolePath {
    /// Whether this is the ARN of a role of this account under this path.
    ///
    /// ```
    /// use trailhook::RolePath;
    ///
    /// let path: RolePath = "/trailhook/".parse()?;
    /// assert!(path.covers("arn:aws:iam::111122223333:role/trailhook/tagger", "111122223333"));
    /// assert!(!path.covers("arn:aws:iam::111122223333:role/trailhook", "111122223333"));
    /// assert!(!path.covers("arn:aws:iam::444455556666:role/trailhook/tagger", "111122223333"));
    /// # Ok::<(), trailhook::RolePathError>(())
    /// ```
    pub fn covers(&self, arn: &str, account: &str) -> bool {
        let Ok(arn) = arn.parse::<Arn>() else {
            return false;
        };
        let path = arn.resource().strip_prefix("role");
        arn.service() == "iam"
            && arn.account() == account
            && path.is_some_and(|path| path.len() > self.0.len() && path.starts_with(&self.0))
    }

    /// The path as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for RolePath {
    type Err = RolePathError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let framed = text.len() > 2 && text.starts_with('/') && text.ends_with('/') && !text.contains("//");
        // What IAM accepts in a path: printable ASCII.
        let allowed = text.bytes().all(|byte| byte.is_ascii_graphic());
        if framed && allowed { Ok(RolePath(text.to_owned())) } else { Err(RolePathError(text.to_owned())) }
    }
}

impl fmt::Display for RolePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

pub(super) fn ask(record: &Record, guards: &Guards) -> Result<(), Refusal> {
    if guards.own_calls {
        return Ok(());
    }
    let cannot = undecidable("own-call");
    let identity = record.user_identity.known("detail.userIdentity").map_err(|form| cannot(form.into()))?;
    let identity = identity.ok_or_else(|| cannot(Undecidable::Missing("detail.userIdentity")))?;
    identity.type_name.known("detail.userIdentity.type").map_err(|form| cannot(form.into()))?;
    let context =
        identity.session_context.known("detail.userIdentity.sessionContext").map_err(|form| cannot(form.into()))?;
    let issuer = match context {
        Some(context) => context
            .session_issuer
            .known("detail.userIdentity.sessionContext.sessionIssuer")
            .map_err(|form| cannot(form.into()))?,
        None => None,
    };
    let arn = match issuer {
        Some(issuer) => issuer_arn(issuer).map_err(&cannot)?,
        None => None,
    };
    match arn {
        Some(arn) if guards.role_path.covers(arn, &guards.account) => {
            Err(Refusal::Skip(Skip::OwnCall { role_arn: arn.to_owned() }))
        }
        Some(_) => Ok(()),
        None => without_issuer(identity).map_err(cannot),
    }
}

/// A role's session whose role is not named may be ours. Users, root, services and other accounts
/// have no issuer and are not roles of ours; an identity without a type is a service if it has
/// nothing of a principal about it.
fn without_issuer(identity: &UserIdentity) -> Result<(), Undecidable> {
    const ISSUER: &str = "detail.userIdentity.sessionContext.sessionIssuer.arn";
    let service =
        || identity.arn.is_absent() && identity.principal_id.is_absent() && identity.session_context.is_absent();
    match identity.kind() {
        Some(IdentityType::AssumedRole | IdentityType::Role | IdentityType::Unknown | IdentityType::Other(_)) => {
            Err(Undecidable::Missing(ISSUER))
        }
        Some(_) => Ok(()),
        None if identity.invoked_by.text().is_some() && service() => Ok(()),
        None => Err(Undecidable::Missing("detail.userIdentity.type")),
    }
}

fn issuer_arn(issuer: &SessionIssuer) -> Result<Option<&str>, Undecidable> {
    let arn = issuer.arn.known("detail.userIdentity.sessionContext.sessionIssuer.arn")?;
    Ok(arn.map(String::as_str).filter(|arn| !arn.is_empty()))
}
