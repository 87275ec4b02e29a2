//! Is it a call that the response answers?
//!
//! Source and name together: MediaConvert and PCS have a `CreateQueue` too.

use super::{Refusal, Skip, Undecidable, undecidable};
use crate::{Record, Watched};

pub(super) fn ask(record: &Record, watched: &Watched) -> Result<(), Refusal> {
    let cannot = undecidable("watched");
    let source = record.event_source.known("detail.eventSource").map_err(|form| cannot(form.into()))?;
    let source = source.ok_or_else(|| cannot(Undecidable::Missing("detail.eventSource")))?;
    let name = record.event_name.known("detail.eventName").map_err(|form| cannot(form.into()))?;
    let name = name.ok_or_else(|| cannot(Undecidable::Missing("detail.eventName")))?;
    if watched.covers(source, name) {
        return Ok(());
    }
    Err(Refusal::Skip(Skip::NotWatched { event_source: source.clone(), event_name: name.clone() }))
}
