//! What can be wrong with a template, or with the parameters given for it.

use super::yaml::YamlError;
use std::path::PathBuf;

/// A template can't be read, or what the local stage needs of it can't be resolved.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// The file can't be read.
    #[error("{}: the template can't be read: {source}; --template says which file it is", file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The file is not YAML.
    #[error("{}: not YAML: {source}", file.display())]
    Yaml {
        /// The file.
        file: PathBuf,
        /// What is wrong, with line and column.
        source: YamlError,
    },
    /// Something in it can't be resolved; the place is the path in the template.
    #[error("{place}: {problem}")]
    Place {
        /// As in `Resources.ApiCallRule.Properties.Targets[0].Arn`.
        place: String,
        /// What is wrong there.
        problem: Problem,
    },
    /// A parameter's value is not one that CloudFormation would take.
    #[error("parameter {name}: {problem}")]
    Parameter {
        /// The parameter.
        name: String,
        /// What is wrong with its value.
        problem: ParameterProblem,
    },
}

/// What is wrong at a place of a template.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// The intrinsic function is not one that the local stage resolves.
    #[error("{0} is an intrinsic function that is not resolved locally")]
    UnknownFunction(String),
    /// The intrinsic function's argument has the wrong form.
    #[error("{function} takes {takes}")]
    Argument {
        /// The function.
        function: &'static str,
        /// What it takes.
        takes: &'static str,
    },
    /// Neither a parameter nor a resource nor a pseudo parameter.
    #[error("there is no parameter and no resource {0}")]
    NoSuchName(String),
    /// No such condition.
    #[error("there is no condition {0}")]
    NoSuchCondition(String),
    /// A name depends on itself, or nesting has no end in sight.
    #[error("it is nested too deeply, or depends on itself")]
    TooDeep,
    /// The resource is there, but what it is worth is not known locally.
    #[error("{attribute} of {resource}, which is an {kind}, is not known locally")]
    UnknownAttribute {
        /// The logical id.
        resource: String,
        /// Its type.
        kind: String,
        /// `Ref`, or the attribute's name.
        attribute: String,
    },
    /// The resource's condition is false: it would not be made.
    #[error("{0} is not made, because its condition is false")]
    NotMade(String),
    /// The value has the wrong form.
    #[error("expected {0}")]
    Expected(&'static str),
    /// A `Mappings` entry that is not there.
    #[error("Mappings has no {0}")]
    NoSuchMapping(String),
    /// EventBridge would take the rule, and the target would never get an event.
    #[error("{0}")]
    NeverDelivered(&'static str),
    /// EventBridge would refuse it.
    #[error("{0}")]
    Refused(&'static str),
    /// The local stage does not do it.
    #[error("the local stage does not do {0}")]
    NotDone(&'static str),
}

/// What is wrong with a parameter's value.
#[derive(Debug, thiserror::Error)]
pub enum ParameterProblem {
    /// The template has no such parameter.
    #[error("the template has no such parameter; it has {0}")]
    Unknown(String),
    /// It has no default and none was given.
    #[error("it has no default: give it with --parameter {0}=VALUE")]
    Missing(String),
    /// Not one of the allowed values.
    #[error("{value:?} is none of {allowed}")]
    NotAllowed {
        /// The value, or the element of the list.
        value: String,
        /// Those allowed, separated by commas.
        allowed: String,
    },
    /// It doesn't match the allowed pattern.
    #[error("{value:?} breaks the rule: {described}")]
    Pattern {
        /// The value.
        value: String,
        /// The constraint's description, or the pattern.
        described: String,
    },
    /// Too short, too long, too small, too large, or not a number.
    #[error("{value:?} is not {limit}")]
    Limit {
        /// The value.
        value: String,
        /// The limit, in words.
        limit: String,
    },
    /// Its type is looked up in the account when the stack is deployed.
    #[error("its type {0} is looked up in an account: give the value with --parameter")]
    Type(String),
}

impl TemplateError {
    pub(super) fn at(place: impl Into<String>, problem: Problem) -> TemplateError {
        TemplateError::Place { place: place.into(), problem }
    }
}
