//! The `trailhook` command, run to its end, and folders for what it is given.

use crate::functions::binaries;
use std::io::{Result, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Runs it in the project's folder.
pub fn trailhook<A: AsRef<std::ffi::OsStr>>(arguments: impl IntoIterator<Item = A>) -> Result<Output> {
    Command::new(binaries()?.join("trailhook")).args(arguments).current_dir(crate::root()).output()
}

/// A new and empty folder of this name, for one test.
pub fn folder(name: &str) -> Result<PathBuf> {
    let folder = crate::root().join("target/tests/command").join(name);
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir_all(&folder)?;
    folder.canonicalize()
}

/// A folder with the real functions, and this shell script in the place of one of them.
pub fn with_script(name: &str, function: &str, script: &str) -> Result<PathBuf> {
    let folder = folder(name)?;
    for real in ["tag-new-queue", "notify", "revert", "snapshot"] {
        if real != function {
            std::os::unix::fs::symlink(binaries()?.join(real), folder.join(real))?;
        }
    }
    write_executable(&folder.join(function), &format!("#!/bin/sh\n{script}\n"))?;
    Ok(folder)
}

/// A shell writes it: were it open for writing here, a child that another thread has just started would
/// have it open too, and it could not be run.
fn write_executable(path: &Path, text: &str) -> Result<()> {
    let mut shell = Command::new("sh").args(["-c", r#"cat > "$0""#]).arg(path).stdin(Stdio::piped()).spawn()?;
    if let Some(mut input) = shell.stdin.take() {
        input.write_all(text.as_bytes())?;
    }
    shell.wait()?;
    std::fs::set_permissions(path, PermissionsExt::from_mode(0o755))
}

/// What it said on its standard error, and its exit status.
pub fn told(done: &Output) -> (Option<i32>, String) {
    (done.status.code(), String::from_utf8_lossy(&done.stderr).into_owned())
}
