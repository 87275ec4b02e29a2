//! Queues, with the policy that says who may send to them.

use super::Stack;
use super::error::TemplateError;
use super::intrinsics::Place;
use super::parameters::scalar;
use super::policy::Policy;
use super::properties::Properties;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A queue of the template.
#[derive(Clone, Debug)]
pub struct QueueResource {
    /// Its name in the template.
    pub logical_id: String,
    /// Its name in SQS.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// Its URL.
    pub url: String,
    /// Its attributes as SQS has them, all of them texts; `Policy` too.
    pub attributes: BTreeMap<String, String>,
    /// Its policy, where the template has one.
    pub policy: Option<Policy>,
}

/// What is no attribute: the name and what CloudFormation makes of its own.
const NO_ATTRIBUTES: [&str; 2] = ["QueueName", "Tags"];

impl Stack {
    /// The queues that are made, by name, each with its policy.
    ///
    /// # Errors
    /// Something in a queue or in a policy can't be resolved, or the policy can't be judged.
    pub fn queues(&self) -> Result<Vec<QueueResource>, TemplateError> {
        let mut queues = Vec::new();
        for id in self.ids_of(&["AWS::SQS::Queue"])? {
            let place = Place::new(format!("Resources.{id}"));
            let attribute = |name: &str| self.text(&json!({ "Fn::GetAtt": [id, name] }), &place);
            let properties = self.properties(id)?;
            let attributes = properties.as_object().into_iter().flatten();
            let attributes = attributes.filter(|(name, _)| !NO_ATTRIBUTES.contains(&name.as_str()));
            queues.push(QueueResource {
                logical_id: id.to_owned(),
                name: attribute("QueueName")?,
                arn: attribute("Arn")?,
                url: attribute("QueueUrl")?,
                attributes: attributes.map(|(name, value)| (name.clone(), text(value))).collect(),
                policy: None,
            });
        }
        for id in self.ids_of(&["AWS::SQS::QueuePolicy"])? {
            let resolved = self.properties(id)?;
            let properties = Properties::new(&resolved, Place::new(format!("Resources.{id}.Properties")));
            let document = properties.member("PolicyDocument");
            let policy = Policy::read(&document)?;
            let urls = properties.member("Queues").texts()?;
            // A policy takes the place of the queue's whole policy, as SetQueueAttributes does.
            for queue in queues.iter_mut().filter(|queue| urls.contains(&queue.url)) {
                queue.attributes.insert("Policy".to_owned(), document.value().map(text).unwrap_or_default());
                queue.policy = Some(policy.clone());
            }
        }
        Ok(queues)
    }
}

/// Attributes are texts: `true`, `1209600`, and JSON for what has members.
fn text(value: &Value) -> String {
    scalar(value).unwrap_or_else(|| value.to_string())
}
