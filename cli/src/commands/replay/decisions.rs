//! Where the decision lines go.
//!
//! A file of that name is there when all lines are in it: before, they are in one beside it. It is never one of
//! those that are read.

use crate::commands::CommandError;
use std::fs::File;
use std::io::{BufWriter, Result, Write};
use std::path::{Path, PathBuf};

/// The lines.
pub(super) struct Decisions {
    to: Box<dyn Write + Send>,
    /// The file beside it, and its name when it is done.
    unfinished: Option<(PathBuf, PathBuf)>,
}

impl Decisions {
    /// In this file; `-` is the standard output.
    ///
    /// # Errors
    /// It can't be written, or is one of the inputs.
    pub(super) fn in_file(file: &Path, inputs: &[PathBuf]) -> std::result::Result<Decisions, CommandError> {
        if file == Path::new("-") {
            return Ok(Decisions { to: Box::new(std::io::stdout()), unfinished: None });
        }
        if inputs.iter().any(|input| is_same(input, file)) {
            return Err(CommandError::Overwrites(file.to_owned()));
        }
        let failed = |source| CommandError::Read { file: file.to_owned(), source };
        // What is there and is no file, a pipe for instance, is written as it is.
        if std::fs::metadata(file).is_ok_and(|there| !there.is_file()) {
            let there = File::options().write(true).open(file).map_err(failed)?;
            return Ok(Decisions { to: Box::new(BufWriter::new(there)), unfinished: None });
        }
        let mut beside = file.as_os_str().to_owned();
        beside.push(".unfinished");
        let beside = PathBuf::from(beside);
        let to = BufWriter::new(File::create(&beside).map_err(failed)?);
        Ok(Decisions { to: Box::new(to), unfinished: Some((beside, file.to_owned())) })
    }

    pub(super) fn write(&mut self, line: &str) -> Result<()> {
        writeln!(self.to, "{line}")
    }

    /// What has been written so far is not all there is to be: it stays in the file beside, whose name this is.
    pub(super) fn leave(mut self) -> Result<Option<PathBuf>> {
        self.to.flush()?;
        Ok(self.unfinished.map(|(beside, _)| beside))
    }

    pub(super) fn finish(mut self) -> std::result::Result<(), CommandError> {
        self.to.flush()?;
        drop(self.to);
        match self.unfinished {
            Some((beside, file)) => Ok(std::fs::rename(beside, file)?),
            None => Ok(()),
        }
    }
}

/// Whether both are the same file.
pub(super) fn is_same(one: &Path, other: &Path) -> bool {
    one.file_name() == other.file_name()
        && matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}
