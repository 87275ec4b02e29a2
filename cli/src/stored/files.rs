//! The files under a folder that hold events.
//!
//! CloudTrail's digest files lie beside its log files and hold no records; they are passed by. A file that
//! is named is read whatever its name is, one in a folder only when it is called like one of CloudTrail's or
//! like a file of events.

use crate::input::InputError;
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// How a file of events is called.
const ENDINGS: [&str; 6] = [".json", ".json.gz", ".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz"];
/// The folder beside CloudTrail's log files.
const DIGESTS: &str = "CloudTrail-Digest";

/// The files under these paths, in the order of their names, and what could not be looked into. `-` is the
/// standard input.
pub fn files(paths: &[PathBuf]) -> (Vec<PathBuf>, Vec<InputError>) {
    let (mut files, mut unread) = (Vec::new(), Vec::new());
    for path in paths {
        if path == Path::new("-") {
            files.push(path.clone());
            continue;
        }
        let walk = WalkDir::new(path).follow_links(true).sort_by_file_name();
        for entry in walk.into_iter().filter_entry(|entry| entry.depth() == 0 || entry.file_name() != DIGESTS) {
            match entry {
                Ok(entry) if entry.file_type().is_dir() => {}
                Ok(entry) if entry.depth() == 0 => files.push(entry.into_path()),
                // A pipe would be waited for, for ever.
                Ok(entry) if entry.file_type().is_file() && is_called_like_events(entry.path()) => {
                    files.push(entry.into_path());
                }
                Ok(_) => {}
                Err(error) => {
                    let file = error.path().unwrap_or(path).to_owned();
                    // What is no error of the file system is a link that leads back to where it is.
                    let round = || std::io::Error::other("a link leads round in a circle");
                    let source = error.into_io_error().unwrap_or_else(round);
                    unread.push(InputError::Read { file, source });
                }
            }
        }
    }
    // A file that is named, and is in a folder that is named as well, is read once.
    let mut seen = std::collections::HashSet::new();
    files.retain(|file| seen.insert(file.clone()));
    (files, unread)
}

fn is_called_like_events(file: &Path) -> bool {
    let name = file.file_name().map(|name| name.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    ENDINGS.iter().any(|ending| name.ends_with(ending))
}
