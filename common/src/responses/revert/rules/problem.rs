//! What is wrong with a file of rules.

use std::fmt;

/// One problem, and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleProblem {
    /// The place, as in `rules[0].calls[1]`.
    pub place: String,
    /// What is wrong there.
    pub problem: String,
}

impl RuleProblem {
    pub(super) fn new(place: impl Into<String>, problem: impl fmt::Display) -> Self {
        RuleProblem { place: place.into(), problem: problem.to_string() }
    }
}

impl fmt::Display for RuleProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.problem)
    }
}
