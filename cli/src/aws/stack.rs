//! A stack as CloudFormation describes it.

use super::{Aws, AwsError, Pages, arn, told};
use crate::template::Made;
use std::collections::BTreeMap;

/// A stack that is deployed.
#[derive(Clone, Debug)]
pub struct DeployedStack {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// As in `CREATE_COMPLETE`.
    pub status: String,
    /// The parameters it was deployed with; what is not to be echoed is `****`.
    pub parameters: BTreeMap<String, String>,
    /// What it made, by the names in its template.
    pub resources: Vec<Made>,
}

impl DeployedStack {
    /// The stack of this name.
    ///
    /// # Errors
    /// There is none, or CloudFormation does not tell.
    pub async fn of(aws: &Aws, name: &str) -> Result<DeployedStack, AwsError> {
        let call = "cloudformation:DescribeStacks";
        let answer = told(call, aws.cloudformation.describe_stacks().stack_name(name).send().await)?;
        let none = || AwsError { call, code: None, message: format!("no stack {name} was told of") };
        let stack = answer.stacks().first().ok_or_else(none)?;
        let parameters = stack.parameters().iter().filter_map(|parameter| {
            Some((parameter.parameter_key()?.to_owned(), parameter.parameter_value().unwrap_or_default().to_owned()))
        });
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        Ok(DeployedStack {
            name: text(stack.stack_name()),
            arn: text(stack.stack_id()),
            status: stack.stack_status().map(|status| status.as_str().to_owned()).unwrap_or_default(),
            parameters: parameters.collect(),
            resources: resources(aws, name).await?,
        })
    }

    /// The account it is in.
    pub fn account(&self) -> &str {
        arn::account(&self.arn)
    }

    /// What a resource of the template is called in AWS: what `Ref` gives.
    pub fn physical(&self, logical_id: &str) -> Option<&str> {
        let made = self.resources.iter().find(|made| made.logical_id == logical_id)?;
        Some(&made.physical_id)
    }

    /// What resources of a type are called in AWS, as in `AWS::Events::Rule`.
    pub fn of_kind<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Made> {
        self.resources.iter().filter(move |made| made.kind == kind)
    }
}

async fn resources(aws: &Aws, name: &str) -> Result<Vec<Made>, AwsError> {
    let (mut all, mut pages) = (Vec::new(), Pages::of("cloudformation:ListStackResources"));
    loop {
        let asked = aws.cloudformation.list_stack_resources().stack_name(name).set_next_token(pages.token());
        let answer = told("cloudformation:ListStackResources", asked.send().await)?;
        for resource in answer.stack_resource_summaries() {
            // A resource that could not be made has no name of its own.
            let (Some(logical_id), Some(kind)) = (resource.logical_resource_id(), resource.resource_type()) else {
                continue;
            };
            all.push(Made {
                logical_id: logical_id.to_owned(),
                kind: kind.to_owned(),
                physical_id: resource.physical_resource_id().unwrap_or_default().to_owned(),
            });
        }
        if !pages.turn(answer.next_token())? {
            return Ok(all);
        }
    }
}
