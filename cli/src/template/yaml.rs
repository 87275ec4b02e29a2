//! YAML with CloudFormation's tags to JSON with CloudFormation's long forms.
//!
//! `!Ref X` and `{"Ref": "X"}` are two spellings of one thing; everything behind this module sees
//! only the second. It refuses what CloudFormation refuses (a name written twice, keys that aren't
//! text, more than one document), and gives unknown tags on, so that the error can say where they are.

use saphyr::{LoadableYamlNode, Scalar, Tag, Yaml};
use serde_json::{Map, Number, Value, json};

/// A text is not the YAML of a template.
#[derive(Debug, thiserror::Error)]
pub enum YamlError {
    /// It is not YAML at all; the message has line and column.
    #[error(transparent)]
    Syntax(#[from] saphyr::ScanError),
    /// There is nothing in it, or more than one document.
    #[error("expected one document, found {0}")]
    Documents(usize),
    /// A mapping's key is not a text.
    #[error("{place}: a key is not a text")]
    Key {
        /// The path of the mapping.
        place: String,
    },
    /// A value has no counterpart in a template: an infinite number, a tag of YAML's own that does not fit.
    #[error("{place}: the value can't be read")]
    Value {
        /// The path of the value.
        place: String,
    },
}

/// The template as JSON, intrinsic functions in their long form.
pub(crate) fn parse(text: &str) -> Result<Value, YamlError> {
    let documents = Yaml::load_from_str(text)?;
    match documents.as_slice() {
        [document] => value(document, ""),
        _ => Err(YamlError::Documents(documents.len())),
    }
}

fn value(yaml: &Yaml<'_>, place: &str) -> Result<Value, YamlError> {
    let unreadable = || YamlError::Value { place: place.to_owned() };
    Ok(match yaml {
        Yaml::Value(Scalar::Null) => Value::Null,
        Yaml::Value(Scalar::Boolean(flag)) => Value::Bool(*flag),
        Yaml::Value(Scalar::Integer(number)) => Value::from(*number),
        Yaml::Value(Scalar::FloatingPoint(number)) => {
            Value::Number(Number::from_f64(number.into_inner()).ok_or_else(unreadable)?)
        }
        Yaml::Value(Scalar::String(text)) | Yaml::Representation(text, ..) => Value::from(text.as_ref()),
        Yaml::Sequence(items) => {
            let items = items.iter().enumerate().map(|(index, item)| value(item, &format!("{place}[{index}]")));
            Value::Array(items.collect::<Result<_, _>>()?)
        }
        Yaml::Mapping(members) => {
            let mut object = Map::new();
            for (key, member) in members {
                let key = key_text(key).ok_or_else(|| YamlError::Key { place: place.to_owned() })?;
                let member = value(member, &join(place, &key))?;
                object.insert(key, member);
            }
            Value::Object(object)
        }
        Yaml::Tagged(tag, inner) => tagged(tag, value(inner, place)?),
        Yaml::Alias(_) | Yaml::BadValue => return Err(unreadable()),
    })
}

fn tagged(tag: &Tag, inner: Value) -> Value {
    if tag.handle != "!" {
        return inner;
    }
    match (tag.suffix.as_str(), &inner) {
        ("Ref", _) => json!({ "Ref": inner }),
        ("Condition", _) => json!({ "Condition": inner }),
        ("GetAtt", Value::String(text)) => match text.split_once('.') {
            Some((resource, attribute)) => json!({ "Fn::GetAtt": [resource, attribute] }),
            None => json!({ "Fn::GetAtt": [text] }),
        },
        (function, _) => json!({ format!("Fn::{function}"): inner }),
    }
}

/// Numbers and booleans as keys are texts to CloudFormation.
fn key_text(key: &Yaml<'_>) -> Option<String> {
    match key {
        Yaml::Value(Scalar::String(text)) => Some(text.to_string()),
        Yaml::Value(Scalar::Integer(number)) => Some(number.to_string()),
        Yaml::Value(Scalar::Boolean(flag)) => Some(flag.to_string()),
        _ => None,
    }
}

fn join(place: &str, key: &str) -> String {
    if place.is_empty() { key.to_owned() } else { format!("{place}.{key}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_forms_become_long_forms() {
        let text = "
            a: !Ref AWS::Region
            b: !Sub ${X}-y
            c: !GetAtt Queue.Arn
            d: !If [C, !Ref X, !Ref AWS::NoValue]
            e: !Equals [!Ref X, '']
            f: {Condition: !Condition C}
            g: 60
            h: '60'
            i: [true, off, 2010-09-09, ~, 1.5]
            j: !Sub
              - ${v}
              - v: !Join ['', [a, b]]
        ";
        let expected = json!({
            "a": {"Ref": "AWS::Region"},
            "b": {"Fn::Sub": "${X}-y"},
            "c": {"Fn::GetAtt": ["Queue", "Arn"]},
            "d": {"Fn::If": ["C", {"Ref": "X"}, {"Ref": "AWS::NoValue"}]},
            "e": {"Fn::Equals": [{"Ref": "X"}, ""]},
            "f": {"Condition": {"Condition": "C"}},
            "g": 60,
            "h": "60",
            "i": [true, "off", "2010-09-09", null, 1.5],
            "j": {"Fn::Sub": ["${v}", {"v": {"Fn::Join": ["", ["a", "b"]]}}]},
        });
        assert_eq!(parse(text).unwrap(), expected);
    }

    #[test]
    fn errors_name_the_place() {
        let twice = parse("a: 1\nb: 2\na: 3\n").unwrap_err().to_string();
        assert!(twice.contains("duplicated key") && twice.contains("line 3"), "{twice}");
        assert!(parse("a: [1").unwrap_err().to_string().contains("line"));
        assert_eq!(parse("").unwrap_err().to_string(), "expected one document, found 0");
        assert_eq!(parse("a:\n  ? [x]\n  : 1\n").unwrap_err().to_string(), "a: a key is not a text");
        assert_eq!(parse("a: {b: .inf}").unwrap_err().to_string(), "a.b: the value can't be read");
    }
}
