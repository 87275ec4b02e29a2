"""The same handler with boto3, under a Runtime API as Lambda's own Python runtime polls it."""

import json
import os
import time
from http.client import HTTPConnection

import boto3

sqs = boto3.client("sqs")
api = HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
PLACE = "/2018-06-01/runtime/invocation"

while True:
    api.request("GET", f"{PLACE}/next")
    handed = api.getresponse()
    event = json.loads(handed.read())
    url = event["detail"]["responseElements"]["queueUrl"]
    began = time.perf_counter_ns()
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
    tags = sqs.list_queue_tags(QueueUrl=url)
    took = time.perf_counter_ns() - began
    answer = {"attributes": len(attributes["Attributes"]), "tags": len(tags["Tags"]), "nanosecondsOfCalls": took}
    api.request("POST", f"{PLACE}/{handed.headers['lambda-runtime-aws-request-id']}/response", json.dumps(answer))
    api.getresponse().read()
