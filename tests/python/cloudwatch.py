"""Reads metrics with boto3 in the protocol that is asked for, and says what it got in JSON.

    cloudwatch.py ENDPOINT PROTOCOL START END
"""

import json
import sys

import boto3
import botocore.config
import botocore.exceptions
import botocore.model

endpoint, protocol, start, end = sys.argv[1:]
# boto3 takes the first protocol it knows of those that the service has; this is how it takes another.
botocore.model.ServiceModel.resolved_protocol = property(lambda service: protocol)
cloudwatch = boto3.client(
    "cloudwatch",
    endpoint_url=endpoint,
    region_name="eu-west-1",
    aws_access_key_id="testing",
    aws_secret_access_key="testing",
    config=botocore.config.Config(retries={"total_max_attempts": 1}),
)
between = {"StartTime": int(start), "EndTime": int(end)}
rule = [{"Name": "RuleName", "Value": "orders"}]


def query(id, namespace, name, dimensions, stat):
    metric = {"Namespace": namespace, "MetricName": name, "Dimensions": dimensions}
    return {"Id": id, "MetricStat": {"Metric": metric, "Period": 60, "Stat": stat}}


def refusal(**changes):
    asked = {"Namespace": "AWS/Events", "MetricName": "Invocations", "Period": 60, "Statistics": ["Sum"], **between}
    try:
        asked = {name: value for name, value in {**asked, **changes}.items() if value is not None}
        cloudwatch.get_metric_statistics(**asked)
    except botocore.exceptions.ClientError as error:
        return [type(error).__name__, error.response["Error"]["Code"], error.response["Error"]["Message"]]


def points(name):
    found = cloudwatch.get_metric_statistics(
        Namespace="AWS/Events", MetricName=name, Dimensions=rule, Period=60, Statistics=["Sum", "Average"], **between
    )
    return [[p["Timestamp"].timestamp(), p["Sum"], p["Average"], p["Unit"]] for p in found["Datapoints"]]


data = cloudwatch.get_metric_data(
    MetricDataQueries=[
        query("sum", "AWS/Lambda", "Duration", [{"Name": "FunctionName", "Value": "f"}], "Sum"),
        query("other", "AWS/SQS", "NumberOfMessagesSent", [], "Sum"),
    ],
    ScanBy="TimestampAscending",
    **between,
)
json.dump(
    {
        "triggered": points("TriggeredRules"),
        "failed": points("FailedInvocations"),
        "data": [
            [result["Id"], result["Label"], [time.timestamp() for time in result["Timestamps"]], result["Values"]]
            for result in data["MetricDataResults"]
        ],
        "pages": "NextToken" in data,
        "metrics": [
            [metric["Namespace"], metric["MetricName"], metric["Dimensions"]]
            for page in cloudwatch.get_paginator("list_metrics").paginate(Dimensions=rule)
            for metric in page["Metrics"]
        ],
        "period": refusal(Period=61),
        "statistics": refusal(Statistics=None),
        "request": data["ResponseMetadata"]["RequestId"],
        "spoken": data["ResponseMetadata"]["HTTPHeaders"]["content-type"],
    },
    sys.stdout,
)
