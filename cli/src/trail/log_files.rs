//! CloudTrail's log files: gzipped JSON, in the folders of a trail's bucket.
//!
//! `AWSLogs/<account>/CloudTrail/<region>/<yyyy>/<mm>/<dd>/` has a file for every delivery, named
//! `<account>_CloudTrail_<region>_<yyyymmddThhmmZ>_<16 letters and digits>.json.gz`, with
//! `{"Records": […]}` in it; learned from the page "CloudTrail log file name format". Records are
//! gathered by Region and written when [`LogFiles::flush`] is called or a batch grows large; a file
//! is there as a whole or not at all. Nothing is written on drop: whoever ends, flushes.
//!
//! Where files can't be written, records are kept up to a limit and tried again at the next flush, not
//! at every call; over it the oldest are given up, and whoever adds one is told how many.

use super::record::Record;
use chrono::{DateTime, Utc};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::collections::VecDeque;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// A batch that has as many bytes of JSON is written.
const LARGE: usize = 4 * 1024 * 1024;

/// As many bytes of JSON are kept for the next try.
const MOST: usize = 64 * 1024 * 1024;

/// Writes records as log files.
#[derive(Debug)]
pub struct LogFiles {
    folder: PathBuf,
    account: String,
    /// The oldest first; a Region adds to its last one until it is large.
    batches: VecDeque<Batch>,
    /// The last file could not be written, and nothing was flushed since.
    failed: bool,
    /// [`LARGE`] and [`MOST`], but for tests.
    large: usize,
    most: usize,
}

/// What becomes a log file.
#[derive(Debug)]
struct Batch {
    region: String,
    /// JSON with commas between.
    records: Vec<u8>,
    count: usize,
}

/// A log file can't be written.
#[derive(Debug, thiserror::Error)]
pub enum LogFileError {
    /// This time; the records are kept.
    #[error("the log file {} can't be written: {source}; its records are kept for the next try, and --log-files says another folder", path.display())]
    NotWritten {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// For so long that some are given up.
    #[error("{records} records are lost, as no log file can be written in {}", folder.display())]
    Lost {
        /// How many.
        records: usize,
        /// Where the files should be.
        folder: PathBuf,
    },
}

impl LogFiles {
    /// Log files of this account, under this folder; it is made when the first one is written.
    pub fn new(folder: impl Into<PathBuf>, account: impl Into<String>) -> LogFiles {
        LogFiles {
            folder: folder.into(),
            account: account.into(),
            batches: VecDeque::new(),
            failed: false,
            large: LARGE,
            most: MOST,
        }
    }

    /// Adds a record; the file, if one was written because the batch of its Region is large. It
    /// writes as [`LogFiles::flush`] does, and blocks for as long; after a file that could not be
    /// written it doesn't try before the next flush.
    ///
    /// # Errors
    /// The file can't be written; the records are kept for the next try. Or there are so many that the
    /// oldest are given up.
    pub fn add(&mut self, record: &Record, now: DateTime<Utc>) -> Result<Option<PathBuf>, LogFileError> {
        // A record is made of texts, numbers and maps with text keys, which are always JSON.
        let Ok(json) = serde_json::to_vec(record) else { return Ok(None) };
        let region = &record.aws_region;
        match self.batches.iter_mut().rfind(|batch| batch.region == *region && batch.records.len() < self.large) {
            Some(batch) => {
                batch.records.push(b',');
                batch.records.extend_from_slice(&json);
                batch.count += 1;
            }
            None => self.batches.push_back(Batch { region: region.clone(), records: json, count: 1 }),
        }
        if self.failed {
            return self.give_up().map(|()| None);
        }
        match self.batches.iter().position(|batch| batch.records.len() >= self.large) {
            Some(large) => self.write(large, now),
            None => Ok(None),
        }
    }

    /// Writes what there is, a file for each Region that has records; the files written.
    ///
    /// # Errors
    /// A file can't be written; its records and those behind it are kept.
    pub fn flush(&mut self, now: DateTime<Utc>) -> Result<Vec<PathBuf>, LogFileError> {
        let mut written = Vec::new();
        while let Some(path) = self.write(0, now)? {
            written.push(path);
        }
        Ok(written)
    }

    fn write(&mut self, index: usize, now: DateTime<Utc>) -> Result<Option<PathBuf>, LogFileError> {
        let Some(Batch { region, records, .. }) = self.batches.get(index) else { return Ok(None) };
        let (account, at) = (&self.account, now.format("%Y%m%dT%H%MZ"));
        let day = now.format("%Y/%m/%d").to_string();
        let path = self.folder.join("AWSLogs").join(account).join("CloudTrail").join(region).join(day);
        let path = path.join(format!("{account}_CloudTrail_{region}_{at}_{}.json.gz", unique()));
        let written = write_whole(&path, records);
        self.failed = written.is_err();
        written.map_err(|source| LogFileError::NotWritten { path: path.clone(), source })?;
        self.batches.remove(index);
        Ok(Some(path))
    }

    fn give_up(&mut self) -> Result<(), LogFileError> {
        let mut records = 0;
        while self.batches.iter().map(|batch| batch.records.len()).sum::<usize>() > self.most
            && let Some(oldest) = self.batches.pop_front()
        {
            records += oldest.count;
        }
        if records == 0 { Ok(()) } else { Err(LogFileError::Lost { records, folder: self.folder.clone() }) }
    }
}

fn write_whole(path: &Path, records: &[u8]) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(b"{\"Records\":[")?;
    gzip.write_all(records)?;
    gzip.write_all(b"]}")?;
    let unfinished = path.with_extension("unfinished");
    let written = fs::write(&unfinished, gzip.finish()?).and_then(|()| fs::rename(&unfinished, path));
    if written.is_err() {
        // Half a file on a full disk is in the way; that it could not be written is what counts.
        _ = fs::remove_file(&unfinished);
    }
    written
}

/// Sixteen letters and digits.
fn unique() -> String {
    const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut random = Uuid::new_v4().as_u128();
    let mut letter = || {
        let index = usize::try_from(random % 62).unwrap_or_default();
        random /= 62;
        ALPHABET.get(index).copied().map_or('A', char::from)
    };
    (0..16).map(|_| letter()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trail::{AnsweredCall, Principals, Trail};
    use bytes::Bytes;
    use flate2::read::GzDecoder;

    fn record(region: &str, queue: &str) -> Record {
        let at: DateTime<Utc> = "2026-11-02T09:30:00Z".parse().unwrap();
        let body = Bytes::from(serde_json::json!({ "QueueName": queue }).to_string());
        let request = http::Request::post("/").header("x-amz-target", "AmazonSQS.CreateQueue").body(body).unwrap();
        let call = AnsweredCall {
            service: "sqs".to_owned(),
            region: region.to_owned(),
            access_key_id: "alice".to_owned(),
            request,
            response: http::Response::new(Bytes::from_static(b"{}")),
            at,
            client: "127.0.0.1".parse().unwrap(),
            tls: None,
        };
        Trail::new("111122223333", Principals::built_in("111122223333", region, at)).record(&call).unwrap()
    }

    fn read(path: &Path) -> Vec<trailhook::Record> {
        #[derive(serde::Deserialize)]
        struct File {
            #[serde(rename = "Records")]
            records: Vec<trailhook::Record>,
        }
        let file: File = serde_json::from_reader(GzDecoder::new(fs::File::open(path).unwrap())).unwrap();
        file.records
    }

    #[test]
    fn a_log_file_has_its_name_and_can_be_read_again() {
        let folder = std::env::temp_dir().join(format!("trailhook-log-files-{}", Uuid::new_v4()));
        let mut files = LogFiles::new(&folder, "111122223333");
        let now = "2026-11-02T09:35:59Z".parse().unwrap();
        assert_eq!(files.flush(now).unwrap(), Vec::<PathBuf>::new(), "nothing, no file");
        for (region, queue) in [("eu-west-1", "orders"), ("us-east-1", "other"), ("eu-west-1", "orders-2")] {
            assert_eq!(files.add(&record(region, queue), now).unwrap(), None);
        }
        let written = files.flush(now).unwrap();
        let [first, second] = written.as_slice() else { panic!("{written:?}") };
        let name = first.strip_prefix(&folder).unwrap().to_str().unwrap();
        let form = "^AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/02/\
                    111122223333_CloudTrail_eu-west-1_20261102T0935Z_[A-Za-z0-9]{16}\\.json\\.gz$";
        assert!(regex_lite::Regex::new(form).unwrap().is_match(name), "{name}");
        let records = read(first);
        let queues: Vec<&str> = records.iter().map(|record| record.request_parameters.get().unwrap().get()).collect();
        assert_eq!(queues, [r#"{"queueName":"orders"}"#, r#"{"queueName":"orders-2"}"#]);
        assert_eq!(read(second).len(), 1);
        assert_eq!(files.flush(now).unwrap(), Vec::<PathBuf>::new(), "once");
        let left = fs::read_dir(first.parent().unwrap()).unwrap().count();
        assert_eq!(left, 1, "no unfinished file");
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn a_large_batch_is_written_and_a_failed_one_kept() {
        let folder = std::env::temp_dir().join(format!("trailhook-log-files-{}", Uuid::new_v4()));
        let now = "2026-11-02T09:35:59Z".parse().unwrap();
        let mut files = LogFiles::new(&folder, "111122223333");
        let mut large = record("eu-west-1", "orders");
        large.request_parameters = serde_json::json!({ "queueName": "x".repeat(99_000) });
        let mut added = 0;
        let path = loop {
            added += 1;
            if let Some(path) = files.add(&large, now).unwrap() {
                break path;
            }
        };
        assert_eq!(read(&path).len(), added);
        fs::remove_dir_all(&folder).unwrap();

        fs::write(&folder, "a file where the folder should be").unwrap();
        files.add(&record("eu-west-1", "orders"), now).unwrap();
        let error = files.flush(now).unwrap_err();
        assert!(error.to_string().starts_with("the log file "), "{error}");
        fs::remove_file(&folder).unwrap();
        let written = files.flush(now).unwrap();
        assert_eq!(read(&written[0]).len(), 1, "kept for the next try");
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn a_folder_that_can_not_be_written_is_left_alone_and_holds_no_more_than_the_most() {
        let folder = std::env::temp_dir().join(format!("trailhook-log-files-{}", Uuid::new_v4()));
        let now = "2026-11-02T09:35:59Z".parse().unwrap();
        let mut files = LogFiles::new(&folder, "111122223333");
        (files.large, files.most) = (LARGE / 16, MOST / 16);
        fs::write(&folder, "a file where the folder should be").unwrap();
        let mut large = record("eu-west-1", "orders");
        large.request_parameters = serde_json::json!({ "queueName": "x".repeat(64 * 1024) });
        let (mut failures, mut lost) = (0, 0);
        for _ in 0..72 {
            match files.add(&large, now) {
                Ok(written) => assert_eq!(written, None),
                Err(LogFileError::NotWritten { .. }) => failures += 1,
                Err(error @ LogFileError::Lost { records, .. }) => {
                    assert!(error.to_string().starts_with(&format!("{records} records are lost")), "{error}");
                    lost += records;
                }
            }
        }
        assert_eq!(failures, 1, "one try, until the next flush");
        assert_eq!(lost, 12, "three batches of four");
        assert!(matches!(files.flush(now).unwrap_err(), LogFileError::NotWritten { .. }));
        fs::remove_file(&folder).unwrap();
        // A try of its own, and not one for each batch.
        assert_eq!(files.add(&large, now).unwrap(), None);
        let written = files.flush(now).unwrap();
        assert_eq!(written.iter().map(|path| read(path).len()).sum::<usize>(), 72 + 1 - lost);
        fs::remove_dir_all(&folder).unwrap();
    }
}
