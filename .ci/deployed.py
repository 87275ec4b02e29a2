"""Compares a stack that was deployed to an emulator with template.yaml: every resource, every property.

    python .ci/deployed.py STACK_STATUS [PARAMETER=VALUE ...]
    python .ci/deployed.py gone

What there should be is read out of the template (expected.py); what there is, service by service from the calls that
describe it. A type of resource that nothing here can read is an error, and so is a property.
"""

import datetime
import io
import json
import sys
import urllib.request
import zipfile

import boto3
from checks import Checks
from emulator import ACCOUNT, REGION, SETTINGS_UNSEEN
from expected import Expected
from repository import ROOT, STACK

clients = {}


def aws(service):
    if service not in clients:
        clients[service] = boto3.client(service)
    return clients[service]


def only(properties, *names):
    """Those of the properties that are there, under CloudFormation's names, which are the API's too."""
    return {name: properties[name] for name in names if name in properties}


def function(name, _):
    there = aws("lambda").get_function_configuration(FunctionName=name)
    names = "Architectures Description Environment Handler LoggingConfig MemorySize Role Runtime Timeout"
    return only(there, *names.split())


def event_invoke_config(_, expected):
    # SAM configures the version $LATEST by its name.
    there = aws("lambda").get_function_event_invoke_config(FunctionName=expected["FunctionName"], Qualifier="$LATEST")
    # The API says of an on-success destination that there is none; the template doesn't mention it.
    destinations = {kind: where for kind, where in there["DestinationConfig"].items() if where}
    found = only(there, "MaximumEventAgeInSeconds", "MaximumRetryAttempts")
    return found | {"DestinationConfig": destinations, "FunctionName": there["FunctionArn"].split(":")[6]}


def permission(_, expected):
    """The function's policy, which is to have this one statement; its condition is `SourceArn` in a template."""
    statements = json.loads(aws("lambda").get_policy(FunctionName=expected["FunctionName"])["Policy"])["Statement"]
    if len(statements) != 1 or list(statements[0]["Principal"]) != ["Service"] or statements[0]["Effect"] != "Allow":
        return {"Statement": statements}
    statement = statements[0]
    found = {"FunctionName": statement["Resource"], "Action": statement["Action"]}
    found["Principal"] = statement["Principal"]["Service"]
    conditions = {f"{how} {key}": value for how, keys in statement["Condition"].items() for key, value in keys.items()}
    source = conditions.pop("ArnLike AWS:SourceArn", None)
    return found | {"SourceArn": source} | conditions


def role(name, _):
    iam = aws("iam")
    there = iam.get_role(RoleName=name)["Role"]
    found = only(there, "AssumeRolePolicyDocument", "Description", "Path")
    names = iam.list_role_policies(RoleName=name)["PolicyNames"]
    policies = (iam.get_role_policy(RoleName=name, PolicyName=policy) for policy in names)
    found["Policies"] = [only(policy, "PolicyName", "PolicyDocument") for policy in policies]
    found["Policies"].sort(key=lambda policy: policy["PolicyName"])
    attached = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
    return found | ({"ManagedPolicyArns": attached} if attached else {})


def rule(name, _):
    there = aws("events").describe_rule(Name=name)
    found = only(there, "Description", "State") | {"EventPattern": json.loads(there["EventPattern"])}
    return found | {"Targets": aws("events").list_targets_by_rule(Rule=name)["Targets"]}


def log_group(name, expected):
    groups = aws("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    there = [group for group in groups if group["logGroupName"] == name]
    if len(there) != 1:
        return {}
    found = {"RetentionInDays": there[0]["retentionInDays"]}
    found |= {"KmsKeyId": there[0]["kmsKeyId"]} if "kmsKeyId" in there[0] else {}
    # The journal has no name of ours.
    return found | ({"LogGroupName": name} if "LogGroupName" in expected else {})


def logs_policy(name, expected):
    # The template has the document as a text, whose white space is nobody's business.
    expected["PolicyDocument"] = json.loads(expected["PolicyDocument"])
    policies = aws("logs").describe_resource_policies()["resourcePolicies"]
    there = {policy["policyName"]: json.loads(policy["policyDocument"]) for policy in policies}
    return {"PolicyName": name, "PolicyDocument": there[name]} if name in there else {}


def queue(url, _):
    there = aws("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return only(there, "KmsMasterKeyId", "MaximumMessageSize", "MessageRetentionPeriod")


def queue_policy(_, expected):
    (url,) = expected["Queues"]
    there = aws("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"]).get("Attributes", {})
    return {"Queues": [url], "PolicyDocument": json.loads(there.get("Policy", "null"))}


def topic(arn, _):
    return only(aws("sns").get_topic_attributes(TopicArn=arn)["Attributes"], "DisplayName", "KmsMasterKeyId")


def topic_policy(_, expected):
    (arn,) = expected["Topics"]
    there = aws("sns").get_topic_attributes(TopicArn=arn)["Attributes"]
    return {"Topics": [arn], "PolicyDocument": json.loads(there["Policy"])}


def key(name, _):
    kms = aws("kms")
    return {
        "Description": kms.describe_key(KeyId=name)["KeyMetadata"]["Description"],
        "EnableKeyRotation": kms.get_key_rotation_status(KeyId=name)["KeyRotationEnabled"],
        "KeyPolicy": json.loads(kms.get_key_policy(KeyId=name, PolicyName="default")["Policy"]),
    }


def alias(name, _):
    there = [alias for alias in aws("kms").list_aliases()["Aliases"] if alias["AliasName"] == name]
    return {"AliasName": name, "TargetKeyId": there[0]["TargetKeyId"]} if there else {}


def alarm(name, expected):
    (there,) = aws("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"]
    names = "AlarmActions AlarmDescription ComparisonOperator DatapointsToAlarm EvaluationPeriods Threshold"
    names += " TreatMissingData"
    # An alarm on a calculation has one stand-in of a metric in the emulator.
    metric = "Metrics" if "Metrics" in expected else "Dimensions MetricName Namespace Period Statistic"
    found = only(there, *names.split(), *metric.split())
    return found


def dashboard(name, expected):
    # The template has the body as a text, whose white space is nobody's business; that it is JSON, is.
    expected["DashboardBody"] = json.loads(expected["DashboardBody"])
    return {"DashboardBody": json.loads(aws("cloudwatch").get_dashboard(DashboardName=name)["DashboardBody"])}


def query_definition(name, _):
    there = aws("logs").describe_query_definitions()["queryDefinitions"]
    (found,) = [query for query in there if query["queryDefinitionId"] == name]
    return {"Name": found["name"], "QueryString": found["queryString"], "LogGroupNames": found["logGroupNames"]}


def table(name, _):
    dynamodb = aws("dynamodb")
    there = dynamodb.describe_table(TableName=name)["Table"]
    lives = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    backups = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    found = only(there, "AttributeDefinitions", "KeySchema")
    found["BillingMode"] = there["BillingModeSummary"]["BillingMode"]
    if lives["TimeToLiveStatus"] == "ENABLED":
        found["TimeToLiveSpecification"] = {"AttributeName": lives["AttributeName"], "Enabled": True}
    if backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED":
        found["PointInTimeRecoverySpecification"] = {"PointInTimeRecoveryEnabled": True}
    if there.get("SSEDescription", {}).get("Status") == "ENABLED":
        found["SSESpecification"] = {"SSEEnabled": True}
    return found


READERS = {
    "AWS::CloudWatch::Alarm": alarm,
    "AWS::CloudWatch::Dashboard": dashboard,
    "AWS::DynamoDB::Table": table,
    "AWS::Events::Rule": rule,
    "AWS::IAM::Role": role,
    "AWS::KMS::Alias": alias,
    "AWS::KMS::Key": key,
    "AWS::Lambda::EventInvokeConfig": event_invoke_config,
    "AWS::Lambda::Function": function,
    "AWS::Lambda::Permission": permission,
    "AWS::Logs::LogGroup": log_group,
    "AWS::Logs::QueryDefinition": query_definition,
    "AWS::Logs::ResourcePolicy": logs_policy,
    "AWS::SNS::Topic": topic,
    "AWS::SNS::TopicPolicy": topic_policy,
    "AWS::SQS::Queue": queue,
    "AWS::SQS::QueuePolicy": queue_policy,
}


def compare(checks, status, given):
    (stack,) = aws("cloudformation").describe_stacks(StackName=STACK)["Stacks"]
    checks.equal("the stack's status", status, stack["StackStatus"])
    resources = aws("cloudformation").describe_stack_resources(StackName=STACK)["StackResources"]
    ids = {resource["LogicalResourceId"]: resource["PhysicalResourceId"] for resource in resources}
    expected = Expected(ROOT / "template.yaml", STACK, ACCOUNT, REGION, given, ids)
    there = {parameter["ParameterKey"]: parameter["ParameterValue"] for parameter in stack["Parameters"]}
    checks.equal("the stack's parameters: what was given, and the defaults", expected.parameters, there)
    types = expected.types()
    there = {resource["LogicalResourceId"]: resource["ResourceType"] for resource in resources}
    checks.equal(f"the stack's {len(types)} resources, none missing and none more", types, there)
    unfinished = [resource for resource in resources if resource["ResourceStatus"] not in status_of_resources(status)]
    checks.equal("no resource is unfinished", [], [resource["LogicalResourceId"] for resource in unfinished])
    there = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    checks.equal("the outputs", expected.outputs(), there)

    for name in sorted(set(types) & set(ids), key=lambda name: (types[name], name)):
        properties = expected.properties(name)
        properties.get("Policies", []).sort(key=lambda policy: policy["PolicyName"])
        found = READERS[types[name]](ids[name], properties)
        unseen = {setting for kind, setting in SETTINGS_UNSEEN if kind == types[name] and setting in properties}
        checks.equal(f"{types[name]:32} {name}: {', '.join(sorted(set(properties) - unseen))}",
                     {key: value for key, value in properties.items() if key not in unseen}, found)
        if types[name] == "AWS::Lambda::Function":
            checks.that(f"{name}: its code is what sam build made", *code(name, ids[name]))


def status_of_resources(status):
    # An update leaves alone what has not changed.
    return {"CREATE_COMPLETE", status}


def code(name, deployed):
    """Whether the file that Lambda would unpack is the one that was built, and what both are."""
    built = (ROOT / ".aws-sam" / "build" / name / "bootstrap").read_bytes()
    location = aws("lambda").get_function(FunctionName=deployed)["Code"]["Location"]
    with urllib.request.urlopen(location) as answer, zipfile.ZipFile(io.BytesIO(answer.read())) as archive:
        files = {file.filename: archive.read(file) for file in archive.infolist()}
        executable = archive.getinfo("bootstrap").external_attr >> 16 & 0o111 if "bootstrap" in files else 0
    sizes = {file: len(content) for file, content in files.items()}
    return files == {"bootstrap": built} and executable, f"bootstrap, {len(built)} bytes, executable", sizes


def gone(checks):
    """What is left after the stack's deletion: the journal, and for a week the key."""
    stacks = aws("cloudformation").describe_stacks()["Stacks"]
    checks.equal("the stack is gone", [], [stack["StackName"] for stack in stacks if stack["StackName"] == STACK])
    expected = Expected(ROOT / "template.yaml", STACK, ACCOUNT, REGION, {}, {})
    path = expected.parameters["RolePath"]
    left = {
        "functions": [found["FunctionName"] for found in aws("lambda").list_functions()["Functions"]],
        "rules": [found["Name"] for found in aws("events").list_rules()["Rules"]],
        "roles": [found["RoleName"] for found in aws("iam").list_roles(PathPrefix=path)["Roles"]],
        "topics": [found["TopicArn"] for found in aws("sns").list_topics()["Topics"]],
        "queues": aws("sqs").list_queues(QueueNamePrefix=f"{STACK}-").get("QueueUrls", []),
        "tables": aws("dynamodb").list_tables()["TableNames"],
        "alarms": [found["AlarmName"] for found in aws("cloudwatch").describe_alarms()["MetricAlarms"]],
        "dashboards": [found["DashboardName"] for found in aws("cloudwatch").list_dashboards()["DashboardEntries"]],
        "queries": aws("logs").describe_query_definitions()["queryDefinitions"],
        "policies of log groups": aws("logs").describe_resource_policies()["resourcePolicies"],
        "aliases of keys": [found["AliasName"] for found in aws("kms").list_aliases()["Aliases"]],
    }
    for kind, names in left.items():
        checks.equal(f"no {kind} are left", [], names)
    groups = [group["logGroupName"] for group in aws("logs").describe_log_groups()["logGroups"]]
    journals = [group for group in groups if not group.startswith(("/aws/lambda/", "/aws/events/"))]
    checks.that("one log group is left, and it is the journal", groups == journals and len(groups) == 1, "one", groups)
    lines = [aws("logs").filter_log_events(logGroupName=group)["events"] for group in journals]
    checks.that("the journal has its lines still", bool(lines and lines[0]), "lines", lines)
    for found in aws("kms").list_keys()["Keys"]:
        there = aws("kms").describe_key(KeyId=found["KeyId"])["KeyMetadata"]
        if not there["Description"].endswith(f"of the stack {STACK}"):
            continue
        days = expected.template["Resources"]["MessagesKey"]["Properties"]["PendingWindowInDays"]
        checks.equal("the key waits for its deletion", "PendingDeletion", there["KeyState"])
        wait = there["DeletionDate"] - datetime.datetime.now(datetime.timezone.utc)
        checks.equal("its days until then", days, round(wait / datetime.timedelta(days=1)))
        break
    else:
        checks.that("the key waits for its deletion", False, "a key of the stack", "none")


def main():
    checks = Checks()
    if sys.argv[1] == "gone":
        gone(checks)
    else:
        compare(checks, sys.argv[1], dict(given.split("=", 1) for given in sys.argv[2:]))
    checks.end()


if __name__ == "__main__":
    main()
