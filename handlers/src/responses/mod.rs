//! The acting half of the three built-in responses.

mod notify;
mod queue;
mod revert;
mod tag_new_queue;

pub use notify::NotifyHandler;
pub use revert::RevertHandler;
pub use tag_new_queue::TagNewQueueHandler;
