//! The function that tells people and programs about a call.

use std::process::ExitCode;
use trailhook_handlers::{responses::NotifyHandler, run};

fn main() -> ExitCode {
    run(NotifyHandler::build)
}
