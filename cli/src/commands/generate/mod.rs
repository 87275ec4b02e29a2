//! `trailhook generate`: CloudTrail's log files, made up, as many as one likes.
//!
//! The speed of a replay can be measured with them anywhere, and what it prints be looked at without an account.
//! The same seed gives the same bytes, whatever the number of threads. It refuses to write into a folder that has
//! something in it.

mod blanks;

use super::{CommandError, Verdict, byte_bar, threads};
use crate::args::GenerateArguments;
use blanks::{Blanks, Filling};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use fastrand::Rng;
use flate2::Compression;
use flate2::write::GzEncoder;
use indicatif::ProgressBar;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

const ACCOUNT: &str = "111122223333";
const REGION: &str = "eu-west-1";
const DAY: i64 = 24 * 60 * 60;
/// What a file's seed differs by: the golden ratio's bits, so that neighbours have little in common.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// What is written.
struct Plan<'a> {
    arguments: &'a GenerateArguments,
    blanks: Blanks,
    files: u64,
    over: &'a AtomicBool,
    next: AtomicU64,
    records: AtomicU64,
    matches: AtomicU64,
    bar: ProgressBar,
}

/// Writes the files until it is `over`, and says what there is.
///
/// # Errors
/// A file can't be written, or the folder is not empty.
pub fn generate(arguments: &GenerateArguments, over: &AtomicBool) -> Result<Verdict, CommandError> {
    let in_folder = |source| CommandError::Read { file: arguments.folder.clone(), source };
    std::fs::create_dir_all(&arguments.folder).map_err(in_folder)?;
    if std::fs::read_dir(&arguments.folder).map_err(in_folder)?.next().is_some() {
        return Err(CommandError::NotEmpty(arguments.folder.clone()));
    }
    let plan = Plan {
        arguments,
        blanks: Blanks::read(REGION)?,
        files: arguments.size.0.div_ceil(arguments.file_size.0.max(1)).max(1),
        over,
        next: AtomicU64::new(0),
        records: AtomicU64::new(0),
        matches: AtomicU64::new(0),
        bar: byte_bar(arguments.size.0, "writing"),
    };
    let threads = threads(arguments.threads);
    thread::scope(|scope| {
        let writing: Vec<_> = (0..threads).map(|_| scope.spawn(|| plan.some())).collect();
        let join = |thread: thread::ScopedJoinHandle<'_, _>| {
            thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        writing.into_iter().try_for_each(join)
    })?;
    plan.bar.finish_and_clear();
    let (files, records) = (plan.next.into_inner().min(plan.files), plan.records.into_inner());
    let mut out = std::io::stdout().lock();
    let (folder, matches) = (arguments.folder.display(), plan.matches.into_inner());
    writeln!(out, "{folder}: {files} files with {records} records, {matches} of them of CreateQueue")?;
    Ok(Verdict::Good)
}

impl Plan<'_> {
    /// One thread's files.
    fn some(&self) -> Result<(), CommandError> {
        while !self.over.load(Ordering::Relaxed) {
            let index = self.next.fetch_add(1, Ordering::Relaxed);
            if index >= self.files {
                break;
            }
            if let Err(error) = self.file(index) {
                self.over.store(true, Ordering::Relaxed);
                return Err(error);
            }
        }
        Ok(())
    }

    fn file(&self, index: u64) -> Result<(), CommandError> {
        let mut random = Rng::with_seed(self.arguments.seed.wrapping_add(STEP.wrapping_mul(index + 1)));
        let (day, second) = self.times(index);
        let file = self.path(day, second, &mut random);
        let failed = |source| CommandError::Read { file: file.clone(), source };
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        let raw = BufWriter::new(File::create(&file).map_err(failed)?);
        let size = self.arguments.file_size.0.min(self.arguments.size.0 - index * self.arguments.file_size.0);
        if self.arguments.plain {
            self.records(raw, size, day, second, &mut random).map_err(failed)?.flush().map_err(failed)
        } else {
            let packed = GzEncoder::new(raw, Compression::default());
            let mut raw =
                self.records(packed, size, day, second, &mut random).and_then(GzEncoder::finish).map_err(failed)?;
            raw.flush().map_err(failed)
        }
    }

    /// The day of a file, and the second of its first call.
    fn times(&self, index: u64) -> (DateTime<Utc>, i64) {
        let first = NaiveDate::from_ymd_opt(2026, 10, 1).unwrap_or_default().and_time(chrono::NaiveTime::MIN).and_utc();
        let seconds = i64::from(self.arguments.days) * DAY;
        // A 128-bit product: a file's index may be large.
        let at = i128::from(index) * i128::from(seconds) / i128::from(self.files);
        let at = i64::try_from(at).unwrap_or(0);
        (first + TimeDelta::days(at / DAY), at % DAY)
    }

    fn path(&self, day: DateTime<Utc>, second: i64, random: &mut Rng) -> PathBuf {
        let folder = format!("AWSLogs/{ACCOUNT}/CloudTrail/{REGION}/{}", day.format("%Y/%m/%d"));
        let at = (day + TimeDelta::seconds(second)).format("%Y%m%dT%H%MZ");
        let unique: String = (0..16).map(|_| random.alphanumeric()).collect();
        let ending = if self.arguments.plain { "json" } else { "json.gz" };
        let name = format!("{ACCOUNT}_CloudTrail_{REGION}_{at}_{unique}.{ending}");
        Path::new(&self.arguments.folder).join(folder).join(name)
    }

    fn records<W: Write>(
        &self,
        mut to: W,
        size: u64,
        day: DateTime<Utc>,
        second: i64,
        random: &mut Rng,
    ) -> std::io::Result<W> {
        to.write_all(b"{\"Records\":[")?;
        let (mut written, mut records, mut matches) = (0, 0_u64, 0_u64);
        let mut filling = Filling::of(day + TimeDelta::seconds(second));
        let mut record = Vec::new();
        while written < size && !self.over.load(Ordering::Relaxed) {
            record.clear();
            if records > 0 {
                record.push(b',');
            }
            let is_match = random.f64() < self.arguments.matches;
            self.blanks.fill(is_match, &mut filling, random, &mut record);
            to.write_all(&record)?;
            written += record.len() as u64;
            records += 1;
            matches += u64::from(is_match);
            self.bar.inc(record.len() as u64);
        }
        to.write_all(b"]}")?;
        self.records.fetch_add(records, Ordering::Relaxed);
        self.matches.fetch_add(matches, Ordering::Relaxed);
        Ok(to)
    }
}
