//! Why a call is refused, by the codes of CloudWatch's Query protocol. The newer protocols name the
//! shape of the error instead, and carry the old code in `x-amzn-query-error`.

use std::fmt::Display;

const ONE_OF_CLOUDWATCH: &str = "com.amazonaws.cloudwatch.v2010_08_01#";
const ONE_OF_ALL: &str = "com.amazon.coral.service#";

/// A refusal: always the caller's fault, and of status 400.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) code: Code,
    pub(super) message: String,
}

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Code {
    /// A parameter that must be there is not.
    Missing,
    /// A parameter's value.
    Value,
    /// Parameters that do not go together.
    Combination,
    /// What GetMetricData says of anything that is wrong with its queries.
    Validation,
    /// A token that no answer had.
    NextToken,
    /// The request is not in the protocol that it says.
    Unreadable,
}

impl Failure {
    pub(super) fn new(code: Code, message: impl Into<String>) -> Failure {
        Failure { code, message: message.into() }
    }

    pub(super) fn missing(parameter: &str) -> Failure {
        Failure::new(Code::Missing, required(parameter))
    }

    pub(super) fn value(message: impl Into<String>) -> Failure {
        Failure::new(Code::Value, message)
    }

    pub(super) fn validation(message: impl Into<String>) -> Failure {
        Failure::new(Code::Validation, message)
    }

    pub(super) fn unreadable(why: &impl Display) -> Failure {
        Failure::new(Code::Unreadable, format!("The request cannot be read: {why}"))
    }
}

/// That a parameter is missing.
pub(super) fn required(parameter: &str) -> String {
    format!("The parameter {parameter} is required.")
}

impl Code {
    /// The code in the Query protocol.
    pub(super) fn in_query(self) -> &'static str {
        match self {
            Code::Missing => "MissingParameter",
            Code::Value => "InvalidParameterValue",
            Code::Combination => "InvalidParameterCombination",
            Code::Validation => "ValidationError",
            Code::NextToken => "InvalidNextToken",
            Code::Unreadable => "MalformedInput",
        }
    }

    /// The `__type` in JSON and in CBOR.
    pub(super) fn shape(self) -> String {
        let (prefix, name) = match self {
            Code::Missing => (ONE_OF_CLOUDWATCH, "MissingRequiredParameterException"),
            Code::Value => (ONE_OF_CLOUDWATCH, "InvalidParameterValueException"),
            Code::Combination => (ONE_OF_CLOUDWATCH, "InvalidParameterCombinationException"),
            Code::NextToken => (ONE_OF_CLOUDWATCH, "InvalidNextToken"),
            Code::Validation => (ONE_OF_ALL, "ValidationException"),
            Code::Unreadable => (ONE_OF_ALL, "SerializationException"),
        };
        format!("{prefix}{name}")
    }
}
