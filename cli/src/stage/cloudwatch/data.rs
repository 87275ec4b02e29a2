//! GetMetricData: many metrics, one statistic of each.

use super::Read;
use super::asked::{Dimension, Flag, Time, Whole, metric};
use super::failure::{Code, Failure, required};
use super::range::{Range, Statistic, period_wrong};
use super::shape::Shape;
use crate::stage::metrics::Metrics;
use serde::Deserialize;

/// More queries than CloudWatch takes at a time.
const MOST: usize = 500;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetMetricData {
    #[serde(default)]
    metric_data_queries: Vec<Query>,
    start_time: Option<Time>,
    end_time: Option<Time>,
    scan_by: Option<String>,
    next_token: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Query {
    id: Option<String>,
    metric_stat: Option<MetricStat>,
    expression: Option<String>,
    label: Option<String>,
    return_data: Option<Flag>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct MetricStat {
    metric: Option<Metric>,
    period: Option<Whole>,
    stat: Option<String>,
    unit: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Metric {
    namespace: Option<String>,
    metric_name: Option<String>,
    #[serde(default)]
    dimensions: Vec<Dimension>,
}

impl Read for GetMetricData {
    const ACTION: &str = "GetMetricData";

    fn is_ours(&self, metrics: &Metrics) -> bool {
        self.metric_data_queries.iter().any(|query| query.is_ours(metrics))
    }

    fn read(&self, metrics: &Metrics) -> Result<Shape, Failure> {
        let start = self.start_time.ok_or_else(|| Failure::validation(required("StartTime")))?;
        let end = self.end_time.ok_or_else(|| Failure::validation(required("EndTime")))?;
        if start == end {
            return Err(Failure::validation("The parameter StartTime must not equal parameter EndTime."));
        }
        if start > end {
            return Err(Failure::validation("The parameter EndTime must be greater than StartTime."));
        }
        if self.next_token.is_some() {
            return Err(Failure::new(Code::NextToken, "No answer had this token: everything is on one page."));
        }
        let latest_first = match self.scan_by.as_deref() {
            None | Some("TimestampDescending") => true,
            Some("TimestampAscending") => false,
            Some(other) => {
                return Err(Failure::validation(format!("The value {other} for parameter ScanBy is invalid.")));
            }
        };
        self.check_ids()?;
        let mut results = Vec::new();
        for (number, query) in (1..).zip(&self.metric_data_queries) {
            let result = query.read(number, Range::new(start, end), latest_first, metrics)?;
            if query.return_data.is_none_or(|Flag(wanted)| wanted) {
                results.push(result);
            }
        }
        Ok(Shape::Structure(vec![("MetricDataResults", Shape::List(results)), ("Messages", Shape::List(Vec::new()))]))
    }
}

impl GetMetricData {
    fn check_ids(&self) -> Result<(), Failure> {
        let queries = &self.metric_data_queries;
        if queries.len() > MOST {
            let message = format!("The collection MetricDataQueries must not have a size greater than {MOST}.");
            return Err(Failure::validation(message));
        }
        for (index, query) in queries.iter().enumerate() {
            let name = format!("MetricDataQueries.member.{}.Id", index + 1);
            let id = query.id.as_deref().ok_or_else(|| Failure::validation(required(&name)))?;
            let rest = id.strip_prefix(|first: char| first.is_ascii_lowercase());
            if rest.is_none_or(|rest| !rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')) {
                let message = format!(
                    "The value {id} for parameter {name} is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$."
                );
                return Err(Failure::validation(message));
            }
            if queries.iter().take(index).any(|earlier| earlier.id == query.id) {
                return Err(Failure::validation("The values for parameter id in MetricDataQueries are not unique."));
            }
        }
        Ok(())
    }
}

impl Query {
    /// A query in words (`SELECT … FROM "AWS/Lambda"`) names its namespace too.
    fn is_ours(&self, metrics: &Metrics) -> bool {
        let namespace = self.metric_stat.as_ref().and_then(|stat| stat.metric.as_ref()?.namespace.as_deref());
        let words = self.expression.as_deref().unwrap_or_default();
        namespace.is_some_and(|namespace| metrics.keeps(namespace)) || metrics.keeps_any_in(words)
    }

    fn read(&self, number: usize, range: Range, latest_first: bool, metrics: &Metrics) -> Result<Shape, Failure> {
        let named = |name: &str| format!("MetricDataQueries.member.{number}.{name}");
        if self.expression.is_some() {
            let name = named("Expression");
            let message = format!("The parameter {name} is of no use: the local stage evaluates no expressions.");
            return Err(Failure::validation(message));
        }
        let missing = |name: &str| Failure::validation(required(&named(name)));
        let asked = self.metric_stat.as_ref().ok_or_else(|| missing("MetricStat"))?;
        let of = asked.metric.as_ref().ok_or_else(|| missing("MetricStat.Metric"))?;
        let namespace = of.namespace.as_deref().ok_or_else(|| missing("MetricStat.Metric.Namespace"))?;
        let name = of.metric_name.as_deref().ok_or_else(|| missing("MetricStat.Metric.MetricName"))?;
        let Whole(period) = asked.period.ok_or_else(|| missing("MetricStat.Period"))?;
        if let Some(wrong) = period_wrong(&named("MetricStat.Period"), period) {
            return Err(Failure::validation(wrong));
        }
        let stat = asked.stat.as_deref().ok_or_else(|| missing("MetricStat.Stat"))?;
        let statistic = Statistic::named(stat).ok_or_else(|| {
            let name = named("MetricStat.Stat");
            Failure::validation(format!("The value {stat} for parameter {name} is not a valid statistic."))
        })?;
        let mut points = range.points(metrics, &metric(namespace, name, &of.dimensions), period, asked.unit.as_deref());
        if latest_first {
            points.reverse();
        }
        let label = self.label.as_deref().unwrap_or(name);
        let times = points.iter().map(|point| Shape::Time(point.timestamp));
        let values = points.iter().map(|point| Shape::Number(statistic.of(point)));
        Ok(Shape::Structure(vec![
            ("Id", Shape::text(self.id.as_deref().unwrap_or_default())),
            ("Label", Shape::text(label)),
            ("Timestamps", Shape::List(times.collect())),
            ("Values", Shape::List(values.collect())),
            ("StatusCode", Shape::text("Complete")),
        ]))
    }
}
