//! Tables of DynamoDB, as the calls that make them.

use super::Stack;
use super::error::{Problem, TemplateError};
use super::intrinsics::Place;
use super::parameters::scalar;
use super::properties::Properties;
use serde_json::{Map, Value, json};

/// A table of the template.
#[derive(Clone, Debug, PartialEq)]
pub struct TableResource {
    /// Its name in the template.
    pub logical_id: String,
    /// Its name in DynamoDB.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// What CreateTable is asked for: the name, the keys, and how its use is billed.
    pub request: Value,
    /// The attribute that says when an item expires, where the template names one and has it enabled.
    pub time_to_live: Option<String>,
}

/// The properties that CreateTable takes as they are. Of encryption, backups and streams the stage does
/// nothing.
const AS_THEY_ARE: [&str; 6] = [
    "AttributeDefinitions",
    "BillingMode",
    "GlobalSecondaryIndexes",
    "KeySchema",
    "LocalSecondaryIndexes",
    "ProvisionedThroughput",
];

impl Stack {
    /// The tables that are made, by name.
    ///
    /// # Errors
    /// Something in one can't be resolved, or it has no key.
    pub fn tables(&self) -> Result<Vec<TableResource>, TemplateError> {
        let ids = self.ids_of(&["AWS::DynamoDB::Table"])?;
        ids.into_iter().map(|id| self.table(id)).collect()
    }

    fn table(&self, id: &str) -> Result<TableResource, TemplateError> {
        let place = Place::new(format!("Resources.{id}"));
        let resolved = self.properties(id)?;
        let properties = Properties::new(&resolved, place.member("Properties"));
        let name = self.text(&json!({ "Ref": id }), &place)?;
        let keys = properties.member("KeySchema");
        if keys.elements().is_empty() {
            return Err(keys.wrong(Problem::Expected("the attributes of the table's key")));
        }
        let mut request = Map::new();
        request.insert("TableName".to_owned(), json!(name));
        for property in AS_THEY_ARE {
            if let Some(value) = properties.member(property).value() {
                request.insert(property.to_owned(), with_numbers(property, value));
            }
        }
        let time_to_live = properties.member("TimeToLiveSpecification");
        let enabled = time_to_live.member("Enabled").optional_text()?.is_some_and(|enabled| enabled == "true");
        let time_to_live = if enabled { time_to_live.member("AttributeName").optional_text()? } else { None };
        let arn = self.text(&json!({ "Fn::GetAtt": [id, "Arn"] }), &place)?;
        Ok(TableResource { logical_id: id.to_owned(), name, arn, request: Value::Object(request), time_to_live })
    }
}

/// A parameter gives a number as a text, and DynamoDB takes none.
fn with_numbers(name: &str, value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| (name.clone(), with_numbers(name, value)));
            Value::Object(members.collect())
        }
        Value::Array(elements) => elements.iter().map(|element| with_numbers(name, element)).collect(),
        _ if name.ends_with("CapacityUnits") => {
            let number = scalar(value).and_then(|text| text.parse::<u64>().ok());
            number.map_or_else(|| value.clone(), Value::from)
        }
        other => other.clone(),
    }
}
