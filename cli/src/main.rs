//! The `trailhook` command. Everything is in the library; this reads the arguments, and turns what
//! comes of them into an exit status.

use clap::Parser;
use std::io::ErrorKind;
use std::process::ExitCode;
use tokio::signal::unix::{SignalKind, signal};
use trailhook_cli::args::Arguments;
use trailhook_cli::commands::{CommandError, Verdict, run};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let result = match runtime {
        Ok(runtime) => runtime.block_on(async {
            tokio::select! {
                result = run(arguments) => Some(result),
                // Leaving drops the stage, and with it the functions' processes.
                () = asked_to_end() => None,
            }
        }),
        Err(error) => Some(Err(error.into())),
    };
    let Some(result) = result else {
        eprintln!("trailhook: ended before it was done");
        return ExitCode::from(130);
    };
    match result {
        Ok(Verdict::Good) => ExitCode::SUCCESS,
        Ok(Verdict::Bad) => ExitCode::from(1),
        // Whoever read the output has read enough, as `head` does.
        Err(CommandError::Write(error)) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("trailhook: {error}");
            ExitCode::from(2)
        }
    }
}

/// Waits for Ctrl-C, for a request to end, or for the terminal to go.
async fn asked_to_end() {
    let mut kinds = Vec::new();
    for kind in [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()] {
        match signal(kind) {
            Ok(stream) => kinds.push(stream),
            // Without the handler the signal ends the process by itself.
            Err(error) => eprintln!("trailhook: {error}"),
        }
    }
    let [Some(mut one), Some(mut two), Some(mut three)] = [kinds.pop(), kinds.pop(), kinds.pop()] else {
        return std::future::pending().await;
    };
    tokio::select! { _ = one.recv() => {}, _ = two.recv() => {}, _ = three.recv() => {} }
}
