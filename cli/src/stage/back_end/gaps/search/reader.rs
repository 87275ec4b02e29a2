//! How a JSON pattern is read.

use super::pattern::{Is, Test};
use serde_json::Value;

/// Longer patterns CloudWatch Logs takes neither.
const LONGEST: usize = 1024;

/// Deeper parentheses than this nobody writes.
const DEEPEST: usize = 32;

/// What is left of the pattern.
pub(super) struct Reader<'a> {
    left: &'a str,
    deep: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(pattern: &'a str) -> Reader<'a> {
        Reader { left: pattern, deep: 0 }
    }

    /// The whole of it.
    pub(super) fn pattern(&mut self) -> Result<Test, String> {
        if self.left.len() > LONGEST {
            return Err(format!("it has more than {LONGEST} bytes"));
        }
        self.expect("{")?;
        let test = self.any()?;
        self.expect("}")?;
        if self.left.is_empty() { Ok(test) } else { Err(self.expected("the end")) }
    }

    fn any(&mut self) -> Result<Test, String> {
        let mut tests = vec![self.all()?];
        while self.takes("||") {
            tests.push(self.all()?);
        }
        Ok(Test::Any(tests))
    }

    fn all(&mut self) -> Result<Test, String> {
        let mut tests = vec![self.one()?];
        while self.takes("&&") {
            tests.push(self.one()?);
        }
        Ok(Test::All(tests))
    }

    fn one(&mut self) -> Result<Test, String> {
        if self.takes("(") {
            self.deep += 1;
            if self.deep > DEEPEST {
                return Err("it is too deep".to_owned());
            }
            let test = self.any()?;
            self.deep -= 1;
            self.expect(")")?;
            return Ok(test);
        }
        let path = self.path()?;
        Ok(Test::Field(path, self.is()?))
    }

    /// As in `$.users[0].host`.
    fn path(&mut self) -> Result<Vec<String>, String> {
        self.expect("$")?;
        let mut path = Vec::new();
        loop {
            // Not across a blank: `$.a EXISTS`.
            if let Some(rest) = self.left.strip_prefix('.') {
                self.left = rest;
                path.push(self.word(|c| c.is_alphanumeric() || matches!(c, '_' | '-'), "a name")?);
            } else if let Some(rest) = self.left.strip_prefix('[') {
                self.left = rest;
                path.push(self.word(|c| c.is_ascii_digit(), "a number")?);
                self.expect("]")?;
            } else if path.is_empty() {
                return Err(self.expected("a field"));
            } else {
                return Ok(path);
            }
        }
    }

    fn is(&mut self) -> Result<Is, String> {
        if self.takes("IS") {
            let words = [("NULL", Value::Null), ("TRUE", Value::Bool(true)), ("FALSE", Value::Bool(false))];
            let found = words.into_iter().find(|(word, _)| self.takes(word));
            return found.map(|(_, value)| Is::Exactly(value)).ok_or_else(|| self.expected("NULL, TRUE or FALSE"));
        }
        if self.takes("NOT") {
            return self.expect("EXISTS").map(|()| Is::There(false));
        }
        if self.takes("EXISTS") {
            return Ok(Is::There(true));
        }
        if self.takes("!=") {
            return Ok(Is::Like(self.value()?, false));
        }
        if self.takes("=") {
            return Ok(Is::Like(self.value()?, true));
        }
        if self.left.starts_with(['<', '>']) {
            return Err("the local stage knows no ordering".to_owned());
        }
        Err(self.expected("a comparison"))
    }

    fn value(&mut self) -> Result<String, String> {
        match self.quoted()? {
            Some(text) => Ok(text),
            None if self.takes("%") => Err("the local stage knows no regular expressions".to_owned()),
            None => self.word(|c| !c.is_whitespace() && !"(){}[]&|=<>!%\"".contains(c), "a value"),
        }
    }

    /// A text in quotes, if there is one here.
    fn quoted(&mut self) -> Result<Option<String>, String> {
        if !self.takes("\"") {
            return Ok(None);
        }
        let mut text = String::new();
        let mut left = self.left.chars();
        while let Some(c) = left.next() {
            match c {
                '"' => {
                    self.left = left.as_str();
                    return Ok(Some(text));
                }
                '\\' => text.extend(left.next()),
                c => text.push(c),
            }
        }
        Err("a quotation mark is not closed".to_owned())
    }

    fn word(&mut self, of: impl Fn(char) -> bool, what: &str) -> Result<String, String> {
        let (word, rest) = self.left.split_at(self.left.find(|c| !of(c)).unwrap_or(self.left.len()));
        if word.is_empty() {
            return Err(self.expected(what));
        }
        self.left = rest;
        Ok(word.to_owned())
    }

    /// Steps over this, and over blanks before and behind it.
    fn takes(&mut self, token: &str) -> bool {
        let rest = self.left.trim_start().strip_prefix(token);
        self.left = rest.unwrap_or(self.left).trim_start();
        rest.is_some()
    }

    fn expect(&mut self, token: &str) -> Result<(), String> {
        if self.takes(token) { Ok(()) } else { Err(self.expected(token)) }
    }

    fn expected(&self, what: &str) -> String {
        format!("expected {what} before: {}", self.left)
    }
}
