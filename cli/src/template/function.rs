//! Functions: their binaries, their limits, and the variables they are given.

use super::Stack;
use super::asynchronous::AsynchronousRules;
use super::error::{Problem, TemplateError};
use super::intrinsics::{Place, call};
use super::parameters::scalar;
use super::reference::Resource;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// A function of the template.
#[derive(Clone, Debug)]
pub struct FunctionResource {
    /// Its name in the template.
    pub logical_id: String,
    /// Its name in Lambda.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// The binary that it is built from: `Metadata.BuildProperties.Binary`.
    pub binary: String,
    /// `Handler`; custom runtimes are free to ignore it.
    pub handler: String,
    /// How long one invocation may take; Lambda's default is three seconds.
    pub timeout: Duration,
    /// In MB; Lambda's default is 128.
    pub memory_mb: u32,
    /// `JSON` or `Text`.
    pub log_format: String,
    /// The least severe level that is logged, where the template says one.
    pub log_level: Option<String>,
    /// Where its logs go.
    pub log_group: String,
    /// The variables the template gives it.
    pub variables: BTreeMap<String, String>,
    /// Which of the template's parameters its variables are made from, for those made from any.
    pub parameters: BTreeMap<String, BTreeSet<String>>,
    /// How many of it may run at once; 0 means that it never runs.
    pub reserved_concurrency: Option<u32>,
    /// What Lambda does with an event that it failed with.
    pub asynchronous: AsynchronousRules,
}

impl Stack {
    /// The functions that are made.
    ///
    /// # Errors
    /// Something that the local stage needs of a function can't be resolved.
    pub fn functions(&self) -> Result<Vec<FunctionResource>, TemplateError> {
        let ids = self.ids_of(&["AWS::Serverless::Function", "AWS::Lambda::Function"])?;
        ids.into_iter().map(|id| self.function(id)).collect()
    }

    fn function(&self, id: &str) -> Result<FunctionResource, TemplateError> {
        let resource_at = Place::new(format!("Resources.{id}"));
        let place = resource_at.member("Properties");
        let resource = self.resource(id, &resource_at)?;
        let properties = self.with_globals(&resource);

        let optional = |path: &str| -> Result<Option<String>, TemplateError> {
            let pointer = format!("/{}", path.replace('.', "/"));
            let Some(value) = properties.pointer(&pointer) else { return Ok(None) };
            let at = place.member(path);
            match self.resolve(value, &at)? {
                None => Ok(None),
                Some(value) => scalar(&value).map(Some).ok_or_else(|| at.error(Problem::Expected("a text"))),
            }
        };
        let number = |path: &str| -> Result<Option<u32>, TemplateError> {
            let wrong = |_| place.member(path).error(Problem::Expected("a whole number"));
            optional(path)?.map(|text| text.parse().map_err(wrong)).transpose()
        };
        let name = self.text(&json!({ "Ref": id }), &resource_at)?;
        let metadata = self.root.pointer(&format!("/Resources/{id}/Metadata/BuildProperties/Binary"));
        let binary_at = resource_at.member("Metadata.BuildProperties.Binary");
        let binary = metadata.and_then(scalar);
        Ok(FunctionResource {
            binary: binary.ok_or_else(|| binary_at.error(Problem::Expected("the name of the function's binary")))?,
            arn: self.text(&json!({ "Fn::GetAtt": [id, "Arn"] }), &resource_at)?,
            handler: optional("Handler")?.unwrap_or_else(|| "bootstrap".to_owned()),
            timeout: Duration::from_secs(number("Timeout")?.unwrap_or(3).into()),
            memory_mb: number("MemorySize")?.unwrap_or(128),
            log_format: optional("LoggingConfig.LogFormat")?.unwrap_or_else(|| "Text".to_owned()),
            log_level: optional("LoggingConfig.ApplicationLogLevel")?,
            log_group: optional("LoggingConfig.LogGroup")?.unwrap_or_else(|| format!("/aws/lambda/{name}")),
            variables: self.variables(&properties, &place.member("Environment.Variables"))?,
            parameters: self.parameters_of(&properties),
            reserved_concurrency: number("ReservedConcurrentExecutions")?,
            asynchronous: self.asynchronous_rules(&name, properties.get("EventInvokeConfig"), &place)?,
            logical_id: id.to_owned(),
            name,
        })
    }

    /// A property of a function that is a text, where it has it.
    ///
    /// # Errors
    /// There is no such function, or the property can't be resolved.
    pub fn function_property(&self, id: &str, name: &str) -> Result<Option<String>, TemplateError> {
        let place = Place::new(format!("Resources.{id}"));
        let resource = self.resource(id, &place)?;
        let properties = self.with_globals(&resource);
        properties.get(name).map(|value| self.text(value, &place.member("Properties").member(name))).transpose()
    }

    /// A function's properties, with those that all functions have.
    fn with_globals(&self, resource: &Resource<'_>) -> Value {
        let own = resource.properties.cloned().unwrap_or_else(|| json!({}));
        let globals = self.root.pointer("/Globals/Function").filter(|_| resource.kind == "AWS::Serverless::Function");
        globals.map_or_else(|| own.clone(), |globals| merged(globals, &own))
    }

    fn variables(&self, properties: &Value, place: &Place) -> Result<BTreeMap<String, String>, TemplateError> {
        let Some(declared) = properties.pointer("/Environment/Variables") else {
            return Ok(BTreeMap::new());
        };
        let resolved = self.resolve(declared, place)?.unwrap_or_default();
        let members = resolved.as_object().cloned().unwrap_or_default();
        let text = |(name, value): (String, Value)| match scalar(&value) {
            Some(value) => Ok((name, value)),
            None => Err(place.member(&name).error(Problem::Expected("a text"))),
        };
        members.into_iter().map(text).collect()
    }

    /// By variable, the parameters that its value names.
    fn parameters_of(&self, properties: &Value) -> BTreeMap<String, BTreeSet<String>> {
        let declared = properties.pointer("/Environment/Variables").and_then(Value::as_object);
        let mut all = BTreeMap::new();
        for (variable, value) in declared.into_iter().flatten() {
            let mut names = BTreeSet::new();
            self.collect_parameters(value, &mut names);
            if !names.is_empty() {
                all.insert(variable.clone(), names);
            }
        }
        all
    }

    /// A parameter is named by `Ref`, or within the text of `Fn::Sub`.
    fn collect_parameters(&self, value: &Value, names: &mut BTreeSet<String>) {
        match value {
            Value::Object(members) => {
                let name = members.get("Ref").and_then(Value::as_str);
                names.extend(name.filter(|name| self.parameters.contains_key(*name)).map(str::to_owned));
                members.values().for_each(|value| self.collect_parameters(value, names));
            }
            Value::Array(elements) => elements.iter().for_each(|value| self.collect_parameters(value, names)),
            Value::String(text) => {
                let named = text.split("${").skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name);
                names.extend(named.filter(|name| self.parameters.contains_key(*name)).map(str::to_owned));
            }
            _ => {}
        }
    }
}

/// SAM's `Globals` with a function's own properties over them: maps are merged, lists are added,
/// anything else of the function's own takes the place of the global.
fn merged(global: &Value, own: &Value) -> Value {
    match (global, own) {
        (Value::Object(_), Value::Object(_)) if call(global).is_some() || call(own).is_some() => own.clone(),
        (Value::Object(global), Value::Object(own)) => {
            let mut all: Map<String, Value> = global.clone();
            for (name, value) in own {
                let value = global.get(name).map_or_else(|| value.clone(), |global| merged(global, value));
                all.insert(name.clone(), value);
            }
            Value::Object(all)
        }
        (Value::Array(global), Value::Array(own)) => Value::Array([global.as_slice(), own.as_slice()].concat()),
        _ => own.clone(),
    }
}
