//! Queue URLs in all their forms, and the ARN behind them.
//!
//! SQS has used several hosts over the years: `sqs.<region>.amazonaws.com`, the legacy
//! `queue.amazonaws.com` (us-east-1) and `<region>.queue.amazonaws.com`, `sqs-fips.<region>…`, the
//! dual-stack `sqs.<region>.api.aws`, `…amazonaws.com.cn`. The account and the name are always the
//! last two segments of the path; the Region is taken from the record. It refuses a URL whose
//! account is not twelve digits or whose name SQS would not accept: nothing is built from it.

use crate::{Arn, is_account_id, is_region_name, partition_of};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A queue's URL.
///
/// ```
/// use trailhook::QueueUrl;
///
/// let url: QueueUrl = "https://eu-west-1.queue.amazonaws.com/111122223333/orders".parse()?;
/// assert_eq!((url.account(), url.name()), ("111122223333", "orders"));
/// assert_eq!(url.arn("cn-north-1").to_string(), "arn:aws-cn:sqs:cn-north-1:111122223333:orders");
/// # Ok::<(), trailhook::QueueUrlError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct QueueUrl {
    url: String,
    /// Where the account begins, and where the name begins.
    account_at: usize,
    name_at: usize,
}

/// The text is not a queue's URL.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{url:?} is not a queue url: {problem}")]
pub struct QueueUrlError {
    url: String,
    problem: &'static str,
}

impl QueueUrl {
    /// The URL of the queue with this ARN, on SQS's own host in its Region; `None` for what is no queue.
    pub fn of(queue: &Arn) -> Option<QueueUrl> {
        let domain = if queue.partition() == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" };
        let (region, account, name) = (queue.region(), queue.account(), queue.resource());
        let is_queue = queue.service() == "sqs" && is_region_name(region);
        is_queue.then(|| format!("https://sqs.{region}.{domain}/{account}/{name}").parse().ok()).flatten()
    }

    /// The URL as it came.
    pub fn as_str(&self) -> &str {
        &self.url
    }

    /// Twelve digits.
    pub fn account(&self) -> &str {
        self.url.get(self.account_at..self.name_at - 1).unwrap_or_default()
    }

    /// The queue's name, `.fifo` included.
    pub fn name(&self) -> &str {
        self.url.get(self.name_at..).unwrap_or_default()
    }

    /// The queue's ARN in this Region, in the Region's partition.
    pub fn arn(&self, region: &str) -> Arn {
        Arn::new(partition_of(region), "sqs", region, self.account(), self.name())
    }

    /// The Region that the host names, for the forms that name one.
    pub fn region(&self) -> Option<&str> {
        let host = self.url.split_once("://")?.1.split(['/', ':']).next()?;
        let labels: Vec<&str> = host.split('.').collect();
        match labels.as_slice() {
            ["sqs" | "sqs-fips", region, rest @ ..] if is_aws(rest) => Some(region),
            ["queue", "amazonaws", "com"] => Some("us-east-1"),
            // An interface endpoint: vpce-0a1b2c3d-4e5f.sqs.eu-west-1.vpce.amazonaws.com.
            [_, "sqs" | "sqs-fips", region, "vpce", rest @ ..] if is_aws(rest) => Some(region),
            [region, "queue", rest @ ..] if is_aws(rest) => Some(region),
            _ => None,
        }
    }
}

impl FromStr for QueueUrl {
    type Err = QueueUrlError;

    fn from_str(url: &str) -> Result<Self, Self::Err> {
        let error = |problem| QueueUrlError { url: url.to_owned(), problem };
        let (scheme, rest) = url.split_once("://").ok_or_else(|| error("it has no scheme"))?;
        if !matches!(scheme, "https" | "http") {
            return Err(error("its scheme is neither https nor http"));
        }
        if rest.contains(['?', '#']) {
            return Err(error("it has a query or a fragment"));
        }
        // A user before the host would pass one host for another.
        if !rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._/:[]".contains(&byte)) {
            return Err(error("it has characters that no queue's url has"));
        }
        let mut segments = rest.rsplit('/');
        let (name, account) = (segments.next().unwrap_or_default(), segments.next().unwrap_or_default());
        if segments.next().is_none_or(str::is_empty) {
            return Err(error("its path is not /account/name"));
        }
        if !is_account_id(account) {
            return Err(error("the account is not twelve digits"));
        }
        if !is_queue_name(name) {
            return Err(error("the name is not one that SQS accepts"));
        }
        let name_at = url.len() - name.len();
        Ok(QueueUrl { url: url.to_owned(), account_at: name_at - 1 - account.len(), name_at })
    }
}

impl TryFrom<String> for QueueUrl {
    type Error = QueueUrlError;

    fn try_from(url: String) -> Result<Self, Self::Error> {
        url.parse()
    }
}

impl From<QueueUrl> for String {
    fn from(url: QueueUrl) -> String {
        url.url
    }
}

impl fmt::Display for QueueUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.url)
    }
}

/// At most 80 letters, digits, `-` and `_`; a FIFO queue's name ends in `.fifo`.
fn is_queue_name(name: &str) -> bool {
    let stem = name.strip_suffix(".fifo").unwrap_or(name);
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    !stem.is_empty() && name.len() <= 80 && stem.bytes().all(allowed)
}

/// What follows the Region in a host of AWS's: `amazonaws.com`, `amazonaws.com.cn`, `api.aws`, …
/// The user guide's samples print `amazon.com`.
fn is_aws(labels: &[&str]) -> bool {
    matches!(
        labels,
        ["amazonaws" | "amazon", "com"]
            | ["amazonaws", "com", "cn"]
            | ["api", "aws"]
            | ["api", "amazonwebservices", "com", "cn"]
            | ["amazonaws", "eu"]
            | ["c2s", "ic", "gov"]
            | ["sc2s", "sgov", "gov"]
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_gives_account_name_and_region() {
        for (url, region) in [
            ("https://sqs.eu-west-1.amazonaws.com/111122223333/orders", Some("eu-west-1")),
            ("https://queue.amazonaws.com/111122223333/orders", Some("us-east-1")),
            ("https://eu-west-1.queue.amazonaws.com/111122223333/orders", Some("eu-west-1")),
            ("https://sqs-fips.us-gov-west-1.amazonaws.com/111122223333/orders", Some("us-gov-west-1")),
            ("https://sqs.eu-west-1.api.aws/111122223333/orders", Some("eu-west-1")),
            ("https://sqs.cn-north-1.amazonaws.com.cn/111122223333/orders", Some("cn-north-1")),
            ("https://sqs.us-east-2.amazon.com/111122223333/orders", Some("us-east-2")),
            ("https://vpce-1a2b-3c4d.sqs.us-east-1.vpce.amazonaws.com/111122223333/orders", Some("us-east-1")),
            ("http://127.0.0.1:4566/111122223333/orders", None),
            ("http://localhost:4566/queue/111122223333/orders", None),
        ] {
            let parsed: QueueUrl = url.parse().unwrap();
            assert_eq!((parsed.account(), parsed.name()), ("111122223333", "orders"), "{url}");
            assert_eq!(parsed.region(), region, "{url}");
        }
    }

    #[test]
    fn what_is_not_a_queue_url_is_refused() {
        let long = format!("https://h/111122223333/{}", "q".repeat(81));
        for url in [
            "",
            "orders",
            "https://sqs.eu-west-1.amazonaws.com/",
            "https://sqs.eu-west-1.amazonaws.com/orders",
            "https://111122223333/orders",
            "https:///111122223333/orders",
            "https://h/11112222333/orders",
            "https://h/111122223333/or ders",
            "https://h/111122223333/.fifo",
            "https://h/111122223333/orders?x=1",
            "ftp://h/111122223333/orders",
            "https://sqs.eu-west-1.amazonaws.com:x@h/111122223333/orders",
            "https://h\n/111122223333/orders",
            "https://h\u{202e}/111122223333/orders",
            &long,
        ] {
            assert!(url.parse::<QueueUrl>().is_err(), "{url:?}");
        }
    }
}
