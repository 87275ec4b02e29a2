//! A stream of JSON, cut into records: what a log file holds, whatever its size, one record at a time.
//!
//! CloudTrail's log files are one object with a list, `{"Records":[…]}`; `lookup-events` answers
//! `{"Events":[…]}`; others are a list, one object after another, or one a line. The cut is made by counting
//! braces outside of strings: a record is not parsed here, and one that is not JSON is somebody else's to
//! refuse. It refuses to hold more than one record, and one that is larger than any service writes.

use super::error::{LARGEST, SplitError};
use super::structure::Structure;
use std::io::{ErrorKind, Read};

/// How much is read at once, at first and at most. Most log files are small, and there may be a million.
const FIRST: usize = 16 * 1024;
const CHUNK: usize = 512 * 1024;
/// The lists that stand in an object of their own.
const LISTS: [&str; 2] = ["Records", "Events"];

/// The records of a stream.
pub struct Split<R> {
    reader: R,
    buffer: Vec<u8>,
    /// Where what was not looked at yet begins in the buffer, and where it ends.
    at: usize,
    end: usize,
    /// How much of the stream stood before the buffer.
    before: u64,
    ended: bool,
    /// The last read took all the room there was.
    filled: bool,
    within: Within,
}

/// What is around the next record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Within {
    /// A list.
    list: bool,
    /// An object around that list.
    object: bool,
    /// Records that end with their lines: one before was broken off.
    lines: bool,
}

/// A record's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text<'a> {
    /// All of it.
    pub bytes: &'a [u8],
    /// Whether a backslash may be in it: without one, every string is written as it reads.
    pub escapes: bool,
    /// It is no whole JSON object. Whoever parses it can say what is wrong with it.
    pub odd: bool,
    /// It is larger than any service writes, and left out: there are no bytes.
    pub too_large: bool,
}

impl<R: Read> Split<R> {
    /// The records of this stream.
    pub fn new(reader: R) -> Self {
        Split::within(reader, 0, Within::default())
    }

    /// The records of a stream from this byte on, with this around them.
    pub(super) fn within(reader: R, at: u64, within: Within) -> Self {
        Split { reader, buffer: Vec::new(), at: 0, end: 0, before: at, ended: false, filled: false, within }
    }

    /// At which byte of the stream it is.
    pub fn at(&self) -> u64 {
        self.before + self.at as u64
    }

    /// What is around the next record.
    pub(super) fn around(&self) -> Within {
        self.within
    }

    /// Goes on to where the next record begins, and says at which byte that is; `None` at the end.
    ///
    /// # Errors
    /// [`SplitError`]; there is nothing to be had after one.
    pub fn find(&mut self) -> Result<Option<u64>, SplitError> {
        while let Some(byte) = self.peek()? {
            match byte {
                // The mark that some editors begin a text with.
                0xef | 0xbb | 0xbf if self.at() < 3 => self.at += 1,
                b' ' | b'\t' | b'\r' | b'\n' | b',' => self.at += 1,
                b'[' if !self.within.list => (self.within.list, self.at) = (true, self.at + 1),
                b']' if self.within.list => {
                    self.at += 1;
                    if self.within.object {
                        // What else the object holds, such as the token that the next page is had with.
                        self.at += self.object(Structure::opened())?.0;
                    }
                    (self.within.list, self.within.object) = (false, false);
                }
                b'{' if !self.within.list && self.opens_a_list()? => {
                    (self.within.list, self.within.object) = (true, true);
                }
                b'{' => return Ok(Some(self.at())),
                // After the end of a list, or of an object that never began.
                b'}' if self.within.list => {
                    return Err(SplitError::NotAnObject { at: self.at(), found: '}' });
                }
                // A record is an object; what else there is is somebody else's to refuse.
                _ => return Ok(Some(self.at())),
            }
        }
        if self.within.list { Err(SplitError::Unclosed { at: self.at() }) } else { Ok(None) }
    }

    /// The next record's text; `None` at the end.
    ///
    /// # Errors
    /// [`SplitError`]; there is nothing to be had after one.
    pub fn record(&mut self) -> Result<Option<Text<'_>>, SplitError> {
        if self.find()?.is_none() {
            return Ok(None);
        }
        let (length, escapes, odd) = match (self.peek()?, self.within.list) {
            (Some(b'{'), true) => match self.object_of_list()? {
                Some(object) => object,
                None => return Ok(Some(Text { bytes: &[], escapes: true, odd: true, too_large: true })),
            },
            (Some(b'{'), false) => self.object_of_line()?,
            (_, true) => (self.element()?, true, true),
            (_, false) => (self.line()?, true, true),
        };
        let start = self.at;
        self.at += length;
        Ok(self.buffer.get(start..start + length).map(|bytes| Text { bytes, escapes, odd, too_large: false }))
    }

    /// Whether this is the object around a list; then what stands before the list's elements is passed.
    fn opens_a_list(&mut self) -> Result<bool, SplitError> {
        // `{ "Records" : [`, with room for how people lay it out.
        self.fill(256)?;
        let rest = self.rest();
        let length = LISTS.iter().find_map(|list| {
            let parts = ["{", "\"", list, "\"", ":", "["];
            let left = parts.iter().try_fold(rest, |rest, part| {
                let rest = if *part == *list { rest } else { rest.trim_ascii_start() };
                rest.strip_prefix(part.as_bytes())
            });
            left.map(|left| rest.len() - left.len())
        });
        self.at += length.unwrap_or(0);
        Ok(length.is_some())
    }

    /// How long the object is that begins here, or goes on here; whether it has escapes, and whether it was broken
    /// off at the end of its line.
    fn object(&mut self, mut structure: Structure) -> Result<(usize, bool, bool), SplitError> {
        loop {
            let there = self.rest();
            let (length, end) = (there.len(), structure.end(there));
            match end {
                // What is there may be more than may be read.
                Some(end) if end > LARGEST => return Err(SplitError::TooLarge { at: self.at() }),
                Some(end) => return Ok((end, structure.escapes, structure.broken)),
                None => self.more(length)?,
            }
        }
    }

    /// The same of an object in a list; one that is too large is passed, and `None`.
    fn object_of_list(&mut self) -> Result<Option<(usize, bool, bool)>, SplitError> {
        let (mut structure, began, mut passed) = (Structure::default(), self.at(), false);
        loop {
            let there = self.rest();
            let (length, end) = (there.len(), structure.end(there));
            match end {
                Some(end) if passed || end > LARGEST => {
                    self.at += end;
                    return Ok(None);
                }
                Some(end) => return Ok(Some((end, structure.escapes, structure.broken))),
                // What has been followed is not kept.
                None if length > LARGEST => (self.at, passed) = (self.at + structure.pass(), true),
                None => {}
            }
            let wanted = self.rest().len() + 1;
            if !self.fill(wanted)? {
                return Err(SplitError::Cut { at: began });
            }
        }
    }

    /// The same of an object that may be one of a line each. Where it does not end it was broken off with its line, and
    /// from then on each line is taken for itself.
    fn object_of_line(&mut self) -> Result<(usize, bool, bool), SplitError> {
        match self.object(Structure::of_line(self.within.lines)) {
            Err(error @ (SplitError::Cut { .. } | SplitError::TooLarge { .. })) => {
                let end = memchr::memchr(b'\n', self.rest()).ok_or(error)?;
                self.within.lines = true;
                Ok((end, true, true))
            }
            other => other,
        }
    }

    /// How long the rest of the line is.
    fn line(&mut self) -> Result<usize, SplitError> {
        let mut length = 0;
        loop {
            if let Some(end) = self.rest().get(length..).and_then(|rest| memchr::memchr(b'\n', rest)) {
                return Ok(length + end);
            }
            length = self.rest().len();
            match self.more(length) {
                Err(SplitError::Cut { .. }) => return Ok(length),
                other => other?,
            }
        }
    }

    /// How long the element of a list is that begins here and is no object.
    fn element(&mut self) -> Result<usize, SplitError> {
        let (mut length, mut depth, mut in_string) = (0, 0_usize, false);
        loop {
            let Some(byte) = self.rest().get(length).copied() else {
                self.more(length)?;
                continue;
            };
            match byte {
                b'\\' if in_string => length += 1,
                b'"' => in_string = !in_string,
                _ if in_string => {}
                b',' | b']' | b'}' if depth == 0 => return Ok(length),
                b'[' | b'{' => depth += 1,
                b']' | b'}' => depth -= 1,
                _ => {}
            }
            length += 1;
        }
    }

    /// Reads on within a record of which so much is there.
    fn more(&mut self, length: usize) -> Result<(), SplitError> {
        if length > LARGEST {
            return Err(SplitError::TooLarge { at: self.at() });
        }
        if self.fill(length + 1)? { Ok(()) } else { Err(SplitError::Cut { at: self.at() }) }
    }

    fn peek(&mut self) -> Result<Option<u8>, SplitError> {
        if self.at == self.end {
            self.fill(1)?;
        }
        Ok(self.rest().first().copied())
    }

    fn rest(&self) -> &[u8] {
        self.buffer.get(self.at..self.end).unwrap_or_default()
    }

    /// Whether so much is there from here on, if need be after reading on.
    fn fill(&mut self, wanted: usize) -> Result<bool, SplitError> {
        while self.end - self.at < wanted && !self.ended {
            if self.at > 0 {
                self.buffer.copy_within(self.at..self.end, 0);
                (self.before, self.end, self.at) = (self.at(), self.end - self.at, 0);
            }
            let (room, length) = (self.buffer.len() - self.end, self.buffer.len());
            if room == 0 || self.filled && length < CHUNK {
                self.buffer.resize((2 * length).max(FIRST), 0);
            }
            match self.reader.read(self.buffer.get_mut(self.end..).unwrap_or_default()) {
                Ok(0) => self.ended = true,
                Ok(read) => {
                    self.end += read;
                    self.filled = self.end == self.buffer.len();
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(source) => return Err(SplitError::Read { at: self.before + self.end as u64, source }),
            }
        }
        Ok(self.end - self.at >= wanted)
    }
}

#[cfg(test)]
mod tests;
