//! A file that is there when all of it is in it: before, it is one beside it.

use std::fs::File;
use std::io::{BufWriter, Result, Write};
use std::path::{Path, PathBuf};

/// What is being written.
pub(crate) struct Unfinished {
    to: Box<dyn Write + Send>,
    /// The file beside it, and its name when it is done.
    beside: Option<(PathBuf, PathBuf)>,
}

/// Where a file is written until all of it is.
pub(crate) fn beside(file: &Path) -> PathBuf {
    let mut beside = file.as_os_str().to_owned();
    beside.push(".unfinished");
    PathBuf::from(beside)
}

impl Unfinished {
    /// To become this file; `-` is the standard output.
    ///
    /// # Errors
    /// It can't be written.
    pub(crate) fn create(file: &Path) -> Result<Unfinished> {
        if file == Path::new("-") {
            return Ok(Unfinished { to: Box::new(std::io::stdout()), beside: None });
        }
        // What is there and is no file, a pipe for instance, is written as it is.
        if std::fs::metadata(file).is_ok_and(|there| !there.is_file()) {
            let there = File::options().write(true).open(file)?;
            return Ok(Unfinished { to: Box::new(BufWriter::new(there)), beside: None });
        }
        let beside = beside(file);
        let to = BufWriter::new(File::create(&beside)?);
        Ok(Unfinished { to: Box::new(to), beside: Some((beside, file.to_owned())) })
    }

    /// What has been written so far is not all there is to be: it stays in the file beside, whose name this is.
    pub(crate) fn leave(mut self) -> Result<Option<PathBuf>> {
        self.to.flush()?;
        Ok(self.beside.map(|(beside, _)| beside))
    }

    /// All of it has been written.
    pub(crate) fn finish(mut self) -> Result<()> {
        self.to.flush()?;
        drop(self.to);
        match self.beside {
            Some((beside, file)) => std::fs::rename(beside, file),
            None => Ok(()),
        }
    }

    /// Nothing is to be written after all.
    pub(crate) fn abandon(self) -> Result<()> {
        drop(self.to);
        match self.beside {
            Some((beside, _)) => std::fs::remove_file(beside),
            None => Ok(()),
        }
    }
}

impl Write for Unfinished {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        self.to.write(bytes)
    }

    fn flush(&mut self) -> Result<()> {
        self.to.flush()
    }
}

/// Whether both are the same file, there already or not. `-` is none.
pub(crate) fn is_same(one: &Path, other: &Path) -> bool {
    let stream = Path::new("-");
    let is_one =
        |one: Result<PathBuf>, other: Result<PathBuf>| matches!((one, other), (Ok(one), Ok(other)) if one == other);
    one.file_name() == other.file_name()
        && one != stream
        && other != stream
        && (is_one(one.canonicalize(), other.canonicalize()) || is_one(folder(one), folder(other)))
}

fn folder(file: &Path) -> Result<PathBuf> {
    match file.parent() {
        Some(folder) if folder != Path::new("") => folder.canonicalize(),
        _ => Path::new(".").canonicalize(),
    }
}
