//! The responses that the template deploys: one row each, by which every test of the template knows
//! them.

use trailhook::{FromRecord, Mode, Response, Watched};
use trailhook_handlers::responses::{NotifyHandler, RevertHandler, SnapshotHandler, TagNewQueueHandler};
use trailhook_handlers::{Configuration, Environment, Handler, Start};

/// A response.
pub struct Row {
    /// Its binary.
    pub binary: &'static str,
    /// What its role may do.
    pub iam_actions: &'static [&'static str],
    /// The actions that change something only once its mode is `enforce`, and that the role lacks before.
    pub only_enforced: &'static [&'static str],
    /// How it begins.
    pub default_mode: Mode,
    /// How old its events may be.
    pub default_max_age: chrono::TimeDelta,
    /// What it is triggered by.
    pub watched: fn() -> Watched,
    /// Its mode and guards.
    pub configuration: fn(&mut Environment) -> Option<Configuration>,
    /// Whether it starts with these variables.
    pub starts: fn(&mut Start<'_>) -> bool,
}

/// What revert changes something with, or needs for it.
const UNDOING: [&str; 9] = [
    "sqs:CancelMessageMoveTask",
    "sqs:CreateQueue",
    "sqs:DeleteMessage",
    "sqs:DeleteQueue",
    "sqs:ReceiveMessage",
    "sqs:RemovePermission",
    "sqs:SetQueueAttributes",
    "sqs:TagQueue",
    "sqs:UntagQueue",
];

/// All of them.
pub const RESPONSES: [Row; 4] = [
    row::<TagNewQueueHandler>(&[], |start| TagNewQueueHandler::build(start).is_some()),
    row::<NotifyHandler>(&[], |start| NotifyHandler::build(start).is_some()),
    row::<RevertHandler>(&UNDOING, |start| RevertHandler::build(start).is_some()),
    row::<SnapshotHandler>(&["dynamodb:UpdateItem"], |start| SnapshotHandler::build(start).is_some()),
];

const fn row<H: Handler>(only_enforced: &'static [&'static str], starts: fn(&mut Start<'_>) -> bool) -> Row {
    Row {
        binary: H::NAME,
        iam_actions: H::IAM_ACTIONS,
        only_enforced,
        default_mode: H::DEFAULT_MODE,
        default_max_age: <H as Response>::DEFAULT_MAX_AGE,
        watched: H::Trigger::watched,
        configuration: Configuration::read::<H>,
        starts,
    }
}

/// The row of a binary.
pub fn of(binary: &str) -> Option<&'static Row> {
    const ROWS: &[Row] = &RESPONSES;
    ROWS.iter().find(|row| row.binary == binary)
}
