//! What somebody asks about: an event, or a queue.

use super::queue::Queue;
use uuid::Uuid;

/// An event, or a queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// An event by CloudTrail's id.
    Event(String),
    /// A queue.
    Queue(Queue),
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
        let wrong = "expected the id of an event, or a queue's name, ARN or URL";
        Queue::parse(text).map(About::Queue).ok_or(wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_has_three_names_and_an_event_one() {
        let queue = |text: &str| match About::parse(text).unwrap() {
            About::Queue(Queue { name, region, account }) => (name, region.is_some(), account.is_some()),
            About::Event(id) => panic!("{id}"),
        };
        let orders = |region, account| ("orders".to_owned(), region, account);
        assert_eq!(queue("orders.fifo"), ("orders.fifo".to_owned(), false, false));
        assert_eq!(queue("arn:aws:sqs:eu-west-1:111122223333:orders"), orders(true, true));
        assert_eq!(queue("https://sqs.eu-west-1.amazonaws.com/111122223333/orders"), orders(true, true));
        assert_eq!(queue("http://localhost:4566/111122223333/orders"), orders(false, true));
        let id = "5AFE7E57-0000-4000-8000-000000000001";
        assert_eq!(About::parse(id), Ok(About::Event(id.to_lowercase())));
        for wrong in ["", "a b", "orders/", "arn:aws:sns:eu-west-1:111122223333:t", ".fifo", "a\"b", &"q".repeat(81)] {
            assert!(About::parse(wrong).is_err(), "{wrong}");
        }
    }
}
