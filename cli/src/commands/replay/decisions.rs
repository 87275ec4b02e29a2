//! Where the decision lines go: a file that is there when all lines are in it, and never one of those that are read.

use crate::commands::CommandError;
use crate::unfinished::{Unfinished, is_same};
use std::io::{Result, Write};
use std::path::{Path, PathBuf};

/// The lines.
pub(super) struct Decisions(Unfinished);

impl Decisions {
    /// In this file; `-` is the standard output.
    ///
    /// # Errors
    /// It can't be written, or is one of the inputs.
    pub(super) fn in_file(file: &Path, inputs: &[PathBuf]) -> std::result::Result<Decisions, CommandError> {
        not_read("--decisions", file, inputs)?;
        let created = Unfinished::create(file);
        Ok(Decisions(created.map_err(|source| CommandError::Read { file: file.to_owned(), source })?))
    }

    pub(super) fn write(&mut self, line: &str) -> Result<()> {
        writeln!(self.0, "{line}")
    }

    /// What has been written so far is not all there is to be: it stays in the file beside, whose name this is.
    pub(super) fn leave(self) -> Result<Option<PathBuf>> {
        self.0.leave()
    }

    pub(super) fn finish(self) -> std::result::Result<(), CommandError> {
        Ok(self.0.finish()?)
    }
}

/// Refuses to write over what is to be read.
pub(super) fn not_read(option: &'static str, file: &Path, inputs: &[PathBuf]) -> std::result::Result<(), CommandError> {
    // Nor is what is written first, beside it.
    let written = [file.to_owned(), crate::unfinished::beside(file)];
    match written.into_iter().find(|written| inputs.iter().any(|input| is_same(input, written))) {
        Some(file) => Err(CommandError::Overwrites { option, file }),
        None => Ok(()),
    }
}
