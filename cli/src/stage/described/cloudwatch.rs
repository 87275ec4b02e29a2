//! CloudWatch: the template's alarms, and whom they tell. The stage watches no metric for them, so none is ever raised.

use crate::stage::cloudwatch::{Shape, answer_with};
use crate::template::{Stack, TemplateError};
use bytes::Bytes;
use http::{Request, Response};
use serde_json::Value;

const METRIC: &str = "AWS::CloudWatch::Alarm";
const COMPOSITE: &str = "AWS::CloudWatch::CompositeAlarm";

/// The alarms.
#[derive(Debug, Default)]
pub(super) struct Alarms(Vec<Alarm>);

#[derive(Debug)]
struct Alarm {
    name: String,
    arn: String,
    kind: String,
    properties: Value,
}

impl Alarms {
    pub(super) fn of(stack: &Stack) -> Result<Alarms, TemplateError> {
        let made = stack.made()?.into_iter().filter(|made| [METRIC, COMPOSITE].contains(&made.kind.as_str()));
        let alarms = made.map(|made| Alarm {
            arn: stack.arn("cloudwatch", &format!("alarm:{}", made.physical_id)),
            name: made.physical_id,
            kind: made.kind,
            // One that says what can't be resolved here is told of without whom it tells: it does nothing here anyway.
            properties: stack.properties(&made.logical_id).unwrap_or_default(),
        });
        Ok(Alarms(alarms.collect()))
    }

    /// Alarms are described that are asked for by their names; others, which somebody has put, are behind the door.
    pub(super) fn answer(&self, request: &Request<Bytes>, request_id: &str) -> Option<Response<Bytes>> {
        answer_with(request, request_id, "DescribeAlarms", |asked| {
            let names = asked.get("AlarmNames")?.as_array()?;
            let asked: Vec<&Alarm> =
                self.0.iter().filter(|alarm| names.iter().any(|name| *name == alarm.name.as_str())).collect();
            let of_kind = |kind: &str| {
                let alarms = asked.iter().filter(|alarm| alarm.kind == kind);
                Shape::List(alarms.map(|alarm| alarm.described()).collect())
            };
            let told = vec![("MetricAlarms", of_kind(METRIC)), ("CompositeAlarms", of_kind(COMPOSITE))];
            (!asked.is_empty()).then_some(Shape::Structure(told))
        })
    }
}

impl Alarm {
    fn described(&self) -> Shape {
        let actions = |member: &str| {
            let all = self.properties.get(member).and_then(Value::as_array).into_iter().flatten();
            Shape::List(all.filter_map(Value::as_str).map(Shape::text).collect())
        };
        Shape::Structure(vec![
            ("AlarmName", Shape::text(self.name.as_str())),
            ("AlarmArn", Shape::text(self.arn.as_str())),
            ("StateValue", Shape::text("INSUFFICIENT_DATA")),
            ("AlarmActions", actions("AlarmActions")),
            ("OKActions", actions("OKActions")),
            ("InsufficientDataActions", actions("InsufficientDataActions")),
        ])
    }
}
