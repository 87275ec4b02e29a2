//! The function that keeps what is known of a queue.

use std::process::ExitCode;
use trailhook_handlers::{responses::SnapshotHandler, run};

fn main() -> ExitCode {
    run(SnapshotHandler::build)
}
