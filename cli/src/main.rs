//! The `trailhook` command. Everything is in the library; this reads the arguments, and turns what
//! comes of them into an exit status.

use clap::Parser;
use std::fmt::Display;
use std::io::{ErrorKind, Write};
use std::process::ExitCode;
use std::task::Poll;
use tokio::signal::unix::{SignalKind, signal};
use trailhook_cli::args::Arguments;
use trailhook_cli::commands::{CommandError, Verdict, run};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let result = match runtime {
        // The handlers are there before anything is begun.
        Ok(runtime) => runtime.block_on(async { run(arguments, asked_to_end()).await }),
        Err(error) => Err(error.into()),
    };
    match result {
        Ok(Verdict::Good) => ExitCode::SUCCESS,
        Ok(Verdict::Bad) => ExitCode::from(1),
        // Whoever read the output has read enough, as `head` does.
        Err(CommandError::Write(error)) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            say(&error);
            ExitCode::from(if let CommandError::Ended(status) = error { status } else { 2 })
        }
    }
}

/// Waits for Ctrl-C, for a request to end, or for the terminal to go; the exit status of that. Asked again, it waits for the
/// next one.
fn asked_to_end() -> impl Future<Output = u8> {
    let all = [(SignalKind::interrupt(), 130), (SignalKind::terminate(), 143), (SignalKind::hangup(), 129)];
    let mut streams = Vec::new();
    for (kind, status) in all {
        match signal(kind) {
            Ok(stream) => streams.push((stream, status)),
            // Without a handler the signal ends the process by itself.
            Err(error) => say(&error),
        }
    }
    std::future::poll_fn(move |context| {
        let came =
            streams.iter_mut().find_map(|(stream, status)| stream.poll_recv(context).is_ready().then_some(*status));
        came.map_or(Poll::Pending, Poll::Ready)
    })
}

fn say(what: &dyn Display) {
    // The terminal may have gone.
    drop(writeln!(std::io::stderr().lock(), "trailhook: {what}"));
}
