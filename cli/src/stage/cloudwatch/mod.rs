//! CloudWatch's reads of the metrics that the stage keeps, because no back end counts what the stage's
//! bus and its Lambda do, or takes metrics out of a log: `GetMetricStatistics`, `GetMetricData` and
//! `ListMetrics` of `AWS/Events` and `AWS/Lambda`, and of the namespaces that functions have written
//! metrics of, in the three protocols that clients speak.
//!
//! [`answer`] answers what concerns those namespaces and passes on everything else:
//!
//! - A `GetMetricData` that asks for one metric of theirs at least is answered here, all of it: its
//!   queries of other namespaces find nothing.
//! - `ListMetrics` without a namespace is answered here, with the metrics of all of them.
//! - A request that cannot be read, or `GetMetricStatistics` without a namespace, is refused here.
//!
//! It refuses to calculate: there are no percentiles, no expressions and no labels with `${…}` in them.
//! There is one account, one Region and one page; `AccountId`, `RecentlyActive` and `MaxDatapoints` are
//! not looked at. As in CloudWatch only periods with a value have a datapoint.

mod asked;
pub(super) mod cbor;
mod data;
mod failure;
mod form;
mod list;
mod protocol;
mod range;
mod shape;
mod statistics;
#[cfg(test)]
mod tests;
mod xml;

pub(super) use shape::Shape;

use super::metrics::Metrics;
use bytes::Bytes;
use data::GetMetricData;
use failure::Failure;
use http::{Request, Response};
use list::ListMetrics;
use protocol::Call;
use serde::de::DeserializeOwned;
use serde_json::Value;
use statistics::GetMetricStatistics;

/// A call that reads metrics; the type is its parameters.
trait Read: DeserializeOwned {
    /// As clients call it.
    const ACTION: &str;

    /// Is it about metrics that the stage keeps?
    fn is_ours(&self, metrics: &Metrics) -> bool;

    /// What is answered.
    fn read(&self, metrics: &Metrics) -> Result<Shape, Failure>;
}

/// Answers a call of CloudWatch (the service that SigV4 names `monitoring`) about the metrics that the
/// stage keeps. `None`: it is about something else, and for others to answer.
///
/// ```
/// use trailhook_cli::stage::{MetricName, Metrics, Unit, answer_cloudwatch};
///
/// let metrics = Metrics::default();
/// metrics.add(&MetricName::new("AWS/Lambda", "Errors", [("FunctionName", "f")]), Unit::COUNT, 1.0);
/// let request = http::Request::post("/")
///     .header("x-amz-target", "GraniteServiceVersion20100801.ListMetrics")
///     .body(r#"{"Namespace": "AWS/Lambda"}"#.into())?;
/// let response = answer_cloudwatch(&request, &metrics, "request-1").expect("it is about Lambda");
/// assert_eq!(response.status(), 200);
/// # Ok::<(), http::Error>(())
/// ```
pub fn answer(request: &Request<Bytes>, metrics: &Metrics, request_id: &str) -> Option<Response<Bytes>> {
    let call = Call::of(request)?;
    let answered = match call.action.as_str() {
        GetMetricStatistics::ACTION => read::<GetMetricStatistics>(call.parameters(request), metrics),
        GetMetricData::ACTION => read::<GetMetricData>(call.parameters(request), metrics),
        ListMetrics::ACTION => read::<ListMetrics>(call.parameters(request), metrics),
        _ => None,
    }?;
    Some(match answered {
        Ok(shape) => call.response(shape, request_id),
        Err(failure) => call.refusal(&failure, request_id),
    })
}

/// Answers a call of this name with what is told of its parameters, in the caller's protocol. `None`: it is another call,
/// or nothing is told.
pub(super) fn answer_with(
    request: &Request<Bytes>,
    request_id: &str,
    action: &str,
    told: impl FnOnce(&Value) -> Option<Shape>,
) -> Option<Response<Bytes>> {
    let call = Call::of(request).filter(|call| call.action == action)?;
    // What can't be read is refused by who is behind the door.
    let shape = told(&call.parameters(request).ok()?)?;
    Some(call.response(shape, request_id))
}

fn read<R: Read>(parameters: Result<Value, Failure>, metrics: &Metrics) -> Option<Result<Shape, Failure>> {
    let asked = parameters
        .and_then(|parameters| serde_json::from_value::<R>(parameters).map_err(|why| Failure::unreadable(&why)));
    match asked {
        Ok(asked) if asked.is_ours(metrics) => Some(asked.read(metrics)),
        Ok(_) => None,
        Err(failure) => Some(Err(failure)),
    }
}
