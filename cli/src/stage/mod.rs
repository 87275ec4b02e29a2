//! The local stage: the article on a laptop.
//!
//! An event goes through the rule of the template to its targets: the real function binaries under
//! a [`RuntimeApi`], whose AWS calls go to a [`BackEnd`] in this process, and the log group there.
//! [`Stage`] does it all; the pieces can be used one by one, as the integration tests do that run
//! the binaries against another back end.

mod at_work;
mod back_end;
mod backstage;
mod behind;
mod binaries;
mod bus;
mod chance;
mod cloudwatch;
mod described;
mod endpoint;
mod event_history;
mod front_door;
mod function;
mod happening;
mod invocation;
mod lambda;
mod live;
mod memory;
mod metrics;
mod noted;
mod observer;
mod pending;
mod play;
mod played;
mod process;
mod runtime_api;
mod server;
mod sts;
mod surroundings;
mod tally;
mod walk;
mod world;

pub use at_work::{Crash, Moment};
pub use back_end::{BackEnd, BackEndError, LogEvent, Published, QueueFound, QueueMade};
pub use backstage::Backstage;
pub use behind::{EndpointError, account_of, is_aws};
pub use binaries::{Binaries, BinariesError};
pub(crate) use bus::is_read_only;
pub use bus::{Bus, BusError, BusEvent, BusSettings, BusTold, RetryCondition, Undelivered};
pub use cloudwatch::answer as answer_cloudwatch;
pub use endpoint::{Endpoint, EndpointUrlError, Unreachable};
pub use front_door::{ApiCallSeen, FrontDoor, FrontDoorError, FrontDoorSettings, FurnishError};
pub use function::{Function, FunctionSettings};
pub use happening::{Happening, move_to};
pub use invocation::{Invocation, StartError};
pub(crate) use lambda::in_words;
pub use lambda::{
    Condition, Decision, Ended, Hosted, InvokeError, Lambda, LambdaEvent, LambdaSettings, LambdaTold, LogFilter,
};
pub use live::{Live, LiveError, LiveSettings, Told};
pub use metrics::{Datapoint, MetricName, Metrics, Unit};
pub use observer::Observer;
pub use play::{Stage, StageError};
pub use played::{Afterwards, Delivery, DeliveryResult, LogGroupFilled, Played, RulePlayed};
pub use process::{LogLine, Output};
pub use runtime_api::{FunctionError, INIT_LIMIT, RuntimeApi, Said};
pub use surroundings::surroundings;
pub use tally::{Calls, Crashes, Ends, Tally};
pub(crate) use walk::is_gone;
pub use walk::{Step, WalkError, Walked, walk};
pub use world::{Doing, Kept, LogEntry, Message, World, WorldError};
