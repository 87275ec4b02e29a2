//! A stored event, read as far as a rule looks at it.
//!
//! Of most records that are parsed at all no rule wants to know more than a few members. The others are passed
//! over, and the text is kept for whoever decides about the event. It refuses to interpret: forms that hold a
//! record in something else are handed to [`input`](crate::input).

use crate::input::{InputError, around, events_of};
use serde::Serializer;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Value};
use std::collections::HashSet;
use std::fmt;
use trailhook::pattern::Pattern;

/// What is read of an event whatever the rules ask for.
const ALWAYS: [&str; 19] = [
    // The envelope.
    "version",
    "id",
    "detail-type",
    "source",
    "account",
    "time",
    "region",
    "replay-name",
    // What the envelope around a bare record is made of.
    "eventType",
    "recipientAccountId",
    "eventTime",
    "eventSource",
    "eventName",
    "awsRegion",
    // What says whether a rule gets it.
    "managementEvent",
    "eventCategory",
    "readOnly",
    // For a person who looks for the event.
    "eventID",
    "eventVersion",
];
/// From this length on it matters how many blanks there are in a record's text.
const MATTERS: usize = 200 * 1024;
/// Members that hold an event in another form.
const OTHER_FORMS: [&str; 5] = ["kind", "event", "CloudTrailEvent", "Records", "Events"];

/// The members that rules look at; `None` for all.
#[derive(Clone, Debug)]
pub struct Members(Option<HashSet<String>>);

/// An event.
#[derive(Debug)]
pub struct Stored<'a> {
    /// Its envelope: of the record in it, the members that rules look at.
    pub envelope: Value,
    /// Where it was in its record's text, if not the text itself.
    pub within: String,
    text: Form<'a>,
}

#[derive(Debug)]
enum Form<'a> {
    /// The envelope is stored.
    Envelope(&'a [u8]),
    /// The record is; the envelope around it is ours.
    Record(&'a [u8]),
    /// It was in something else, and is whole.
    Whole,
}

impl Members {
    /// Those that these patterns look at.
    pub fn of(patterns: &[Pattern]) -> Members {
        let paths = patterns.iter().flat_map(Pattern::paths);
        let of_record = paths.map(|path| path.strip_prefix("detail.").unwrap_or(path));
        let first = of_record.filter_map(|path| path.split('.').next());
        Members(Some(first.chain(ALWAYS).map(str::to_owned).collect()))
    }

    /// All of them.
    pub fn all() -> Members {
        Members(None)
    }

    /// A name with dots may stand for a path.
    fn are_with(&self, name: &str) -> bool {
        self.0.as_ref().is_none_or(|names| names.contains(name)) || name.contains('.')
    }

    /// The events in one record's text.
    ///
    /// # Errors
    /// It is not JSON, or no event.
    pub fn events<'a>(&self, text: &'a [u8], place: &str) -> Result<Vec<Stored<'a>>, InputError> {
        let mut json = serde_json::Deserializer::from_slice(text);
        let read =
            Reading { members: self, whole: true }.deserialize(&mut json).and_then(|read| json.end().map(|()| read));
        let whole = |text| {
            let events = events_of(text, place)?;
            Ok(events
                .into_iter()
                .map(|event| Stored { envelope: event.envelope, within: event.place, text: Form::Whole })
                .collect())
        };
        let Ok(Some(Value::Object(read))) = read else {
            return whole(text);
        };
        let has = |name: &str| read.contains_key(name);
        if has("detail") || has("detail-type") {
            Ok(vec![Stored { envelope: Value::Object(read), within: String::new(), text: Form::Envelope(text) }])
        } else if has("recipientAccountId") && (has("eventName") || has("eventSource") || has("eventType")) {
            Ok(vec![Stored { envelope: around(Value::Object(read)), within: String::new(), text: Form::Record(text) }])
        } else {
            whole(text)
        }
    }
}

impl Stored<'_> {
    /// How long the record is, in bytes; about, where it is far from what is too long for an event.
    pub fn length(&self) -> usize {
        let without_blanks = |record: &Value| record.to_string().len();
        match self.text {
            Form::Envelope(text) | Form::Record(text) if text.len() < MATTERS => text.len(),
            Form::Record(text) => serde_json::from_slice(text).map_or(text.len(), |record| without_blanks(&record)),
            Form::Envelope(text) => {
                let event: Option<Value> = serde_json::from_slice(text).ok();
                event.and_then(|event| event.get("detail").map(without_blanks)).unwrap_or(text.len())
            }
            Form::Whole => self.envelope.get("detail").map_or(0, without_blanks),
        }
    }

    /// What a function is handed: the whole event.
    pub fn payload(&self) -> Vec<u8> {
        match self.text {
            Form::Envelope(text) => text.to_vec(),
            Form::Whole => self.envelope.to_string().into_bytes(),
            Form::Record(text) => {
                let around = self.envelope.as_object().into_iter().flatten().filter(|(name, _)| *name != "detail");
                let mut payload = Vec::with_capacity(text.len() + 512);
                // What is JSON can always be written into memory; if not, it is no event, which is told.
                let written = serde_json::Serializer::new(&mut payload).collect_map(around);
                debug_assert!(written.is_ok(), "{written:?}");
                // What was opened and filled; the record comes before the end.
                payload.pop();
                payload.extend(b",\"detail\":");
                payload.extend(text);
                payload.push(b'}');
                payload
            }
        }
    }
}

/// Reads an object's members that are looked at; `None` when it holds an event in another form.
struct Reading<'m> {
    members: &'m Members,
    /// Not the record in an envelope.
    whole: bool,
}

impl<'de> DeserializeSeed<'de> for Reading<'_> {
    type Value = Option<Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<Value>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reading<'_> {
    type Value = Option<Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Option<Value>, A::Error> {
        let mut read = Map::new();
        let mut other_form = false;
        while let Some(name) = map.next_key_seed(NameOf(&self))? {
            match name {
                Name::Detail(name) => match map.next_value_seed(Reading { members: self.members, whole: false })? {
                    Some(detail) => drop(read.insert(name, detail)),
                    None => other_form = true,
                },
                Name::LookedAt(name) => {
                    let value = map.next_value()?;
                    read.insert(name, value);
                }
                Name::OtherForm | Name::PassedBy => {
                    other_form |= matches!(name, Name::OtherForm);
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok((!other_form).then_some(Value::Object(read)))
    }
}

/// What a member's name means here. Only names that are kept are copied.
enum Name {
    Detail(String),
    LookedAt(String),
    OtherForm,
    PassedBy,
}

struct NameOf<'a, 'm>(&'a Reading<'m>);

impl<'de> DeserializeSeed<'de> for NameOf<'_, '_> {
    type Value = Name;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Name, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for NameOf<'_, '_> {
    type Value = Name;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member's name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Name, E> {
        let Reading { members, whole } = self.0;
        Ok(match name {
            "detail" if *whole => Name::Detail(name.to_owned()),
            _ if *whole && OTHER_FORMS.contains(&name) => Name::OtherForm,
            _ if members.are_with(name) => Name::LookedAt(name.to_owned()),
            _ => Name::PassedBy,
        })
    }
}
