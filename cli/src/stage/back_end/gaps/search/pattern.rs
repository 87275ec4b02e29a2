//! JSON patterns of CloudWatch Logs: `=` and `!=`, `EXISTS`, `IS NULL`, `IS TRUE` and `IS FALSE`, joined
//! with `&&`, `||` and parentheses. Everything else (`<`, regular expressions, `[*]`) is refused.

use super::reader::Reader;
use serde_json::Value;

/// A pattern.
#[derive(Debug)]
pub(super) struct Pattern(Test);

#[derive(Debug)]
pub(super) enum Test {
    Any(Vec<Test>),
    All(Vec<Test>),
    /// A field: the names and numbers on the way to it, and what it must be.
    Field(Vec<String>, Is),
}

#[derive(Debug)]
pub(super) enum Is {
    There(bool),
    Exactly(Value),
    /// Like a text, in which `*` stands for anything; or not like it.
    Like(String, bool),
}

impl Pattern {
    /// Reads a pattern, or says what is wrong with it.
    pub(super) fn read(text: &str) -> Result<Pattern, String> {
        Reader::new(text).pattern().map(Pattern)
    }

    /// Is this message JSON that matches?
    pub(super) fn finds(&self, message: &str) -> bool {
        serde_json::from_str(message).is_ok_and(|message: Value| message.is_object() && self.0.holds(&message))
    }
}

impl Test {
    fn holds(&self, message: &Value) -> bool {
        match self {
            Test::Any(tests) => tests.iter().any(|test| test.holds(message)),
            Test::All(tests) => tests.iter().all(|test| test.holds(message)),
            Test::Field(path, is) => {
                let field = path.iter().try_fold(message, |value, step| match value {
                    Value::Array(items) => items.get(step.parse::<usize>().ok()?),
                    _ => value.get(step),
                });
                is.so(field)
            }
        }
    }
}

impl Is {
    /// A field that is missing, a list or an object is neither like a text nor unlike it.
    fn so(&self, field: Option<&Value>) -> bool {
        match (self, field) {
            (Is::There(there), field) => field.is_some() == *there,
            (Is::Exactly(value), Some(field)) => field == value,
            (Is::Like(text, wanted), Some(Value::String(field))) => like(text, field) == *wanted,
            (Is::Like(text, wanted), Some(Value::Number(field))) => {
                let same = text.parse::<f64>().is_ok_and(|number| field.as_f64() == Some(number));
                (same || like(text, &field.to_string())) == *wanted
            }
            _ => false,
        }
    }
}

/// Is it the text, in which `*` stands for anything?
fn like(text: &str, field: &str) -> bool {
    let Some((first, rest)) = text.split_once('*') else { return text == field };
    let Some(mut field) = field.strip_prefix(first) else { return false };
    let (middle, last) = rest.rsplit_once('*').unwrap_or(("", rest));
    for part in middle.split('*') {
        let Some((_, behind)) = field.split_once(part) else { return false };
        field = behind;
    }
    field.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGE: &str = r#"{"type": "AwsApiCall", "no": 404, "big": 1e3, "ok": true, "off": false, "none": null,
        "said": "a \"b\" c", "deep": {"a-b": [{"c": "last"}]}}"#;

    #[test]
    fn patterns_find_what_they_say() {
        for found in [
            r#"{ $.type = "AwsApiCall" }"#,
            r#"{$.type="AwsApiCall"}"#,
            "{ $.type = AwsApiCall }",
            "{ $.type = Aws* }",
            "{ $.type = *Call }",
            r#"{ $.type = "*Api*" }"#,
            "{ $.type = A*i*C* }",
            "{ $.type != AwsConsole* }",
            "{ $.no = 404 }",
            "{ $.no = 404.0 }",
            "{ $.no = 4* }",
            "{ $.no != 400 }",
            "{ $.big = 1000 }",
            "{ $.ok IS TRUE }",
            "{ $.off IS FALSE }",
            "{ $.none IS NULL }",
            "{ $.none EXISTS }",
            "{ $.deep EXISTS }",
            "{ $.nothing NOT EXISTS }",
            r#"{ $.said = "a \"b\" c" }"#,
            r#"{ $.deep.a-b[0].c = "last" }"#,
            "{ $.no = 1 || $.no = 404 }",
            "{ $.ok IS TRUE || $.no = 1 && $.no = 2 }",
            "{ ($.no = 1) || (($.no = 404) && ($.ok IS TRUE)) }",
        ] {
            assert!(Pattern::read(found).unwrap().finds(MESSAGE), "{found}");
        }
    }

    #[test]
    fn patterns_find_nothing_else() {
        for missed in [
            "{ $.type = awsapicall }",
            "{ $.type = Aws }",
            "{ $.type = *Aws }",
            "{ $.type = AwsApiCall*AwsApiCall }",
            "{ $.type != *Call }",
            "{ $.no = 40 }",
            // What is missing, a list or an object is not compared at all.
            "{ $.nothing = * }",
            "{ $.nothing != 1 }",
            "{ $.deep != 1 }",
            "{ $.nothing IS NULL }",
            "{ $.nothing.more EXISTS }",
            "{ $.deep.a-b[1].c EXISTS }",
            "{ $.no EXISTS && $.no = 1 }",
            "{ ($.ok IS TRUE || $.no = 1) && $.no = 2 }",
        ] {
            assert!(!Pattern::read(missed).unwrap().finds(MESSAGE), "{missed}");
        }
        let any = Pattern::read("{ $.a NOT EXISTS }").unwrap();
        assert!(any.finds("{}") && !any.finds("a NOT EXISTS") && !any.finds("[]"));
    }

    #[test]
    fn what_is_no_pattern_or_too_much_of_one_is_refused() {
        for (wrong, why) in [
            ("{ }", "expected $"),
            ("{ $ = 1 }", "expected a field"),
            ("{ $.a }", "expected a comparison"),
            ("{ $.a = }", "expected a value"),
            ("{ $.a < 1 }", "knows no ordering"),
            ("{ $.a = %b% }", "no regular expressions"),
            ("{ $.a[*] = 1 }", "expected a number"),
            ("{ $.a IS 1 }", "expected NULL"),
            ("{ $.a = \"b }", "not closed"),
            ("{ ($.a = 1 }", "expected )"),
            ("{ $.a = 1", "expected }"),
            ("{ $.a = 1 } && { $.b = 1 }", "expected the end"),
            (&format!("{{ {}", "(".repeat(900)), "too deep"),
            (&format!("{{ $.a = {} }}", "b".repeat(1024)), "more than 1024 bytes"),
        ] {
            let told = Pattern::read(wrong).unwrap_err();
            assert!(told.contains(why), "{wrong}: {told}");
        }
    }
}
