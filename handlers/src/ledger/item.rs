//! An item of the table, and how its members are read and written.

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::HashMap;

/// How long an item is kept: longer than a message can wait in the on-failure queue to be sent again.
const RETENTION: TimeDelta = TimeDelta::days(15);

/// An item; empty where there is none.
#[derive(Debug)]
pub(super) struct Item(pub(super) HashMap<String, AttributeValue>);

impl Item {
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_s().ok().map(String::as_str)
    }

    pub(super) fn number(&self, name: &str) -> Option<i64> {
        self.0.get(name)?.as_n().ok()?.parse().ok()
    }

    pub(super) fn time(&self, name: &str) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp_millis(self.number(name)?)
    }

    pub(super) fn map(&self, name: &str) -> Option<&HashMap<String, AttributeValue>> {
        self.0.get(name)?.as_m().ok()
    }
}

pub(super) fn text(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

pub(super) fn number(number: impl ToString) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

/// Milliseconds since 1970.
pub(super) fn time(time: DateTime<Utc>) -> AttributeValue {
    number(time.timestamp_millis())
}

/// When DynamoDB may delete the item: seconds since 1970, as its time to live has it.
pub(super) fn expires(now: DateTime<Utc>) -> AttributeValue {
    number((now + RETENTION).timestamp())
}
