//! What a cold start takes: exec to the first poll, to the first signed answer of AWS over TLS, to the first answer of the
//! function; warm answers; memory; size. The functions as they are deployed, and beside them, in the same run and in turns,
//! a bare lambda_runtime program, the same handler with every default, and the same in Python and JavaScript.
//!
//! It starts real programs under a Runtime API of its own, with AWS behind TLS beside it, all on loopback. Nothing here
//! fails for being slow, except with `--budget`: instructions are counted there, and those can be repeated.

mod arguments;
mod aws;
mod budget;
mod built;
mod certificate;
mod programs;
mod run;
mod runtime_api;
mod seen;
mod serve;
mod told;

use arguments::Arguments;
use clap::Parser;
use std::error::Error;
use std::process::ExitCode;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // One thread: the program that is measured has the other core for itself.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    match runtime.map_err(Into::into).and_then(|runtime| runtime.block_on(measured(&arguments))) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

async fn measured(arguments: &Arguments) -> Result<bool> {
    match &arguments.budget {
        Some(budget) => budget::kept(arguments, budget).await,
        None => told::measured(arguments).await.map(|()| true),
    }
}
