//! Which queue somebody asks about, and which records are about it. A name alone is of every Region and account whose
//! events come here; an ARN or URL is of its own only.

use serde_json::Value;

/// Where a record has the URL of the queue that a call was about.
const URLS: [&str; 2] = ["/requestParameters/queueUrl", "/responseElements/queueUrl"];
/// Where it has its ARN; moves of messages have two.
const ARNS: [&str; 2] = ["/requestParameters/sourceArn", "/requestParameters/destinationArn"];

/// A queue that is asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queue {
    /// Its name.
    pub name: String,
    /// Its Region, where an ARN or AWS's own URL says it.
    pub region: Option<String>,
    /// Its account's twelve digits, where an ARN or URL says it.
    pub account: Option<String>,
}

impl Queue {
    /// Reads a queue's name, ARN or URL; `None` when it is none of them.
    pub(super) fn parse(text: &str) -> Option<Queue> {
        let queue = if let Some(rest) = text.strip_prefix("arn:") {
            let [_, "sqs", region, account, name] = *rest.split(':').collect::<Vec<_>>() else {
                return None;
            };
            Queue { name: name.to_owned(), region: some(region), account: some(account) }
        } else if let Some(rest) = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")) {
            let mut parts = rest.trim_end_matches('/').rsplit('/');
            let name = parts.next()?.to_owned();
            let account = parts.next().filter(|account| is_account(account)).and_then(some);
            Queue { name, region: rest.split('/').next().and_then(region_of), account }
        } else {
            Queue { name: text.to_owned(), region: None, account: None }
        };
        let plain = queue.name.strip_suffix(".fifo").unwrap_or(&queue.name);
        let is_name = queue.name.len() <= 80
            && !plain.is_empty()
            && plain.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        is_name.then_some(queue)
    }

    /// Whether a record is about it: what else is called so, a tag or a key, does not count.
    pub(super) fn is_in(&self, record: &Value) -> bool {
        let text = |place: &str| record.pointer(place).and_then(Value::as_str);
        let is_here = |told: Option<&str>, asked: &Option<String>| match (told, asked) {
            (Some(told), Some(asked)) => told == asked,
            // What one of them doesn't say parts them from nobody.
            _ => true,
        };
        let named = |name: &str, account: Option<&str>| name == self.name && is_here(account, &self.account);
        let resources = record.get("resources").and_then(Value::as_array).into_iter().flatten();
        let mut arns = ARNS.into_iter().filter_map(text).chain(resources.filter_map(arn)).filter_map(of_arn);
        let of_name = || {
            let owner = text("/requestParameters/queueOwnerAWSAccountId").or_else(|| text("/recipientAccountId"));
            text("/requestParameters/queueName").is_some_and(|name| named(name, owner))
        };
        let of_url = |url: &str| {
            let mut parts = url.rsplit('/');
            parts.next().is_some_and(|name| named(name, parts.next().filter(|account| is_account(account))))
        };
        // Both queues of a move of messages are in the Region that was called.
        is_here(text("/awsRegion"), &self.region)
            && (of_name()
                || URLS.into_iter().filter_map(text).any(of_url)
                || arns.any(|(account, name)| named(name, some(account).as_deref())))
    }
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The Region of one of the hosts that AWS's pages name for SQS, the old ones too; another host's is not known.
fn region_of(host: &str) -> Option<String> {
    let parts: Vec<_> = host.split('.').collect();
    match parts.as_slice() {
        ["sqs" | "sqs-fips", region, "amazonaws" | "api", ..] | [region, "queue", "amazonaws", ..] => some(region),
        ["queue", "amazonaws", "com"] => some("us-east-1"),
        _ => None,
    }
}

/// A resource's ARN; CloudTrail writes it in capitals.
fn arn(resource: &Value) -> Option<&str> {
    ["ARN", "arn"].into_iter().find_map(|member| resource.get(member)?.as_str())
}

/// The account and name of an ARN, where it is a queue's.
fn of_arn(arn: &str) -> Option<(&str, &str)> {
    let mut parts = arn.split(':');
    let is_queue = parts.next() == Some("arn") && parts.nth(1) == Some("sqs");
    let (account, name) = (parts.nth(1)?, parts.next()?);
    (is_queue && parts.next().is_none()).then_some((account, name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn named(text: &str) -> Queue {
        Queue::parse(text).unwrap()
    }

    #[test]
    fn a_record_is_about_the_queue_that_it_names_whole() {
        let record =
            json!({"requestParameters": {"queueUrl": "https://x/111122223333/orders"}, "userAgent": "invoices"});
        assert!(named("orders").is_in(&record));
        assert!(!named("ders").is_in(&record) && !named("invoices").is_in(&record));
        for about in [
            json!({"resources": [{"ARN": "arn:aws:sqs:r:1:orders"}]}),
            json!({"requestParameters": {"queueName": "orders"}}),
            json!({"responseElements": {"queueUrl": "https://x/1/orders"}}),
            json!({"requestParameters": {"sourceArn": "arn:aws:sqs:r:1:orders"}}),
            json!({"requestParameters": {"destinationArn": "arn:aws-cn:sqs:r:1:orders"}}),
        ] {
            assert!(named("orders").is_in(&about), "{about}");
        }
    }

    #[test]
    fn what_else_is_called_like_a_queue_is_none() {
        for other in [
            json!({"tags": {"path": "a/orders"}}),
            json!({"attributes": {"KmsMasterKeyId": "alias/orders"}, "queueUrl": "https://x/1/invoices"}),
            json!({"tags": {"owner": "orders"}}),
            json!({"sourceArn": "arn:aws:sns:r:1:orders"}),
            json!({"queueNamePrefix": "orders"}),
        ] {
            assert!(!named("orders").is_in(&json!({"requestParameters": other})), "{other}");
        }
        let key = json!({"resources": [{"ARN": "arn:aws:kms:r:1:alias/orders"}, {"ARN": "arn:aws:sns:r:1:orders"}]});
        assert!(!named("orders").is_in(&key));
    }

    /// Two accounts, or two Regions, may each have a queue of this name.
    #[test]
    fn the_queue_of_an_arn_or_url_is_not_its_namesake() {
        let made = json!({"awsRegion": "eu-west-1", "recipientAccountId": "111122223333",
            "requestParameters": {"queueName": "orders"}});
        let tagged = json!({"awsRegion": "eu-west-1", "recipientAccountId": "444455556666",
            "requestParameters": {"queueUrl": "https://sqs.eu-west-1.amazonaws.com/111122223333/orders"}});
        let sent = json!({"awsRegion": "eu-west-1",
            "resources": [{"ARN": "arn:aws:sqs:eu-west-1:111122223333:orders"}]});
        for (asked, is_it) in [
            ("orders", true),
            ("arn:aws:sqs:eu-west-1:111122223333:orders", true),
            ("https://sqs.eu-west-1.amazonaws.com/111122223333/orders/", true),
            ("https://eu-west-1.queue.amazonaws.com/111122223333/orders", true),
            ("http://localhost:4566/111122223333/orders", true),
            ("arn:aws:sqs:us-east-1:111122223333:orders", false),
            ("arn:aws:sqs:eu-west-1:444455556666:orders", false),
            ("https://queue.amazonaws.com/111122223333/orders", false),
            ("http://localhost:4566/444455556666/orders", false),
        ] {
            for record in [&made, &tagged, &sent] {
                assert_eq!(named(asked).is_in(record), is_it, "{asked}: {record}");
            }
        }
    }

    /// Each sample of a call about a queue is found by the queue's name.
    #[test]
    fn every_sample_of_sqs_is_about_its_queue() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../events/sqs");
        let mut found = 0;
        for file in std::fs::read_dir(folder).unwrap() {
            let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
            let event: Value = serde_json::from_str(&text).unwrap();
            let url = event.pointer("/detail/requestParameters/queueUrl").and_then(Value::as_str);
            let arn = event.pointer("/detail/resources/0/ARN").and_then(Value::as_str);
            if let Some(queue) = url.or(arn).and_then(Queue::parse) {
                assert!(queue.is_in(&event["detail"]), "{queue:?}: {text}");
                found += 1;
            }
        }
        assert!(found > 50, "{found}");
    }
}
