//! A stream of JSON, cut into records: what a log file holds, whatever its size, one record at a time.
//!
//! CloudTrail's log files are one object with a list, `{"Records":[…]}`; `lookup-events` answers
//! `{"Events":[…]}`; others are a list, one object after another, or one a line. The cut is made by counting
//! braces outside of strings: a record is not parsed here, and one that is not JSON is somebody else's to
//! refuse. It refuses to hold more than one record, and one that is larger than any service writes.

use memchr::{memchr2, memchr3};
use std::io::{ErrorKind, Read};

/// How much is read at once.
const CHUNK: usize = 256 * 1024;
/// The largest record: CloudTrail's are 256 KB, and 1 MB in CloudTrail Lake.
const LARGEST: usize = 16 * 1024 * 1024;
/// The lists that stand in an object of their own.
const LISTS: [&str; 2] = ["Records", "Events"];

/// The records of a stream.
pub struct Split<R> {
    reader: R,
    buffer: Vec<u8>,
    /// Where what was not looked at yet begins.
    at: usize,
    /// How much of the stream stood before the buffer.
    before: u64,
    ended: bool,
    /// Within a list.
    listed: bool,
}

/// Why a stream can't be cut.
#[derive(Debug, thiserror::Error)]
pub enum SplitError {
    /// It can't be read on: a damaged gzip, a disk.
    #[error("it can't be read on after byte {at}: {source}")]
    Read {
        /// How much could be read.
        at: u64,
        /// Why not.
        source: std::io::Error,
    },
    /// Something stands where a record should begin.
    #[error("byte {at}: expected a JSON object, found {found:?}")]
    NotAnObject {
        /// Where.
        at: u64,
        /// What is there.
        found: char,
    },
    /// The stream ends within a record.
    #[error("it ends in the middle of the record that begins at byte {at}")]
    Cut {
        /// Where the record begins.
        at: u64,
    },
    /// A record that nobody writes.
    #[error("the record that begins at byte {at} is larger than {LARGEST} bytes")]
    TooLarge {
        /// Where the record begins.
        at: u64,
    },
}

impl<R: Read> Split<R> {
    /// The records of this stream.
    pub fn new(reader: R) -> Self {
        Split { reader, buffer: Vec::new(), at: 0, before: 0, ended: false, listed: false }
    }

    /// How many bytes have been cut.
    pub fn read(&self) -> u64 {
        self.before + self.at as u64
    }

    /// The next record's text; `None` at the end.
    ///
    /// # Errors
    /// [`SplitError`]; there is nothing to be had after one.
    pub fn record(&mut self) -> Result<Option<&[u8]>, SplitError> {
        loop {
            let Some(byte) = self.peek()? else {
                return Ok(None);
            };
            match byte {
                // The mark that some editors begin a text with.
                0xef | 0xbb | 0xbf if self.read() < 3 => self.at += 1,
                b' ' | b'\t' | b'\r' | b'\n' | b',' => self.at += 1,
                b'[' if !self.listed => (self.listed, self.at) = (true, self.at + 1),
                b']' if self.listed => (self.listed, self.at) = (false, self.at + 1),
                // What closes the object around a list.
                b'}' if !self.listed => self.at += 1,
                b'{' if !self.listed && self.opens_a_list()? => self.listed = true,
                b'{' => {
                    let length = self.object()?;
                    let start = self.at;
                    self.at += length;
                    return Ok(self.buffer.get(start..start + length));
                }
                other => return Err(SplitError::NotAnObject { at: self.read(), found: char::from(other) }),
            }
        }
    }

    /// Whether this is the object around a list; then what stands before the list's elements is passed.
    fn opens_a_list(&mut self) -> Result<bool, SplitError> {
        // `{ "Records" : [`, with room for how people lay it out.
        self.fill(256)?;
        let rest = self.buffer.get(self.at..).unwrap_or_default();
        let text = |bytes: &'_ [u8], what: &[u8]| {
            let bytes = bytes.trim_ascii_start();
            bytes.strip_prefix(what).map(<[u8]>::len)
        };
        for list in LISTS {
            let mut left = rest.len();
            let opened = [b"{".as_slice(), format!("\"{list}\"").as_bytes(), b":", b"["].iter().all(|part| {
                let bytes = rest.get(rest.len() - left..).unwrap_or_default();
                text(bytes, part).is_some_and(|length| {
                    left = length;
                    true
                })
            });
            if opened {
                self.at += rest.len() - left;
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// How long the object is that begins here.
    fn object(&mut self) -> Result<usize, SplitError> {
        let (mut depth, mut length, mut in_string) = (0_usize, 0_usize, false);
        loop {
            let rest = self.buffer.get(self.at + length..).unwrap_or_default();
            let found = if in_string { memchr2(b'"', b'\\', rest) } else { memchr3(b'"', b'{', b'}', rest) };
            let Some(found) = found else {
                length = self.buffer.len() - self.at;
                self.more(length)?;
                continue;
            };
            length += found + 1;
            match rest.get(found) {
                Some(b'"') => in_string = !in_string,
                Some(b'{') => depth += 1,
                Some(b'}') if depth == 1 => return Ok(length),
                Some(b'}') => depth -= 1,
                // A backslash: what is behind it means nothing by itself.
                _ => {
                    length += 1;
                    if self.at + length > self.buffer.len() {
                        self.more(length - 1)?;
                    }
                }
            }
        }
    }

    /// Reads on within a record of which so much is there.
    fn more(&mut self, length: usize) -> Result<(), SplitError> {
        if length > LARGEST {
            return Err(SplitError::TooLarge { at: self.read() });
        }
        if self.fill(length + 1)? { Ok(()) } else { Err(SplitError::Cut { at: self.read() }) }
    }

    fn peek(&mut self) -> Result<Option<u8>, SplitError> {
        // A long stretch of white space or padding must not be looked through byte by byte and kept.
        if self.at == self.buffer.len() {
            self.fill(1)?;
        }
        Ok(self.buffer.get(self.at).copied())
    }

    /// Whether so much is there from here on, if need be after reading on.
    fn fill(&mut self, wanted: usize) -> Result<bool, SplitError> {
        while self.buffer.len() - self.at < wanted && !self.ended {
            self.before += self.at as u64;
            self.buffer.drain(..self.at);
            self.at = 0;
            let there = self.buffer.len();
            self.buffer.resize(there + CHUNK, 0);
            let read = self.reader.read(self.buffer.get_mut(there..).unwrap_or_default());
            self.buffer.truncate(there + read.as_ref().copied().unwrap_or(0));
            match read {
                Ok(read) => self.ended = read == 0,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(source) => return Err(SplitError::Read { at: self.before + there as u64, source }),
            }
        }
        Ok(self.buffer.len() - self.at >= wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hands out a few bytes at a time.
    struct Slow<'a>(&'a [u8], usize);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let most = self.1.min(self.0.len()).min(buffer.len());
            let (now, later) = self.0.split_at(most);
            buffer[..most].copy_from_slice(now);
            self.0 = later;
            Ok(most)
        }
    }

    fn cut(text: &str, step: usize) -> (Vec<String>, Option<String>) {
        let mut split = Split::new(Slow(text.as_bytes(), step));
        let mut records = Vec::new();
        loop {
            match split.record() {
                Ok(Some(record)) => records.push(String::from_utf8(record.to_vec()).unwrap()),
                Ok(None) => return (records, None),
                Err(error) => return (records, Some(error.to_string())),
            }
        }
    }

    #[test]
    fn every_layout_is_cut_into_the_same_records_however_it_comes() {
        let records = [r#"{"a": "}{\\\"]", "b": {"c": [{}]}}"#, r#"{"é": "\u007d\\"}"#, "{}"];
        let [one, two, three] = records;
        for text in [
            format!(r#"{{"Records":[{one},{two},{three}]}}"#),
            format!("{{ \"Events\" :\n [ {one} ,\n{two}, {three} ] }}\n"),
            format!("[{one},{two},{three}]"),
            format!("{one}\n\r\n{two}\n{three}"),
            format!("\u{feff}{one}{two}{three}"),
            format!(r#"{{"Records":[{one}]}}{{"Records":[{two}]}} {three}"#),
        ] {
            for step in [1, 2, 3, 7, 1_000_000] {
                assert_eq!(cut(&text, step), (records.map(str::to_owned).to_vec(), None), "{text} by {step}");
            }
        }
        assert_eq!(cut(r#"{"Records":[]}"#, 4), (vec![], None));
        assert_eq!(cut(r#"{"Recordss":[{}]}"#, 4).0, [r#"{"Recordss":[{}]}"#]);
        assert_eq!(cut(" ", 1), (vec![], None));
    }

    #[test]
    fn what_is_no_record_or_cut_off_is_told_with_the_place() {
        for (text, records, error) in [
            (r#"{"Records":[{"a":1},{"b":"#, 1, "it ends in the middle of the record that begins at byte 20"),
            ("{}\nnot JSON", 1, "byte 3: expected a JSON object, found 'n'"),
            (r#"{"a": "\"#, 0, "it ends in the middle of the record that begins at byte 0"),
            ("[1]", 0, "byte 1: expected a JSON object, found '1'"),
        ] {
            for step in [1, 5, 1_000] {
                let (found, told) = cut(text, step);
                assert_eq!((found.len(), told.as_deref()), (records, Some(error)), "{text}");
            }
        }
        let endless = format!(r#"{{"a": "{}"#, "x".repeat(LARGEST + CHUNK));
        assert!(cut(&endless, CHUNK).1.unwrap().contains("larger than"));
    }
}
