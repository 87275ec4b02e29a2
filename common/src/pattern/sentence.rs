//! Explanations as sentences.

use std::fmt;

use super::explain::{Explanation, FieldVerdict, Found};

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.matched { "matches" } else { "does not match" })?;
        let Some(closest) = self.closest() else {
            return Ok(());
        };
        if !closest.taken.is_empty() {
            let by = if self.matched { "by" } else { "closest is" };
            write!(f, " ({by} {})", closest.taken.join(" with "))?;
        }
        if closest.scattered {
            f.write_str(": no one element of an array holds all of it")?;
        }
        for (index, field) in self.deciding().enumerate() {
            write!(f, "{} {field}", if index == 0 { ":" } else { ";" })?;
        }
        match self.branches.len() {
            0 | 1 => Ok(()),
            2 => f.write_str("; the other branch of $or fails too"),
            more => write!(f, "; the other {} branches of $or fail too", more - 1),
        }
    }
}

impl fmt::Display for FieldVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is {}, wanted {}", self.path, self.found, Short(&self.wanted))
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Found::Absent => f.write_str("absent"),
            Found::Object => f.write_str("an object"),
            Found::EmptyArray => f.write_str("an empty array"),
            Found::Values(values) => {
                for (index, value) in values.iter().enumerate() {
                    let or = if index == 0 { "" } else { " and " };
                    write!(f, "{or}{}", Short(&value.to_string()))?;
                }
                Ok(())
            }
        }
    }
}

/// A text cut to what a sentence can carry.
struct Short<'a>(&'a str);

impl fmt::Display for Short<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.char_indices().nth(120) {
            Some((end, _)) => write!(f, "{}…", &self.0[..end]),
            None => f.write_str(self.0),
        }
    }
}
