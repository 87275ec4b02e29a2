//! Stored events: the files under a folder, gzipped or not.
//!
//! CloudTrail's digest files lie beside its log files and hold no records; they are passed by. A file that
//! is named is read whatever its name is, one in a folder only when it is called like one of CloudTrail's or
//! like a file of events.

use super::{Event, InputError, parse};
use flate2::read::MultiGzDecoder;
use std::io::Read;
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// How a file of events is called.
const ENDINGS: [&str; 6] = [".json", ".json.gz", ".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz"];
/// The folder beside CloudTrail's log files.
const DIGESTS: &str = "CloudTrail-Digest";
/// How gzip begins.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// The files under these paths, in the order of their names, and what could not be looked into.
pub fn files(paths: &[PathBuf]) -> (Vec<PathBuf>, Vec<InputError>) {
    let (mut files, mut unread) = (Vec::new(), Vec::new());
    for path in paths {
        let walk = WalkDir::new(path).follow_links(true).sort_by_file_name();
        for entry in walk.into_iter().filter_entry(|entry| entry.file_name() != DIGESTS) {
            match entry {
                Ok(entry) if entry.file_type().is_dir() => {}
                Ok(entry) if entry.depth() == 0 || is_called_like_events(entry.path()) => files.push(entry.into_path()),
                Ok(_) => {}
                Err(error) => {
                    let file = error.path().unwrap_or(path).to_owned();
                    unread.push(InputError::Read { file, source: error.into() });
                }
            }
        }
    }
    files.dedup();
    (files, unread)
}

/// The events of a stored file, if there is one of these words in it: most files hold nothing that is
/// looked for, and are not parsed.
///
/// # Errors
/// The file can't be read, or something in it is not an event.
pub fn events(file: &Path, words: &[&str]) -> Result<Vec<Event>, InputError> {
    let unread = |source| InputError::Read { file: file.to_owned(), source };
    let mut bytes = std::fs::read(file).map_err(unread)?;
    if bytes.starts_with(&GZIP) {
        let mut plain = Vec::new();
        MultiGzDecoder::new(bytes.as_slice()).read_to_end(&mut plain).map_err(unread)?;
        bytes = plain;
    }
    if !words.iter().any(|word| memchr::memmem::find(&bytes, word.as_bytes()).is_some()) {
        return Ok(Vec::new());
    }
    parse(&bytes, &file.display().to_string())
}

fn is_called_like_events(file: &Path) -> bool {
    let name = file.file_name().map(|name| name.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    ENDINGS.iter().any(|ending| name.ends_with(ending))
}
