//! Stored events: CloudTrail's log files and everything else that events are kept in, read one record at a
//! time, so that neither a file's size nor a bad record in it matters to the rest.

mod files;
mod layout;
mod split;

pub use files::files;
pub use layout::Asked;
pub use split::{Split, SplitError};

use crate::input::{Event, InputError, events_of};
use flate2::read::MultiGzDecoder;
use memchr::memmem::Finder;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

/// How gzip begins.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Records that have one of these words in them; all records, where there are no words.
#[derive(Clone, Debug)]
pub struct Wanted(Vec<Finder<'static>>);

/// What a file came to.
#[derive(Debug, Default)]
pub struct FileRead {
    /// How many records there were.
    pub records: u64,
    /// How many bytes, unpacked.
    pub bytes: u64,
    /// What could not be read, in sentences that name the place.
    pub problems: Vec<String>,
}

impl Wanted {
    /// Records with one of these words.
    pub fn with(words: &[&str]) -> Wanted {
        Wanted(words.iter().map(|word| Finder::new(word.as_bytes()).into_owned()).collect())
    }

    fn is(&self, record: &[u8]) -> bool {
        self.0.is_empty() || self.0.iter().any(|word| word.find(record).is_some())
    }
}

/// Hands on each event of a file that is wanted, until it is `over`. What can't be read is told, and the rest
/// goes on.
pub fn each(file: &Path, wanted: &Wanted, over: &AtomicBool, mut take: impl FnMut(Event)) -> FileRead {
    let mut read = FileRead::default();
    let name = if file == Path::new("-") { "standard input".to_owned() } else { file.display().to_string() };
    let reader = match open(file) {
        Ok(reader) => reader,
        Err(source) => {
            read.problems.push(InputError::Read { file: file.to_owned(), source }.to_string());
            return read;
        }
    };
    let mut split = Split::new(reader);
    loop {
        match split.record() {
            Ok(None) => break,
            Ok(Some(_)) if over.load(Ordering::Relaxed) => break,
            Ok(Some(record)) => {
                read.records += 1;
                if !wanted.is(record) {
                    continue;
                }
                match events_of(record, &format!("{name}: record {}", read.records)) {
                    Ok(events) => events.into_iter().for_each(&mut take),
                    Err(error) => read.problems.push(error.to_string()),
                }
            }
            Err(error) => {
                read.problems.push(format!("{name}: {error}"));
                break;
            }
        }
    }
    read.bytes = split.read();
    read
}

/// The file's text, unpacked where it is packed, whatever its name says.
fn open(file: &Path) -> std::io::Result<Box<dyn Read>> {
    let raw: Box<dyn Read> =
        if file == Path::new("-") { Box::new(std::io::stdin()) } else { Box::new(File::open(file)?) };
    let mut raw = BufReader::with_capacity(256 * 1024, raw);
    let packed = raw.fill_buf()?.starts_with(&GZIP);
    Ok(if packed { Box::new(MultiGzDecoder::new(raw)) } else { Box::new(raw) })
}
