//! An answer before it is spelled in a protocol. Its times are times until then: each protocol has its
//! own way to write one.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value};

/// What an answer is made of.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::stage) enum Shape {
    /// A string.
    Text(String),
    /// A double.
    Number(f64),
    /// Seconds since 1970.
    Time(i64),
    /// A list.
    List(Vec<Shape>),
    /// Members that are there, by name.
    Structure(Vec<(&'static str, Shape)>),
}

impl Shape {
    pub(in crate::stage) fn text(text: impl Into<String>) -> Shape {
        Shape::Text(text.into())
    }

    /// In AWS JSON, where times are numbers.
    pub(super) fn json(self) -> Value {
        match self {
            Shape::Text(text) => Value::String(text),
            Shape::Number(number) => Value::from(number),
            Shape::Time(seconds) => Value::from(seconds),
            Shape::List(items) => items.into_iter().map(Shape::json).collect(),
            Shape::Structure(members) => {
                let members = members.into_iter().map(|(name, shape)| (name.to_owned(), shape.json()));
                Value::Object(members.collect::<Map<_, _>>())
            }
        }
    }
}

/// As in `2026-11-22T20:40:00Z`.
pub(super) fn written(seconds: i64) -> String {
    let time = DateTime::<Utc>::from_timestamp(seconds, 0).unwrap_or_default();
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}
