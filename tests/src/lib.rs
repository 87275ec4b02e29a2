//! What the integration tests share: where things are, and what the events say.

pub mod between;
pub mod chromium;
pub mod command;
pub mod emf;
pub mod functions;
pub mod hostile;
pub mod letters;
pub mod mistakes;
pub mod moto;
pub mod python;
pub mod report;
pub mod responses;
pub mod rules;
pub mod script;
pub mod scripts;
pub mod stage;
pub mod validation;
pub mod world;

use serde_json::Value;
use std::io::Write;
use std::path::PathBuf;

/// The project's root.
pub fn root() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// The sample events of a folder under `events/`: file name and bytes, sorted by name.
pub fn events(folder: &str) -> std::io::Result<Vec<(String, Vec<u8>)>> {
    let mut events = Vec::new();
    for entry in std::fs::read_dir(root().join("events").join(folder))? {
        let path = entry?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        events.push((name, std::fs::read(path)?));
    }
    events.sort();
    Ok(events)
}

/// The folders under `events/` that hold a service's samples, sorted by name.
pub fn services() -> std::io::Result<Vec<String>> {
    let mut services = Vec::new();
    for entry in std::fs::read_dir(root().join("events"))? {
        let path = entry?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if path.is_dir() && !["near-miss", "bad"].contains(&name.as_str()) {
            services.push(name);
        }
    }
    services.sort();
    Ok(services)
}

/// The real records that lie beside the project on some machines: `(kind, event)`, or `None` where
/// they don't, for a test to skip.
pub fn shared_records() -> std::io::Result<Option<Vec<(String, Value)>>> {
    let path = root().join("../shared/corpus/records.jsonl");
    if !path.is_file() {
        return Ok(None);
    }
    let text = std::fs::read_to_string(path)?;
    let mut records = Vec::new();
    for line in text.lines() {
        let mut line: Value = serde_json::from_str(line)?;
        let kind = line.get("kind").and_then(Value::as_str).unwrap_or_default().to_owned();
        records.push((kind, line.get_mut("event").map(Value::take).unwrap_or_default()));
    }
    Ok(Some(records))
}

/// Says what a test counted or skipped, in the output of a passing run too: the test harness hides
/// what `println!` says.
pub fn say(text: impl AsRef<str>) {
    let line = format!("     note: {}\n", text.as_ref());
    // A closed stderr must not fail the test that had something to say.
    drop(std::io::stderr().lock().write_all(line.as_bytes()));
}
