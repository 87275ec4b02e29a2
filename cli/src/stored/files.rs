//! The files under a folder that hold events.
//!
//! CloudTrail's digest files lie beside its log files and hold no records; they are passed by. A file that
//! is named is read whatever its name is, one in a folder only when it is called like one of CloudTrail's or
//! like a file of events. Folders are walked while their files are read: of a million names those of one folder
//! are kept at a time.

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
    roots: VecDeque<PathBuf>,
    /// What is named is read once, where it is named, however it is spelt.
    named: HashSet<PathBuf>,
    now: Now,
}

/// Where it is.
enum Now {
    Between,
    /// In a folder, or at a file that is named; with its real path.
    Walk(PathBuf, PathBuf, walkdir::IntoIter),
    /// Among the paths that a pattern stands for, and whether there was one; with the pattern of the real paths.
    Spread(PathBuf, Option<glob::Pattern>, glob::Paths, bool),
}

/// The files under these paths. `-` is the standard input; a path that isn't there and has `*`, `?` or `[` in it
/// stands for all files of events that are called so.
pub fn files(paths: &[PathBuf]) -> Files {
    let mut named = HashSet::new();
    let roots = paths.iter().filter(|path| named.insert(real(path))).cloned().collect();
    Files { roots, named, now: Now::Between }
}

impl Iterator for Files {
    type Item = Result<PathBuf, InputError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match &mut self.now {
                Now::Between => {
                    let root = self.roots.pop_front()?;
                    if root == Path::new("-") {
                        return Some(Ok(root));
                    }
                    match begin(root) {
                        Ok(now) => self.now = now,
                        Err(error) => return Some(Err(error)),
                    }
                }
                Now::Walk(root, real, walk) => match walk.next() {
                    None => self.now = Now::Between,
                    Some(Err(error)) => return Some(Err(unread(error, root))),
                    Some(Ok(entry)) if entry.depth() > 0 && is_elsewhere(&entry, root, real, &self.named) => {
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
                },
                Now::Spread(pattern, real_paths, paths, any) => match paths.next() {
                    Some(Ok(path)) => {
                        let digest = path.components().any(|part| part.as_os_str() == DIGESTS);
                        if !path.is_file() || !is_called_like_events(&path) || digest {
                            continue;
                        }
                        *any = true;
                        let (there, real) = (absolute(&path), real(&path));
                        // By way of a link to what is found without it as well; or in a folder that is named.
                        let by_itself = real_paths.as_ref().is_some_and(|pattern| pattern.matches_path(&real));
                        if !(there != real && by_itself || real.ancestors().any(|path| self.named.contains(path))) {
                            return Some(Ok(path));
                        }
                    }
                    Some(Err(error)) => {
                        *any = true;
                        let (file, source) = (error.path().to_owned(), error.into());
                        return Some(Err(InputError::Read { file, source }));
                    }
                    None => {
                        let none = (!*any).then(|| InputError::NoSuchFiles {
                            pattern: pattern.clone(),
                            why: "there is no file of events that is called so".to_owned(),
                        });
                        self.now = Now::Between;
                        if let Some(none) = none {
                            return Some(Err(none));
                        }
                    }
                },
            }
        }
    }
}

fn begin(root: PathBuf) -> Result<Now, InputError> {
    let text = root.to_string_lossy();
    if !text.contains(WILDCARDS) || root.exists() {
        let walk = WalkDir::new(&root).follow_links(true).sort_by_file_name();
        let real = real(&root);
        return Ok(Now::Walk(root, real, walk.into_iter()));
    }
    match glob::glob(&text) {
        Ok(paths) => {
            let real_paths = glob::Pattern::new(&absolute(&root).to_string_lossy()).ok();
            Ok(Now::Spread(root, real_paths, paths, false))
        }
        Err(error) => Err(InputError::NoSuchFiles { pattern: root, why: error.to_string() }),
    }
}

/// What is no log file, or is read where it is named.
fn is_elsewhere(entry: &DirEntry, root: &Path, real: &Path, named: &HashSet<PathBuf>) -> bool {
    let is_named = || entry.path().strip_prefix(root).is_ok_and(|path| named.contains(&real.join(path)));
    entry.file_name() == DIGESTS || (named.len() > 1 && is_named())
}

/// Where a path leads. One that leads nowhere is told when it is opened.
fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
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
