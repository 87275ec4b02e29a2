//! Which page of an answer is asked for next.
//!
//! Not every call that has pages has a paginator in the SDK, and those end without a word where AWS tells the same page
//! again: what was to be on the pages behind it would then count as not there.

use super::AwsError;
use std::collections::BTreeSet;

/// The pages of a call's answer.
#[derive(Debug)]
pub struct Pages {
    call: &'static str,
    next: Option<String>,
    seen: BTreeSet<String>,
}

impl Pages {
    /// Those of a call, as IAM names it; the first is asked for without a token.
    pub fn of(call: &'static str) -> Pages {
        Pages { call, next: None, seen: BTreeSet::new() }
    }

    /// The token to ask with.
    pub fn token(&self) -> Option<String> {
        self.next.clone()
    }

    /// Turns to the page with this token, which came with the last one; `false` where that was the last.
    ///
    /// # Errors
    /// It has been asked for already, so there would be no end.
    pub fn turn(&mut self, token: Option<&str>) -> Result<bool, AwsError> {
        self.next = token.filter(|token| !token.is_empty()).map(str::to_owned);
        let Some(next) = &self.next else { return Ok(false) };
        if self.seen.insert(next.clone()) {
            return Ok(true);
        }
        let message = "AWS told the token of the next page twice, so its answer has no end".to_owned();
        Err(AwsError { call: self.call, code: Some("RepeatedToken".to_owned()), message })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_end_without_a_token_and_a_token_that_comes_again_is_an_error() {
        let mut pages = Pages::of("logs:DescribeLogGroups");
        assert_eq!(pages.token(), None);
        assert_eq!(pages.turn(Some("b")), Ok(true));
        assert_eq!(pages.token().as_deref(), Some("b"));
        assert_eq!(pages.turn(Some("c")), Ok(true));
        let error = pages.turn(Some("b")).unwrap_err();
        assert!(error.to_string().starts_with("logs:DescribeLogGroups: RepeatedToken: "), "{error}");
        assert!(!error.is_missing() && !error.is_denied() && !error.is_about_the_caller());
        for last in [None, Some("")] {
            assert_eq!(Pages::of("logs:DescribeLogGroups").turn(last), Ok(false));
        }
    }
}
