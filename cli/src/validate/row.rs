//! What came of a look at one thing.

use crate::aws::AwsError;
use serde::Serialize;

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    /// What was asked, in a word that stays: `rule-state`, `target-permission`.
    pub check: &'static str,
    /// Of what: a rule, a target, a queue, by its name.
    pub subject: String,
    /// Of a target: the rule whose target it is. Two rules may call a target the same.
    #[serde(skip)]
    pub rule: Option<String>,
    /// The answer.
    pub verdict: Verdict,
    /// What was seen; of what is not good, the cause.
    pub seen: String,
    /// What to do about it; none where there is nothing to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
    /// Of the live part: how long after the call it was seen, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after_ms: Option<u64>,
}

/// Whether a thing is as it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It is.
    Good,
    /// It works, and somebody may wonder at what it does.
    Note,
    /// AWS does not tell, so nobody can say.
    Untold,
    /// It is not.
    Bad,
}

impl Row {
    /// A thing that is as it should be.
    pub fn good(check: &'static str, subject: impl Into<String>, seen: impl Into<String>) -> Row {
        Row::new(check, subject, Verdict::Good, seen, None)
    }

    /// A thing to know about, and what changes it.
    pub fn note(
        check: &'static str,
        subject: impl Into<String>,
        seen: impl Into<String>,
        fix: impl Into<String>,
    ) -> Row {
        Row::new(check, subject, Verdict::Note, seen, Some(fix.into()))
    }

    /// A thing that is wrong, with its cause and what mends it.
    pub fn bad(
        check: &'static str,
        subject: impl Into<String>,
        cause: impl Into<String>,
        fix: impl Into<String>,
    ) -> Row {
        Row::new(check, subject, Verdict::Bad, cause, Some(fix.into()))
    }

    /// A thing that can't be judged, and what would help.
    pub fn untold(
        check: &'static str,
        subject: impl Into<String>,
        cause: impl Into<String>,
        fix: impl Into<String>,
    ) -> Row {
        Row::new(check, subject, Verdict::Untold, cause, Some(fix.into()))
    }

    /// A thing that AWS did not tell of.
    pub fn not_told(check: &'static str, subject: impl Into<String>, error: &AwsError) -> Row {
        let fix = if error.is_denied() {
            format!("ask with credentials that may {}", error.call)
        } else {
            "try again; if it stays, look at it in the console".to_owned()
        };
        Row::untold(check, subject, error.to_string(), fix)
    }

    /// The same row with the time that passed since the call.
    pub fn after(self, milliseconds: u64) -> Row {
        Row { after_ms: Some(milliseconds), ..self }
    }

    fn new(
        check: &'static str,
        subject: impl Into<String>,
        verdict: Verdict,
        seen: impl Into<String>,
        fix: Option<String>,
    ) -> Row {
        Row { check, subject: subject.into(), verdict, seen: seen.into(), fix, rule: None, after_ms: None }
    }
}
