//! moto, the AWS back end that is not ours: a server on loopback, one for each test that asks.

use crate::python;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_sqs::config::{Credentials, SharedCredentialsProvider};
use serde_json::Value;
use std::io::{BufRead, BufReader, Error, Result};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// The account that moto plays, the one of the sample events.
pub const ACCOUNT: &str = "111122223333";
/// The Region of the sample events.
pub const REGION: &str = "eu-west-1";

/// A running moto; it ends when this is dropped.
pub struct Moto {
    process: Child,
    /// Where it listens, as `AWS_ENDPOINT_URL` wants it.
    pub endpoint: String,
    requests: PathBuf,
}

impl Moto {
    /// Starts one. Every request that reaches it is noted.
    pub fn start() -> Result<Moto> {
        let folder = crate::root().join("target/moto");
        std::fs::create_dir_all(&folder)?;
        let requests = folder.join(format!("requests-{}-{:?}.jsonl", std::process::id(), std::thread::current().id()));
        std::fs::write(&requests, "")?;
        let programs = python::programs("moto")?;
        let mut process = Command::new(programs.join("moto_server"))
            .args(["-H", "127.0.0.1", "-p", "0"])
            .env("MOTO_ACCOUNT_ID", ACCOUNT)
            .env("MOTO_ENABLE_RECORDING", "1")
            .env("MOTO_RECORDER_FILEPATH", &requests)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()?;
        let stderr = process.stderr.take().ok_or_else(|| Error::other("moto has no stderr"))?;
        let mut lines = BufReader::new(stderr).lines();
        let endpoint = loop {
            let line = lines.next().ok_or_else(|| Error::other("moto ended before it said where it listens"))??;
            if let Some((_, url)) = line.split_once("Running on ") {
                break url.trim().to_owned();
            }
        };
        // Read to the end, or moto would stop when the pipe is full.
        std::thread::spawn(move || lines.for_each(drop));
        Ok(Moto { process, endpoint, requests })
    }

    /// What clients of the test itself are made from.
    pub fn configuration(&self) -> SdkConfig {
        let nobody = Credentials::new("testing", "testing", None, None, "the tests");
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .credentials_provider(SharedCredentialsProvider::new(nobody))
            .region(Region::new(REGION))
            .endpoint_url(&self.endpoint)
            .build()
    }

    /// The calls that have reached it since the last time this was asked, as `sqs:TagQueue`.
    pub fn calls(&self) -> Result<Vec<String>> {
        let text = std::fs::read_to_string(&self.requests)?;
        std::fs::write(&self.requests, "")?;
        text.lines().map(|line| Ok(call(&serde_json::from_str(line)?))).collect()
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        // It may have ended by itself; there is nothing more to do about it here.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// JSON protocols name the call in a header, the Query protocol in the body.
fn call(request: &Value) -> String {
    let header = |name: &str| {
        let headers = request.get("headers")?.as_object()?;
        headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))?.1.as_str()
    };
    if let Some((service, call)) = header("x-amz-target").and_then(|target| target.split_once('.')) {
        let service = match service.split('_').next() {
            Some("DynamoDB") => "dynamodb",
            Some("Logs") => "logs",
            _ => "sqs",
        };
        return format!("{service}:{call}");
    }
    let body = request.get("body").and_then(Value::as_str).unwrap_or_default();
    let body = decoded(body);
    let call = body.split('&').find_map(|pair| pair.strip_prefix("Action=")).unwrap_or("unknown");
    format!("sns:{call}")
}

/// The recorder writes bodies in base64.
fn decoded(body: &str) -> String {
    let bytes = aws_smithy_types::base64::decode(body).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}
