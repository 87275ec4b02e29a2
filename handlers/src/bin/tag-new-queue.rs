//! The function that tags a new queue.

use std::process::ExitCode;
use trailhook_handlers::{responses::TagNewQueueHandler, run};

fn main() -> ExitCode {
    run(TagNewQueueHandler::build)
}
