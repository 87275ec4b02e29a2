//! What becomes of the template in AWS: which resource is which there, as CloudFormation lists it.

use super::error::{Problem, TemplateError};
use super::intrinsics::Place;
use super::parameters::scalar;
use super::{Stack, reference};
use serde_json::{Value, json};

/// What is shown of a parameter that nobody is to see.
const HIDDEN: &str = "****";

/// A resource that is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// Its name in the template.
    pub logical_id: String,
    /// Its type, as in `AWS::SQS::Queue`: SAM's own are no longer there.
    pub kind: String,
    /// Its name in AWS: what `Ref` gives.
    pub physical_id: String,
}

impl Stack {
    /// The resources whose conditions hold, by name.
    ///
    /// # Errors
    /// A name or a condition can't be resolved.
    pub fn made(&self) -> Result<Vec<Made>, TemplateError> {
        let resources = self.root.get("Resources").and_then(Value::as_object);
        let mut all = Vec::new();
        for id in resources.into_iter().flatten().map(|(id, _)| id) {
            let place = Place::new(format!("Resources.{id}"));
            let kind = match self.resource(id, &place) {
                Ok(resource) => resource.kind,
                Err(TemplateError::Place { problem: Problem::NotMade(_), .. }) => continue,
                Err(error) => return Err(error),
            };
            let physical_id = match self.text(&json!({ "Ref": id }), &place) {
                Ok(name) => name,
                // Nothing here has to do with it but its name, which nobody else knows.
                Err(TemplateError::Place { problem: Problem::UnknownAttribute { .. }, .. }) => {
                    reference::made_up(&self.deployment.stack_name, id)
                }
                Err(error) => return Err(error),
            };
            let kind = if kind == "AWS::Serverless::Function" { "AWS::Lambda::Function" } else { kind };
            all.push(Made { logical_id: id.clone(), kind: kind.to_owned(), physical_id });
        }
        Ok(all)
    }

    /// The stack's own ARN.
    pub fn id(&self) -> String {
        self.arn("cloudformation", &format!("stack/{}/{}", self.deployment.stack_name, reference::STACK))
    }

    /// The parameters with their values, by name; what is not to be echoed is hidden.
    pub fn parameters(&self) -> Vec<(String, String)> {
        let is_hidden = |name: &str| {
            let declared = self.root.get("Parameters").and_then(|parameters| parameters.get(name)?.get("NoEcho"));
            declared.and_then(scalar).is_some_and(|flag| flag == "true")
        };
        let text = |value: &Value| match value {
            Value::Array(elements) => elements.iter().filter_map(scalar).collect::<Vec<_>>().join(","),
            other => scalar(other).unwrap_or_default(),
        };
        let shown = |(name, value): (&String, &Value)| {
            (name.clone(), if is_hidden(name) { HIDDEN.to_owned() } else { text(value) })
        };
        self.parameters.iter().map(shown).collect()
    }
}
