//! Dead letters that somebody has made up, and the command that reads them.

use crate::command::told;
use crate::functions::binaries;
use serde_json::{Value, json};
use std::io::{Error, Result};
use std::process::{Command, Stdio};

/// revert on a stage.
pub const REVERT: &str = "arn:aws:lambda:eu-west-1:111122223333:function:trailhook-RevertFunction-1A2B3C";
/// The queue for what functions failed with, on a stage.
pub const FAILED: &str = "https://sqs.eu-west-1.amazonaws.com/111122223333/trailhook-FailedEventsQueue-1A2B3C";

/// `trailhook redrive` at the endpoint of a stage; on what it takes for a terminal, if that is wanted.
pub fn command(on_terminal: bool, endpoint: &str, arguments: &[&str]) -> Result<Command> {
    let trailhook = binaries()?.join("trailhook");
    let mut command = Command::new(if on_terminal { "python3".as_ref() } else { trailhook.as_path() });
    if on_terminal {
        command.args(["-c", "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))"]);
        command.arg(&trailhook);
    }
    command.args(["redrive", "--endpoint-url", endpoint, "--region", "eu-west-1"]).args(arguments);
    let path = std::env::var_os("PATH").unwrap_or_default();
    command.current_dir(crate::root()).env_clear().env("PATH", path).envs([
        ("AWS_ACCESS_KEY_ID", "ci"),
        ("AWS_SECRET_ACCESS_KEY", "testing"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        ("HOME", "/nowhere"),
    ]);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    Ok(command)
}

/// A subcommand about the stack of the stage at this endpoint, with `--json`.
pub fn asking(endpoint: &str, arguments: &[&str]) -> Result<Command> {
    let redrive = command(false, endpoint, &[])?;
    let mut asking = Command::new(redrive.get_program());
    asking.args(arguments).args(["--stack-name", "trailhook", "--json", "--region", "eu-west-1"]);
    asking.args(["--endpoint-url", endpoint]).current_dir(crate::root()).env_clear();
    asking.envs(redrive.get_envs().filter_map(|(name, value)| Some((name, value?))));
    asking.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    Ok(asking)
}

/// What a subcommand says with `--json` of the stack of the stage at this endpoint, and its exit status.
pub fn asked(endpoint: &str, arguments: &[&str]) -> Result<(Option<i32>, Value)> {
    let done = asking(endpoint, arguments)?.output()?;
    let json = serde_json::from_slice(&done.stdout);
    Ok((done.status.code(), json.map_err(|error| Error::other(format!("{error}: {:?}", told(&done))))?))
}

/// What Lambda keeps of an event that this function gave up on.
pub fn record(function: &str, event: &Value) -> String {
    let context = json!({"functionArn": format!("{function}:$LATEST"), "condition": "RetriesExhausted"});
    let error = json!({"errorType": "Trailhook.Denied", "errorMessage": "no sqs:DeleteQueue\u{1b}[2J"});
    json!({"version": "1.0", "requestContext": context, "requestPayload": event, "responsePayload": error}).to_string()
}

/// A call by somebody, so many minutes ago, that nobody made.
pub fn event(id: &str, minutes_ago: i64) -> Result<Value> {
    let time = chrono::Utc::now() - chrono::TimeDelta::minutes(minutes_ago);
    let mut event = crate::world::event("orders", time)?;
    if let Some(record) = event.get_mut("detail").and_then(Value::as_object_mut) {
        record.insert("eventID".to_owned(), id.into());
    }
    Ok(event)
}
