//! The functions' binaries: built by cargo, or ready ones.

use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use tokio::process::Command;

/// The functions' binaries.
#[derive(Clone, Debug)]
pub enum Binaries {
    /// A folder of ready ones: cargo's (`target/debug`), cargo-lambda's (`target/lambda`) or SAM's
    /// (`.aws-sam/build`).
    Ready(PathBuf),
    /// Those that cargo has just built, by name.
    Built(BTreeMap<String, PathBuf>),
}

/// There are no binaries to run.
#[derive(Debug, thiserror::Error)]
pub enum BinariesError {
    /// Cargo can't be run.
    #[error("{cargo} can't be run: {source}")]
    Cargo {
        /// The command.
        cargo: String,
        /// Why not.
        source: std::io::Error,
    },
    /// The build failed; cargo has said why.
    #[error(
        "the functions could not be built: `{command}` ended with {status}; \
         mend what its errors above say, or give ready ones with --functions FOLDER"
    )]
    Build {
        /// The command.
        command: String,
        /// How it ended.
        status: ExitStatus,
    },
    /// The project has no such binary.
    #[error("the project builds no binary {0}, which the template names under Metadata.BuildProperties.Binary")]
    NotBuilt(String),
    /// A binary is not there.
    #[error(
        "there is no binary of {binary} in {}: expected {binary}, {binary}/bootstrap or {logical_id}/bootstrap; \
         without --functions they are built",
        folder.display()
    )]
    Missing {
        /// The binary's name.
        binary: String,
        /// The function's name in the template.
        logical_id: String,
        /// The folder.
        folder: PathBuf,
    },
}

/// Every package at once, as `cargo run` at the root takes them: with other packages dependencies
/// would get other features, and be built twice.
const BUILD: [&str; 4] = ["build", "--workspace", "--bins", "--message-format=json-render-diagnostics"];

impl Binaries {
    /// Builds them with cargo, whose progress goes to the standard error; `release` with optimizations.
    ///
    /// # Errors
    /// Cargo can't be run, or the build fails.
    pub async fn build(project: &Path, release: bool) -> Result<Binaries, BinariesError> {
        let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
        let mut command = Command::new(&cargo);
        command
            .args(BUILD)
            .args(release.then_some("--release"))
            .current_dir(project)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            // Who ends this ends the build.
            .kill_on_drop(true);
        let failed = |source| BinariesError::Cargo { cargo: cargo.clone(), source };
        let output = command.spawn().map_err(failed)?.wait_with_output().await.map_err(failed)?;
        if !output.status.success() {
            let command = format!("cargo {}", BUILD.join(" "));
            return Err(BinariesError::Build { command, status: output.status });
        }
        let messages = output.stdout.split(|byte| *byte == b'\n');
        Ok(Binaries::Built(messages.filter_map(|line| executable(&serde_json::from_slice(line).ok()?)).collect()))
    }

    /// A function's binary.
    ///
    /// # Errors
    /// It is not there.
    pub fn of(&self, binary: &str, logical_id: &str) -> Result<PathBuf, BinariesError> {
        match self {
            Binaries::Built(built) => {
                built.get(binary).cloned().ok_or_else(|| BinariesError::NotBuilt(binary.to_owned()))
            }
            Binaries::Ready(folder) => {
                let bootstrap = |name: &str| folder.join(name).join("bootstrap");
                let places = [folder.join(binary), bootstrap(binary), bootstrap(logical_id)];
                places.into_iter().find(|place| place.is_file()).ok_or_else(|| BinariesError::Missing {
                    binary: binary.to_owned(),
                    logical_id: logical_id.to_owned(),
                    folder: folder.clone(),
                })
            }
        }
    }
}

/// The name and the place of a binary, from one of cargo's messages.
fn executable(message: &Value) -> Option<(String, PathBuf)> {
    let path = message.get("executable")?.as_str()?;
    Some((message.pointer("/target/name")?.as_str()?.to_owned(), PathBuf::from(path)))
}
