//! What `trailhook generate` is told.

use bytesize::ByteSize;
use clap::Args;
use std::path::PathBuf;

pub(super) const EXAMPLES: &str = "\
Examples:
  trailhook generate logs
          100 MB of log files, one record in a thousand a CreateQueue, as CloudTrail would lay them out
  trailhook generate logs --size 4GB --matches 1 --seed 7
          four times a thousand MB of CreateQueue calls, the same bytes whenever it is run
  trailhook generate logs --size 4GB --file-size 4GB --plain && trailhook replay logs
          one large file that is not packed, replayed

Sizes are those of the JSON, before it is packed. Everything in it is made up: accounts, people, queues.

Exit status: 0, and 2 when the files can't be written, or the folder has something in it already.";

/// `trailhook generate`.
#[derive(Debug, Args)]
pub struct GenerateArguments {
    /// The folder to write to; it must be empty, or not be there
    #[arg(value_name = "FOLDER")]
    pub folder: PathBuf,
    /// How much, as in 100MB or 4GB
    #[arg(long, value_name = "SIZE", default_value = "100MB")]
    pub size: ByteSize,
    /// How much of it in each file
    #[arg(long, value_name = "SIZE", default_value = "1MB", value_parser = file_size)]
    pub file_size: ByteSize,
    /// The share of the records that are calls of CreateQueue, from 0 to 1
    #[arg(long, value_name = "SHARE", default_value_t = 0.001, value_parser = share)]
    pub matches: f64,
    /// Other seeds give other records
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub seed: u64,
    /// Over so many days from the first of October 2026 on
    #[arg(long, value_name = "N", default_value_t = 31, value_parser = clap::value_parser!(u32).range(1..=36_500))]
    pub days: u32,
    /// Don't pack the files
    #[arg(long)]
    pub plain: bool,
    /// How many threads write [default: as many as there are processors]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub threads: Option<u16>,
}

fn file_size(text: &str) -> Result<ByteSize, String> {
    let size: ByteSize = text.parse()?;
    if size < ByteSize::kb(1) { Err("expected 1KB or more".to_owned()) } else { Ok(size) }
}

fn share(text: &str) -> Result<f64, &'static str> {
    let share = text.parse().ok().filter(|share| (0.0..=1.0).contains(share));
    share.ok_or("expected a share from 0 to 1, as in 0.001")
}
