//! The files under a folder that hold events.
//!
//! CloudTrail's digest files lie beside its log files and hold no records; they are passed by. A file that
//! is named is read whatever its name is, one in a folder only when it is called like one of CloudTrail's or
//! like a file of events. Folders are walked while their files are read: a million names are not kept.

use crate::input::InputError;
use std::collections::{HashSet, VecDeque};
use std::path::{Path, PathBuf};
use walkdir::{DirEntry, WalkDir};

/// How a file of events is called.
const ENDINGS: [&str; 6] = [".json", ".json.gz", ".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz"];
/// The folder beside CloudTrail's log files.
const DIGESTS: &str = "CloudTrail-Digest";
/// What makes a path a pattern of paths.
const WILDCARDS: [char; 3] = ['*', '?', '['];

/// Files, in the order in which they are named, those of a folder by their names; and what can't be looked into.
pub struct Files {
    roots: VecDeque<Result<PathBuf, InputError>>,
    /// What is named is read once, where it is named.
    named: HashSet<PathBuf>,
    walk: Option<(PathBuf, walkdir::IntoIter)>,
}

/// The files under these paths. `-` is the standard input; a path that isn't there and has `*`, `?` or `[` in it
/// stands for all that are called so.
pub fn files(paths: &[PathBuf]) -> Files {
    let mut roots: VecDeque<Result<PathBuf, InputError>> = paths.iter().flat_map(|path| spread(path)).collect();
    let mut named = HashSet::new();
    roots.retain(|root| root.as_ref().map_or(true, |root| named.insert(root.clone())));
    Files { roots, named, walk: None }
}

impl Iterator for Files {
    type Item = Result<PathBuf, InputError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let Some((root, walk)) = &mut self.walk else {
                match self.roots.pop_front()? {
                    Ok(root) if root != Path::new("-") => {
                        let walk = WalkDir::new(&root).follow_links(true).sort_by_file_name();
                        self.walk = Some((root, walk.into_iter()));
                        continue;
                    }
                    other => return Some(other),
                }
            };
            match walk.next() {
                None => self.walk = None,
                Some(Ok(entry)) if entry.depth() > 0 && is_elsewhere(&entry, &self.named) => {
                    if entry.file_type().is_dir() {
                        walk.skip_current_dir();
                    }
                }
                Some(Ok(entry)) if entry.file_type().is_dir() => {}
                Some(Ok(entry)) if entry.depth() == 0 => return Some(Ok(entry.into_path())),
                // A pipe would be waited for, for ever.
                Some(Ok(entry)) if entry.file_type().is_file() && is_called_like_events(entry.path()) => {
                    return Some(Ok(entry.into_path()));
                }
                Some(Ok(_)) => {}
                Some(Err(error)) => return Some(Err(unread(error, root))),
            }
        }
    }
}

/// What is no log file, or is read where it is named.
fn is_elsewhere(entry: &DirEntry, named: &HashSet<PathBuf>) -> bool {
    entry.file_name() == DIGESTS || named.contains(entry.path())
}

/// The paths that a pattern of paths stands for.
fn spread(path: &Path) -> Vec<Result<PathBuf, InputError>> {
    let text = path.to_string_lossy();
    if !text.contains(WILDCARDS) || path.exists() {
        return vec![Ok(path.to_owned())];
    }
    let none =
        || InputError::NoSuchFiles { pattern: path.to_owned(), why: "there is no file that is called so".to_owned() };
    match glob::glob(&text) {
        Err(error) => vec![Err(InputError::NoSuchFiles { pattern: path.to_owned(), why: error.to_string() })],
        Ok(found) => {
            let mut found: Vec<Result<PathBuf, InputError>> = found
                .map(|found| {
                    found.map_err(|error| InputError::Read { file: error.path().to_owned(), source: error.into() })
                })
                .collect();
            if found.is_empty() {
                found.push(Err(none()));
            }
            found
        }
    }
}

fn unread(error: walkdir::Error, root: &Path) -> InputError {
    let file = error.path().unwrap_or(root).to_owned();
    // What is no error of the file system is a link that leads back to where it is.
    let round = || std::io::Error::other("a link leads round in a circle");
    InputError::Read { file, source: error.into_io_error().unwrap_or_else(round) }
}

fn is_called_like_events(file: &Path) -> bool {
    let name = file.file_name().map(|name| name.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    ENDINGS.iter().any(|ending| name.ends_with(ending))
}
