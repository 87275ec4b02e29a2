//! `trailhook validate` on a stage, and what it says.

use crate::functions::binaries;
use serde_json::Value;
use std::io::{Error, Result};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What it said.
#[derive(Debug)]
pub struct Validation {
    /// Its exit status.
    pub status: Option<i32>,
    /// Its JSON document.
    pub told: Value,
}

impl Validation {
    /// Runs it at the endpoint of a stage; its answer comes as JSON.
    pub fn of(endpoint: &str, arguments: &[&str]) -> Result<Validation> {
        let done = command(endpoint, arguments)?.arg("--json").output()?;
        let told = serde_json::from_slice(&done.stdout);
        let told = told.map_err(|_| Error::other(String::from_utf8_lossy(&done.stderr).into_owned()))?;
        Ok(Validation { status: done.status.code(), told })
    }

    /// The rows.
    pub fn rows(&self) -> impl Iterator<Item = &Value> {
        self.told.get("rows").and_then(Value::as_array).into_iter().flatten()
    }

    /// The rows with this verdict, as `check subject`.
    pub fn named(&self, verdict: &str) -> Vec<String> {
        let text = |row: &Value, name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let with = self.rows().filter(|row| text(row, "verdict") == verdict);
        with.map(|row| format!("{} {}", text(row, "check"), text(row, "subject"))).collect()
    }
}

/// The command at the endpoint of a stage, as alice.
pub fn command(endpoint: &str, arguments: &[&str]) -> Result<Command> {
    let mut command = Command::new(binaries()?.join("trailhook"));
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("AWS_")) {
        command.env_remove(name);
    }
    command.envs([
        ("AWS_ACCESS_KEY_ID", "alice"),
        ("AWS_SECRET_ACCESS_KEY", "testing"),
        ("AWS_REGION", "eu-west-1"),
        ("AWS_CONFIG_FILE", "/dev/null"),
        ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
    ]);
    command.current_dir(crate::root()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.args(["validate", "--endpoint-url", endpoint]).args(arguments);
    Ok(command)
}

/// The template with a change, in a file of this name.
pub fn changed(name: &str, change: impl FnOnce(String) -> String) -> Result<PathBuf> {
    let text = std::fs::read_to_string(crate::root().join("template.yaml"))?;
    let changed = change(text.clone());
    if changed == text {
        return Err(Error::other(format!("{name} changes nothing")));
    }
    let folder = crate::root().join("target/tests/validate");
    std::fs::create_dir_all(&folder)?;
    let path: &Path = &folder.join(format!("{name}.yaml"));
    std::fs::write(path, changed)?;
    Ok(path.to_owned())
}

/// The template without a resource.
pub fn without(text: &str, resource: &str) -> String {
    let mut inside = false;
    let keep = |line: &&str| {
        let is_name = line.starts_with("  ") && !line.starts_with("   ");
        if is_name && !line.trim_start().starts_with('#') {
            inside = line.trim_end().strip_suffix(':').is_some_and(|name| name.trim() == resource);
        } else if !line.starts_with(' ') && !line.is_empty() {
            inside = false;
        }
        !inside
    };
    let mut kept = text.lines().filter(keep).collect::<Vec<_>>().join("\n");
    kept.push('\n');
    kept
}
