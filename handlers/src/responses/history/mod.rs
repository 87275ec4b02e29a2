//! Where a queue's history comes from: the snapshots in our own table, and CloudTrail's event history.

mod cloudtrail;
mod table;

pub(super) use cloudtrail::{CAUGHT_UP, EventHistory, Lookup};
pub(super) use table::QueueHistories;
