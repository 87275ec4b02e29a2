//! Parameters: the values given, or the defaults, held against what the template allows.
//!
//! A value that CloudFormation would refuse is refused here too, or the local stage would run
//! something that never deploys.

use super::error::{ParameterProblem, TemplateError};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// A parameter whose value is not the template's own.
#[derive(Clone, Debug)]
pub struct ChangedParameter {
    /// Its name.
    pub name: String,
    /// Its value; stars where the template keeps it from people.
    pub value: String,
    /// The template's own, if it has one.
    pub default: Option<String>,
}

/// Those of these values that are not the template's own.
pub(super) fn changed(
    declared: Option<&Map<String, Value>>,
    values: &BTreeMap<String, Value>,
) -> Vec<ChangedParameter> {
    let of = |(name, declaration): (&String, &Value)| {
        let is = values.get(name)?;
        let default = value(name, declaration, None).ok();
        let hidden = declaration.get("NoEcho").and_then(scalar).is_some_and(|flag| flag == "true");
        let value = if hidden { "****".to_owned() } else { text(is) };
        let changed = ChangedParameter { name: name.clone(), value, default: default.as_ref().map(text) };
        (default.as_ref() != Some(is)).then_some(changed)
    };
    declared.into_iter().flatten().filter_map(of).collect()
}

/// Each parameter's value: a text, or a list of texts for the list types.
pub(super) fn values(
    declared: Option<&Map<String, Value>>,
    given: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, Value>, TemplateError> {
    let none = Map::new();
    let declared = declared.unwrap_or(&none);
    if let Some(name) = given.keys().find(|name| !declared.contains_key(*name)) {
        let names: Vec<&str> = declared.keys().map(String::as_str).collect();
        let problem = ParameterProblem::Unknown(names.join(", "));
        return Err(TemplateError::Parameter { name: name.clone(), problem });
    }
    declared
        .iter()
        .map(|(name, declaration)| match value(name, declaration, given.get(name)) {
            Ok(value) => Ok((name.clone(), value)),
            Err(problem) => Err(TemplateError::Parameter { name: name.clone(), problem }),
        })
        .collect()
}

fn value(name: &str, declaration: &Value, given: Option<&String>) -> Result<Value, ParameterProblem> {
    let kind = declaration.get("Type").and_then(Value::as_str).unwrap_or("String");
    let text = match (given, declaration.get("Default")) {
        (Some(given), _) => given.clone(),
        (None, _) if kind.starts_with("AWS::SSM::") => return Err(ParameterProblem::Type(kind.to_owned())),
        (None, Some(default)) => scalar(default).unwrap_or_default(),
        (None, None) => return Err(ParameterProblem::Missing(name.to_owned())),
    };
    let list = kind == "CommaDelimitedList" || kind.starts_with("List<");
    if !list {
        check(declaration, kind, &text)?;
        return Ok(Value::String(text));
    }
    let elements: Vec<&str> = text.split(',').map(str::trim).collect();
    for element in &elements {
        check(declaration, kind, element)?;
    }
    Ok(Value::from(elements))
}

fn check(declaration: &Value, kind: &str, value: &str) -> Result<(), ParameterProblem> {
    let owned = || value.to_owned();
    if let Some(allowed) = declaration.get("AllowedValues").and_then(Value::as_array) {
        let allowed: Vec<String> = allowed.iter().filter_map(scalar).collect();
        if !allowed.iter().any(|one| one == value) {
            return Err(ParameterProblem::NotAllowed { value: owned(), allowed: allowed.join(", ") });
        }
    }
    if let Some(pattern) = declaration.get("AllowedPattern").and_then(Value::as_str)
        && is_match(pattern, value) == Some(false)
    {
        let described = declaration.get("ConstraintDescription").and_then(Value::as_str).unwrap_or(pattern);
        return Err(ParameterProblem::Pattern { value: owned(), described: described.to_owned() });
    }
    let limit = |name: &str| declaration.get(name).and_then(|limit| scalar(limit)?.parse::<f64>().ok());
    let outside = |limit: String| Err(ParameterProblem::Limit { value: value.to_owned(), limit });
    if kind.contains("Number") {
        let Ok(number) = value.parse::<f64>() else { return outside("a number".to_owned()) };
        match (limit("MinValue"), limit("MaxValue")) {
            (Some(least), _) if number < least => return outside(format!("{least} or more")),
            (_, Some(most)) if number > most => return outside(format!("{most} or less")),
            _ => {}
        }
    }
    let length = value.chars().count() as f64;
    match (limit("MinLength"), limit("MaxLength")) {
        (Some(least), _) if length < least => outside(format!("{least} characters or more")),
        (_, Some(most)) if length > most => outside(format!("{most} characters or fewer")),
        _ => Ok(()),
    }
}

/// A value as people give it.
fn text(value: &Value) -> String {
    match value {
        Value::Array(elements) => elements.iter().filter_map(scalar).collect::<Vec<_>>().join(","),
        value => scalar(value).unwrap_or_default(),
    }
}

/// Whether the whole value matches, as CloudFormation asks. Its dialect is Java's: a pattern that only Java
/// understands (`None`) is left to the deployment.
fn is_match(pattern: &str, value: &str) -> Option<bool> {
    let whole = format!("^(?:{pattern})$");
    // The small one is quick for a pattern that is used once, and its classes are Java's; classes of Unicode and
    // those with `&&` are known to the large one only.
    match regex_lite::Regex::new(&whole) {
        Ok(whole) => Some(whole.is_match(value)),
        Err(_) => regex::Regex::new(&whole).ok().map(|whole| whole.is_match(value)),
    }
}

/// A scalar as CloudFormation sees it: a text.
pub(super) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn problem(declaration: Value, given: Option<&str>) -> String {
        let declared = Map::from_iter([("P".to_owned(), declaration)]);
        let given = given.map(|value| ("P".to_owned(), value.to_owned())).into_iter().collect();
        values(Some(&declared), &given).unwrap_err().to_string()
    }

    #[test]
    fn lists_are_lists_and_defaults_hold() {
        let declared = json!({
            "Names": {"Type": "CommaDelimitedList", "Default": "CreateQueue"},
            "Age": {"Type": "Number", "Default": 900, "MinValue": 60},
        });
        let given = BTreeMap::from([("Names".to_owned(), "TagQueue, UntagQueue".to_owned())]);
        let values = values(declared.as_object(), &given).unwrap();
        assert_eq!(values["Names"], json!(["TagQueue", "UntagQueue"]));
        assert_eq!(values["Age"], json!("900"));
    }

    #[test]
    fn what_was_changed_is_told_but_for_what_is_kept_from_people() {
        let declared = json!({
            "Names": {"Type": "CommaDelimitedList", "Default": "A,B"},
            "Age": {"Type": "Number", "Default": 900},
            "Chat": {"Type": "String", "Default": "", "NoEcho": true},
            "Key": {"Type": "String"},
        });
        let given = [("Names", "A, B"), ("Age", "60"), ("Chat", "secret"), ("Key", "k")];
        let given = given.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let declared = declared.as_object();
        let changed = changed(declared, &values(declared, &given).unwrap());
        let told = changed.into_iter().map(|it| format!("{}={} not {:?}", it.name, it.value, it.default));
        let expected = [r#"Age=60 not Some("900")"#, r#"Chat=**** not Some("")"#, "Key=k not None"];
        assert_eq!(told.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn what_cloudformation_refuses_is_refused() {
        let names = json!({"Type": "CommaDelimitedList", "Default": "A", "AllowedValues": ["A", "B"]});
        assert_eq!(problem(names, Some("A,C")), r#"parameter P: "C" is none of A, B"#);
        let path = json!({"Type": "String", "AllowedPattern": "/|(/[a-z]+/)", "ConstraintDescription": "a path"});
        assert_eq!(problem(path, Some("x/a/")), r#"parameter P: "x/a/" breaks the rule: a path"#);
        for (pattern, value) in [(r"[\p{L}]+", "123"), (r"[\w&&[^\d]]+", "123"), (r"\d+", "\u{663}")] {
            let letters = json!({"Type": "String", "AllowedPattern": pattern});
            assert!(problem(letters, Some(value)).contains("breaks the rule"), "{pattern}");
        }
        let age = json!({"Type": "Number", "MinValue": 60});
        assert_eq!(problem(age.clone(), Some("59")), r#"parameter P: "59" is not 60 or more"#);
        assert_eq!(problem(age.clone(), Some("x")), r#"parameter P: "x" is not a number"#);
        assert_eq!(problem(age, None), "parameter P: it has no default: give it with --parameter P=VALUE");
    }

    #[test]
    fn an_unknown_parameter_is_refused() {
        let given = BTreeMap::from([("EventName".to_owned(), "x".to_owned())]);
        let error = values(json!({"EventNames": {"Type": "String"}}).as_object(), &given).unwrap_err();
        assert_eq!(error.to_string(), "parameter EventName: the template has no such parameter; it has EventNames");
    }
}
