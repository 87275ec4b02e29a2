//! Log groups, with what the template says of them.

use super::Stack;
use super::error::TemplateError;
use super::intrinsics::Place;
use super::parameters::scalar;
use serde_json::json;

/// A log group of the template.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogGroupResource {
    /// Its name in CloudWatch Logs.
    pub name: String,
    /// How long it keeps events, in days; `None` is for ever.
    pub retention_days: Option<i32>,
    /// The key that encrypts it, as the template names it; none where CloudWatch's own does.
    pub key: Option<String>,
}

impl Stack {
    /// The log groups that are made, by logical id.
    ///
    /// # Errors
    /// Something in one can't be resolved.
    pub fn log_group_resources(&self) -> Result<Vec<LogGroupResource>, TemplateError> {
        let group = |id: &str| {
            let properties = self.properties(id)?;
            let text = |name: &str| properties.get(name).and_then(scalar).filter(|text| !text.is_empty());
            Ok(LogGroupResource {
                name: self.text(&json!({ "Ref": id }), &Place::new(format!("Resources.{id}")))?,
                // What CloudWatch Logs would refuse is for the linter to say.
                retention_days: text("RetentionInDays").and_then(|days| days.parse().ok()),
                key: text("KmsKeyId"),
            })
        };
        self.ids_of(&["AWS::Logs::LogGroup"])?.into_iter().map(group).collect()
    }
}
