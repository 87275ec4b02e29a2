//! CloudFormation: the stack, and which resource of the template is which in AWS.

use crate::template::{Made, Stack, TemplateError};
use bytes::Bytes;
use chrono::{DateTime, SecondsFormat, Utc};
use http::{HeaderValue, Request, Response, StatusCode, header};
use quick_xml::escape::escape;

const NAMESPACE: &str = "http://cloudformation.amazonaws.com/doc/2010-05-15/";
const STATUS: &str = "CREATE_COMPLETE";

/// The stack.
#[derive(Debug, Default)]
pub(super) struct Stacks {
    name: String,
    id: String,
    since: DateTime<Utc>,
    parameters: Vec<(String, String)>,
    resources: Vec<Made>,
}

impl Stacks {
    pub(super) fn of(stack: &Stack) -> Result<Stacks, TemplateError> {
        let name = stack.deployment().stack_name.clone();
        Ok(Stacks { id: stack.id(), name, since: Utc::now(), parameters: stack.parameters(), resources: stack.made()? })
    }

    pub(super) fn answer(&self, action: &str, request: &Request<Bytes>, request_id: &str) -> Option<Response<Bytes>> {
        let form = std::str::from_utf8(request.body()).unwrap_or_default();
        let asked = |name: &str| {
            let mut pairs = form_urlencoded::parse(form.as_bytes());
            pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
        };
        let stack = asked("StackName");
        if !["DescribeStacks", "ListStackResources", "DescribeStackResources", "DescribeStackResource"]
            .contains(&action)
        {
            return None;
        }
        if stack.as_ref().is_some_and(|stack| *stack != self.name && *stack != self.id) {
            let message = format!("Stack with id {} does not exist", stack.unwrap_or_default());
            return Some(refused(&message, request_id));
        }
        let (logical, physical) = (asked("LogicalResourceId"), asked("PhysicalResourceId"));
        if stack.is_none() && action != "DescribeStacks" && physical.is_none() {
            return Some(refused("1 validation error detected: StackName must not be null", request_id));
        }
        let wanted = |made: &&Made| {
            logical.as_ref().is_none_or(|id| *id == made.logical_id)
                && physical.as_ref().is_none_or(|id| *id == made.physical_id)
        };
        let mut resources = self.resources.iter().filter(wanted).peekable();
        let result = match action {
            // In another Region.
            "DescribeStacks" if self.name.is_empty() => "<Stacks/>".to_owned(),
            "DescribeStacks" => format!("<Stacks><member>{}</member></Stacks>", self.described()),
            "ListStackResources" => {
                let each =
                    resources.map(|made| format!("<member>{}</member>", self.resource(made, "LastUpdatedTimestamp")));
                format!("<StackResourceSummaries>{}</StackResourceSummaries>", each.collect::<String>())
            }
            _ if resources.peek().is_none() => {
                let id = logical.or(physical).unwrap_or_default();
                let message = format!("Resource {id} does not exist for stack {}", self.name);
                return Some(refused(&message, request_id));
            }
            "DescribeStackResource" => {
                let made = resources.next().map(|made| self.resource(made, "LastUpdatedTimestamp")).unwrap_or_default();
                format!("<StackResourceDetail>{}{made}</StackResourceDetail>", self.stack())
            }
            _ => {
                let each = resources
                    .map(|made| format!("<member>{}{}</member>", self.stack(), self.resource(made, "Timestamp")));
                format!("<StackResources>{}</StackResources>", each.collect::<String>())
            }
        };
        let id = escape(request_id);
        let body = format!(
            "<{action}Response xmlns=\"{NAMESPACE}\"><{action}Result>{result}</{action}Result>\
             <ResponseMetadata><RequestId>{id}</RequestId></ResponseMetadata></{action}Response>"
        );
        Some(in_xml(StatusCode::OK, body))
    }

    fn described(&self) -> String {
        let parameter = |(name, value): &(String, String)| {
            format!("<member>{}{}</member>", element("ParameterKey", name), element("ParameterValue", value))
        };
        let parameters: String = self.parameters.iter().map(parameter).collect();
        let (status, since) = (element("StackStatus", STATUS), element("CreationTime", &self.time()));
        format!("{}<Parameters>{parameters}</Parameters>{since}{status}", self.stack())
    }

    fn stack(&self) -> String {
        format!("{}{}", element("StackId", &self.id), element("StackName", &self.name))
    }

    fn resource(&self, made: &Made, time: &str) -> String {
        [
            element("LogicalResourceId", &made.logical_id),
            element("PhysicalResourceId", &made.physical_id),
            element("ResourceType", &made.kind),
            element(time, &self.time()),
            element("ResourceStatus", STATUS),
        ]
        .concat()
    }

    fn time(&self) -> String {
        self.since.to_rfc3339_opts(SecondsFormat::Millis, true)
    }
}

fn element(name: &str, text: &str) -> String {
    format!("<{name}>{}</{name}>", escape(text))
}

fn refused(message: &str, request_id: &str) -> Response<Bytes> {
    let (message, id) = (element("Message", message), escape(request_id));
    let body = format!(
        "<ErrorResponse xmlns=\"{NAMESPACE}\"><Error><Type>Sender</Type><Code>ValidationError</Code>{message}</Error>\
         <RequestId>{id}</RequestId></ErrorResponse>"
    );
    in_xml(StatusCode::BAD_REQUEST, body)
}

fn in_xml(status: StatusCode, body: String) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/xml"));
    response
}
