//! Why nothing can be listed or sent.

use crate::aws::{AwsError, NoAws};

/// Dead letters can't be listed or sent.
#[derive(Debug, thiserror::Error)]
pub enum RedriveError {
    /// AWS can't be asked.
    #[error(transparent)]
    NoAws(#[from] NoAws),
    /// AWS does not tell.
    #[error(transparent)]
    Aws(#[from] AwsError),
    /// The stack has no such function.
    #[error("--function {asked}: the stack has no such function; it has {there}")]
    NoFunction {
        /// The one asked for.
        asked: String,
        /// Those there are.
        there: String,
    },
    /// There is nobody to ask before something is sent.
    #[error(
        "nothing was sent: there is no terminal to ask on; --yes sends without asking, and without --send it is only listed"
    )]
    NobodyToAsk,
    /// A message of a queue may name any function.
    #[error(
        "--send with --queue alone: say --function NAME or --stack-name NAME, for whoever writes to the queue could name any function"
    )]
    NoTarget,
    /// To look into it would change it.
    #[error(
        "{0} has a redrive policy: SQS counts each look at a message, and moves it away after some; take the policy off first"
    )]
    Redriven(String),
    /// Nobody puts dead letters there.
    #[error("{0} is a FIFO queue: neither EventBridge nor Lambda puts dead letters into one")]
    Fifo(String),
    /// Nobody said yes.
    #[error("nothing was sent")]
    NotConfirmed,
}
