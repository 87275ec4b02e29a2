//! The periods that are asked for, and the statistics of each: what `GetMetricStatistics` and
//! `GetMetricData` have in common.

use super::asked::Time;
use crate::stage::metrics::{Datapoint, MetricName, Metrics};
use chrono::Utc;

/// The periods shorter than a minute. The stage's metrics have none: a minute is answered.
const SHORT: [i64; 5] = [1, 5, 10, 20, 30];
const MINUTE: i64 = 60;
const DAY: i64 = 24 * 60 * MINUTE;

/// What is told of a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Statistic {
    SampleCount,
    Average,
    Sum,
    Minimum,
    Maximum,
}

/// A time with a beginning, which is in it, and an end, which is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Range {
    from: i64,
    to: i64,
}

impl Statistic {
    /// All of them, in CloudWatch's order.
    pub(super) const ALL: [Statistic; 5] =
        [Statistic::SampleCount, Statistic::Average, Statistic::Sum, Statistic::Minimum, Statistic::Maximum];

    pub(super) fn named(name: &str) -> Option<Statistic> {
        Statistic::ALL.into_iter().find(|statistic| statistic.name() == name)
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Statistic::SampleCount => "SampleCount",
            Statistic::Average => "Average",
            Statistic::Sum => "Sum",
            Statistic::Minimum => "Minimum",
            Statistic::Maximum => "Maximum",
        }
    }

    pub(super) fn of(self, point: &Datapoint) -> f64 {
        match self {
            Statistic::SampleCount => point.sample_count,
            Statistic::Average => point.average(),
            Statistic::Sum => point.sum,
            Statistic::Minimum => point.minimum,
            Statistic::Maximum => point.maximum,
        }
    }
}

impl Range {
    /// CloudWatch rounds the start down: to a minute, or, as far back as it keeps no minutes, to five
    /// of them or to an hour.
    pub(super) fn new(start: Time, end: Time) -> Range {
        let (from, to) = (start.0.floor() as i64, end.0.ceil() as i64);
        let step = match Utc::now().timestamp().saturating_sub(from) {
            age if age < 15 * DAY => MINUTE,
            age if age < 63 * DAY => 5 * MINUTE,
            _ => 60 * MINUTE,
        };
        Range { from: from - from.rem_euclid(step), to }
    }

    /// The datapoints of a metric, in order. Another unit than the metric's finds none.
    pub(super) fn points(
        self,
        metrics: &Metrics,
        of: &MetricName,
        period: i64,
        wanted: Option<&str>,
    ) -> Vec<Datapoint> {
        let mut points = metrics.statistics(of, self.from, self.to, period);
        points.retain(|point| wanted.is_none_or(|wanted| wanted == point.unit.as_str()));
        points
    }
}

/// What is wrong with a period, if anything is; `name` is the parameter's.
pub(super) fn period_wrong(name: &str, period: i64) -> Option<String> {
    let right = SHORT.contains(&period) || period > 0 && period % MINUTE == 0;
    (!right).then(|| {
        format!("The parameter {name} must be a value in the set [ 1, 5, 10, 20, 30 ] or a multiple of {MINUTE}.")
    })
}
