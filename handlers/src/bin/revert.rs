//! The function that undoes a call; a dry run unless told otherwise.

use std::process::ExitCode;
use trailhook_handlers::{responses::RevertHandler, run};

fn main() -> ExitCode {
    run(RevertHandler::build)
}
