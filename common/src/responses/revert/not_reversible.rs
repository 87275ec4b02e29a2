//! Calls that nothing undoes: they are reported with the reason, so that nobody waits for a revert.

use crate::{Admitted, FromRecord, Plan, Record, ShapeError, Watched, WatchedCall};

/// A call that can't be undone.
#[derive(Debug)]
pub struct NotReversible {
    /// The whole record.
    pub record: Record,
}

const CALLS: WatchedCall = WatchedCall {
    event_source: crate::calls::sqs::EVENT_SOURCE,
    event_names: &[
        "CancelMessageMoveTask",
        "ChangeMessageVisibility",
        "ChangeMessageVisibilityBatch",
        "DeleteMessage",
        "DeleteMessageBatch",
        "PurgeQueue",
        "ReceiveMessage",
        "SendMessage",
        "SendMessageBatch",
    ],
};

impl FromRecord for NotReversible {
    fn watched() -> Watched {
        Watched::Calls(vec![CALLS])
    }

    fn from_record(admitted: Admitted) -> Result<Self, ShapeError> {
        Ok(NotReversible { record: admitted.into_record() })
    }
}

/// Why nothing is done about this call.
pub(super) fn plan<A>(call: &NotReversible) -> Plan<A> {
    let name = call.record.event_name.text().unwrap_or_default();
    Plan::nothing("not-reversible", format!("{name} can't be undone: {}", why(name)))
}

fn why(name: &str) -> &'static str {
    match name {
        "PurgeQueue" | "DeleteMessage" | "DeleteMessageBatch" => "SQS keeps nothing of a message that was deleted",
        "CancelMessageMoveTask" => "what had moved is not told, and a new move would begin with other messages",
        "SendMessage" | "SendMessageBatch" => "a message may have been received, and nobody can take it out unseen",
        "ReceiveMessage" => "what was read can't be unread; the messages are visible again after their timeout",
        _ => "the earlier visibility timeout of the messages is not told",
    }
}
