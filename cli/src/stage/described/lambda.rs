//! Lambda: the functions, who may invoke them, and what becomes of events that they fail with.

use super::Refused;
use crate::template::{FunctionResource, Permission, Stack, TemplateError};
use bytes::Bytes;
use http::{Method, Request};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

/// The functions.
#[derive(Debug, Default)]
pub(super) struct Functions {
    functions: Vec<Function>,
}

#[derive(Debug)]
struct Function {
    resource: FunctionResource,
    /// Its role's ARN, where the template says one.
    role: Option<String>,
    runtime: Option<String>,
    /// Its own dead-letter queue, where the template gives it one; the stage puts nothing there.
    dead_letter: Option<Value>,
    permissions: Vec<Permission>,
}

impl Functions {
    pub(super) fn of(stack: &Stack) -> Result<Functions, TemplateError> {
        let permissions = stack.permissions()?;
        let functions = stack.functions()?.into_iter().map(|resource| {
            let is_about = |permission: &&Permission| {
                permission.function == resource.arn || permission.function.rsplit(':').next() == Some(&resource.name)
            };
            Ok(Function {
                role: stack.function_property(&resource.logical_id, "Role")?,
                runtime: stack.function_property(&resource.logical_id, "Runtime")?,
                dead_letter: dead_letter(&stack.properties(&resource.logical_id)?),
                permissions: permissions.iter().filter(is_about).cloned().collect(),
                resource,
            })
        });
        Ok(Functions { functions: functions.collect::<Result<_, TemplateError>>()? })
    }

    /// `None` for a call that changes something, or that is about something else.
    pub(super) fn answer(&self, request: &Request<Bytes>) -> Option<Result<Value, Refused>> {
        if request.method() != Method::GET {
            return None;
        }
        let path: Vec<&str> = request.uri().path().trim_matches('/').split('/').collect();
        let (name, about) = match path.as_slice() {
            [_, "functions"] => {
                let all: Vec<Value> = self.functions.iter().map(Function::configuration).collect();
                return Some(Ok(json!({ "Functions": all })));
            }
            [_, "functions", name] => (name, ""),
            [_, "functions", name, about] => (name, *about),
            _ => return None,
        };
        let name = percent_decode_str(name).decode_utf8_lossy().into_owned();
        let function = match self.named(&name, None) {
            Ok(function) => function,
            Err(refused) => return Some(Err(refused)),
        };
        Some(match about {
            "" => Ok(json!({ "Configuration": function.configuration(), "Concurrency": function.concurrency() })),
            "configuration" => Ok(function.configuration()),
            "concurrency" => Ok(function.concurrency()),
            "event-invoke-config" => Ok(function.asynchronous()),
            "policy" => function.policy(),
            _ => return None,
        })
    }

    /// The name of the function that is called so.
    pub(super) fn name(&self, asked: &str, qualifier: Option<&str>) -> Result<&str, Refused> {
        self.named(asked, qualifier).map(|function| function.resource.name.as_str())
    }

    /// By its name, its ARN, or what an ARN says from the account on; there are no versions but the one that is deployed.
    fn named(&self, asked: &str, qualifier: Option<&str>) -> Result<&Function, Refused> {
        let name = asked.strip_suffix(":$LATEST").unwrap_or(asked);
        let is_meant = |function: &&Function| {
            let FunctionResource { name: own, arn, .. } = &function.resource;
            [own.as_str(), arn, arn.splitn(5, ':').last().unwrap_or_default()].contains(&name)
        };
        let found =
            self.functions.iter().find(is_meant).filter(|_| qualifier.is_none_or(|version| version == "$LATEST"));
        let qualifier = qualifier.map(|qualifier| format!(":{qualifier}")).unwrap_or_default();
        found.ok_or_else(|| ("ResourceNotFoundException", format!("Function not found: {asked}{qualifier}")))
    }
}

/// Lambda's name for it, or SAM's.
fn dead_letter(properties: &Value) -> Option<Value> {
    properties.get("DeadLetterConfig").or_else(|| properties.get("DeadLetterQueue")).cloned()
}

impl Function {
    fn configuration(&self) -> Value {
        let function = &self.resource;
        json!({
            "FunctionName": function.name,
            "FunctionArn": function.arn,
            "Role": self.role,
            "Runtime": self.runtime,
            "Handler": function.handler,
            "Timeout": function.timeout.as_secs(),
            "MemorySize": function.memory_mb,
            "Environment": { "Variables": function.variables },
            "LoggingConfig": {
                "LogFormat": function.log_format,
                "ApplicationLogLevel": function.log_level,
                "LogGroup": function.log_group,
            },
            "DeadLetterConfig": self.dead_letter,
            "State": "Active",
            "LastUpdateStatus": "Successful",
            "Version": "$LATEST",
        })
    }

    fn concurrency(&self) -> Value {
        self.resource.reserved_concurrency.map_or(json!({}), |count| json!({ "ReservedConcurrentExecutions": count }))
    }

    fn asynchronous(&self) -> Value {
        let rules = &self.resource.asynchronous;
        let on_failure = rules.on_failure.as_ref().map_or(json!({}), |queue| json!({ "Destination": queue }));
        json!({
            "FunctionArn": format!("{}:$LATEST", self.resource.arn),
            "MaximumRetryAttempts": rules.retries,
            "MaximumEventAgeInSeconds": rules.max_age.as_secs(),
            "DestinationConfig": { "OnFailure": on_failure },
        })
    }

    /// As Lambda writes it: JSON within JSON.
    fn policy(&self) -> Result<Value, Refused> {
        if self.permissions.is_empty() {
            return Err(("ResourceNotFoundException", "The resource you requested does not exist.".to_owned()));
        }
        let statement = |permission: &Permission| {
            let mut condition = serde_json::Map::new();
            if let Some(arn) = &permission.source_arn {
                condition.insert("ArnLike".to_owned(), json!({ "AWS:SourceArn": arn }));
            }
            if let Some(account) = &permission.source_account {
                condition.insert("StringEquals".to_owned(), json!({ "AWS:SourceAccount": account }));
            }
            let mut statement = json!({
                "Sid": permission.logical_id,
                "Effect": "Allow",
                "Principal": { "Service": permission.principal },
                "Action": "lambda:InvokeFunction",
                "Resource": self.resource.arn,
            });
            if let Some(members) = statement.as_object_mut().filter(|_| !condition.is_empty()) {
                members.insert("Condition".to_owned(), condition.into());
            }
            statement
        };
        let statements: Vec<Value> = self.permissions.iter().map(statement).collect();
        let policy = json!({ "Version": "2012-10-17", "Id": "default", "Statement": statements });
        Ok(json!({ "Policy": policy.to_string(), "RevisionId": "00000000-0000-0000-0000-000000000000" }))
    }
}
