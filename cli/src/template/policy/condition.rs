//! The conditions of a statement.

use super::super::error::{Problem, TemplateError};
use super::super::properties::Properties;
use super::ServiceCall;
use super::glob::{arn_matches, glob};
use serde_json::Value;

const SOURCE_ARN: &str = "aws:sourcearn";
const SOURCE_ACCOUNT: &str = "aws:sourceaccount";
const LOG_GROUP: &str = "kms:encryptioncontext:aws:logs:arn";

#[derive(Clone, Debug)]
pub(super) struct Condition {
    operator: Operator,
    /// Whether it holds when no value fits.
    negated: bool,
    /// Whether it holds when the call has no such key.
    if_exists: bool,
    key: String,
    values: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Equals,
    EqualsIgnoreCase,
    Like,
    Arn,
    Null,
}

impl Condition {
    pub(super) fn read_all(conditions: &Properties<'_>) -> Result<Vec<Condition>, TemplateError> {
        let mut all = Vec::new();
        for (name, keys) in conditions.value().and_then(Value::as_object).into_iter().flatten() {
            let place = conditions.member(name);
            let (base, if_exists) = name.strip_suffix("IfExists").map_or((name.as_str(), false), |base| (base, true));
            let (operator, negated) = match base {
                "StringEquals" => (Operator::Equals, false),
                "StringNotEquals" => (Operator::Equals, true),
                "StringEqualsIgnoreCase" | "Bool" => (Operator::EqualsIgnoreCase, false),
                "StringNotEqualsIgnoreCase" => (Operator::EqualsIgnoreCase, true),
                "StringLike" => (Operator::Like, false),
                "StringNotLike" => (Operator::Like, true),
                "ArnEquals" | "ArnLike" => (Operator::Arn, false),
                "ArnNotEquals" | "ArnNotLike" => (Operator::Arn, true),
                "Null" => (Operator::Null, false),
                _ => return Err(place.wrong(Problem::NotDone("this condition operator"))),
            };
            for key in keys.as_object().into_iter().flatten().map(|(key, _)| key) {
                let values = place.member(key).texts()?;
                all.push(Condition { operator, negated, if_exists, key: key.to_ascii_lowercase(), values });
            }
        }
        Ok(all)
    }

    /// Whether nobody here knows what a service's call has for the key: it has none of these that are about people. On
    /// whose behalf CloudWatch Logs encrypts a group is in the context, and no page says whether it is in the source too.
    pub(super) fn is_unknown(&self, call: &ServiceCall<'_>) -> bool {
        const KNOWN: [&str; 10] = [
            "aws:securetransport",
            "aws:principalisawsservice",
            "aws:principalservicename",
            "aws:principalarn",
            "aws:principalaccount",
            "aws:principalorgid",
            "aws:principaltype",
            "aws:sourceip",
            "aws:sourcevpc",
            "aws:sourcevpce",
        ];
        match self.key.as_str() {
            SOURCE_ARN | SOURCE_ACCOUNT => !call.log_group.is_empty(),
            LOG_GROUP => call.log_group.is_empty(),
            key => !KNOWN.contains(&key) && !key.starts_with("aws:principaltag/"),
        }
    }

    pub(super) fn key(&self) -> &str {
        &self.key
    }

    pub(super) fn holds(&self, call: &ServiceCall<'_>) -> bool {
        let value = match self.key.as_str() {
            SOURCE_ARN => Some(call.source_arn),
            SOURCE_ACCOUNT => Some(call.source_account),
            LOG_GROUP => Some(call.log_group),
            "aws:securetransport" | "aws:principalisawsservice" => Some("true"),
            "aws:principalservicename" => Some(call.service),
            _ => None,
        };
        let value = value.filter(|value| !value.is_empty());
        if self.operator == Operator::Null {
            let absent = if value.is_none() { "true" } else { "false" };
            return self.values.iter().any(|expected| expected.eq_ignore_ascii_case(absent));
        }
        let Some(value) = value else { return self.negated || self.if_exists };
        let fits = self.values.iter().any(|expected| match self.operator {
            Operator::Equals => expected == value,
            Operator::EqualsIgnoreCase => expected.eq_ignore_ascii_case(value),
            Operator::Like => glob(expected, value),
            Operator::Arn => arn_matches(expected, value),
            Operator::Null => false,
        });
        fits != self.negated
    }
}
