//! What a response would do, as data.
//!
//! A plan is made without a clock, an environment or a network, from the record alone. It is
//! printed by a dry run, replayed over last month's log files, and only then carried out.

use serde::Serialize;
use std::fmt;

/// What to do about one event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Plan<A> {
    /// Do these, in order. Each is one changing call at most.
    Act(Vec<A>),
    /// Do nothing, for this reason.
    Nothing(Reason),
}

/// What looking at the live state says about an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict<A> {
    /// Whether to do it.
    pub judgement: Judgement<A>,
    /// What was seen on the way and is for people to know, in sentences: a tag that exempts nothing.
    pub notes: Vec<String>,
}

/// Whether to do what was planned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judgement<A> {
    /// Do it as planned.
    Proceed,
    /// Do this instead: less than planned, never more.
    Amend(A),
    /// Do nothing, for this reason.
    Nothing(Reason),
    /// Nothing before another try of the event: it is too early, or what it needs is not there yet. Lambda
    /// tries again after one minute, and after two more. A dry run reports what would be done then, where
    /// that is known, and nothing where it isn't.
    Later(Option<A>, Reason),
    /// Nothing that can be decided, for this reason: the event fails, and is kept for people when Lambda's tries
    /// are over. A dry run reports that nothing would be done.
    Undecided(Reason),
}

/// What a second look says, after an action was carried out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Afterwards {
    /// What is there now, as data for the report; null for nothing to tell.
    pub state: serde_json::Value,
    /// What is not as it should be, in sentences.
    pub notes: Vec<String>,
}

/// Why nothing is done: a word for counting, and a sentence for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// Lower case with dashes, from a small fixed set: a metric's dimension.
    pub code: &'static str,
    /// A sentence that names the values it rests on.
    pub message: String,
}

impl<A> Plan<A> {
    /// One action.
    pub fn act(action: A) -> Self {
        Plan::Act(vec![action])
    }

    /// Nothing, for this reason.
    pub fn nothing(code: &'static str, message: impl Into<String>) -> Self {
        Plan::Nothing(Reason::new(code, message))
    }
}

impl<A> Verdict<A> {
    /// Do it as planned.
    pub fn proceed() -> Self {
        Verdict { judgement: Judgement::Proceed, notes: Vec::new() }
    }

    /// Do this instead: less than planned, never more.
    pub fn amend(action: A) -> Self {
        Verdict { judgement: Judgement::Amend(action), notes: Vec::new() }
    }

    /// Do nothing, for this reason.
    pub fn nothing(reason: Reason) -> Self {
        Verdict { judgement: Judgement::Nothing(reason), notes: Vec::new() }
    }

    /// Do this at another try, or look again, for this reason.
    pub fn later(action: impl Into<Option<A>>, reason: Reason) -> Self {
        Verdict { judgement: Judgement::Later(action.into(), reason), notes: Vec::new() }
    }

    /// Nothing that can be decided, for this reason.
    pub fn undecided(reason: Reason) -> Self {
        Verdict { judgement: Judgement::Undecided(reason), notes: Vec::new() }
    }

    /// The same with what was seen on the way.
    #[must_use]
    pub fn noting(mut self, notes: impl IntoIterator<Item = String>) -> Self {
        self.notes.extend(notes);
        self
    }
}

impl Reason {
    /// A reason.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Reason { code, message: message.into() }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
