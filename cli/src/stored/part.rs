//! Parts of the work that can be done side by side: files, and pieces of large ones.
//!
//! Where a record begins in the middle of a file nobody can say who has not read what is before it. So a piece
//! begins where it looks like one, and its results count only if the piece before it ended just there;
//! otherwise it is read again, from there on. What comes out is what reading the file from its beginning gives.

use super::open::{Told, is_packed, open};
use super::split::{Split, Text, Within};
use memchr::memmem;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// How large a piece is. Smaller than two of them, a file stays whole.
const PIECE: u64 = 8 * 1024 * 1024;
/// How much of a record's beginning is a mark, and of what stands between two.
const LONGEST: usize = 64;
/// How much is looked through for a mark at once.
const WINDOW: u64 = 256 * 1024;

/// A file, or a piece of one.
#[derive(Clone, Debug)]
pub struct Part {
    /// The file.
    pub file: Arc<Path>,
    /// The records that begin from this byte on, and before that one; all of them.
    piece: Option<(u64, u64, Arc<Mark>)>,
}

/// Where a record begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Boundary {
    at: u64,
    within: Within,
}

/// What a part came to.
#[derive(Debug, Default)]
pub struct PartRead {
    /// How many records there were.
    pub records: u64,
    /// How many bytes, unpacked.
    pub bytes: u64,
    /// Why it could not be read to its end.
    pub problem: Option<String>,
    /// Where the next part begins, if one does.
    next: Option<Boundary>,
}

/// What a record's beginning looks like in a file.
#[derive(Debug)]
struct Mark {
    /// The end of the record before, what stands between the two, and the first name.
    text: Vec<u8>,
    /// How much of it is before the record.
    lead: u64,
    within: Within,
}

/// The parts of a file, one after another: each is to begin where the one before it ended.
#[derive(Debug, Default)]
pub struct Chain {
    next: Option<Boundary>,
    records: u64,
}

/// Whether a part's results count.
#[derive(Debug)]
pub enum Fit {
    /// They do; so many records of the file are before it.
    After(u64),
    /// The part is to be read again, from here on.
    Again(Boundary),
    /// No record begins in it.
    Empty,
}

impl Part {
    /// The parts of a file, in order.
    pub fn of(file: &Path) -> Vec<Part> {
        let file: Arc<Path> = file.into();
        match pieces(&file) {
            Some((length, mark)) => {
                let starts = (0..length.div_ceil(PIECE)).map(|index| index * PIECE);
                // The last one ends where the file does by then.
                let end = |start| if start + PIECE < length { start + PIECE } else { u64::MAX };
                let piece = |start: u64| Some((start, end(start), mark.clone()));
                starts.map(|start| Part { file: file.clone(), piece: piece(start) }).collect()
            }
            None => vec![Part { file, piece: None }],
        }
    }

    /// A file as one part, whatever its size.
    pub fn whole(file: &Path) -> Part {
        Part { file: file.into(), piece: None }
    }

    /// Whether the file begins with it.
    pub fn is_first(&self) -> bool {
        self.piece.as_ref().is_none_or(|(from, ..)| *from == 0)
    }

    /// Where it looks to begin; `None` when no record looks to begin in it.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn start(&self) -> std::io::Result<Option<Boundary>> {
        match &self.piece {
            None | Some((0, ..)) => Ok(Some(Boundary::default())),
            Some((from, to, mark)) => mark.first(&self.file, *from, *to),
        }
    }

    /// Hands on each record's number and text, from one on, until it is `over` or told to stop. `on` is told how many
    /// bytes of the file were read.
    ///
    /// # Errors
    /// The file can't be opened.
    pub fn read(
        &self,
        from: Boundary,
        over: &AtomicBool,
        on: impl Fn(u64),
        mut take: impl FnMut(u64, Text<'_>) -> ControlFlow<()>,
    ) -> std::io::Result<PartRead> {
        let (reader, end): (Box<dyn Read + '_>, _) = match &self.piece {
            None => (open(&self.file, on)?, None),
            Some((_, to, _)) => {
                let mut file = File::open(&self.file)?;
                file.seek(SeekFrom::Start(from.at))?;
                (Box::new(Told::new(file, on)), Some(*to))
            }
        };
        let mut split = Split::within(reader, from.at, from.within);
        let mut read = PartRead::default();
        loop {
            let record = match split.find() {
                Ok(None) => break,
                Ok(Some(at)) if end.is_some_and(|end| at >= end) => {
                    read.next = Some(Boundary { at, within: split.around() });
                    break;
                }
                Ok(Some(_)) if over.load(Ordering::Relaxed) => break,
                Ok(Some(_)) => split.record(),
                Err(error) => Err(error),
            };
            match record {
                Ok(None) => break,
                Ok(Some(text)) => {
                    read.records += 1;
                    if take(read.records, text).is_break() {
                        break;
                    }
                }
                Err(error) => {
                    read.problem = Some(error.to_string());
                    break;
                }
            }
        }
        read.bytes = split.at() - from.at;
        Ok(read)
    }
}

impl Chain {
    /// Whether the results of the next part count, which began here. They do when it begins a file, or where the one
    /// before it ended.
    pub fn fit(&mut self, part: &Part, began: Option<Boundary>) -> Fit {
        let Some((from, to, _)) = part.piece.as_ref().filter(|(from, ..)| *from > 0) else {
            *self = Chain::default();
            return Fit::After(0);
        };
        match self.next {
            Some(next) if (*from..*to).contains(&next.at) => {
                if began == Some(next) {
                    Fit::After(self.records)
                } else {
                    Fit::Again(next)
                }
            }
            // A record that is longer than the part, or the end.
            _ => Fit::Empty,
        }
    }

    /// How many records of the file were before the part that is being settled.
    pub fn before(&self) -> u64 {
        self.records
    }

    /// The part that fitted has come to this.
    pub fn add(&mut self, read: &PartRead) {
        *self = Chain { next: read.next, records: self.records + read.records };
    }
}

impl Mark {
    /// That of the first two records of a file.
    fn of(file: &mut File) -> Option<Mark> {
        let mut split = Split::new(&mut *file);
        let first = split.find().ok()??;
        let head: Vec<u8> = split.record().ok()??.bytes.iter().copied().take(LONGEST).collect();
        let end = split.at();
        let second = split.find().ok()??;
        let within = split.around();
        let name = memchr::memchr(b':', &head)?;
        let between = usize::try_from(second - end).ok().filter(|length| *length < LONGEST)?;
        let mut text = vec![0; between + 1];
        file.seek(SeekFrom::Start(end.checked_sub(1).filter(|last| *last >= first)?)).ok()?;
        file.read_exact(&mut text).ok()?;
        let lead = text.len() as u64;
        text.extend_from_slice(head.get(..=name)?);
        Some(Mark { text, lead, within })
    }

    /// Where a record looks to begin, from one byte on and before another.
    fn first(&self, file: &Path, from: u64, to: u64) -> std::io::Result<Option<Boundary>> {
        let mut file = File::open(file)?;
        let mut at = from.saturating_sub(self.lead);
        let mut window = Vec::new();
        while at < to {
            file.seek(SeekFrom::Start(at))?;
            window.clear();
            let read = (&mut file).take(WINDOW).read_to_end(&mut window)?;
            if let Some(found) = memmem::find(&window, &self.text) {
                let at = at + found as u64 + self.lead;
                return Ok((at < to).then_some(Boundary { at, within: self.within }));
            }
            if read <= self.text.len() {
                break;
            }
            // A mark may stand on the border of two windows.
            at += (read - self.text.len()) as u64;
        }
        Ok(None)
    }
}

/// A large plain file's length, and what a record's beginning looks like in it. What can't be opened is not told
/// here, but when it is read.
fn pieces(file: &Path) -> Option<(u64, Arc<Mark>)> {
    let length = std::fs::metadata(file).ok().filter(std::fs::Metadata::is_file)?.len();
    if length < 2 * PIECE {
        return None;
    }
    let mut file = File::open(file).ok()?;
    if is_packed(&mut file).ok()? {
        return None;
    }
    file.rewind().ok()?;
    Some((length, Arc::new(Mark::of(&mut file)?)))
}
