//! The template: which rule there is, whom it tells, and what the functions are given.
//!
//! The local stage reads `template.yaml` itself, so that what runs here is what deploys. Only what
//! it needs is resolved: the rules with their patterns, targets and retry policies, the functions'
//! settings, the queues and tables, who lets whom in, and the names of topics and log groups. It refuses to
//! guess: an intrinsic function that can't be resolved here is an error that names its place.
//!
//! ```
//! use trailhook_cli::template::{Deployment, Template};
//!
//! let template = Template::parse(r#"
//! Parameters:
//!   EventNames: {Type: CommaDelimitedList, Default: CreateQueue}
//! Resources:
//!   Rule:
//!     Type: AWS::Events::Rule
//!     Properties:
//!       EventPattern: {source: [aws.sqs], detail: {eventName: !Ref EventNames}}
//! "#, "template.yaml")?;
//! let stack = template.deploy(Deployment::default())?;
//! assert_eq!(stack.rules()?[0].pattern["detail"]["eventName"][0], "CreateQueue");
//! # Ok::<(), trailhook_cli::template::TemplateError>(())
//! ```

mod access;
mod asynchronous;
mod conditions;
mod delivery;
mod error;
mod function;
mod intrinsics;
mod log_group;
mod made;
mod parameters;
mod policy;
mod properties;
mod queue;
mod reference;
mod rule;
mod substitute;
mod table;
#[cfg(test)]
mod tests;
mod yaml;

pub use access::Permission;
pub use asynchronous::AsynchronousRules;
pub use delivery::RetryPolicy;
pub use error::{ParameterProblem, Problem, TemplateError};
pub use function::FunctionResource;
pub use log_group::LogGroupResource;
pub use made::Made;
pub use parameters::ChangedParameter;
pub use policy::{Policy, ServiceCall, allowed, certainly};
pub use queue::QueueResource;
pub use rule::{Destination, Rule, RuleState, Target};
pub use table::TableResource;
pub use yaml::YamlError;
pub(crate) use yaml::parse as parse_yaml;

use intrinsics::Place;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

/// A template as it is in the file.
#[derive(Clone, Debug)]
pub struct Template {
    root: Arc<Value>,
}

/// Where and with what a template is deployed.
#[derive(Clone, Debug)]
pub struct Deployment {
    /// The stack's name.
    pub stack_name: String,
    /// Twelve digits.
    pub account: String,
    /// As in `eu-west-1`.
    pub region: String,
    /// The parameters that are not left at their defaults.
    pub parameters: BTreeMap<String, String>,
}

/// A template with its parameters filled in.
#[derive(Debug)]
pub struct Stack {
    root: Arc<Value>,
    deployment: Deployment,
    parameters: BTreeMap<String, Value>,
}

impl Default for Deployment {
    /// The stack `trailhook` in the account and Region of the sample events.
    fn default() -> Self {
        Deployment {
            stack_name: "trailhook".to_owned(),
            account: "111122223333".to_owned(),
            region: "eu-west-1".to_owned(),
            parameters: BTreeMap::new(),
        }
    }
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// The file can't be read, or is not YAML.
    pub fn read(file: &Path) -> Result<Template, TemplateError> {
        let text =
            std::fs::read_to_string(file).map_err(|source| TemplateError::Read { file: file.to_owned(), source })?;
        Template::parse(&text, file)
    }

    /// A template from its text; the file is for the errors.
    ///
    /// # Errors
    /// The text is not YAML.
    pub fn parse(text: &str, file: impl AsRef<Path>) -> Result<Template, TemplateError> {
        match yaml::parse(text) {
            Ok(root) => Ok(Template { root: Arc::new(root) }),
            Err(source) => Err(TemplateError::Yaml { file: file.as_ref().to_owned(), source }),
        }
    }

    /// The names in it: whatever stands between other characters than letters, digits and hyphens. An account or
    /// Region that a condition or a mapping is about is one of them.
    pub fn names(&self) -> BTreeSet<String> {
        let mut all = BTreeSet::new();
        let mut left = vec![&*self.root];
        while let Some(value) = left.pop() {
            match value {
                Value::Array(elements) => left.extend(elements),
                Value::Object(members) => {
                    all.extend(members.keys().flat_map(|name| names(name)).map(str::to_owned));
                    left.extend(members.values());
                }
                Value::String(text) => all.extend(names(text).map(str::to_owned)),
                other => drop(all.insert(other.to_string())),
            }
        }
        all
    }

    /// The template with its parameters filled in.
    ///
    /// # Errors
    /// A parameter is unknown, missing, or has a value that CloudFormation would not take.
    pub fn deploy(&self, deployment: Deployment) -> Result<Stack, TemplateError> {
        let declared = self.root.get("Parameters").and_then(Value::as_object);
        let parameters = parameters::values(declared, &deployment.parameters)?;
        Ok(Stack { root: self.root.clone(), deployment, parameters })
    }
}

/// The names in a text.
pub fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '-')).filter(|name| !name.is_empty())
}

impl Stack {
    /// The same with the same parameters in another account or Region.
    #[must_use]
    pub fn elsewhere(&self, account: &str, region: &str) -> Stack {
        let deployment =
            Deployment { account: account.to_owned(), region: region.to_owned(), ..self.deployment.clone() };
        Stack { root: self.root.clone(), deployment, parameters: self.parameters.clone() }
    }

    /// Where and with what it is deployed.
    pub fn deployment(&self) -> &Deployment {
        &self.deployment
    }

    /// The parameters whose values are not the template's own, by name.
    pub fn changed_parameters(&self) -> Vec<ChangedParameter> {
        parameters::changed(self.root.get("Parameters").and_then(Value::as_object), &self.parameters)
    }

    /// The ARNs of the topics that are made.
    ///
    /// # Errors
    /// A name or a condition can't be resolved.
    pub fn topics(&self) -> Result<Vec<String>, TemplateError> {
        self.worth_of("AWS::SNS::Topic")
    }

    /// The names of the log groups that are made.
    ///
    /// # Errors
    /// A name or a condition can't be resolved.
    pub fn log_groups(&self) -> Result<Vec<String>, TemplateError> {
        self.worth_of("AWS::Logs::LogGroup")
    }

    /// The logical ids of the resources of a type that are made, by name.
    ///
    /// # Errors
    /// A condition can't be resolved.
    pub fn resources(&self, kind: &str) -> Result<Vec<&str>, TemplateError> {
        self.ids_of(&[kind])
    }

    /// A resource's properties with every intrinsic function resolved; null where it has none.
    ///
    /// # Errors
    /// There is no such resource, or something in it can't be resolved.
    pub fn properties(&self, logical_id: &str) -> Result<Value, TemplateError> {
        let place = Place::new(format!("Resources.{logical_id}.Properties"));
        match self.resource(logical_id, &place)?.properties {
            Some(properties) => Ok(self.resolve(properties, &place)?.unwrap_or_default()),
            None => Ok(Value::Null),
        }
    }

    /// What `Ref` gives for each resource of this type.
    fn worth_of(&self, kind: &str) -> Result<Vec<String>, TemplateError> {
        let mut all = Vec::new();
        for id in self.ids_of(&[kind])? {
            let place = Place::new(format!("Resources.{id}"));
            all.push(self.text(&serde_json::json!({ "Ref": id }), &place)?);
        }
        Ok(all)
    }

    /// The logical ids of the resources of these types that are made, by name.
    fn ids_of(&self, kinds: &[&str]) -> Result<Vec<&str>, TemplateError> {
        let resources = self.root.get("Resources").and_then(Value::as_object);
        let mut ids = Vec::new();
        for (id, resource) in resources.into_iter().flatten() {
            let kind = resource.get("Type").and_then(Value::as_str).unwrap_or_default();
            if !kinds.contains(&kind) {
                continue;
            }
            match self.resource(id, &Place::new(format!("Resources.{id}"))) {
                Ok(resource) => ids.push(resource.id),
                Err(TemplateError::Place { problem: Problem::NotMade(_), .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(ids)
    }
}
