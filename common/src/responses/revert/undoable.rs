//! The trigger: any SQS call that somebody may wish undone.

use super::NotReversible;
use crate::calls::sqs::{
    AddPermission, CreateQueue, DeleteQueue, RemovePermission, SetQueueAttributes, StartMessageMoveTask, TagQueue,
    UntagQueue,
};
use crate::{Admitted, ApiCall, Call, FromRecord, ShapeError, Watched, WatchedCall};

macro_rules! undoable {
    ($($(#[$doc:meta])* $call:ident),* $(,)?) => {
        /// A call of SQS.
        #[derive(Debug)]
        pub enum Undoable {
            $($(#[$doc])* $call(Box<Call<$call>>),)*
            /// Nothing undoes it.
            NotReversible(Box<NotReversible>),
        }

        /// The name of a call that can be undone.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum CallName {
            $($(#[$doc])* $call,)*
        }

        impl CallName {
            /// All of them, in the order of their names.
            pub const ALL: [CallName; [$(stringify!($call)),*].len()] = [$(CallName::$call),*];

            /// As CloudTrail writes it.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(CallName::$call => stringify!($call),)*
                }
            }
        }

        impl FromRecord for Undoable {
            fn watched() -> Watched {
                let mut calls = vec![$(WatchedCall::of::<$call>()),*];
                if let Watched::Calls(others) = NotReversible::watched() {
                    calls.extend(others);
                }
                Watched::Calls(calls)
            }

            fn from_record(admitted: Admitted) -> Result<Self, ShapeError> {
                let name = admitted.event_name().to_owned();
                $(if $call::EVENT_NAMES.contains(&name.as_str()) {
                    return Call::from_record(admitted).map(Box::new).map(Undoable::$call);
                })*
                NotReversible::from_record(admitted).map(Box::new).map(Undoable::NotReversible)
            }
        }
    };
}

undoable! {
    /// Undone by RemovePermission.
    AddPermission,
    /// Undone by DeleteQueue.
    CreateQueue,
    /// Undone by CreateQueue.
    DeleteQueue,
    /// Undone by SetQueueAttributes, with the statement in the policy again.
    RemovePermission,
    /// Undone by SetQueueAttributes.
    SetQueueAttributes,
    /// Undone by CancelMessageMoveTask.
    StartMessageMoveTask,
    /// Undone by UntagQueue and TagQueue.
    TagQueue,
    /// Undone by TagQueue.
    UntagQueue,
}
