//! With what a call was made.
//!
//! AWS itself says that a session's credentials came from the console, and that CloudFormation called for somebody.
//! All else is the user agent, which the caller chooses: only well-known names are repeated, and as what the client
//! calls itself.

use crate::Record;

/// What user agents of well-known tools contain, the more special before the more general.
const TOOLS: [(&str, &str); 14] = [
    ("Terraform/", "Terraform"),
    ("OpenTofu/", "OpenTofu"),
    ("Pulumi/", "Pulumi"),
    ("aws-cdk", "the AWS CDK"),
    ("aws-cli/", "the AWS CLI"),
    ("AWSPowerShell", "the AWS Tools for PowerShell"),
    ("console.amazonaws.com", "the console"),
    ("signin.amazonaws.com", "the console"),
    ("S3Console/", "the console"),
    ("Boto3/", "an AWS SDK"),
    ("Botocore/", "an AWS SDK"),
    ("aws-sdk-", "an AWS SDK"),
    ("AWS-SDK", "an AWS SDK"),
    ("cloudformation.amazonaws.com", "CloudFormation"),
];

const CLOUDFORMATION: &str = "cloudformation.amazonaws.com";

/// Whether CloudFormation called for somebody.
pub(super) fn is_cloudformation(record: &Record) -> bool {
    record.user_identity.get().is_some_and(|identity| identity.invoked_by.text() == Some(CLOUDFORMATION))
}

/// As in `with the console`; nothing where the record names nothing well known.
pub(super) fn with(record: &Record) -> Option<String> {
    if is_cloudformation(record) {
        return Some("with CloudFormation".to_owned());
    }
    if record.session_credential_from_console.get().is_some_and(|flag| flag.is_set()) {
        return Some("with the console".to_owned());
    }
    let agent = record.user_agent.text()?;
    let (_, tool) = TOOLS.iter().find(|(part, _)| agent.contains(part))?;
    Some(format!("with a client that calls itself {tool}"))
}
