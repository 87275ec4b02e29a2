//! CloudWatch's metrics of the bus and of Lambda, and those that functions write into their logs: counted
//! here, because no back end counts them.
//!
//! A metric is its namespace, its name and its dimensions, all of them together: as in CloudWatch
//! there is no sum over dimensions, so what AWS sends under several is counted under each. One bucket
//! a minute. It refuses to invent zeros: what was never counted has no datapoint.
//!
//! ```
//! use trailhook_cli::stage::{MetricName, Metrics, Unit};
//!
//! let metrics = Metrics::default();
//! let triggered = MetricName::new("AWS/Events", "TriggeredRules", [("RuleName", "orders")]);
//! metrics.add(&triggered, Unit::COUNT, 1.0);
//! let now = chrono::Utc::now().timestamp();
//! let points = metrics.statistics(&triggered, now - 300, now + 60, 60);
//! assert_eq!(points[0].sum, 1.0);
//! ```

mod aws;
mod embedded;
#[cfg(test)]
mod tests;
mod unit;

use chrono::Utc;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

pub(in crate::stage) use embedded::is_of_metrics;
pub use unit::Unit;

/// A metric as CloudWatch tells it from others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct MetricName {
    /// As in `AWS/Events`.
    pub namespace: String,
    /// As in `TriggeredRules`.
    pub name: String,
    /// As in `RuleName` and its value; none at all is a metric of its own.
    pub dimensions: BTreeMap<String, String>,
}

/// The statistics of one period.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Datapoint {
    /// When the period begins, in seconds since 1970.
    pub timestamp: i64,
    /// All values together.
    pub sum: f64,
    /// How many there are.
    pub sample_count: f64,
    /// The smallest.
    pub minimum: f64,
    /// The largest.
    pub maximum: f64,
    /// What they count.
    pub unit: Unit,
}

/// All metrics of a stage.
#[derive(Debug, Default)]
pub struct Metrics(Mutex<BTreeMap<MetricName, BTreeMap<i64, Datapoint>>>);

const MINUTE: i64 = 60;

/// The namespaces of what the stage counts itself.
const OF_AWS: [&str; 2] = ["AWS/Events", "AWS/Lambda"];

impl MetricName {
    /// A metric with these dimensions.
    pub fn new<'a>(
        namespace: &str,
        name: &str,
        dimensions: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> MetricName {
        let dimensions = dimensions.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        MetricName { namespace: namespace.to_owned(), name: name.to_owned(), dimensions }
    }
}

impl Datapoint {
    /// The sum by the count.
    pub fn average(&self) -> f64 {
        self.sum / self.sample_count
    }

    fn with(self, other: Datapoint) -> Datapoint {
        Datapoint {
            sum: self.sum + other.sum,
            sample_count: self.sample_count + other.sample_count,
            minimum: self.minimum.min(other.minimum),
            maximum: self.maximum.max(other.maximum),
            ..self
        }
    }
}

impl Metrics {
    /// Counts a value now.
    pub fn add(&self, metric: &MetricName, unit: Unit, value: f64) {
        self.add_at(metric, unit, value, Utc::now().timestamp());
    }

    /// Counts a value at a time, in seconds since 1970.
    pub fn add_at(&self, metric: &MetricName, unit: Unit, value: f64, at: i64) {
        let timestamp = at - at.rem_euclid(MINUTE);
        let one = Datapoint { timestamp, sum: value, sample_count: 1.0, minimum: value, maximum: value, unit };
        let mut all = self.all();
        let minutes = match all.get_mut(metric) {
            Some(minutes) => minutes,
            None => all.entry(metric.clone()).or_default(),
        };
        minutes.entry(timestamp).and_modify(|minute| *minute = minute.with(one)).or_insert(one);
    }

    /// Whether a namespace's metrics are kept here: AWS's two always, another's once a line has counted in it.
    pub fn keeps(&self, namespace: &str) -> bool {
        OF_AWS.contains(&namespace) || self.all().keys().any(|metric| metric.namespace == namespace)
    }

    /// Whether words of a query name a namespace whose metrics are kept here.
    pub fn keeps_any_in(&self, words: &str) -> bool {
        OF_AWS.iter().any(|namespace| words.contains(namespace))
            || self.all().keys().any(|metric| words.contains(&metric.namespace))
    }

    /// The metrics that there are, in order.
    pub fn names(&self) -> Vec<MetricName> {
        self.all().keys().cloned().collect()
    }

    /// The datapoints of the periods from one time up to another, in order; those without a value are
    /// left out. Times and periods are seconds; periods begin at whole multiples of their length, and
    /// are at least a minute long.
    pub fn statistics(&self, metric: &MetricName, from: i64, to: i64, period: i64) -> Vec<Datapoint> {
        let period = period.max(MINUTE);
        let from = from.saturating_sub(from.rem_euclid(period));
        let mut periods: BTreeMap<i64, Datapoint> = BTreeMap::new();
        if from < to
            && let Some(minutes) = self.all().get(metric)
        {
            for (timestamp, minute) in minutes.range(from..to) {
                let timestamp = timestamp - timestamp.rem_euclid(period);
                let one = Datapoint { timestamp, ..*minute };
                periods.entry(timestamp).and_modify(|point| *point = point.with(one)).or_insert(one);
            }
        }
        periods.into_values().collect()
    }

    /// The sum of everything that was ever counted; `None` when nothing was.
    pub fn total(&self, metric: &MetricName) -> Option<f64> {
        Some(self.all().get(metric)?.values().map(|minute| minute.sum).sum())
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<MetricName, BTreeMap<i64, Datapoint>>> {
        // Nothing panics while it holds the lock, and what is in it is whole at any time.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
