//! Events from files: whole envelopes, bare CloudTrail records, CloudTrail log files, and files with
//! one of them a line.
//!
//! A bare record gets the envelope that EventBridge would put around it. It refuses to mend: an
//! envelope with members missing goes on as it is, because that is what a test may be about.

mod envelope;

pub(crate) use envelope::around;

use crate::stored;
use serde_json::Value;
use std::io::Read;
use std::path::{Path, PathBuf};

/// An event, and where it was read.
#[derive(Clone, Debug)]
pub struct Event {
    /// The file, and behind a colon the line where a file has several.
    pub place: String,
    /// The envelope.
    pub envelope: Value,
    /// Whether the envelope is ours, around a bare record.
    pub wrapped: bool,
}

/// A file holds no events.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// It can't be read.
    #[error("{}: {source}", file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// It, or one of its lines, is not JSON.
    #[error("{place}: not readable as JSON: {source}")]
    Json {
        /// The file, and the line where it has several.
        place: String,
        /// What is wrong, and where.
        source: serde_json::Error,
    },
    /// It is JSON, and no event.
    #[error("{0}: neither an EventBridge event (with `detail`) nor a CloudTrail record (with `eventName`)")]
    NotAnEvent(String),
    /// No file is called like that.
    #[error("{}: {why}", pattern.display())]
    NoSuchFiles {
        /// The pattern of paths.
        pattern: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// There is nothing in it.
    #[error("{}: there is no event in it", .0.display())]
    Empty(PathBuf),
}

/// The events of a file; `-` is the standard input.
///
/// # Errors
/// The file can't be read, or something in it is not an event.
pub fn read(file: &Path) -> Result<Vec<Event>, InputError> {
    let unread = |source| InputError::Read { file: file.to_owned(), source };
    let mut bytes = Vec::new();
    // Packed too, as CloudTrail's log files are.
    stored::open(file, drop).and_then(|mut open| open.read_to_end(&mut bytes)).map_err(unread)?;
    let name = if file == Path::new("-") { "standard input".to_owned() } else { file.display().to_string() };
    let events = parse(&bytes, &name)?;
    if events.is_empty() { Err(InputError::Empty(file.to_owned())) } else { Ok(events) }
}

/// The events in one JSON value.
///
/// # Errors
/// It is not JSON, or not an event.
pub fn events_of(json: &[u8], place: &str) -> Result<Vec<Event>, InputError> {
    let value = serde_json::from_slice(json).map_err(|source| InputError::Json { place: place.to_owned(), source })?;
    let mut events = Vec::new();
    collect(value, place, &mut events)?;
    Ok(events)
}

/// The events in a text: one JSON value, or one a line.
fn parse(bytes: &[u8], name: &str) -> Result<Vec<Event>, InputError> {
    let whole = serde_json::from_slice::<Value>(bytes);
    let text = String::from_utf8_lossy(bytes);
    let lines: Vec<(usize, &str)> =
        text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).map(|(at, line)| (at + 1, line)).collect();
    let mut events = Vec::new();
    match whole {
        Ok(value) => collect(value, name, &mut events)?,
        Err(source) if lines.len() < 2 || !is_json(lines.first()) => {
            let place = name.to_owned();
            return if lines.is_empty() { Ok(events) } else { Err(InputError::Json { place, source }) };
        }
        Err(_) => {
            for (number, line) in lines {
                let place = format!("{name}:{number}");
                match serde_json::from_str(line) {
                    Ok(value) => collect(value, &place, &mut events)?,
                    Err(source) => return Err(InputError::Json { place, source }),
                }
            }
        }
    }
    Ok(events)
}

/// Only a file whose first line is JSON by itself has one event a line.
fn is_json(line: Option<&(usize, &str)>) -> bool {
    line.is_some_and(|(_, line)| serde_json::from_str::<Value>(line).is_ok())
}

fn collect(value: Value, place: &str, events: &mut Vec<Event>) -> Result<(), InputError> {
    let mut value = value;
    // A line of the shared records: source, licence, kind, and the event itself.
    if value.get("kind").is_some_and(Value::is_string)
        && let Some(event) = value.get_mut("event").map(Value::take)
    {
        value = event;
    }
    // An element of what `aws cloudtrail lookup-events` answers.
    if let Some(record) = value.get("CloudTrailEvent").and_then(Value::as_str) {
        let json = |source| InputError::Json { place: place.to_owned(), source };
        value = serde_json::from_str(record).map_err(json)?;
    }
    // A CloudTrail log file, or what `aws cloudtrail lookup-events` answers.
    for list in ["Records", "Events"] {
        let Some(Value::Array(records)) = value.get_mut(list).map(Value::take) else { continue };
        for (index, record) in records.into_iter().enumerate() {
            collect(record, &format!("{place}: {list}[{index}]"), events)?;
        }
        return Ok(());
    }
    let has = |name: &str| value.get(name).is_some();
    let (envelope, wrapped) = match () {
        () if has("detail") || has("detail-type") => (value, false),
        () if has("eventName") || has("eventSource") || has("eventType") => (around(value), true),
        () => return Err(InputError::NotAnEvent(place.to_owned())),
    };
    events.push(Event { place: place.to_owned(), envelope, wrapped });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORD: &str = r#"{"eventName": "CreateQueue", "eventSource": "sqs.amazonaws.com"}"#;

    #[test]
    fn every_form_is_read() {
        let envelope = r#"{"detail-type": "x", "detail": {}}"#;
        let line = format!(r#"{{"source": "a:b", "kind": "record", "event": {RECORD}}}"#);
        let log_file = format!(r#"{{"Records": [{RECORD}, {RECORD}]}}"#);
        for (text, places, wrapped) in [
            (RECORD.to_owned(), vec!["f"], true),
            (envelope.to_owned(), vec!["f"], false),
            ("{\n\"detail\":\n{}}".to_owned(), vec!["f"], false),
            (format!("{RECORD}\n\n{line}\n"), vec!["f:1", "f:3"], true),
            (log_file, vec!["f: Records[0]", "f: Records[1]"], true),
        ] {
            let events = parse(text.as_bytes(), "f").unwrap();
            let found: Vec<&str> = events.iter().map(|event| event.place.as_str()).collect();
            assert_eq!(found, places, "{text}");
            assert!(events.iter().all(|event| event.wrapped == wrapped), "{text}");
        }
    }

    #[test]
    fn errors_name_file_and_line() {
        for (text, expected) in [
            ("not JSON", "f: not readable as JSON: expected ident at line 1 column 2"),
            (&format!("{RECORD}\nnot JSON"), "f:2: not readable as JSON: expected ident at line 1 column 2"),
            (&format!("{RECORD}\n[]"), "f:2: neither an EventBridge event"),
            ("{\n \"detail\": \n", "f: not readable as JSON: EOF while parsing a value at line 3 column 0"),
        ] {
            let error = parse(text.as_bytes(), "f").unwrap_err().to_string();
            assert!(error.starts_with(expected), "{error}");
        }
        assert!(parse(b" \n", "f").unwrap().is_empty());
    }
}
