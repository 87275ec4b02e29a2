//! A typed API call: the record, with its request and response in the shapes the call has.
//!
//! A call is declared by hand from real records ([`ApiCall`]), because CloudTrail's shapes are not
//! the SDK's: names change case, API versions creep into event names, and one call has several
//! spellings over the years. The only way to a [`Call`] is through [`Admitted`], so the guards have
//! always been asked first.

use crate::{Admitted, EventPattern, Field, Omitted, Plan, Record};
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

/// A CloudTrail API call with its shapes.
///
/// ```
/// use serde::Deserialize;
/// use trailhook::ApiCall;
///
/// /// Somebody made an SNS topic.
/// struct CreateTopic;
///
/// #[derive(Deserialize)]
/// struct Request { name: String }
///
/// #[derive(Deserialize)]
/// #[serde(rename_all = "camelCase")]
/// struct Response { topic_arn: String }
///
/// impl ApiCall for CreateTopic {
///     const EVENT_SOURCE: &'static str = "sns.amazonaws.com";
///     const EVENT_NAMES: &'static [&'static str] = &["CreateTopic"];
///     type RequestParameters = Request;
///     type ResponseElements = Response;
/// }
/// ```
pub trait ApiCall {
    /// As in `sqs.amazonaws.com`.
    const EVENT_SOURCE: &'static str;
    /// The names CloudTrail writes for this call; several where a service puts its API's date behind.
    const EVENT_NAMES: &'static [&'static str];
    /// The shape of `requestParameters`.
    type RequestParameters: DeserializeOwned;
    /// The shape of `responseElements`.
    type ResponseElements: DeserializeOwned;
}

/// One of the two large parts of a record.
#[derive(Clone, Debug)]
pub enum Part<T> {
    /// In the call's own shape.
    Known(T),
    /// Absent or null.
    Null,
    /// Too large for CloudTrail: what it was is unknown.
    Omitted(Omitted),
}

/// An admitted record of one API call. There is no way to one around the guards:
///
/// ```compile_fail
/// use trailhook::{Call, Part, Record, calls::sqs::PurgeQueue};
///
/// let call = Call::<PurgeQueue> { record: Record::default(), request: Part::Null, response: Part::Null };
/// ```
#[derive(Debug)]
pub struct Call<C: ApiCall> {
    /// The whole record.
    pub record: Record,
    /// What was asked for.
    pub request: Part<C::RequestParameters>,
    /// What was answered.
    pub response: Part<C::ResponseElements>,
    account: String,
}

/// A part of an admitted record does not have its call's shape.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {source}")]
pub struct ShapeError {
    /// The JSON path, as in `detail.requestParameters.queueName`.
    pub path: String,
    /// What is wrong there.
    pub source: serde_json::Error,
}

/// Which calls a trigger wants to hear of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Watched {
    /// Any API call at all.
    Everything,
    /// These calls: an event source with its event names, source and name always together.
    Calls(Vec<WatchedCall>),
}

/// One watched call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WatchedCall {
    /// As in `sqs.amazonaws.com`.
    pub event_source: &'static str,
    /// As in `CreateQueue`.
    pub event_names: &'static [&'static str],
}

/// What a response is triggered by: one call, one of several, or any.
pub trait FromRecord: Sized {
    /// The calls this trigger can be made from.
    fn watched() -> Watched;

    /// The trigger that this record is.
    ///
    /// # Errors
    /// [`ShapeError`] when a part of the record does not have the call's shape.
    fn from_record(admitted: Admitted) -> Result<Self, ShapeError>;

    /// The event pattern that lets exactly these calls through.
    fn event_pattern() -> EventPattern {
        EventPattern::of(&Self::watched())
    }
}

impl<T> Part<T> {
    /// The part, if it is known.
    pub fn known(&self) -> Option<&T> {
        match self {
            Part::Known(part) => Some(part),
            Part::Null | Part::Omitted(_) => None,
        }
    }
}

impl<C: ApiCall> Call<C> {
    /// The account that the event belongs to: ours, but for a response that answers other accounts too
    /// ([`Response::ELSEWHERE`](crate::Response::ELSEWHERE)).
    pub fn account(&self) -> &str {
        &self.account
    }

    /// A plan of one action made from the request; where the record does not say what was asked
    /// for (it was null or too large), nothing is done, and the plan says why.
    pub fn act_on<A>(&self, action: impl FnOnce(&C::RequestParameters) -> A) -> Plan<A> {
        let why = match &self.request {
            Part::Known(request) => return Plan::act(action(request)),
            Part::Null => "detail.requestParameters is null",
            Part::Omitted(_) => "CloudTrail left detail.requestParameters out, because they were too large",
        };
        Plan::nothing("unknown-request", why)
    }
}

impl<T: DeserializeOwned> Part<T> {
    pub(crate) fn of(field: &Field<Box<RawValue>>, path: &str) -> Result<Self, ShapeError> {
        let raw = match field {
            Field::Absent | Field::Null => return Ok(Part::Null),
            Field::Value(raw) | Field::Other(raw) => raw,
        };
        if let Some(note) = Omitted::in_part(raw) {
            return Ok(Part::Omitted(note));
        }
        // Whoever has the shape needs no path; it is looked for where something is wrong.
        if let Ok(part) = serde_json::from_str(raw.get()) {
            return Ok(Part::Known(part));
        }
        let mut json = serde_json::Deserializer::from_str(raw.get());
        serde_path_to_error::deserialize(&mut json).map(Part::Known).map_err(|error| {
            let inner = error.path().to_string();
            let path = if inner == "." { path.to_owned() } else { format!("{path}.{inner}") };
            ShapeError { path, source: error.into_inner() }
        })
    }
}

impl Record {
    /// `requestParameters` in a call's shape, without any guard: for records that are looked up and not
    /// answered.
    pub(crate) fn request_part<T: DeserializeOwned>(&self) -> Result<Part<T>, ShapeError> {
        Part::of(&self.request_parameters, "detail.requestParameters")
    }

    /// `responseElements` likewise.
    pub(crate) fn response_part<T: DeserializeOwned>(&self) -> Result<Part<T>, ShapeError> {
        Part::of(&self.response_elements, "detail.responseElements")
    }
}

impl WatchedCall {
    /// The watched call of a declared one.
    pub const fn of<C: ApiCall>() -> Self {
        WatchedCall { event_source: C::EVENT_SOURCE, event_names: C::EVENT_NAMES }
    }

    /// Whether this is that call: source and name together, because MediaConvert has a
    /// `CreateQueue` too.
    pub fn is(&self, event_source: &str, event_name: &str) -> bool {
        self.event_source == event_source && self.event_names.contains(&event_name)
    }
}

impl Watched {
    /// Whether a call is among these.
    pub fn covers(&self, event_source: &str, event_name: &str) -> bool {
        match self {
            Watched::Everything => true,
            Watched::Calls(calls) => calls.iter().any(|call| call.is(event_source, event_name)),
        }
    }
}

impl<C: ApiCall> FromRecord for Call<C> {
    fn watched() -> Watched {
        Watched::Calls(vec![WatchedCall::of::<C>()])
    }

    fn from_record(admitted: Admitted) -> Result<Self, ShapeError> {
        let account = admitted.account().to_owned();
        let record = admitted.into_record();
        let (source, name) = (record.event_source.text(), record.event_name.text());
        if !WatchedCall::of::<C>().is(source.unwrap_or_default(), name.unwrap_or_default()) {
            let expected = format!("expected {} of {}", C::EVENT_NAMES.join(" or "), C::EVENT_SOURCE);
            return Err(ShapeError { path: "detail.eventName".to_owned(), source: serde::de::Error::custom(expected) });
        }
        let (request, response) = (record.request_part()?, record.response_part()?);
        Ok(Call { record, request, response, account })
    }
}

/// Any API call, its two large parts left raw.
impl FromRecord for Record {
    fn watched() -> Watched {
        Watched::Everything
    }

    fn from_record(admitted: Admitted) -> Result<Self, ShapeError> {
        Ok(admitted.into_record())
    }
}
