//! Numbers, and the `numeric` operator.
//!
//! `300`, `300.0` and `3e2` are one number; the string `"300"` is none. Integers compare
//! exactly, everything else as a double, which is what the open-source engine does today.
//! The documented limit of ±5e9 is kept for what a *pattern* may say in `numeric` and in
//! `anything-but`; exact values (an account number, say) may be larger, and so may the event's.

use std::cmp::Ordering;

use serde_json::{Number, Value};

use super::error::{PatternError, Reason};
use super::json::Json;

/// The documented limit of numeric matching, either side of zero.
const LIMIT: f64 = 5e9;

/// A comparison, or a range closed by two of them.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Range {
    low: Option<Bound>,
    high: Option<Bound>,
}

#[derive(Debug, Clone, PartialEq)]
struct Bound {
    number: Number,
    inclusive: bool,
}

impl Range {
    /// Reads what follows `"numeric":`, at `path`.
    pub(super) fn parse(json: &Json, path: &str) -> Result<Self, PatternError> {
        let fail = |reason| Err(PatternError::new(path, reason));
        let Json::Array(items) = json else {
            return fail(Reason::NumericNotAnArray);
        };
        let Some(Json::String(operator)) = items.first() else {
            return fail(Reason::NumericMember);
        };
        let Some(operator) = comparison(operator) else {
            return fail(Reason::NumericOperator { operator: operator.clone() });
        };
        let bound = bound(items, 1, operator, path)?;
        let (low, high) = match operator {
            "=" => (Some(bound.clone()), Some(bound)),
            ">" | ">=" => (Some(bound), None),
            _ => (None, Some(bound)),
        };
        let Some(second) = items.get(2) else {
            return Ok(Self { low, high });
        };
        let Json::String(second) = second else {
            return fail(Reason::NumericMember);
        };
        if high.is_some() {
            return fail(Reason::NumericTooMany);
        }
        let closing = match comparison(second) {
            Some(closing @ ("<" | "<=")) => closing,
            _ => {
                return fail(Reason::NumericRangeOperator { operator: second.clone() });
            }
        };
        let range = Self { low, high: Some(self::bound(items, 3, closing, path)?) };
        if items.len() > 4 {
            return fail(Reason::NumericTooMany);
        }
        if let (Some(low), Some(high)) = (&range.low, &range.high)
            && compare(&low.number, &high.number) != Ordering::Less
        {
            return fail(Reason::NumericRange);
        }
        Ok(range)
    }

    pub(super) fn matches(&self, value: &Value) -> bool {
        let Value::Number(number) = value else {
            return false;
        };
        let low = self.low.as_ref().is_none_or(|bound| bound.admits(number, Ordering::Greater));
        low && self.high.as_ref().is_none_or(|bound| bound.admits(number, Ordering::Less))
    }
}

impl Bound {
    fn admits(&self, number: &Number, side: Ordering) -> bool {
        match compare(number, &self.number) {
            Ordering::Equal => self.inclusive,
            found => found == side,
        }
    }
}

/// Compares by value, whatever the spelling.
pub(super) fn compare(a: &Number, b: &Number) -> Ordering {
    match (a.as_i128(), b.as_i128()) {
        (Some(a), Some(b)) => a.cmp(&b),
        _ => {
            let (a, b) = (a.as_f64().unwrap_or(f64::NAN), b.as_f64().unwrap_or(f64::NAN));
            // JSON has no NaN, so this never falls back
            a.partial_cmp(&b).unwrap_or(Ordering::Less)
        }
    }
}

/// A number that `numeric` or `anything-but` may hold.
pub(super) fn within_limit(number: &Number, path: &str) -> Result<(), PatternError> {
    match number.as_f64() {
        Some(n) if n.abs() <= LIMIT => Ok(()),
        _ => Err(PatternError::new(path, Reason::NumericLimit)),
    }
}

fn comparison(text: &str) -> Option<&'static str> {
    ["=", "<", "<=", ">", ">="].into_iter().find(|known| *known == text)
}

fn bound(items: &[Json], at: usize, operator: &'static str, path: &str) -> Result<Bound, PatternError> {
    let Some(Json::Number(number)) = items.get(at) else {
        let operator = if operator == "=" { "equals" } else { operator };
        return Err(PatternError::new(path, Reason::NumericValue { operator }));
    };
    within_limit(number, &format!("{path}[{at}]"))?;
    Ok(Bound { number: number.clone(), inclusive: operator.contains('=') })
}
