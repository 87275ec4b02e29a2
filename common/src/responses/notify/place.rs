//! Where a thing is: its ARN, and its page in the console.
//!
//! The ARN is what groups messages about one thing, so it is built in one way from every record, also where the
//! record spells it out: two calls about one queue must not end in two threads. A load balancer's and a
//! secret's lack the characters that AWS chose. Pages of the console are documented nowhere and may move; each link is made of our own
//! text and of encoded values, so that nobody can lead people elsewhere.

use crate::{EventHeader, is_account_id, is_region_name, partition_of};

/// A link longer than this is none.
const LONGEST: usize = 600;

/// The Region and the account that things are in.
pub(super) struct Place<'a> {
    region: &'a str,
    account: &'a str,
}

impl<'a> Place<'a> {
    /// Where a record's things are, if it says so in a form that a link can be made of.
    pub(super) fn of(header: &'a EventHeader) -> Option<Self> {
        let (region, account) = (header.aws_region.as_deref()?, header.account.as_deref()?);
        (is_region_name(region) && region.len() <= 32 && is_account_id(account)).then_some(Place { region, account })
    }

    /// The ARN of a thing of a declared kind.
    pub(super) fn arn(&self, kind: &str, id: &str) -> Option<String> {
        let Place { region, account } = self;
        let partition = partition_of(region);
        let of = |service: &str, resource: &str| format!("arn:{partition}:{service}:{region}:{account}:{resource}{id}");
        Some(match kind {
            "queue" => of("sqs", ""),
            "instance" => of("ec2", "instance/"),
            "volume" => of("ec2", "volume/"),
            "snapshot" => of("ec2", "snapshot/"),
            "image" => of("ec2", "image/"),
            "security group" => of("ec2", "security-group/"),
            "key pair" => of("ec2", "key-pair/"),
            "VPC" => of("ec2", "vpc/"),
            "NAT gateway" => of("ec2", "natgateway/"),
            "flow log" => of("ec2", "vpc-flow-log/"),
            "load balancer" => of("elasticloadbalancing", "loadbalancer/"),
            "bucket" => format!("arn:{partition}:s3:::{id}"),
            "IAM user" => format!("arn:{partition}:iam::{account}:user/{id}"),
            "IAM role" => format!("arn:{partition}:iam::{account}:role/{id}"),
            "IAM policy" => format!("arn:{partition}:iam::{account}:policy/{id}"),
            "Lambda function" => of("lambda", "function:"),
            "trail" => of("cloudtrail", "trail/"),
            "KMS key" => of("kms", "key/"),
            "database" => of("rds", "db:"),
            "database cluster" => of("rds", "cluster:"),
            "database snapshot" => of("rds", "snapshot:"),
            "topic" => of("sns", ""),
            "table" => of("dynamodb", "table/"),
            "secret" => of("secretsmanager", "secret:"),
            "log group" => of("logs", "log-group:"),
            "repository" => of("ecr", "repository/"),
            "ECS cluster" => of("ecs", "cluster/"),
            "EKS cluster" => of("eks", "cluster/"),
            "rule" => of("events", "rule/"),
            "parameter" => of("ssm", if id.starts_with('/') { "parameter" } else { "parameter/" }),
            _ => return None,
        })
    }

    /// The thing's page.
    pub(super) fn page(&self, kind: &str, id: &str) -> Option<String> {
        let Place { region, account } = self;
        let arn = encoded(&self.arn(kind, id)?);
        let at = format!("home?region={region}#");
        let id = encoded(id);
        let path = match kind {
            "queue" => {
                let host = if partition_of(region) == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" };
                let url = encoded(&format!("https://sqs.{region}.{host}/{account}/"));
                format!("sqs/v3/{at}/queues/{url}{id}")
            }
            "instance" => format!("ec2/{at}InstanceDetails:instanceId={id}"),
            "volume" => format!("ec2/{at}VolumeDetails:volumeId={id}"),
            "snapshot" => format!("ec2/{at}SnapshotDetails:snapshotId={id}"),
            "image" => format!("ec2/{at}ImageDetails:imageId={id}"),
            "security group" => format!("ec2/{at}SecurityGroup:groupId={id}"),
            "key pair" => format!("ec2/{at}KeyPairs:search={id}"),
            "load balancer" => format!("ec2/{at}LoadBalancers:search={id}"),
            "VPC" => format!("vpcconsole/{at}VpcDetails:VpcId={id}"),
            "NAT gateway" => format!("vpcconsole/{at}NatGatewayDetails:natGatewayId={id}"),
            "bucket" => format!("s3/buckets/{id}?region={region}"),
            "IAM user" => format!("iam/home#/users/details/{id}"),
            "IAM role" => format!("iam/home#/roles/details/{id}"),
            "Lambda function" => format!("lambda/{at}/functions/{id}"),
            "trail" => format!("cloudtrailv2/{at}/trails/{arn}"),
            "KMS key" => format!("kms/{at}/kms/keys/{id}"),
            "database" => format!("rds/{at}database:id={id};is-cluster=false"),
            "database cluster" => format!("rds/{at}database:id={id};is-cluster=true"),
            "topic" => format!("sns/v3/{at}/topic/{arn}"),
            "table" => format!("dynamodbv2/{at}table?name={id}"),
            "secret" => format!("secretsmanager/secret?name={id}&region={region}"),
            "log group" => format!("cloudwatch/{at}logsV2:log-groups/log-group/{}", id.replace('%', "$25")),
            "repository" => format!("ecr/repositories/private/{account}/{id}?region={region}"),
            "ECS cluster" => format!("ecs/v2/clusters/{id}?region={region}"),
            "EKS cluster" => format!("eks/{at}/clusters/{id}"),
            "rule" => format!("events/{at}/eventbus/default/rules/{id}"),
            "parameter" => format!("systems-manager/parameters/{id}/description?region={region}"),
            _ => return None,
        };
        self.link(&path)
    }

    /// The event's page in CloudTrail's event history, where it is for 90 days.
    pub(super) fn event_page(&self, event_id: &str) -> Option<String> {
        let is_id = event_id.len() == 36 && event_id.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
        if is_id { self.link(&format!("cloudtrailv2/home?region={}#/events/{event_id}", self.region)) } else { None }
    }

    /// A page of the partition's console; none for partitions whose console is not on the internet.
    fn link(&self, path: &str) -> Option<String> {
        let host = match partition_of(self.region) {
            "aws" => format!("{}.console.aws.amazon.com", self.region),
            "aws-cn" => format!("{}.console.amazonaws.cn", self.region),
            "aws-us-gov" => format!("{}.console.amazonaws-us-gov.com", self.region),
            _ => return None,
        };
        Some(format!("https://{host}/{path}")).filter(|link| link.len() <= LONGEST)
    }
}

/// Only what needs no encoding anywhere in a URL stays as it is.
fn encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}
