//! GetMetricStatistics: one metric, any of its statistics.

use super::Read;
use super::asked::{Dimension, Time, Whole, metric};
use super::failure::{Code, Failure};
use super::range::{Range, Statistic, period_wrong};
use super::shape::Shape;
use crate::stage::metrics::Metrics;
use serde::Deserialize;

/// More datapoints than CloudWatch gives at a time.
const MOST: i64 = 1440;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetMetricStatistics {
    namespace: Option<String>,
    metric_name: Option<String>,
    #[serde(default)]
    dimensions: Vec<Dimension>,
    start_time: Option<Time>,
    end_time: Option<Time>,
    period: Option<Whole>,
    #[serde(default)]
    statistics: Vec<String>,
    #[serde(default)]
    extended_statistics: Vec<String>,
    unit: Option<String>,
}

impl Read for GetMetricStatistics {
    const ACTION: &str = "GetMetricStatistics";

    fn is_ours(&self, metrics: &Metrics) -> bool {
        self.namespace.as_deref().is_none_or(|namespace| metrics.keeps(namespace))
    }

    fn read(&self, metrics: &Metrics) -> Result<Shape, Failure> {
        let namespace = self.namespace.as_deref().ok_or_else(|| Failure::missing("Namespace"))?;
        let name = self.metric_name.as_deref().ok_or_else(|| Failure::missing("MetricName"))?;
        let start = self.start_time.ok_or_else(|| Failure::missing("StartTime"))?;
        let end = self.end_time.ok_or_else(|| Failure::missing("EndTime"))?;
        let Whole(period) = self.period.ok_or_else(|| Failure::missing("Period"))?;
        if let Some(wrong) = period_wrong("Period", period) {
            return Err(Failure::value(wrong));
        }
        if start >= end {
            return Err(Failure::value("The parameter StartTime must be less than the parameter EndTime."));
        }
        let statistics = self.statistics()?;
        let asked = (end.0 - start.0) as i64 / period;
        if asked > MOST {
            return Err(Failure::new(
                Code::Combination,
                format!(
                    "You have requested up to {asked} datapoints, which exceeds the limit of {MOST}. You may reduce the \
                     datapoints requested by increasing Period, or decreasing the time range."
                ),
            ));
        }
        let of = metric(namespace, name, &self.dimensions);
        let points = Range::new(start, end).points(metrics, &of, period, self.unit.as_deref());
        let points = points.iter().map(|point| {
            let mut members = vec![("Timestamp", Shape::Time(point.timestamp))];
            members.extend(statistics.iter().map(|statistic| (statistic.name(), Shape::Number(statistic.of(point)))));
            members.push(("Unit", Shape::text(point.unit.as_str())));
            Shape::Structure(members)
        });
        Ok(Shape::Structure(vec![("Label", Shape::text(name)), ("Datapoints", Shape::List(points.collect()))]))
    }
}

impl GetMetricStatistics {
    /// Each once, in CloudWatch's order.
    fn statistics(&self) -> Result<Vec<Statistic>, Failure> {
        if self.statistics.is_empty() && self.extended_statistics.is_empty() {
            return Err(Failure::new(Code::Combination, "Must specify either Statistics or ExtendedStatistics"));
        }
        if !self.extended_statistics.is_empty() {
            return Err(Failure::value(
                "The parameter ExtendedStatistics is of no use: the local stage keeps no percentiles.",
            ));
        }
        let known = self.statistics.iter().zip(1..).map(|(name, number)| {
            Statistic::named(name).ok_or_else(|| {
                let set = Statistic::ALL.map(Statistic::name).join(", ");
                Failure::value(format!(
                    "The parameter Statistics.member.{number} must be a value in the set [ {set} ]."
                ))
            })
        });
        let known = known.collect::<Result<Vec<_>, _>>()?;
        Ok(Statistic::ALL.into_iter().filter(|statistic| known.contains(statistic)).collect())
    }
}
