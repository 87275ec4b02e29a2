"""What somebody does with boto3 who has set nothing but the environment; says in JSON what came of it.

    clients.py TOPIC FUNCTION

Waits with patience for what follows a call. It is who calls it that says what is right.
"""

import concurrent.futures
import json
import sys
import time
import urllib.request

import boto3
import botocore.exceptions

topic, function = sys.argv[1:]
sqs, sns, logs = boto3.client("sqs"), boto3.client("sns"), boto3.client("logs")
dynamodb, cloudwatch, sts = boto3.client("dynamodb"), boto3.client("cloudwatch"), boto3.client("sts")


def until(look):
    """What `look` finds, as soon as it finds something; who starts this has a limit of its own."""
    while not (found := look()):
        time.sleep(0.2)
    return found


def tags(url):
    def tagged():
        found = sqs.list_queue_tags(QueueUrl=url).get("Tags", {})
        return found if "trailhook:created-by" in found else None

    return until(tagged)


def event_of(queue):
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName="/aws/events/trailhook")
    events = [json.loads(event["message"])["detail"] for page in pages for event in page["events"]]
    return next((event for event in events if event["requestParameters"]["queueName"] == queue), None)


def refusal(call, **asked):
    try:
        call(**asked)
    except botocore.exceptions.ClientError as error:
        return [type(error).__name__, error.response["Error"]["Code"], error.response["Error"]["Message"]]


def ids(answer):
    """The id that boto3 reads from the answer, and the header's, which is the record's."""
    metadata = answer["ResponseMetadata"]
    return [metadata["RequestId"], metadata["HTTPHeaders"]["x-amzn-requestid"]]


def metrics():
    dimensions = [{"Name": "FunctionName", "Value": function}]
    metric = {"Namespace": "AWS/Lambda", "MetricName": "Invocations", "Dimensions": dimensions}
    stat = {"Metric": metric, "Period": 3600, "Stat": "Sum"}
    now = time.time()
    data = cloudwatch.get_metric_data(
        MetricDataQueries=[{"Id": "m", "MetricStat": stat}], StartTime=now - 7200, EndTime=now + 60
    )
    return sum(data["MetricDataResults"][0]["Values"])


def alarm():
    cloudwatch.put_metric_alarm(
        AlarmName="many", Namespace="Shop", MetricName="Orders", Statistic="Sum", Period=60, EvaluationPeriods=1,
        Threshold=1.5, ComparisonOperator="GreaterThanThreshold",
    )
    return [[found["AlarmName"], found["Threshold"]] for found in cloudwatch.describe_alarms()["MetricAlarms"]]


told = {"who": sts.get_caller_identity()["Arn"]}
with urllib.request.urlopen(sts.generate_presigned_url("get_caller_identity")) as answer:
    told["signed beforehand"] = "user/alice</Arn>" in answer.read().decode()

# A queue that is told what follows, then a FIFO queue that something follows.
listener = sqs.create_queue(QueueName="listener")["QueueUrl"]
sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint="arn:aws:sqs:eu-west-1:111122223333:listener")
made = sqs.create_queue(
    QueueName="orders.fifo",
    Attributes={"FifoQueue": "true", "ContentBasedDeduplication": "true"},
    tags={"team": "payments"},
)
told["tags"] = tags(made["QueueUrl"])
event = until(lambda: event_of("orders.fifo"))
told["agent"] = event["userAgent"]
told["ids"] = [made["ResponseMetadata"]["RequestId"], event["requestID"]]
told["sns ids"] = ids(sns.list_topics())
attributes = sqs.get_queue_attributes(QueueUrl=made["QueueUrl"], AttributeNames=["All"])["Attributes"]
told["fifo"] = [attributes["FifoQueue"], attributes["ContentBasedDeduplication"], attributes["QueueArn"]]


def notified():
    received = sqs.receive_message(QueueUrl=listener, MaxNumberOfMessages=10, WaitTimeSeconds=1).get("Messages", [])
    bodies = [json.loads(json.loads(message["Body"])["Message"]) for message in received]
    return next((b["summary"] for b in bodies if "orders.fifo" in b["summary"]), None)


told["notified"] = until(notified)
told["invocations"] = until(metrics)
told["alarms"] = alarm()

# Many at once.
names = [f"many-{number:02}" for number in range(40)]
with concurrent.futures.ThreadPoolExecutor(8) as threads:
    urls = list(threads.map(lambda name: sqs.create_queue(QueueName=name)["QueueUrl"], names))
    told["many"] = [found["trailhook:created-by"] for found in threads.map(tags, urls)]
pages = list(sqs.get_paginator("list_queues").paginate(QueueNamePrefix="many-", PaginationConfig={"PageSize": 15}))
told["pages"] = [[url.rsplit("/", 1)[1] for url in page["QueueUrls"]] for page in pages]

dynamodb.create_table(
    TableName="once",
    AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    BillingMode="PAY_PER_REQUEST",
)
dynamodb.get_waiter("table_exists").wait(TableName="once")
once = {"TableName": "once", "Item": {"id": {"S": "a"}}, "ConditionExpression": "attribute_not_exists(id)"}
dynamodb.put_item(**once)
told["twice"] = refusal(dynamodb.put_item, **once)
told["missing"] = refusal(sqs.delete_queue, QueueUrl=listener.replace("listener", "missing"))
told["other service"] = refusal(boto3.client("s3").list_buckets)
told["pattern"] = refusal(logs.filter_log_events, logGroupName="/aws/events/trailhook", filterPattern="?a ?b")
json.dump(told, sys.stdout)
