//! CloudTrail: the trail that the template makes, if it makes one. The stage records calls without one too, so whoever
//! asks here learns what is deployed and not what the stage does.

use super::{Refused, text};
use crate::template::{Stack, TemplateError};
use serde_json::{Value, json};

/// The trails.
#[derive(Debug, Default)]
pub(super) struct Trails {
    /// Name, ARN and properties.
    trails: Vec<(String, String, Value)>,
    region: String,
}

impl Trails {
    pub(super) fn of(stack: &Stack) -> Result<Trails, TemplateError> {
        let mut trails = Vec::new();
        for resource in stack.made()?.into_iter().filter(|made| made.kind == "AWS::CloudTrail::Trail") {
            let arn = stack.arn("cloudtrail", &format!("trail/{}", resource.physical_id));
            trails.push((resource.physical_id, arn, stack.properties(&resource.logical_id)?));
        }
        Ok(Trails { trails, region: stack.deployment().region.clone() })
    }

    pub(super) fn answer(&self, action: &str, asked: &Value) -> Option<Result<Value, Refused>> {
        Some(match action {
            "ListTrails" => Ok(json!({ "Trails": self.trails.iter().map(|(name, arn, _)| {
                json!({ "Name": name, "TrailARN": arn, "HomeRegion": self.region })
            }).collect::<Vec<_>>() })),
            "DescribeTrails" => {
                let names = asked.get("trailNameList").and_then(Value::as_array).cloned().unwrap_or_default();
                let is_asked =
                    |name: &str, arn: &str| names.is_empty() || names.iter().any(|one| one == name || one == arn);
                let trails = self.trails.iter().filter(|(name, arn, _)| is_asked(name, arn));
                Ok(json!({ "trailList": trails.map(|trail| self.described(trail)).collect::<Vec<_>>() }))
            }
            "GetTrail" => self.trail(asked, "Name").map(|trail| json!({ "Trail": self.described(trail) })),
            "GetTrailStatus" => self
                .trail(asked, "Name")
                .map(|(_, _, properties)| json!({ "IsLogging": flag(properties, "IsLogging").unwrap_or(false) })),
            "GetEventSelectors" => self.trail(asked, "TrailName").map(|(_, arn, properties)| {
                let mut told = json!({ "TrailARN": arn });
                for member in ["EventSelectors", "AdvancedEventSelectors"] {
                    if let (Some(selectors), Some(members)) = (properties.get(member), told.as_object_mut()) {
                        members.insert(member.to_owned(), selectors.clone());
                    }
                }
                // A trail that says nothing has the management events, as if it had said so.
                let is_silent = told.get("AdvancedEventSelectors").is_none();
                if let Some(members) = told.as_object_mut().filter(|_| is_silent) {
                    let default =
                        json!([{ "ReadWriteType": "All", "IncludeManagementEvents": true, "DataResources": [] }]);
                    members.entry("EventSelectors").or_insert(default);
                }
                told
            }),
            _ => return None,
        })
    }

    fn described(&self, (name, arn, properties): &(String, String, Value)) -> Value {
        json!({
            "Name": name,
            "TrailARN": arn,
            "HomeRegion": self.region,
            "S3BucketName": text(properties, "S3BucketName"),
            "KmsKeyId": text(properties, "KMSKeyId"),
            "IsMultiRegionTrail": flag(properties, "IsMultiRegionTrail").unwrap_or(false),
            "IsOrganizationTrail": flag(properties, "IsOrganizationTrail").unwrap_or(false),
            "IncludeGlobalServiceEvents": flag(properties, "IncludeGlobalServiceEvents").unwrap_or(true),
            "LogFileValidationEnabled": flag(properties, "EnableLogFileValidation").unwrap_or(false),
            "HasCustomEventSelectors": properties.get("EventSelectors").is_some(),
        })
    }

    fn trail(&self, asked: &Value, member: &str) -> Result<&(String, String, Value), Refused> {
        let name = text(asked, member).unwrap_or_default();
        let trail = self.trails.iter().find(|(own, arn, _)| own == name || arn == name);
        trail.ok_or_else(|| ("TrailNotFoundException", format!("Unknown trail: {name}")))
    }
}

/// A truth value, which a parameter makes a text of.
fn flag(properties: &Value, member: &str) -> Option<bool> {
    match properties.get(member)? {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) => Some(text == "true"),
        _ => None,
    }
}
