//! The ledger: which events have been answered, and what may still be done, in a DynamoDB table.
//!
//! Lambda and EventBridge deliver an event at least once, so every function may get one twice, at the
//! same time even. The table has an item for each event and response (`event`), for each resource
//! that is being changed (`hold`), for each circuit breaker (`breaker`) and for events that are told of
//! together (`together`). All of it is done with
//! `UpdateItem` and conditions: DynamoDB decides who is first, and answers the others with what is
//! there. It refuses to guess: what can't be asked or written is an error.

mod breaker;
mod event;
mod fingerprint;
mod hold;
mod item;
mod together;

pub(crate) use breaker::{Place, Slot};
pub(crate) use event::{Begin, Begun, EventKey, Settled};
pub(crate) use fingerprint::{digest, fingerprint};
pub(crate) use hold::{Held, Hold, Holding};
pub(crate) use together::{Brought, Turn};

use crate::ApplyError;
use crate::aws::{Later, later};
use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure};
use item::Item;
use std::time::Duration;

/// How often a call is tried: what is not written here may be done twice.
const TRIES: u32 = 5;
/// The longest first wait between two tries; the later ones are twice as long each.
const FIRST_WAIT: Duration = Duration::from_millis(200);
/// The waits between the looks at what another try has in hand: three seconds in all.
const WAITS: [Duration; 5] = [
    Duration::from_millis(100),
    Duration::from_millis(200),
    Duration::from_millis(400),
    Duration::from_millis(800),
    Duration::from_millis(1500),
];

/// The functions' table.
#[derive(Debug)]
pub(crate) struct Ledger {
    client: Later<Client>,
    table: String,
}

/// Why the ledger does not let an action be begun.
#[derive(Debug)]
pub(crate) enum LedgerError {
    /// The table did not answer, or refused.
    Unreachable(ApplyError),
    /// Another try has it in hand.
    InHand(String),
    /// The event's id was seen with another content.
    OtherContent(String),
    /// An earlier try failed for good, not long ago.
    FailedBefore {
        /// Its kind.
        error_type: &'static str,
        /// What it said.
        message: String,
    },
}

/// One change of an item.
struct Change<'a> {
    update: &'a str,
    condition: &'a str,
    names: &'a [(&'a str, &'a str)],
    values: Vec<(&'a str, AttributeValue)>,
}

/// What DynamoDB made of a change.
enum Changed {
    /// It is done; the item as it is now.
    Done(Item),
    /// The condition does not hold; the item as it is.
    Not(Item),
}

impl Ledger {
    /// The ledger in this table.
    pub(crate) fn new(table: String, aws: &SdkConfig) -> Ledger {
        let retries = RetryConfig::standard().with_max_attempts(TRIES).with_initial_backoff(FIRST_WAIT);
        let make = |aws: &SdkConfig| {
            Client::from_conf(aws_sdk_dynamodb::config::Builder::from(aws).retry_config(retries).build())
        };
        Ledger { client: later(aws, make), table }
    }

    async fn change(&self, id: &str, change: Change<'_>) -> Result<Changed, ApplyError> {
        let mut request = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("id", AttributeValue::S(id.to_owned()))
            .update_expression(change.update)
            .condition_expression(change.condition)
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        for (name, attribute) in change.names {
            request = request.expression_attribute_names(*name, *attribute);
        }
        for (name, value) in change.values {
            request = request.expression_attribute_values(name, value);
        }
        match request.send().await {
            Ok(done) => Ok(Changed::Done(Item(done.attributes.unwrap_or_default()))),
            Err(error) => {
                if let Some(
                    aws_sdk_dynamodb::operation::update_item::UpdateItemError::ConditionalCheckFailedException(refused),
                ) = error.as_service_error()
                {
                    return Ok(Changed::Not(Item(refused.item.clone().unwrap_or_default())));
                }
                Err(ApplyError::of("dynamodb:UpdateItem", error))
            }
        }
    }
}

impl LedgerError {
    /// The kind of failure, as Lambda's `errorType` names it.
    pub(crate) fn error_type(&self) -> &'static str {
        match self {
            LedgerError::Unreachable(error) => error.error_type(),
            LedgerError::InHand(_) => "Trailhook.InProgress",
            LedgerError::OtherContent(_) => "Trailhook.OtherContent",
            LedgerError::FailedBefore { error_type, .. } => error_type,
        }
    }
}

impl std::fmt::Display for LedgerError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            LedgerError::Unreachable(error) => write!(f, "nobody can tell whether it was done before: {error}"),
            LedgerError::InHand(message) | LedgerError::OtherContent(message) => f.write_str(message),
            LedgerError::FailedBefore { message, .. } => f.write_str(message),
        }
    }
}

impl From<ApplyError> for LedgerError {
    fn from(error: ApplyError) -> Self {
        LedgerError::Unreachable(error)
    }
}
