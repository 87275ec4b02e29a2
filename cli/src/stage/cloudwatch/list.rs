//! ListMetrics: which metrics there are.

use super::Read;
use super::failure::Failure;
use super::shape::Shape;
use crate::stage::metrics::{MetricName, Metrics};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListMetrics {
    namespace: Option<String>,
    metric_name: Option<String>,
    #[serde(default)]
    dimensions: Vec<DimensionFilter>,
    next_token: Option<String>,
}

/// A dimension that a metric must have, whatever others it has.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DimensionFilter {
    name: String,
    value: Option<String>,
}

impl Read for ListMetrics {
    const ACTION: &str = "ListMetrics";

    fn is_ours(&self, metrics: &Metrics) -> bool {
        self.namespace.as_deref().is_none_or(|namespace| metrics.keeps(namespace))
    }

    fn read(&self, metrics: &Metrics) -> Result<Shape, Failure> {
        if self.next_token.is_some() {
            return Err(Failure::value("Request parameter NextToken is invalid: everything is on one page."));
        }
        let found = metrics.names().into_iter().filter(|metric| self.wants(metric)).map(written);
        Ok(Shape::Structure(vec![("Metrics", Shape::List(found.collect()))]))
    }
}

impl ListMetrics {
    fn wants(&self, metric: &MetricName) -> bool {
        let dimensions = self.dimensions.iter().all(|filter| {
            let value = metric.dimensions.get(&filter.name);
            value.is_some_and(|value| filter.value.as_ref().is_none_or(|wanted| wanted == value))
        });
        dimensions
            && self.namespace.as_ref().is_none_or(|wanted| *wanted == metric.namespace)
            && self.metric_name.as_ref().is_none_or(|wanted| *wanted == metric.name)
    }
}

fn written(metric: MetricName) -> Shape {
    let dimensions = metric
        .dimensions
        .into_iter()
        .map(|(name, value)| Shape::Structure(vec![("Name", Shape::Text(name)), ("Value", Shape::Text(value))]));
    Shape::Structure(vec![
        ("Namespace", Shape::Text(metric.namespace)),
        ("MetricName", Shape::Text(metric.name)),
        ("Dimensions", Shape::List(dimensions.collect())),
    ])
}
