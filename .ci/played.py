"""Invokes the functions of the deployed stack with the sample events, and looks at what became of it.

    python .ci/played.py            # the template's defaults: tag-new-queue and notify act, revert runs dry
    python .ci/played.py enforce    # after a deployment with RevertMode=enforce

The functions run under their roles, whose policies the emulator enforces: what a policy leaves out fails here.
"""

import datetime
import json
import sys
import time
import uuid

import boto3
from checks import Checks, wait_for
from emulator import ACCOUNT, REGION
from repository import ROOT, STACK

SAMPLE = "sqs/CreateQueue.success.json"
clients = {name: boto3.client(name) for name in ("cloudformation", "events", "iam", "lambda", "logs", "sns", "sqs")}
sqs, logs = clients["sqs"], clients["logs"]
resources = clients["cloudformation"].describe_stack_resources(StackName=STACK)["StackResources"]
ids = {resource["LogicalResourceId"]: resource["PhysicalResourceId"] for resource in resources}
checks = Checks()


def sample(name, created=None):
    """A sample event with an id of its own; moved to the time at which a queue was created, or to now."""
    event = json.loads((ROOT / "events" / name).read_text())
    moment = datetime.datetime.now(datetime.timezone.utc)
    if created is not None:
        moment = datetime.datetime.fromtimestamp(int(created), datetime.timezone.utc)
    event["time"] = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    # One near miss is not from CloudTrail, and has no record with a time and an id.
    if "eventTime" in event["detail"]:
        event["detail"] |= {"eventTime": event["time"], "eventID": str(uuid.uuid4())}
    return event


def make_queue():
    """The queue that the sample says was made, and the sample at the time of its making."""
    event = sample(SAMPLE)
    asked = event["detail"]["requestParameters"]
    url = sqs.create_queue(QueueName=asked["queueName"], Attributes=asked["attributes"], tags=asked["tags"])["QueueUrl"]
    there = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn", "CreatedTimestamp"])["Attributes"]
    checks.equal("the queue is the one of the sample", event["detail"]["resources"][0]["ARN"], there["QueueArn"])
    return url, sample(SAMPLE, there["CreatedTimestamp"])


def invoke(function, event):
    """What the function answers, and the error type of one that failed."""
    answer = clients["lambda"].invoke(FunctionName=ids[function], Payload=json.dumps(event))
    report = json.loads(answer["Payload"].read())
    return report, report.get("errorType", "failed without a type") if "FunctionError" in answer else None


def exists(name):
    return bool(sqs.list_queues(QueueNamePrefix=name).get("QueueUrls"))


def lines(group, event):
    """The lines of a log group about an event, as JSON; waits until there is one."""
    wanted = event["detail"]["eventID"]

    def look():
        found = logs.filter_log_events(logGroupName=ids[group])["events"]
        return [json.loads(line["message"]) for line in found if wanted in line["message"]]

    return wait_for(look)


def subscriber():
    """A queue that hears what is published to the stack's topic."""
    name, topic = "hears-of-it", ids["NotificationTopic"]
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"
    statement = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage"}
    statement |= {"Resource": arn, "Condition": {"ArnEquals": {"aws:SourceArn": topic}}}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    clients["sns"].subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    return url


def received(url, seconds=20):
    def look():
        messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        for message in messages:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return [json.loads(message["Body"]) for message in messages]

    return wait_for(look, seconds)


def the_rule_matches():
    """The pattern as it was deployed: which sample would be handed over at all."""
    pattern = clients["events"].describe_rule(Name=ids["ApiCallRule"])["EventPattern"]

    def matches(event):
        return clients["events"].test_event_pattern(EventPattern=pattern, Event=json.dumps(event))["Result"]

    checks.equal("the deployed rule matches the sample", True, matches(sample(SAMPLE)))
    near = sorted(path.name for path in (ROOT / "events" / "near-miss").glob("*.json"))
    wrong = [name for name in near if matches(sample(f"near-miss/{name}"))]
    checks.that(f"the deployed rule matches none of {len(near)} near misses", near and not wrong, "none", wrong or near)


def tag(url, event):
    report, error = invoke("TagNewQueueFunction", event)
    checks.equal("tag-new-queue acts", (None, "acted"), (error, report.get("outcome")))
    record = event["detail"]
    tags = sqs.list_queue_tags(QueueUrl=url).get("Tags", {})
    by = tags.pop("trailhook:created-with", "")
    # Characters that a tag can't have are replaced, so the beginning is what can be compared.
    same = len(by) >= 15 and record["userAgent"].startswith(by[:15])
    checks.that("the queue's tag says with what it was made", same, record["userAgent"], by)
    expected = {
        "trailhook:created-by": "Developer/alice",
        "trailhook:created-at": record["eventTime"],
        "trailhook:created-from": record["sourceIPAddress"],
    }
    expected |= record["requestParameters"]["tags"]
    checks.equal("the queue has the other tags, and those of the call", expected, tags)


def notify(event, hears):
    report, error = invoke("NotifyFunction", event)
    checks.equal("notify acts", (None, "acted"), (error, report.get("outcome")))
    heard = received(hears)
    checks.equal("one notification arrives at the topic's subscriber", 1, len(heard))
    message = heard[0] if heard else {}
    checks.equal("it is from the stack's topic", ids["NotificationTopic"], message.get("TopicArn"))
    for word in ("alice", event["detail"]["resources"][0]["ARN"], event["detail"]["eventID"]):
        checks.that(f"it names {word}", word in message.get("Message", ""), word, message)
    journal = lines("JournalLogGroup", event)
    checks.equal("the journal has one line about the event", 1, len(journal))


def revert_in_dry_run(event):
    name = event["detail"]["requestParameters"]["queueName"]
    report, error = invoke("RevertFunction", event)
    there = error, report.get("mode"), report.get("outcome")
    checks.equal("revert reports what it would do", (None, "dry-run", "dry-run"), there)
    actions = [(action["outcome"], action["action"]["call"]) for action in report.get("actions", [])]
    checks.equal("it would delete the queue", [("would-apply", "DeleteQueue")], actions)
    checks.that("the queue is there still", exists(name), "the queue", "no queue")
    # Somebody turns the function's mode by hand: the role is still that of a dry run.
    client, function = clients["lambda"], ids["RevertFunction"]
    variables = client.get_function_configuration(FunctionName=function)["Environment"]["Variables"]
    enforced = variables | {"TRAILHOOK_MODE": "enforce"}
    client.update_function_configuration(FunctionName=function, Environment={"Variables": enforced})
    report, error = invoke("RevertFunction", event)
    checks.equal("with the mode turned by hand IAM refuses", "Trailhook.Denied", error)
    # It gets no further than the table, in which a dry run may not write.
    refused = "dynamodb:UpdateItem was denied"
    checks.that(f"{refused}, before anything was looked at", refused in str(report), refused, report)
    checks.that("and the queue is there still", exists(name), "the queue", "no queue")
    client.update_function_configuration(FunctionName=function, Environment={"Variables": variables})
    orders = "arn:aws:sqs:eu-west-1:111122223333:orders"
    checks.equal("nor may it delete", "implicitDeny", decided("RevertFunctionRole", "sqs:DeleteQueue", orders))


def snapshot(event):
    report, error = invoke("SnapshotFunction", event)
    checks.equal("snapshot keeps what it sees", (None, "acted"), (error, report.get("outcome")))


def undo_tags():
    """Somebody else's tags on a queue: taken off again, and given back, from what snapshot has kept."""
    name, tags = "tagged", {"owner": "payments"}
    url = sqs.create_queue(QueueName=name, tags=tags)["QueueUrl"]
    there = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn", "CreatedTimestamp"])["Attributes"]

    def called(file, parameters, created=None):
        event = sample(file, created)
        event["detail"]["requestParameters"] = parameters
        event["detail"]["resources"][0]["ARN"] = there["QueueArn"]
        return event

    address = f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{name}"
    made = called(SAMPLE, {"queueName": name, "attributes": {}, "tags": tags}, there["CreatedTimestamp"])
    made["detail"]["responseElements"] = {"queueUrl": address}
    snapshot(made)
    # A look within a call's own second says nothing of what was there before it.
    time.sleep(2.1)
    changed = {"owner": "mallory", "new": "yes"}
    sqs.tag_queue(QueueUrl=url, Tags=changed)
    event = called("sqs/TagQueue.success.json", {"queueUrl": address, "tags": changed})
    # Its rule tells snapshot of the call at the same time; revert relies on the table once it holds the call.
    snapshot(event)
    report, error = invoke("RevertFunction", event)
    checks.equal("revert undoes the tagging of a queue", (None, "acted"), (error, report.get("outcome")))
    checks.equal("the queue has the tags that it had", tags, sqs.list_queue_tags(QueueUrl=url).get("Tags", {}))
    sqs.delete_queue(QueueUrl=url)


def skips(hears, functions):
    """Events on which nothing may be done, whatever the mode: by whom they were caused, or because they failed."""
    # notify takes any call of AWS, and failed ones that were denied.
    choosy = [function for function in functions if function != "NotifyFunction"]
    for name, reason, who in (
        ("sqs/CreateQueue.own-role.json", "own-call", functions),
        ("sqs/CreateQueue.other-account.json", "foreign-account", functions),
        ("sqs/CreateQueue.failed.json", "failed-call", choosy),
        ("near-miss/sns.CreateTopic.json", "not-watched", choosy),
    ):
        for function in who:
            report, error = invoke(function, sample(name))
            there = error, report.get("outcome"), report.get("reason")
            checks.equal(f"{name}: {function} leaves it alone", (None, "skipped", reason), there)
    checks.equal("nobody was told of them", [], received(hears, seconds=1))
    report, error = invoke("SnapshotFunction", sample("sqs/CreateQueue.failed.json"))
    there = error, report.get("outcome"), report.get("reason")
    checks.equal("snapshot looks after no call that failed", (None, "skipped", "failed-call"), there)


def failed_events(functions):
    """An event that a function can't read, handed over as EventBridge does it: tried again, then put aside."""
    begun = int(time.time() * 1000)
    for function in functions:
        event = {"not": "an event", "for": function}
        clients["lambda"].invoke(FunctionName=ids[function], InvocationType="Event", Payload=json.dumps(event))
    aside = {}

    def look():
        for record in received(ids["FailedEventsQueue"], seconds=0):
            aside[record["requestPayload"]["for"]] = record
        return len(aside) == len(functions)

    wait_for(look, seconds=60)
    for function in functions:
        there = aside.get(function, {}).get("responsePayload", {}).get("errorType")
        checks.equal(f"an event that {function} fails with is put aside", "Trailhook.Decode", there)
        configured = clients["lambda"].get_function_event_invoke_config(FunctionName=ids[function], Qualifier="$LATEST")
        # The record's own count is the same number always, whatever was done; the log has a decision for each time.
        group = ids[f"{function.removesuffix('Function')}LogGroup"]
        tries = logs.filter_log_events(logGroupName=group, startTime=begun)["events"]
        decided = [line["message"] for line in tries if '"trailhook::decision"' in line["message"]]
        failed = [line for line in decided if "Trailhook.Decode" in line]
        checks.equal("it was tried as often as the template says", configured["MaximumRetryAttempts"] + 1, len(failed))


def own_logs(event):
    """Each function's decision is in the log group that the template gives it, and names the response."""
    responses = {"TagNewQueueLogGroup": "tag-new-queue", "NotifyLogGroup": "notify"}
    responses |= {"RevertLogGroup": "revert", "SnapshotLogGroup": "snapshot"}
    for group, response in responses.items():
        decisions = [line for line in lines(group, event) if line.get("target") == "trailhook::decision"]
        there = {line["report"]["response"] for line in decisions}
        checks.equal(f"the decision of {response} is in {ids[group]}", {response}, there)


def decided(role, action, resource):
    """What the policies of a deployed role say about a call. The emulator knows a role by its name alone, and no keys
    of conditions here: what depends on a queue's tags or on a table's keys only a test of the template looks at."""
    answer = clients["iam"].simulate_principal_policy(
        PolicySourceArn=f"arn:aws:iam::111122223333:role/{ids[role]}", ActionNames=[action], ResourceArns=[resource]
    )
    return answer["EvaluationResults"][0]["EvalDecision"]


def what_iam_says():
    orders = "arn:aws:sqs:eu-west-1:111122223333:orders"
    table = f"arn:aws:dynamodb:eu-west-1:111122223333:table/{ids['LedgerTable']}"
    attributes = sqs.get_queue_attributes(QueueUrl=ids["FailedEventsQueue"], AttributeNames=["QueueArn"])["Attributes"]
    own = attributes["QueueArn"]
    cases = [
        ("RevertFunctionRole", "sqs:DeleteQueue", orders, "allowed"),
        ("RevertFunctionRole", "sqs:DeleteQueue", own, "explicitDeny"),
        ("RevertFunctionRole", "sqs:SetQueueAttributes", orders, "allowed"),
        ("RevertFunctionRole", "sqs:SetQueueAttributes", own, "explicitDeny"),
        ("RevertFunctionRole", "sqs:ReceiveMessage", orders, "implicitDeny"),
        ("RevertFunctionRole", "sqs:PurgeQueue", orders, "implicitDeny"),
        ("SnapshotFunctionRole", "sqs:TagQueue", orders, "implicitDeny"),
        ("SnapshotFunctionRole", "dynamodb:UpdateItem", table, "allowed"),
        ("TagNewQueueFunctionRole", "sqs:TagQueue", orders, "allowed"),
        ("TagNewQueueFunctionRole", "sqs:DeleteQueue", orders, "implicitDeny"),
        ("NotifyFunctionRole", "sqs:GetQueueAttributes", orders, "implicitDeny"),
        ("RevertFunctionRole", "dynamodb:UpdateItem", table, "allowed"),
        ("RevertFunctionRole", "dynamodb:DeleteItem", table, "implicitDeny"),
        ("NotifyFunctionRole", "dynamodb:GetItem", table, "allowed"),
        ("NotifyFunctionRole", "dynamodb:PutItem", table, "implicitDeny"),
        ("TagNewQueueFunctionRole", "dynamodb:GetItem", table, "implicitDeny"),
    ]
    for role, action, resource, expected in cases:
        checks.equal(f"{role}: {action} on {resource}", expected, decided(role, action, resource))


def main():
    functions = ["TagNewQueueFunction", "NotifyFunction", "RevertFunction"]
    url, event = make_queue()
    if sys.argv[1:] == ["enforce"]:
        report, error = invoke("RevertFunction", event)
        there = error, report.get("mode"), report.get("outcome")
        checks.equal("revert acts", (None, "enforce", "acted"), there)
        left = exists(event["detail"]["requestParameters"]["queueName"])
        checks.that("the queue is gone", not left, "no queue", "the queue")
        again, error = invoke("RevertFunction", event)
        there = error, again.get("outcome")
        checks.equal("the same event once more is a duplicate", (None, "duplicate"), there)
        undo_tags()
        what_iam_says()
        return
    hears = subscriber()
    the_rule_matches()
    tag(url, event)
    notify(event, hears)
    revert_in_dry_run(event)
    snapshot(event)
    own_logs(event)
    skips(hears, functions)
    failed_events([*functions, "SnapshotFunction"])
    # The next deployment makes it anew.
    sqs.delete_queue(QueueUrl=url)


if __name__ == "__main__":
    main()
    checks.end()
