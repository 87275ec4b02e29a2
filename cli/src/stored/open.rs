//! A file's text, unpacked where it is packed, whatever its name says.

use flate2::bufread::MultiGzDecoder;
use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, Read, Result};
use std::path::Path;

/// How gzip begins.
const GZIP: [u8; 2] = [0x1f, 0x8b];
/// How much of a packed file is read at once.
const PACKED: usize = 64 * 1024;

/// Opens a file, or the standard input for `-`. `on` is told how many bytes of the file itself were read.
pub(crate) fn open<'a>(file: &Path, on: impl Fn(u64) + 'a) -> Result<Box<dyn Read + 'a>> {
    let raw: Box<dyn Read> =
        if file == Path::new("-") { Box::new(std::io::stdin().lock()) } else { Box::new(File::open(file)?) };
    let mut raw = BufReader::with_capacity(PACKED, Told::new(raw, on));
    let begin = raw.fill_buf()?;
    if begin.is_empty() && file.extension().is_some_and(|end| end == "gz") {
        // A download that never came; even what packs nothing has a head.
        return Err(std::io::Error::new(ErrorKind::UnexpectedEof, "it is empty, and no gzip"));
    }
    let packed = begin.starts_with(&GZIP);
    // A plain file is read past the buffer, which is smaller than what is asked for.
    Ok(if packed { Box::new(MultiGzDecoder::new(raw)) } else { Box::new(raw) })
}

/// Whether a file is packed.
pub(super) fn is_packed(file: &mut File) -> Result<bool> {
    let mut first = Vec::with_capacity(GZIP.len());
    file.take(GZIP.len() as u64).read_to_end(&mut first)?;
    Ok(first == GZIP)
}

/// Tells how much is read.
pub(super) struct Told<R, F> {
    raw: R,
    on: F,
}

impl<R: Read, F: Fn(u64)> Told<R, F> {
    pub(super) fn new(raw: R, on: F) -> Self {
        Told { raw, on }
    }
}

impl<R: Read, F: Fn(u64)> Read for Told<R, F> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let read = self.raw.read(buffer)?;
        (self.on)(read as u64);
        Ok(read)
    }
}
