//! AWS services that call for someone, or for themselves: `userIdentity.invokedBy`.
//!
//! CloudTrail writes it where a service made the call, and no caller can. `sourceIPAddress` may hold
//! a service's name as well, also without `invokedBy`: it is an address and is not looked at.

use super::Exemption;
use crate::guard::Undecidable;
use crate::{IdentityType, UserIdentity};
use std::fmt;
use std::str::FromStr;

/// What CloudTrail writes for a service that it does not name.
const INTERNAL: &str = "AWS Internal";

/// A service as `userIdentity.invokedBy` names it: `cloudformation.amazonaws.com`, or `AWS Internal`.
///
/// ```
/// use trailhook::ServiceName;
///
/// assert!("cloudformation.amazonaws.com".parse::<ServiceName>().is_ok());
/// assert!("AWS Internal".parse::<ServiceName>().is_ok());
/// // CloudTrail never writes these, so they could never match.
/// assert!("cloudformation".parse::<ServiceName>().is_err());
/// assert!("*.amazonaws.com".parse::<ServiceName>().is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceName(String);

/// The text can't be what CloudTrail calls a service.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no service: a name is written as CloudTrail writes it, in full and in lower case, as in \
     cloudformation.amazonaws.com, or it is AWS Internal; no sign stands for others"
)]
pub struct ServiceNameError(String);

impl ServiceName {
    /// The name as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ServiceName {
    type Err = ServiceNameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == INTERNAL || is_dns_name(text) {
            Ok(ServiceName(text.to_owned()))
        } else {
            Err(ServiceNameError(text.to_owned()))
        }
    }
}

impl fmt::Display for ServiceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// At least two labels of lower-case letters, digits and dashes; the last has letters only.
fn is_dns_name(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(allowed)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let top = text.rsplit_once('.').map(|(_, top)| top);
    text.len() <= 253
        && text.split('.').all(label)
        && top.is_some_and(|top| top.bytes().all(|byte| byte.is_ascii_lowercase()))
}

/// Whether the service is on the list, letter for letter. Of a service's own call the name is
/// needed; of everyone else's its absence says that no service stood between.
pub(super) fn exemption(identity: &UserIdentity, services: &[ServiceName]) -> Result<Option<Exemption>, Undecidable> {
    const INVOKED_BY: &str = "detail.userIdentity.invokedBy";
    if services.is_empty() {
        return Ok(None);
    }
    let name = identity.invoked_by.known(INVOKED_BY)?.filter(|name| !name.is_empty());
    match name {
        Some(name) if services.iter().any(|service| service.as_str() == name) => {
            Ok(Some(Exemption::Service(name.clone())))
        }
        None if identity.kind() == Some(IdentityType::AwsService) => Err(Undecidable::Missing(INVOKED_BY)),
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_cloudtrail_can_write_is_a_service() {
        for name in [
            "AWS Internal",
            "cloudformation.amazonaws.com",
            "delivery.logs.amazonaws.com",
            "states.eu-west-1.amazonaws.com",
            "ec2.amazonaws.com.cn",
            "resource-explorer-2.amazonaws.com",
        ] {
            assert_eq!(name.parse::<ServiceName>().unwrap().to_string(), name);
        }
        let long = format!("{}.com", "a".repeat(64));
        for text in [
            "",
            "*",
            "cloudformation",
            "aws internal",
            "AWS  Internal",
            "AWS Internal ",
            "CloudFormation.amazonaws.com",
            "*.amazonaws.com",
            "cloudformation.amazonaws.com.",
            ".amazonaws.com",
            "cloud formation.amazonaws.com",
            "cloudformation..com",
            "-x.amazonaws.com",
            "x-.amazonaws.com",
            "https://x.amazonaws.com",
            "arn:aws:iam::111122223333:role/x",
            "203.0.113.24",
            "111122223333",
            "clоudformation.amazonaws.com", // a Cyrillic letter
            &long,
        ] {
            assert!(text.parse::<ServiceName>().is_err(), "{text:?}");
        }
    }
}
