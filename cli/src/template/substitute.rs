//! `Fn::Sub`: `${Name}`, `${Resource.Attribute}`, `${!literal}`, and names of its own.

use super::Stack;
use super::error::TemplateError;
use super::intrinsics::Place;
use serde_json::{Value, json};

const TAKES: &str = "a text, or a list of a text and a map of names, with every ${ closed";

impl Stack {
    pub(super) fn substitute(&self, argument: &Value, place: &Place) -> Result<String, TemplateError> {
        let wrong = || place.argument("Fn::Sub", TAKES);
        let (text, names) = match argument {
            Value::String(text) => (text, None),
            Value::Array(pair) => match pair.as_slice() {
                [Value::String(text), Value::Object(names)] => (text, Some(names)),
                _ => return Err(wrong()),
            },
            _ => return Err(wrong()),
        };
        let mut rest = text.as_str();
        let mut result = String::with_capacity(text.len());
        while let Some((before, after)) = rest.split_once("${") {
            let (name, after) = after.split_once('}').ok_or_else(wrong)?;
            result.push_str(before);
            match name.strip_prefix('!') {
                Some(literal) => result.push_str(&format!("${{{literal}}}")),
                None => {
                    let own = names.and_then(|names| names.get(name.trim()));
                    result.push_str(&self.substituted(name.trim(), own, place)?);
                }
            }
            rest = after;
        }
        result.push_str(rest);
        Ok(result)
    }

    fn substituted(&self, name: &str, own: Option<&Value>, place: &Place) -> Result<String, TemplateError> {
        if let Some(own) = own {
            return self.text(own, &place.member(name));
        }
        match name.split_once('.') {
            Some((resource, attribute)) => self.text(&json!({ "Fn::GetAtt": [resource, attribute] }), place),
            None => self.text(&json!({ "Ref": name }), place),
        }
    }
}
