//! A part of the template with every intrinsic function resolved, and what is read from it: texts,
//! numbers within their limits, lists. What is wrong names its place.

use super::error::{Problem, TemplateError};
use super::intrinsics::Place;
use super::parameters::scalar;
use serde_json::Value;
use std::ops::RangeInclusive;

#[derive(Clone, Debug)]
pub(super) struct Properties<'a> {
    value: Option<&'a Value>,
    place: Place,
}

impl<'a> Properties<'a> {
    pub(super) fn new(value: &'a Value, place: Place) -> Properties<'a> {
        Properties { value: Some(value), place }
    }

    /// A member, which may be missing; then everything in it is.
    pub(super) fn member(&self, name: &str) -> Properties<'a> {
        let value = self.value.and_then(|value| value.get(name)).filter(|value| !value.is_null());
        Properties { value, place: self.place.member(name) }
    }

    /// The elements of a list, or the one value that stands for a list of one.
    pub(super) fn elements(&self) -> Vec<Properties<'a>> {
        match self.value {
            None => Vec::new(),
            Some(Value::Array(elements)) => {
                let element = |(index, value)| Properties::new(value, self.place.element(index));
                elements.iter().enumerate().map(element).collect()
            }
            Some(_) => vec![self.clone()],
        }
    }

    /// The same place with another value: what its text is the JSON of.
    pub(super) fn with<'b>(&self, value: &'b Value) -> Properties<'b> {
        Properties { value: Some(value), place: self.place.clone() }
    }

    pub(super) fn value(&self) -> Option<&'a Value> {
        self.value
    }

    pub(super) fn is_there(&self) -> bool {
        self.value.is_some()
    }

    pub(super) fn text(&self) -> Result<String, TemplateError> {
        self.value.and_then(scalar).ok_or_else(|| self.wrong(Problem::Expected("a text")))
    }

    pub(super) fn optional_text(&self) -> Result<Option<String>, TemplateError> {
        if self.is_there() { self.text().map(Some) } else { Ok(None) }
    }

    /// A text, or a list of them.
    pub(super) fn texts(&self) -> Result<Vec<String>, TemplateError> {
        self.elements().iter().map(Properties::text).collect()
    }

    /// A whole number within the limits that AWS sets; what AWS would say otherwise.
    pub(super) fn number(
        &self,
        limits: RangeInclusive<u32>,
        refused: &'static str,
    ) -> Result<Option<u32>, TemplateError> {
        let Some(text) = self.optional_text()? else { return Ok(None) };
        let number: u32 = text.parse().map_err(|_| self.wrong(Problem::Expected("a whole number")))?;
        if limits.contains(&number) { Ok(Some(number)) } else { Err(self.wrong(Problem::Refused(refused))) }
    }

    pub(super) fn wrong(&self, problem: Problem) -> TemplateError {
        self.place.error(problem)
    }
}
