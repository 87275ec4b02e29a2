//! The acting half of the built-in responses.

/// A handler is its pure half with clients beside it: everything that the pure half says of itself
/// holds for the handler.
macro_rules! decides_as {
    ($handler:ty, $response:ty, $field:ident) => {
        impl trailhook::Response for $handler {
            type Trigger = <$response as trailhook::Response>::Trigger;
            type Action = <$response as trailhook::Response>::Action;
            const NAME: &'static str = <$response as trailhook::Response>::NAME;
            const IDEMPOTENT: bool = <$response as trailhook::Response>::IDEMPOTENT;
            const DESTRUCTIVE: bool = <$response as trailhook::Response>::DESTRUCTIVE;
            const ORDERED: bool = <$response as trailhook::Response>::ORDERED;
            const DEFAULT_MODE: trailhook::Mode = <$response as trailhook::Response>::DEFAULT_MODE;
            const DEFAULT_MAX_AGE: chrono::TimeDelta = <$response as trailhook::Response>::DEFAULT_MAX_AGE;
            const DEFAULT_REPLAYED: trailhook::Replayed = <$response as trailhook::Response>::DEFAULT_REPLAYED;
            const OWN_CALLS: bool = <$response as trailhook::Response>::OWN_CALLS;
            const ELSEWHERE: bool = <$response as trailhook::Response>::ELSEWHERE;

            fn failed_calls(&self) -> trailhook::FailedCalls {
                self.$field.failed_calls()
            }

            fn describe(&self, action: &Self::Action) -> String {
                self.$field.describe(action)
            }

            fn resource(&self, action: &Self::Action) -> Option<trailhook::Arn> {
                self.$field.resource(action)
            }

            fn keeps_order(&self, action: &Self::Action) -> bool {
                self.$field.keeps_order(action)
            }

            fn plan(&self, trigger: &Self::Trigger) -> trailhook::Plan<Self::Action> {
                self.$field.plan(trigger)
            }

            fn outline(&self, trigger: &Self::Trigger) -> trailhook::Plan<Self::Action> {
                self.$field.outline(trigger)
            }
        }
    };
}

mod history;
mod notify;
mod queue;
mod revert;
mod snapshot;
mod tag_new_queue;

pub use notify::NotifyHandler;
pub use revert::RevertHandler;
pub use snapshot::SnapshotHandler;
pub use tag_new_queue::TagNewQueueHandler;
