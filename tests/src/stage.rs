//! The stage that stays up, as a process, with what its clients need.

use crate::functions::binaries;
use crate::moto::REGION;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_sqs::config::retry::{RetryConfig, RetryPartition, TokenBucket};
use aws_sdk_sqs::config::{Credentials, SharedCredentialsProvider};
use std::io::{BufRead, BufReader, Error, Result};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// Longer than anything on a stage takes; what has not come by then does not come.
const PATIENCE: Duration = Duration::from_secs(120);

/// A running stage; it is killed when this is dropped.
pub struct Stage {
    process: Child,
    lines: Receiver<String>,
    /// Where its front door is.
    pub endpoint: String,
}

impl Stage {
    /// Starts one on a free port with these arguments, without a walk-through.
    pub fn start(arguments: &[&str]) -> Result<Stage> {
        let folder = binaries()?;
        let mut command = Command::new(folder.join("trailhook"));
        command.args(["local", "--skip-walk-through", "--port", "0"]).args(arguments);
        if !arguments.contains(&"--functions") {
            command.arg("--functions").arg(&folder);
        }
        let mut process = command.current_dir(crate::root()).stdout(Stdio::piped()).spawn()?;
        let out = process.stdout.take().ok_or_else(|| Error::other("it has no stdout"))?;
        let (told, lines) = channel();
        std::thread::spawn(move || {
            BufReader::new(out).lines().map_while(Result::ok).try_for_each(|line| told.send(line))
        });
        let mut stage = Stage { process, lines, endpoint: String::new() };
        let ready = stage.until(|line| line.starts_with("ready"))?;
        let url = ready.last().and_then(|line| line.split_once("AWS_ENDPOINT_URL=")?.1.split(' ').next());
        stage.endpoint = url.ok_or_else(|| Error::other("the ready line names no endpoint"))?.to_owned();
        Ok(stage)
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// The lines up to the one that is waited for.
    pub fn until(&self, wanted: impl Fn(&str) -> bool) -> Result<Vec<String>> {
        let started = Instant::now();
        let mut lines: Vec<String> = Vec::new();
        while started.elapsed() < PATIENCE {
            let Ok(line) = self.lines.recv_timeout(PATIENCE) else { break };
            let found = wanted(&line);
            lines.push(line);
            if found {
                return Ok(lines);
            }
        }
        Err(Error::other(format!("it did not come:\n{}", lines.join("\n"))))
    }

    /// The lines up to the one that makes all of these have come, in whatever order.
    pub fn until_all(&self, wanted: &[&str]) -> Result<Vec<String>> {
        let mut lines: Vec<String> = Vec::new();
        while !wanted.iter().all(|wanted| lines.iter().any(|line| line.contains(wanted))) {
            lines.extend(self.until(|line| wanted.iter().any(|wanted| line.contains(wanted)))?);
        }
        Ok(lines)
    }

    /// Asks it to end, as Ctrl-C does: the lines that were not read yet, and the exit status.
    pub fn end(mut self) -> Result<(Vec<String>, Option<i32>)> {
        let id = self.process.id().to_string();
        if !Command::new("kill").args(["-INT", &id]).status()?.success() {
            return Err(Error::other("it could not be asked to end"));
        }
        let lines = self.lines.iter().collect();
        Ok((lines, self.process.wait()?.code()))
    }

    /// What an SDK client of this caller is made from.
    pub fn configuration(&self, access_key_id: &str) -> SdkConfig {
        configuration(&self.endpoint, access_key_id)
    }

    /// A client of SQS.
    pub fn sqs(&self, access_key_id: &str) -> aws_sdk_sqs::Client {
        aws_sdk_sqs::Client::new(&self.configuration(access_key_id))
    }
}

/// What an SDK client of this caller is made from, at any endpoint.
pub fn configuration(endpoint: &str, access_key_id: &str) -> SdkConfig {
    let credentials = Credentials::new(access_key_id, "testing", None, None, "the tests");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .region(Region::new(REGION))
        .endpoint_url(endpoint)
        .build()
}

/// A client that tries again as often as a stage with faults asks for. Its tries come out of a purse of its own: clients
/// of one process share one, which the faults of all the tests together would empty, and then nothing is tried again.
pub fn patient_sqs(endpoint: &str, access_key_id: &str) -> aws_sdk_sqs::Client {
    let retries = RetryConfig::standard().with_max_attempts(12).with_initial_backoff(Duration::from_millis(10));
    let purse = RetryPartition::custom(format!("{access_key_id} at {endpoint}")).token_bucket(TokenBucket::unlimited());
    let configuration = aws_sdk_sqs::config::Builder::from(&configuration(endpoint, access_key_id));
    aws_sdk_sqs::Client::from_conf(configuration.retry_config(retries).retry_partition(purse.build()).build())
}

impl Drop for Stage {
    fn drop(&mut self) {
        // It may have ended by itself; there is nothing more to do about it here.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}
