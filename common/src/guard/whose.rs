//! Whose call is it that is only heard of, beside the one that is answered?
//!
//! The same questions as of an event's own caller, by the same guards: what they can't decide is not known.

use super::{Guards, Refusal, Skip, exempt, own_call};
use crate::{Field, Record, UserIdentity};

/// Whose a call is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// Our own.
    Ours,
    /// Somebody's who is let be.
    Exempt,
    /// Anybody else's: it is answered like any other.
    Anyones,
    /// Nobody can tell.
    Unknown,
}

impl Guards {
    /// Whose a call of this caller is.
    ///
    /// ```
    /// use trailhook::{Guards, Record, UserIdentity, Whose};
    ///
    /// let guards = Guards::of::<Record>("111122223333", "eu-west-1", "/trailhook/".parse()?);
    /// let alice: UserIdentity =
    ///     serde_json::from_str(r#"{"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/alice"}"#)?;
    /// assert_eq!(guards.whose(alice), Whose::Anyones);
    /// assert_eq!(guards.whose(UserIdentity::default()), Whose::Unknown);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn whose(&self, caller: UserIdentity) -> Whose {
        let record = Record { user_identity: Field::Value(caller), ..Record::default() };
        match own_call::ask(&record, self).and_then(|()| exempt::ask(&record, &self.exempt)) {
            Ok(()) => Whose::Anyones,
            Err(Refusal::Skip(Skip::OwnCall { .. })) => Whose::Ours,
            Err(Refusal::Skip(_)) => Whose::Exempt,
            Err(_) => Whose::Unknown,
        }
    }
}
