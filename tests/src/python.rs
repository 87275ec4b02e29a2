//! Python programs that tests run, in environments of their own under `target/python/`.

use std::io::{Error, Result};
use std::path::PathBuf;
use std::process::Command;

/// The folder of programs of the environment that `tests/python/<name>.txt` pins; made if it is not
/// there, which takes the package index and a minute.
pub fn programs(name: &str) -> Result<PathBuf> {
    let made = Command::new("bash").arg(crate::root().join(".ci/venv")).arg(name).output()?;
    if !made.status.success() {
        let why = String::from_utf8_lossy(&made.stderr);
        return Err(Error::other(format!("the Python environment {name} could not be made:\n{why}")));
    }
    Ok(PathBuf::from(String::from_utf8_lossy(&made.stdout).trim()))
}
