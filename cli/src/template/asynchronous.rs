//! What Lambda does with an event that a function failed with: `EventInvokeConfig`, on the function
//! as SAM has it, or as a resource of its own.

use super::Stack;
use super::error::{Problem, TemplateError};
use super::intrinsics::Place;
use super::properties::Properties;
use serde_json::Value;
use std::time::Duration;

/// The rules of a function's asynchronous invocations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AsynchronousRules {
    /// How often a failed event is tried again: 0 to 2.
    pub retries: u32,
    /// How long an event may wait for a try that does not fail.
    pub max_age: Duration,
    /// The ARN of the queue that gets what the function gave up on.
    pub on_failure: Option<String>,
}

impl Default for AsynchronousRules {
    /// Lambda's: two retries, six hours, and nobody who is told.
    fn default() -> Self {
        AsynchronousRules { retries: 2, max_age: Duration::from_secs(21_600), on_failure: None }
    }
}

impl Stack {
    /// The rules of a function, from its own property or from a resource about it.
    pub(super) fn asynchronous_rules(
        &self,
        function: &str,
        own: Option<&Value>,
        place: &Place,
    ) -> Result<AsynchronousRules, TemplateError> {
        if let Some(own) = own {
            let place = place.member("EventInvokeConfig");
            let resolved = self.resolve(own, &place)?.unwrap_or_default();
            return read(&Properties::new(&resolved, place));
        }
        for id in self.ids_of(&["AWS::Lambda::EventInvokeConfig"])? {
            let resolved = self.properties(id)?;
            let properties = Properties::new(&resolved, Place::new(format!("Resources.{id}.Properties")));
            let about = properties.member("FunctionName").text()?;
            // EventBridge invokes the function without a version, and for that only this one counts.
            let latest = properties.member("Qualifier").optional_text()?.is_none_or(|name| name == "$LATEST");
            if latest && about.rsplit(':').next() == Some(function) {
                return read(&properties);
            }
        }
        Ok(AsynchronousRules::default())
    }
}

fn read(properties: &Properties<'_>) -> Result<AsynchronousRules, TemplateError> {
    let default = AsynchronousRules::default();
    let retries = properties.member("MaximumRetryAttempts");
    let retries = retries.number(0..=2, "Lambda tries again at most twice")?;
    let age = properties.member("MaximumEventAgeInSeconds");
    let age = age.number(60..=21_600, "an event waits for 60 to 21600 seconds")?;
    let destinations = properties.member("DestinationConfig");
    let on_failure = destinations.member("OnFailure");
    let queue = on_failure.member("Destination").optional_text()?;
    match &queue {
        Some(arn) if arn.split(':').nth(2) == Some("sqs") => {}
        None if !on_failure.is_there() => {}
        None => {
            return Err(on_failure.wrong(Problem::NotDone("queues that SAM makes: say the Destination")));
        }
        Some(_) => {
            let wrong = Problem::NotDone("on-failure destinations other than queues");
            return Err(on_failure.member("Destination").wrong(wrong));
        }
    }
    Ok(AsynchronousRules {
        retries: retries.unwrap_or(default.retries),
        max_age: age.map_or(default.max_age, |seconds| Duration::from_secs(seconds.into())),
        on_failure: queue,
    })
}
