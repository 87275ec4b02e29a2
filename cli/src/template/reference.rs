//! `Ref` and `Fn::GetAtt`: pseudo parameters, parameters, and what a resource is worth.
//!
//! CloudFormation learns names and ARNs from the services. Here they are made up as CloudFormation
//! would: the name in the template, or `<stack>-<logical id>-<suffix>`.

use super::Stack;
use super::error::{Problem, TemplateError};
use super::intrinsics::Place;
use serde_json::Value;
use trailhook::partition_of;

/// In place of the random letters that CloudFormation puts behind a name.
const SUFFIX: &str = "1A2B3C";
/// And behind a stack's.
pub(super) const STACK: &str = "00000000-0000-0000-0000-000000000000";

/// A resource of the template, that would be made.
#[derive(Clone, Copy, Debug)]
pub(super) struct Resource<'a> {
    pub(super) id: &'a str,
    pub(super) kind: &'a str,
    pub(super) properties: Option<&'a Value>,
}

impl Stack {
    pub(super) fn reference(&self, argument: &Value, place: &Place) -> Result<Option<Value>, TemplateError> {
        let Value::String(name) = argument else {
            return Err(place.argument("Ref", "a name"));
        };
        let text = |text: &str| Ok(Some(Value::from(text)));
        match name.as_str() {
            "AWS::NoValue" => return Ok(None),
            "AWS::AccountId" => return text(&self.deployment.account),
            "AWS::Region" => return text(&self.deployment.region),
            "AWS::StackName" => return text(&self.deployment.stack_name),
            "AWS::Partition" => return text(partition_of(&self.deployment.region)),
            "AWS::URLSuffix" if partition_of(&self.deployment.region) == "aws-cn" => return text("amazonaws.com.cn"),
            "AWS::URLSuffix" => return text("amazonaws.com"),
            "AWS::StackId" => return text(&self.id()),
            _ => {}
        }
        if let Some(value) = self.parameters.get(name) {
            return Ok(Some(value.clone()));
        }
        let resource = self.resource(name, place)?;
        let of_the_resource = match resource.kind {
            "AWS::SNS::Topic" => self.attribute(&resource, "Arn", place),
            "AWS::SQS::Queue" => self.attribute(&resource, "QueueUrl", place),
            _ => self.physical_name(&resource, "Ref", place),
        };
        of_the_resource.map(|worth| Some(Value::String(worth)))
    }

    pub(super) fn attribute_of(&self, argument: &Value, place: &Place) -> Result<Value, TemplateError> {
        let Some([Value::String(name), Value::String(attribute)]) = argument.as_array().map(Vec::as_slice) else {
            return Err(place.argument("Fn::GetAtt", "a resource's name and an attribute's"));
        };
        let resource = self.resource(name, place)?;
        self.attribute(&resource, attribute, place).map(Value::String)
    }

    /// A resource that there is, and that its condition doesn't keep from being made.
    pub(super) fn resource<'a>(&'a self, name: &'a str, place: &Place) -> Result<Resource<'a>, TemplateError> {
        let found = self.root.pointer("/Resources").and_then(|resources| resources.get(name));
        let found = found.ok_or_else(|| place.error(Problem::NoSuchName(name.to_owned())))?;
        if let Some(condition) = found.get("Condition").and_then(Value::as_str)
            && !self.condition(condition, place)?
        {
            return Err(place.error(Problem::NotMade(name.to_owned())));
        }
        let kind = found.get("Type").and_then(Value::as_str).unwrap_or_default();
        Ok(Resource { id: name, kind, properties: found.get("Properties") })
    }

    fn attribute(&self, resource: &Resource<'_>, attribute: &str, place: &Place) -> Result<String, TemplateError> {
        let name = self.physical_name(resource, attribute, place)?;
        Ok(match (resource.kind, attribute) {
            ("AWS::Serverless::Function" | "AWS::Lambda::Function", "Arn") => {
                self.arn("lambda", &format!("function:{name}"))
            }
            // As CloudFormation has it: with the streams' ":*" behind.
            ("AWS::Logs::LogGroup", "Arn") => self.arn("logs", &format!("log-group:{name}:*")),
            ("AWS::DynamoDB::Table", "Arn") => self.arn("dynamodb", &format!("table/{name}")),
            ("AWS::SNS::Topic", "Arn" | "TopicArn") => self.arn("sns", &name),
            ("AWS::SQS::Queue", "Arn") => self.arn("sqs", &name),
            ("AWS::SQS::Queue", "QueueName") | ("AWS::SNS::Topic", "TopicName") => name,
            ("AWS::SQS::Queue", "QueueUrl") => {
                let (region, account) = (&self.deployment.region, &self.deployment.account);
                let suffix = if partition_of(region) == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" };
                format!("https://sqs.{region}.{suffix}/{account}/{name}")
            }
            ("AWS::Events::Rule", "Arn") => self.arn("events", &format!("rule/{name}")),
            ("AWS::CloudWatch::Alarm", "Arn") => self.arn("cloudwatch", &format!("alarm:{name}")),
            ("AWS::KMS::Key", "Arn") => self.arn("kms", &format!("key/{name}")),
            ("AWS::CloudTrail::Trail", "Arn") => self.arn("cloudtrail", &format!("trail/{name}")),
            ("AWS::S3::Bucket", "Arn") => format!("arn:{}:s3:::{name}", partition_of(&self.deployment.region)),
            ("AWS::IAM::Role", "Arn") => {
                let path = resource.properties.and_then(|properties| properties.get("Path"));
                let of = place.elsewhere(format!("Resources.{}.Properties.Path", resource.id));
                let path = path.map_or(Ok("/".to_owned()), |path| self.text(path, &of))?;
                let (partition, account) = (partition_of(&self.deployment.region), &self.deployment.account);
                format!("arn:{partition}:iam::{account}:role{path}{name}")
            }
            _ => return Err(unknown(resource, attribute, place)),
        })
    }

    /// The name that the template gives, or one as CloudFormation would make it up.
    fn physical_name(&self, resource: &Resource<'_>, attribute: &str, place: &Place) -> Result<String, TemplateError> {
        let property = match resource.kind {
            "AWS::Serverless::Function" | "AWS::Lambda::Function" => "FunctionName",
            "AWS::DynamoDB::Table" => "TableName",
            "AWS::Logs::LogGroup" => "LogGroupName",
            "AWS::SNS::Topic" => "TopicName",
            "AWS::SQS::Queue" => "QueueName",
            "AWS::Events::Rule" => "Name",
            "AWS::CloudWatch::Alarm" => "AlarmName",
            "AWS::IAM::Role" => "RoleName",
            "AWS::CloudTrail::Trail" => "TrailName",
            "AWS::S3::Bucket" => "BucketName",
            "AWS::KMS::Key" => "",
            _ => return Err(unknown(resource, attribute, place)),
        };
        if let Some(name) = resource.properties.and_then(|properties| properties.get(property)) {
            let of = place.elsewhere(format!("Resources.{}.Properties.{property}", resource.id));
            return self.text(name, &of);
        }
        let name = made_up(&self.deployment.stack_name, resource.id);
        Ok(if resource.kind == "AWS::S3::Bucket" { name.to_lowercase() } else { name })
    }

    /// The ARN of a resource of this account and Region.
    pub(crate) fn arn(&self, service: &str, resource: &str) -> String {
        let (region, account) = (&self.deployment.region, &self.deployment.account);
        format!("arn:{}:{service}:{region}:{account}:{resource}", partition_of(region))
    }
}

/// A name as CloudFormation makes one up.
pub(super) fn made_up(stack_name: &str, id: &str) -> String {
    format!("{stack_name}-{id}-{SUFFIX}")
}

fn unknown(resource: &Resource<'_>, attribute: &str, place: &Place) -> TemplateError {
    let (resource, kind) = (resource.id.to_owned(), resource.kind.to_owned());
    place.error(Problem::UnknownAttribute { resource, kind, attribute: attribute.to_owned() })
}
