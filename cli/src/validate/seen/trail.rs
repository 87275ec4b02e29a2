//! The trails, as CloudTrail describes them.

use crate::aws::{Aws, AwsError, told};
use aws_sdk_cloudtrail::types::{AdvancedEventSelector, EventSelector};

/// A trail that records calls of the Region.
#[derive(Clone, Debug)]
pub struct Trail {
    /// Its name.
    pub name: String,
    /// Where it was made.
    pub home_region: String,
    /// Whether it records.
    pub is_logging: Result<bool, AwsError>,
    /// What it records.
    pub selectors: Result<Vec<Selectors>, AwsError>,
}

/// What a trail records, one of its selectors: it records what any of them says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selectors {
    /// A basic one.
    Basic {
        /// Whether management events are recorded.
        management: bool,
        /// Whether those that change something are.
        writes: bool,
        /// The event sources that are left out.
        excluded: Vec<String>,
    },
    /// An advanced one: all of these must hold.
    Advanced(Vec<Field>),
}

/// What an advanced selector asks of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// As in `eventCategory`.
    pub name: String,
    /// It is one of these; empty where that is not asked.
    pub is: Vec<String>,
    /// It is none of these.
    pub is_not: Vec<String>,
    /// Whether anything else is asked: beginnings and ends.
    pub more: bool,
}

pub(super) async fn trails(aws: &Aws) -> Result<Vec<Trail>, AwsError> {
    // With the shadows of trails that were made elsewhere and record this Region too.
    let answer = told("cloudtrail:DescribeTrails", aws.cloudtrail.describe_trails().send().await)?;
    let mut trails = Vec::new();
    for trail in answer.trail_list() {
        let name = trail.name().unwrap_or_default();
        let arn = trail.trail_arn().unwrap_or(name);
        let status = told("cloudtrail:GetTrailStatus", aws.cloudtrail.get_trail_status().name(arn).send().await);
        let asked = aws.cloudtrail.get_event_selectors().trail_name(arn).send().await;
        trails.push(Trail {
            name: name.to_owned(),
            home_region: trail.home_region().unwrap_or_default().to_owned(),
            is_logging: status.map(|status| status.is_logging().unwrap_or(false)),
            selectors: told("cloudtrail:GetEventSelectors", asked).map(|answer| {
                let basic = answer.event_selectors().iter().map(basic);
                basic.chain(answer.advanced_event_selectors().iter().map(advanced)).collect()
            }),
        });
    }
    Ok(trails)
}

fn basic(selector: &EventSelector) -> Selectors {
    Selectors::Basic {
        management: selector.include_management_events().unwrap_or(true),
        // What is not said is All.
        writes: selector.read_write_type().is_none_or(|which| which.as_str() != "ReadOnly"),
        excluded: selector.exclude_management_event_sources().to_vec(),
    }
}

fn advanced(selector: &AdvancedEventSelector) -> Selectors {
    let field = |field: &aws_sdk_cloudtrail::types::AdvancedFieldSelector| Field {
        name: field.field().to_owned(),
        is: field.equals().to_vec(),
        is_not: field.not_equals().to_vec(),
        more: !(field.starts_with().is_empty()
            && field.ends_with().is_empty()
            && field.not_starts_with().is_empty()
            && field.not_ends_with().is_empty()),
    };
    Selectors::Advanced(selector.field_selectors().iter().map(field).collect())
}
