//! Stored events: CloudTrail's log files and everything else that events are kept in, read one record at a
//! time, so that neither a file's size nor a bad record in it matters to the rest.

mod error;
mod event;
mod files;
mod layout;
mod open;
mod part;
mod split;
mod structure;
mod words;

pub use error::SplitError;
pub(crate) use error::too_large;
pub use event::{Members, Stored};
pub use files::{Files, files};
pub use layout::Asked;
pub(crate) use open::open;
pub use part::{Boundary, Chain, Fit, Part, PartRead};
pub use split::{Split, Text};
pub use words::Wanted;

use crate::input::{Event, InputError, events_of};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::AtomicBool;

/// What a file came to.
#[derive(Debug, Default)]
pub struct FileRead {
    /// How many records there were.
    pub records: u64,
    /// What could not be read, in sentences that name the place.
    pub problems: Vec<String>,
}

/// How a file is called where a place is told.
pub fn name(file: &Path) -> String {
    if file == Path::new("-") { "standard input".to_owned() } else { file.display().to_string() }
}

/// Hands on each event of a file that is wanted, whole. What can't be read is told, and the rest goes on.
pub fn each(file: &Path, wanted: &Wanted, mut take: impl FnMut(Event)) -> FileRead {
    let (mut problems, name) = (Vec::new(), name(file));
    let over = AtomicBool::new(false);
    let read = Part::whole(file).read(
        Boundary::default(),
        &over,
        |_| {},
        |number, text| {
            if text.too_large {
                problems.push(format!("{name}: record {number}: {}", error::too_large()));
            } else if wanted.may_be(text) {
                match events_of(text.bytes, &format!("{name}: record {number}")) {
                    Ok(events) => events.into_iter().for_each(&mut take),
                    Err(error) => problems.push(error.to_string()),
                }
            }
            ControlFlow::Continue(())
        },
    );
    let read = read.unwrap_or_else(|source| {
        problems.push(InputError::Read { file: file.to_owned(), source }.to_string());
        PartRead::default()
    });
    problems.extend(read.problem.map(|problem| format!("{name}: {problem}")));
    FileRead { records: read.records, problems }
}
