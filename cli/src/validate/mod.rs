//! Is it working? What stands between a call and its response is looked at piece by piece, and then tried with a
//! queue that is made for it.
//!
//! What AWS tells is gathered first ([`Seen`]); what follows from it is decided without AWS ([`checks`]), so that each
//! mistake can be tried in a test. It changes nothing but what the live part makes, and takes that away again. What
//! AWS does not tell is never taken for good: it is a row of its own, with the permission that is missing.

pub mod checks;
pub mod live;
mod row;
mod seen;

pub use row::{Row, Verdict};
pub use seen::{Alarm, Expected, Key, LogGroup, Queue, Seen, Selectors, Table, Topic, Trail, What, gather};
