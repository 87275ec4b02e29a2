//! What somebody asks about: an event, or a queue.

use serde_json::Value;
use uuid::Uuid;

/// Parts of a record that say what a call was about.
const PLACES: [&str; 3] = ["requestParameters", "responseElements", "resources"];

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

/// Whether a record is about a queue of this name.
pub(super) fn is_of_queue(record: &Value, name: &str) -> bool {
    PLACES.iter().filter_map(|place| record.get(place)).any(|value| names(value, name))
}

fn names(value: &Value, name: &str) -> bool {
    match value {
        Value::String(text) => {
            text.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with(['/', ':']))
        }
        Value::Array(all) => all.iter().any(|value| names(value, name)),
        Value::Object(all) => all.values().any(|value| names(value, name)),
        _ => false,
    }
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
        assert!(is_of_queue(&json!({"resources": [{"ARN": "arn:aws:sqs:r:1:orders"}]}), "orders"));
    }
}
