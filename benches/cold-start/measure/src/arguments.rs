//! What is asked for.

use clap::Parser;
use std::path::PathBuf;

/// Measures what a cold start takes.
#[derive(Debug, Parser)]
#[command(version)]
pub struct Arguments {
    /// So often each program is started; those in Python and JavaScript a fifth as often.
    #[arg(long, value_name = "TIMES", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    pub runs: u32,

    /// So many events after the first one, in each run.
    #[arg(long, value_name = "EVENTS", default_value_t = 40)]
    pub warm: u32,

    /// The folder of the functions' binaries; without it they are built as a release.
    #[arg(long, value_name = "FOLDER")]
    pub functions: Option<PathBuf>,

    /// Only the programs with one of these words in their names; the bare one is always measured.
    #[arg(long, value_name = "WORD")]
    pub only: Vec<String>,

    /// Writes the figures there as JSON, beside printing the table.
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,

    /// Counts instructions with valgrind instead, and fails where one is over the budget in this file by more than 5 %.
    #[arg(long, value_name = "FILE")]
    pub budget: Option<PathBuf>,

    /// Keeps there what valgrind counted, for callgrind_annotate.
    #[arg(long, value_name = "FOLDER", requires = "budget")]
    pub profiles: Option<PathBuf>,

    /// Writes what was counted to the budget's file.
    #[arg(long, requires = "budget")]
    pub write: bool,
}
