//! What is wrong with a stream of records, and where.

/// The largest record: CloudTrail's are 256 KB, and 1 MB in CloudTrail Lake.
pub(super) const LARGEST: usize = 16 * 1024 * 1024;

/// What is told of a larger one in a list, which is passed.
pub(crate) fn too_large() -> String {
    format!("it is larger than {LARGEST} bytes")
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
    /// The stream ends where another record was to come, or the list's end.
    #[error("it ends within the list that its records are in, at byte {at}")]
    Unclosed {
        /// Where it ends.
        at: u64,
    },
    /// A record that nobody writes.
    #[error("the record that begins at byte {at} is larger than {LARGEST} bytes; what comes after it was not read")]
    TooLarge {
        /// Where the record begins.
        at: u64,
    },
}
