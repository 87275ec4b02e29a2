//! Reading an event alone, in a program of its own: what the rows of the bench are held against.
//!
//! That program (`benches/cold-start/decoding`) is built apart, with no feature of aws_lambda_events on that only Trailhook
//! needs. It measures when it is told to, so that it takes its turn with the rest.

use std::error::Error;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// The program, which waits to be told.
#[derive(Debug)]
pub struct Alone {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    /// So many events in one measurement.
    events: u32,
    /// How many allocations one event takes, and of how many bytes.
    pub allocations: (u64, u64),
}

impl Alone {
    /// Builds and starts it, and sends it the event, which is JSON in one line.
    pub fn start(event: &[u8], events: u32) -> Result<Alone> {
        let there = Path::new(env!("CARGO_MANIFEST_DIR")).join("../benches/cold-start");
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut build = Command::new(cargo);
        build.current_dir(&there).args([
            "build",
            "--quiet",
            "--locked",
            "--package",
            "decoding",
            "--profile",
            "decoding",
        ]);
        let status = build.args(["--target-dir", "target"]).status()?;
        if !status.success() {
            return Err(format!("building what to compare with: {status}").into());
        }
        let mut command = Command::new(there.join("target/decoding/decoding"));
        command.arg(events.to_string()).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn()?;
        let (input, output) = (child.stdin.take(), child.stdout.take());
        let (input, output) = input.zip(output).ok_or("the program has no standard input or output")?;
        let mut alone = Alone { child, input, output: BufReader::new(output), events, allocations: (0, 0) };
        alone.input.write_all(event)?;
        alone.input.write_all(b"\n")?;
        let said = alone.said()?;
        let (count, bytes) = said.split_once(' ').ok_or("the program does not say what it allocates")?;
        alone.allocations = (count.parse()?, bytes.parse()?);
        Ok(alone)
    }

    /// What one event takes, in this measurement.
    pub fn measure(&mut self) -> Result<Duration> {
        self.input.write_all(b"\n")?;
        self.input.flush()?;
        Ok(Duration::from_nanos(self.said()?.parse()?) / self.events)
    }

    fn said(&mut self) -> Result<String> {
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        if line.is_empty() {
            return Err(format!("the program to compare with ended: {}", self.child.wait()?).into());
        }
        Ok(line.trim().to_owned())
    }
}

impl Drop for Alone {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
