//! Conditions: which resources there are, and which way `Fn::If` goes.

use super::Stack;
use super::error::{Problem, TemplateError};
use super::intrinsics::Place;
use serde_json::Value;

impl Stack {
    /// Whether a condition of the template holds.
    pub(super) fn condition(&self, name: &str, place: &Place) -> Result<bool, TemplateError> {
        let Some(expression) = self.root.pointer("/Conditions").and_then(|all| all.get(name)) else {
            return Err(place.error(Problem::NoSuchCondition(name.to_owned())));
        };
        // One step deeper, so that a condition that depends on itself comes to an end.
        self.holds(expression, &place.elsewhere(format!("Conditions.{name}")))
    }

    fn holds(&self, expression: &Value, place: &Place) -> Result<bool, TemplateError> {
        place.check_depth()?;
        let wrong = || place.error(Problem::Expected("Fn::Equals, Fn::Not, Fn::And, Fn::Or or Condition"));
        let object = expression.as_object().filter(|object| object.len() == 1).ok_or_else(wrong)?;
        let (function, argument) = object.iter().next().ok_or_else(wrong)?;
        let arguments = argument.as_array().map(Vec::as_slice).unwrap_or_default();
        match (function.as_str(), arguments, argument) {
            ("Condition", _, Value::String(name)) => self.condition(name, place),
            ("Fn::Equals", [left, right], _) => {
                let (left, right) = (self.text(left, &place.element(0))?, self.text(right, &place.element(1))?);
                Ok(left == right)
            }
            ("Fn::Not", [one], _) => self.holds(one, &place.element(0)).map(|holds| !holds),
            ("Fn::And", some @ [_, _, ..], _) => self.each(some, place).map(|all| all.iter().all(|holds| *holds)),
            ("Fn::Or", some @ [_, _, ..], _) => self.each(some, place).map(|all| all.iter().any(|holds| *holds)),
            ("Fn::Equals", ..) => Err(place.argument("Fn::Equals", "two values")),
            ("Fn::Not", ..) => Err(place.argument("Fn::Not", "one condition in a list")),
            ("Fn::And", ..) => Err(place.argument("Fn::And", "two to ten conditions")),
            ("Fn::Or", ..) => Err(place.argument("Fn::Or", "two to ten conditions")),
            _ => Err(wrong()),
        }
    }

    fn each(&self, expressions: &[Value], place: &Place) -> Result<Vec<bool>, TemplateError> {
        expressions
            .iter()
            .enumerate()
            .map(|(index, expression)| self.holds(expression, &place.element(index)))
            .collect()
    }
}
