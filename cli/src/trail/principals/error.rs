//! What can be wrong with a file of principals.

use crate::template::YamlError;
use std::path::PathBuf;

/// A file of principals can't be read or understood.
#[derive(Debug, thiserror::Error)]
pub enum PrincipalsError {
    /// The file can't be read.
    #[error("{}: {source}", file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// It is not YAML.
    #[error("{}: {source}", file.display())]
    Yaml {
        /// The file.
        file: PathBuf,
        /// What is wrong, with line and column.
        source: YamlError,
    },
    /// It looks like JSON and is none.
    #[error("{}: {source}", file.display())]
    Json {
        /// The file.
        file: PathBuf,
        /// What is wrong, with line and column.
        source: serde_json::Error,
    },
    /// It is no map from access key ids.
    #[error("{}: expected a map from access key ids to who they are, as in `carol: {{user: carol}}`", file.display())]
    NoMap {
        /// The file.
        file: PathBuf,
    },
    /// A principal is not understood.
    #[error("{}: {place}: {problem}", file.display())]
    Principal {
        /// The file.
        file: PathBuf,
        /// The access key id, with the field behind a dot.
        place: String,
        /// What is wrong there.
        problem: PrincipalsProblem,
    },
}

/// What is wrong with a principal.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum PrincipalsProblem {
    /// Nothing says who it is.
    #[error("it does not say who this is: give one of {0}")]
    Nobody(String),
    /// Two things say who it is.
    #[error("it is a {0} and a {1}: give one of them")]
    Both(&'static str, &'static str),
    /// A field that this kind of principal does not have.
    #[error("a {kind} has no such field; it has {fields}")]
    UnknownField {
        /// As in `role`.
        kind: &'static str,
        /// The fields it has, separated by commas.
        fields: String,
    },
    /// A field is not there.
    #[error("it is missing: {0}")]
    Missing(&'static str),
    /// A field has the wrong form.
    #[error("expected {0}")]
    Expected(&'static str),
}
