//! The stack's alarms, as CloudWatch describes them.

use crate::aws::{Aws, AwsError, DeployedStack, Pages, told};
use aws_sdk_cloudwatch::types::AlarmType;
use std::collections::BTreeSet;

/// So many may be asked for by name at once.
const AT_ONCE: usize = 100;

/// An alarm.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Alarm {
    /// Its name.
    pub name: String,
    /// Its ARN, as which CloudWatch publishes for it.
    pub arn: String,
    /// The ARNs of what it tells of any change of its state.
    pub tells: BTreeSet<String>,
}

pub(super) async fn alarms(aws: &Aws, stack: &DeployedStack) -> Result<Vec<Alarm>, AwsError> {
    let mut all = Vec::new();
    for (kind, asked_for) in [
        ("AWS::CloudWatch::Alarm", AlarmType::MetricAlarm),
        ("AWS::CloudWatch::CompositeAlarm", AlarmType::CompositeAlarm),
    ] {
        // One that could not be made has no name.
        let names = stack.of_kind(kind).map(|made| made.physical_id.clone()).filter(|name| !name.is_empty());
        for names in names.collect::<Vec<_>>().chunks(AT_ONCE) {
            let mut pages = Pages::of("cloudwatch:DescribeAlarms");
            loop {
                let asked = aws.cloudwatch.describe_alarms().set_alarm_names(Some(names.to_vec()));
                let asked = asked.alarm_types(asked_for.clone()).set_next_token(pages.token());
                let answer = told("cloudwatch:DescribeAlarms", asked.send().await)?;
                all.extend(answer.metric_alarms().iter().map(|told| {
                    let actions = [told.alarm_actions(), told.ok_actions(), told.insufficient_data_actions()];
                    alarm(told.alarm_name(), told.alarm_arn(), actions)
                }));
                all.extend(answer.composite_alarms().iter().map(|told| {
                    let actions = [told.alarm_actions(), told.ok_actions(), told.insufficient_data_actions()];
                    alarm(told.alarm_name(), told.alarm_arn(), actions)
                }));
                if !pages.turn(answer.next_token())? {
                    break;
                }
            }
        }
    }
    Ok(all)
}

fn alarm(name: Option<&str>, arn: Option<&str>, actions: [&[String]; 3]) -> Alarm {
    Alarm {
        name: name.unwrap_or_default().to_owned(),
        arn: arn.unwrap_or_default().to_owned(),
        tells: actions.concat().into_iter().collect(),
    }
}
