//! The `trailhook` command. Everything is in the library; this reads the arguments, and turns what
//! comes of them into an exit status.

use clap::Parser;
use std::process::ExitCode;
use trailhook_cli::args::Arguments;
use trailhook_cli::commands::{Verdict, run};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let result = match runtime {
        Ok(runtime) => runtime.block_on(run(arguments)),
        Err(error) => Err(error.into()),
    };
    match result {
        Ok(Verdict::Good) => ExitCode::SUCCESS,
        Ok(Verdict::Bad) => ExitCode::from(1),
        Err(error) => {
            eprintln!("trailhook: {error}");
            ExitCode::from(2)
        }
    }
}
