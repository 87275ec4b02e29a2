//! Where the project is: the folder with the workspace and its template.

use std::path::{Path, PathBuf};

/// The template's name.
pub const TEMPLATE: &str = "template.yaml";

/// There is no project to be found.
#[derive(Debug, thiserror::Error)]
#[error(
    "there is no {TEMPLATE} beside a Cargo.toml in {} or above: say --project FOLDER, or --template FILE",
    .0.display()
)]
pub struct NoProject(PathBuf);

/// The project's folder: the one given, the nearest one upward from here, or the one that cargo
/// runs this command from.
///
/// # Errors
/// None of them has a template.
pub fn find(given: Option<&Path>) -> Result<PathBuf, NoProject> {
    if let Some(given) = given {
        return Ok(given.to_owned());
    }
    let here = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
    let of_cargo = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let found = upward(&here).or_else(|| upward(of_cargo.as_deref()?));
    found.map(|folder| shortened(folder, &here)).ok_or(NoProject(here))
}

fn upward(from: &Path) -> Option<PathBuf> {
    let is_project = |folder: &&Path| folder.join(TEMPLATE).is_file() && folder.join("Cargo.toml").is_file();
    from.ancestors().find(is_project).map(Path::to_owned)
}

/// Paths under the current folder are told as people say them.
fn shortened(folder: PathBuf, here: &Path) -> PathBuf {
    if folder == here { PathBuf::new() } else { folder }
}
