//! Intrinsic functions, resolved.
//!
//! Each place is resolved only when somebody needs it, so that an `Fn::ImportValue` in a resource
//! that the local stage never looks at hurts nobody. A place that can't be resolved is an error
//! with its path, never an empty text.

use super::Stack;
use super::error::{Problem, TemplateError};
use super::parameters::scalar;
use serde_json::{Map, Value};

/// Deeper than any template; what goes on beyond it depends on itself.
const DEPTH: usize = 64;

/// A place in the template, and how far the resolving has come.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) path: String,
    depth: usize,
}

impl Place {
    pub(super) fn new(path: impl Into<String>) -> Place {
        Place { path: path.into(), depth: 0 }
    }

    pub(super) fn member(&self, name: &str) -> Place {
        Place { path: format!("{}.{name}", self.path), depth: self.depth + 1 }
    }

    pub(super) fn element(&self, index: usize) -> Place {
        Place { path: format!("{}[{index}]", self.path), depth: self.depth + 1 }
    }

    /// The same place, one step deeper: for what is looked up elsewhere.
    pub(super) fn deeper(&self) -> Place {
        Place { path: self.path.clone(), depth: self.depth + 1 }
    }

    /// Another place, that this one depends on.
    pub(super) fn elsewhere(&self, path: impl Into<String>) -> Place {
        Place { path: path.into(), depth: self.depth + 1 }
    }

    /// Whether the resolving should go on.
    pub(super) fn check_depth(&self) -> Result<(), TemplateError> {
        if self.depth > DEPTH { Err(self.error(Problem::TooDeep)) } else { Ok(()) }
    }

    pub(super) fn error(&self, problem: Problem) -> TemplateError {
        TemplateError::at(self.path.clone(), problem)
    }

    pub(super) fn argument(&self, function: &'static str, takes: &'static str) -> TemplateError {
        self.error(Problem::Argument { function, takes })
    }
}

/// The function that an object is a call of, with its argument.
pub(super) fn call(value: &Value) -> Option<(&str, &Value)> {
    let object = value.as_object().filter(|object| object.len() == 1)?;
    let (name, argument) = object.iter().next()?;
    (name == "Ref" || name.starts_with("Fn::")).then_some((name.as_str(), argument))
}

impl Stack {
    /// The value with every intrinsic function in it resolved; `None` for `AWS::NoValue`.
    pub(super) fn resolve(&self, value: &Value, place: &Place) -> Result<Option<Value>, TemplateError> {
        place.check_depth()?;
        if let Some((function, argument)) = call(value) {
            return self.evaluate(function, argument, place);
        }
        Ok(Some(match value {
            Value::Object(members) => {
                let mut object = Map::new();
                for (name, member) in members {
                    if let Some(member) = self.resolve(member, &place.member(name))? {
                        object.insert(name.clone(), member);
                    }
                }
                Value::Object(object)
            }
            Value::Array(_) => Value::Array(self.elements(value, place)?.unwrap_or_default()),
            scalar => scalar.clone(),
        }))
    }

    /// The value as a text.
    pub(super) fn text(&self, value: &Value, place: &Place) -> Result<String, TemplateError> {
        let resolved = self.resolve(value, place)?;
        resolved.as_ref().and_then(scalar).ok_or_else(|| place.error(Problem::Expected("a text")))
    }

    fn evaluate(&self, function: &str, argument: &Value, place: &Place) -> Result<Option<Value>, TemplateError> {
        let place = &place.deeper();
        match function {
            "Ref" => self.reference(argument, place),
            "Fn::GetAtt" => self.attribute_of(argument, place).map(Some),
            "Fn::Sub" => self.substitute(argument, place).map(|text| Some(Value::String(text))),
            "Fn::If" => self.choose(argument, place),
            "Fn::Join" => self.join(argument, place).map(|text| Some(Value::String(text))),
            "Fn::Split" => self.split(argument, place).map(Some),
            "Fn::Select" => self.select(argument, place).map(Some),
            "Fn::FindInMap" => self.find_in_map(argument, place),
            other => Err(place.error(Problem::UnknownFunction(other.to_owned()))),
        }
    }

    fn choose(&self, argument: &Value, place: &Place) -> Result<Option<Value>, TemplateError> {
        let Some([Value::String(condition), yes, no]) = argument.as_array().map(Vec::as_slice) else {
            return Err(place.argument("Fn::If", "a condition's name and two values"));
        };
        let chosen = if self.condition(condition, place)? { yes } else { no };
        self.resolve(chosen, place)
    }

    fn join(&self, argument: &Value, place: &Place) -> Result<String, TemplateError> {
        let wrong = || place.argument("Fn::Join", "a delimiter and a list");
        let Some([Value::String(delimiter), list]) = argument.as_array().map(Vec::as_slice) else {
            return Err(wrong());
        };
        let elements = self.elements(list, place)?.ok_or_else(wrong)?;
        let texts = elements.iter().map(|element| scalar(element).ok_or_else(wrong));
        Ok(texts.collect::<Result<Vec<_>, _>>()?.join(delimiter))
    }

    fn split(&self, argument: &Value, place: &Place) -> Result<Value, TemplateError> {
        let Some([Value::String(delimiter), text]) = argument.as_array().map(Vec::as_slice) else {
            return Err(place.argument("Fn::Split", "a delimiter and a text"));
        };
        let text = self.text(text, place)?;
        Ok(Value::from(text.split(delimiter.as_str()).collect::<Vec<_>>()))
    }

    fn select(&self, argument: &Value, place: &Place) -> Result<Value, TemplateError> {
        let wrong = || place.argument("Fn::Select", "the index of an element, and the list it is in");
        let Some([index, list]) = argument.as_array().map(Vec::as_slice) else {
            return Err(wrong());
        };
        let index: usize = self.text(index, place)?.parse().map_err(|_| wrong())?;
        let elements = self.elements(list, place)?.ok_or_else(wrong)?;
        elements.into_iter().nth(index).ok_or_else(wrong)
    }

    fn find_in_map(&self, argument: &Value, place: &Place) -> Result<Option<Value>, TemplateError> {
        let keys = self.elements(argument, place)?.unwrap_or_default();
        let keys: Vec<String> = keys.iter().filter_map(scalar).collect();
        let [map, top, second] = keys.as_slice() else {
            return Err(place.argument("Fn::FindInMap", "a mapping's name and two keys"));
        };
        let found = self.root.pointer("/Mappings").and_then(|maps| maps.get(map)?.get(top)?.get(second));
        let missing = || place.error(Problem::NoSuchMapping(format!("{map}.{top}.{second}")));
        self.resolve(found.ok_or_else(missing)?, place)
    }

    /// The elements of a list, without those that have no value; `None` when it isn't a list.
    fn elements(&self, list: &Value, place: &Place) -> Result<Option<Vec<Value>>, TemplateError> {
        let Value::Array(elements) = list else {
            return match (call(list), self.resolve(list, place)?) {
                (Some(_), Some(Value::Array(elements))) => Ok(Some(elements)),
                _ => Ok(None),
            };
        };
        let mut values = Vec::with_capacity(elements.len());
        for (index, element) in elements.iter().enumerate() {
            values.extend(self.resolve(element, &place.element(index))?);
        }
        Ok(Some(values))
    }
}
