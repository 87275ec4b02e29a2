//! Amazon Resource Names, and patterns of them.
//!
//! Learned from "Identify AWS resources with Amazon Resource Names". Only what the guards and the
//! responses need: the six parts, the partition of a Region, and a pattern in which `*` stands for
//! any run of characters. It refuses to normalise: an ARN compares as it is written.

use serde::Serialize;
use std::fmt;
use std::str::FromStr;

/// `arn:partition:service:region:account:resource`.
///
/// ```
/// use trailhook::Arn;
///
/// let arn: Arn = "arn:aws:iam::111122223333:role/trailhook/tagger".parse()?;
/// assert_eq!((arn.service(), arn.account()), ("iam", "111122223333"));
/// assert_eq!(arn.resource(), "role/trailhook/tagger");
/// # Ok::<(), trailhook::ArnError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Arn(String);

/// A pattern of the ARNs of principals: `*` stands for any run of characters, none included.
///
/// ```
/// use trailhook::ArnPattern;
///
/// assert!("arn:aws:iam::111122223333:role/ci/*".parse::<ArnPattern>().is_ok());
/// // It could never cover anyone: a session is matched by its role.
/// assert!("arn:aws:sts::111122223333:assumed-role/ci/*".parse::<ArnPattern>().is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArnPattern(String);

/// The text is not an ARN.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an arn: it has six parts, as in arn:aws:iam::111122223333:role/name")]
pub struct ArnError(String);

/// The text can't be a pattern of principals' ARNs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} covers nobody: a pattern is the arn of users, roles or root, as in arn:aws:iam::111122223333:role/ci/*; a \
     session is matched by its role, and * is the only sign that stands for others"
)]
pub struct ArnPatternError(String);

impl Arn {
    /// An ARN of these parts.
    pub fn new(partition: &str, service: &str, region: &str, account: &str, resource: &str) -> Self {
        Arn(format!("arn:{partition}:{service}:{region}:{account}:{resource}"))
    }

    /// The whole ARN.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As in `aws`, `aws-cn`, `aws-us-gov`.
    pub fn partition(&self) -> &str {
        self.part(1)
    }

    /// As in `sqs`.
    pub fn service(&self) -> &str {
        self.part(2)
    }

    /// Empty for global services.
    pub fn region(&self) -> &str {
        self.part(3)
    }

    /// Twelve digits; empty for some services, `aws` for what AWS owns.
    pub fn account(&self) -> &str {
        self.part(4)
    }

    /// Everything behind the account, further colons included.
    pub fn resource(&self) -> &str {
        self.part(5)
    }

    fn part(&self, index: usize) -> &str {
        self.0.splitn(6, ':').nth(index).unwrap_or_default()
    }
}

impl ArnPattern {
    /// Whether the pattern covers this ARN, letter for letter but for its `*`.
    pub fn covers(&self, arn: &str) -> bool {
        covers(&self.0, arn)
    }

    /// Whether the pattern can cover anyone in this partition: an `arn:aws:…` covers nobody in
    /// `aws-us-gov`.
    pub fn is_of(&self, partition: &str) -> bool {
        self.0.split(':').nth(1).is_some_and(|own| covers(own, partition))
    }

    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether the text is an account's id: twelve digits.
pub fn is_account_id(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether the text has the form of a Region's name: lower-case letters, digits and dashes.
pub fn is_region_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// The partition of a Region, by the Region's first letters: `aws-cn` for `cn-north-1`.
pub fn partition_of(region: &str) -> &'static str {
    const PARTITIONS: [(&str, &str); 7] = [
        ("cn-", "aws-cn"),
        ("us-gov-", "aws-us-gov"),
        ("us-iso-", "aws-iso"),
        ("us-isob-", "aws-iso-b"),
        ("eu-isoe-", "aws-iso-e"),
        ("us-isof-", "aws-iso-f"),
        ("eusc-", "aws-eusc"),
    ];
    let named = PARTITIONS.iter().find(|(prefix, _)| region.starts_with(prefix));
    named.map_or("aws", |(_, partition)| partition)
}

impl FromStr for Arn {
    type Err = ArnError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        match parts.as_slice() {
            ["arn", partition, service, _, _, resource]
                if !partition.is_empty() && !service.is_empty() && !resource.is_empty() =>
            {
                Ok(Arn(text.to_owned()))
            }
            _ => Err(ArnError(text.to_owned())),
        }
    }
}

impl FromStr for ArnPattern {
    type Err = ArnPatternError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let account_of = |text: &str| is_account_id(text) || (text.contains('*') && digits(&text.replace('*', "")));
        let known = |resource: &str| {
            let begins =
                |kind: &str| resource.strip_prefix(kind).is_some_and(|rest| rest.len() > 1 && rest.starts_with('/'));
            resource == "root"
                || resource.starts_with('*')
                || ["user", "role"].iter().any(|kind| begins(kind) || *resource == format!("{kind}*"))
        };
        // Behind its path a user's or role's name has fewer signs than the path; a second arn in it is a
        // list with another separator than the comma.
        let named = |resource: &str| {
            let tail = resource.rsplit(['/', '*']).next().unwrap_or_default();
            let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte);
            tail.bytes().all(allowed) && !resource.contains("arn:")
        };
        let covers_somebody = match parts.as_slice() {
            ["arn", partition, service, region, account, resource] => {
                !partition.is_empty()
                    && (*service == "iam" || *service == "*")
                    && (region.is_empty() || *region == "*")
                    && account_of(account)
                    && known(resource)
                    && named(resource)
                    && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'?')
            }
            _ => false,
        };
        if covers_somebody { Ok(ArnPattern(text.to_owned())) } else { Err(ArnPatternError(text.to_owned())) }
    }
}

impl fmt::Display for Arn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Greedy with one step back, so that a hostile pattern costs no more than pattern times text.
pub(crate) fn covers(pattern: &str, text: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(mut text) = text.strip_prefix(head) else {
        return false;
    };
    let mut pieces: Vec<&str> = rest.split('*').collect();
    let tail = pieces.pop().unwrap_or_default();
    for piece in pieces {
        match text.find(piece) {
            Some(at) => text = text.get(at + piece.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    text.ends_with(tail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_covers_any_run_and_nothing_else_does() {
        for (pattern, text, expected) in [
            ("arn:aws:iam::111122223333:role/ci/*", "arn:aws:iam::111122223333:role/ci/deploy", true),
            ("arn:aws:iam::111122223333:role/ci/*", "arn:aws:iam::111122223333:role/ci", false),
            ("arn:*:iam::*:role/*-admin", "arn:aws-cn:iam::2:role/x/y-admin", true),
            ("arn:*:iam::*:role/*-admin", "arn:aws-cn:iam::2:role/x/y-admin2", false),
            ("arn:aws:iam::111122223333:role/a;b/c+d@e", "arn:aws:iam::111122223333:role/a;b/c+d@e", true),
            ("arn:aws:iam::*:user/a*a", "arn:aws:iam::1:user/a", false),
            ("arn:aws:iam::111122223333:user/alice", "arn:aws:iam::111122223333:user/alice", true),
            ("arn:aws:iam::111122223333:user/alice", "arn:aws:iam::111122223333:user/Alice", false),
        ] {
            let pattern: ArnPattern = pattern.parse().unwrap();
            assert_eq!(pattern.covers(text), expected, "{} {text}", pattern.as_str());
        }
    }

    #[test]
    fn what_is_not_a_pattern_of_arns_is_refused() {
        for text in [
            "",
            "*",
            "alice",
            "arn:::::",
            "arn:aws:iam::role/x",
            "arn:aws:iam::1234:role/x",
            "arn:aws:iam::abc*:role/x",
            "arn:aws:i*:1:111122223333:role/x",
            "arn:aws:iam::111122223333:role/",
            "arn:aws:iam::111122223333:rol/ci/*",
            "arn:aws:iam::111122223333:role/ci?",
            "arn:aws:iam::111122223333:role/a b",
            "arn:aws:iam::111122223333:role/a;b",
            "arn:aws:iam::111122223333:role/*;b",
            "arn:aws:iam::111122223333:role/é*",
            "arn:aws:iam::111122223333:role/a;arn:aws:iam::111122223333:role/b",
            "arn:aws:sts::111122223333:assumed-role/ci/*",
            "arn:aws:sqs:eu-west-1:111122223333:orders",
        ] {
            assert!(text.parse::<ArnPattern>().is_err(), "{text:?}");
        }
    }
}
