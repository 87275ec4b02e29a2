//! Makes what is measured: the functions, the programs to compare with, and what those in Python and JavaScript need.

use crate::Result;
use crate::arguments::Arguments;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where everything is.
#[derive(Debug)]
pub struct Built {
    /// The folder of the functions' binaries.
    pub functions: PathBuf,
    /// The bare program.
    pub bare: PathBuf,
    /// The one with every default.
    pub defaults: PathBuf,
    /// Python with boto3, where there is Python.
    pub boto3: Option<Vec<PathBuf>>,
    /// Node.js with the SDK, where there is Node.js.
    pub javascript: Option<Vec<PathBuf>>,
}

/// What people who write in JavaScript would install: the newest, as with boto3, and which that is is told.
const JAVASCRIPT: &str = "@aws-sdk/client-sqs";

/// Makes all of it; what was made before is there already.
pub fn built(arguments: &Arguments) -> Result<Built> {
    let here = here();
    let functions = functions(arguments)?;
    let target = here.join("target");
    // As it is where nobody says anything: with the CPU's jitter as a source of randomness.
    let program = |package: &str| -> Result<PathBuf> {
        told(&format!("building {package}"));
        let mut command = cargo();
        command.current_dir(&here).args(["build", "--release", "--locked", "--package", package]);
        done(command.arg("--target-dir").arg(&target).env("AWS_LC_SYS_NO_JITTER_ENTROPY", "0"))?;
        Ok(target.join("release").join(package))
    };
    let wanted =
        |word: &str| arguments.only.is_empty() || arguments.only.iter().any(|only| word.contains(only.as_str()));
    Ok(Built {
        functions,
        bare: program("bare")?,
        defaults: if wanted("SDK defaults") { program("defaults")? } else { PathBuf::new() },
        boto3: if wanted("boto3") { optional("boto3", boto3(&here, &target)) } else { None },
        javascript: if wanted("SDK for JavaScript") {
            optional("the SDK for JavaScript", javascript(&here, &target))
        } else {
            None
        },
    })
}

/// The folder of the functions' binaries, built where nobody says which.
pub fn functions(arguments: &Arguments) -> Result<PathBuf> {
    if let Some(folder) = &arguments.functions {
        return Ok(folder.clone());
    }
    let root = here().join("../..");
    told("building the functions");
    let mut command = cargo();
    command.current_dir(&root).args(["build", "--release", "--locked", "--package", "trailhook-handlers", "--bins"]);
    done(command.arg("--target-dir").arg(root.join("target")))?;
    Ok(root.join("target/release"))
}

fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

fn boto3(here: &Path, target: &Path) -> Result<Vec<PathBuf>> {
    let venv = target.join("boto3");
    let python = venv.join("bin/python3");
    if !python.is_file() {
        told("installing boto3");
        done(Command::new("python3").args(["-m", "venv"]).arg(&venv))?;
        done(Command::new(&python).args(["-m", "pip", "install", "--quiet", "boto3"]))?;
    }
    told(&format!("boto3 {}", said(Command::new(&python).args(["-c", "import boto3; print(boto3.__version__)"]))?));
    Ok(vec![python, here.join("with_boto3.py")])
}

fn javascript(here: &Path, target: &Path) -> Result<Vec<PathBuf>> {
    let folder = target.join("javascript");
    if !folder.join("node_modules").is_dir() {
        told("installing the SDK for JavaScript");
        std::fs::create_dir_all(&folder)?;
        std::fs::write(folder.join("package.json"), r#"{"private": true, "type": "module"}"#)?;
        done(
            Command::new("npm")
                .args(["install", "--silent", "--no-audit", "--no-fund"])
                .arg(JAVASCRIPT)
                .current_dir(&folder),
        )?;
    }
    // Beside what it imports.
    let program = folder.join("with_sdk.mjs");
    std::fs::copy(here.join("with_sdk.mjs"), &program)?;
    let manifest = folder.join("node_modules").join(JAVASCRIPT).join("package.json");
    let manifest: serde_json::Value = serde_json::from_slice(&std::fs::read(manifest)?)?;
    let version = manifest.get("version").and_then(serde_json::Value::as_str).unwrap_or("of no version");
    told(&format!("{JAVASCRIPT} {version} on Node.js {}", said(Command::new("node").arg("--version"))?));
    Ok(vec!["node".into(), program])
}

/// What can't be had is said, and not measured.
fn optional(what: &str, made: Result<Vec<PathBuf>>) -> Option<Vec<PathBuf>> {
    made.map_err(|error| told(&format!("{what} is not measured: {error}"))).ok()
}

fn done(command: &mut Command) -> Result<()> {
    said(command).map(drop)
}

/// What a command says, where it succeeds.
fn said(command: &mut Command) -> Result<String> {
    let output = command.output().map_err(|error| format!("{:?}: {error}", command.get_program()))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
    }
    Err(format!("{:?}: {}\n{}", command.get_program(), output.status, String::from_utf8_lossy(&output.stderr)).into())
}

fn told(what: &str) {
    eprintln!("{what}");
}
