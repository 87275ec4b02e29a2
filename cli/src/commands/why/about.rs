//! What somebody asks about: an event, or a queue.

use serde_json::Value;
use uuid::Uuid;

/// Where a record has the URL of the queue that a call was about.
const URLS: [&str; 2] = ["/requestParameters/queueUrl", "/responseElements/queueUrl"];
/// Where it has its ARN; moves of messages have two.
const ARNS: [&str; 2] = ["/requestParameters/sourceArn", "/requestParameters/destinationArn"];

/// An event, or a queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// An event by CloudTrail's id.
    Event(String),
    /// A queue by its name.
    Queue(String),
}

impl About {
    /// Reads an id, or a queue's name, ARN or URL.
    ///
    /// # Errors
    /// It is neither.
    pub fn parse(text: &str) -> Result<About, &'static str> {
        if text.len() == 36 && Uuid::try_parse(text).is_ok() {
            return Ok(About::Event(text.to_ascii_lowercase()));
        }
        let is_queue = text.starts_with("arn:") && text.split(':').nth(2) == Some("sqs");
        let is_url = text.starts_with("https://") || text.starts_with("http://");
        let name = match (is_queue, is_url) {
            (true, _) => text.rsplit(':').next(),
            (_, true) => text.rsplit('/').next(),
            _ => Some(text),
        };
        let name = name.filter(|name| {
            let plain = name.strip_suffix(".fifo").unwrap_or(name);
            (1..=80).contains(&name.len())
                && !plain.is_empty()
                && plain.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        });
        let wrong = "expected the id of an event, or a queue's name, ARN or URL";
        name.map(|name| About::Queue(name.to_owned())).ok_or(wrong)
    }
}

/// Whether a record is about a queue of this name: what else is called so, a tag or a key, does not count.
pub(super) fn is_of_queue(record: &Value, name: &str) -> bool {
    let text = |place: &str| record.pointer(place).and_then(Value::as_str);
    let resources = record.get("resources").and_then(Value::as_array).into_iter().flatten();
    let mut arns = ARNS.into_iter().filter_map(text).chain(resources.filter_map(arn));
    text("/requestParameters/queueName") == Some(name)
        || URLS.into_iter().filter_map(text).any(|url| url.rsplit('/').next() == Some(name))
        || arns.any(|arn| queue_of(arn) == Some(name))
}

/// A resource's ARN; CloudTrail writes it in capitals.
fn arn(resource: &Value) -> Option<&str> {
    ["ARN", "arn"].into_iter().find_map(|member| resource.get(member)?.as_str())
}

/// The queue of an ARN, where it is one.
fn queue_of(arn: &str) -> Option<&str> {
    let mut parts = arn.split(':');
    let is_queue = parts.next() == Some("arn") && parts.nth(1) == Some("sqs");
    parts.nth(2).filter(|_| is_queue && parts.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_queue_has_three_names_and_an_event_one() {
        let queue = |name: &str| Ok(About::Queue(name.to_owned()));
        assert_eq!(About::parse("orders.fifo"), queue("orders.fifo"));
        assert_eq!(About::parse("arn:aws:sqs:eu-west-1:111122223333:orders"), queue("orders"));
        assert_eq!(About::parse("https://sqs.eu-west-1.amazonaws.com/111122223333/orders"), queue("orders"));
        let id = "5AFE7E57-0000-4000-8000-000000000001";
        assert_eq!(About::parse(id), Ok(About::Event(id.to_lowercase())));
        for wrong in ["", "a b", "orders/", "arn:aws:sns:eu-west-1:111122223333:t", ".fifo", "a\"b", &"q".repeat(81)] {
            assert!(About::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_record_is_about_the_queue_that_it_names_whole() {
        let record =
            json!({"requestParameters": {"queueUrl": "https://x/111122223333/orders"}, "userAgent": "invoices"});
        assert!(is_of_queue(&record, "orders"));
        assert!(!is_of_queue(&record, "ders") && !is_of_queue(&record, "invoices"));
        for about in [
            json!({"resources": [{"ARN": "arn:aws:sqs:r:1:orders"}]}),
            json!({"requestParameters": {"queueName": "orders"}}),
            json!({"responseElements": {"queueUrl": "https://x/1/orders"}}),
            json!({"requestParameters": {"sourceArn": "arn:aws:sqs:r:1:orders"}}),
            json!({"requestParameters": {"destinationArn": "arn:aws-cn:sqs:r:1:orders"}}),
        ] {
            assert!(is_of_queue(&about, "orders"), "{about}");
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
            assert!(!is_of_queue(&json!({"requestParameters": other}), "orders"), "{other}");
        }
        let key = json!({"resources": [{"ARN": "arn:aws:kms:r:1:alias/orders"}, {"ARN": "arn:aws:sns:r:1:orders"}]});
        assert!(!is_of_queue(&key, "orders"));
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
            let name = url.and_then(|url| url.rsplit('/').next()).or_else(|| arn?.rsplit(':').next());
            if let Some(name) = name.filter(|name| !name.is_empty() && !name.contains(' ')) {
                assert!(is_of_queue(&event["detail"], name), "{name}: {text}");
                found += 1;
            }
        }
        assert!(found > 50, "{found}");
    }
}
