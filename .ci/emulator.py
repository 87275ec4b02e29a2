"""Starts ministack as .ci/deploy wants it, with what it lacks and this template needs. Everything of that kind is here.

    python .ci/emulator.py FOLDER

It listens on a free port of 127.0.0.1 and on nothing else, with TLS, because the stack's topic and queues refuse
whoever comes without; and with IAM enforced, so that a function may do what its role allows and nothing more. FOLDER
gets the file `address` and the certificate to trust, `certificate.pem`.

A gap of ministack's is filled by the least that lets the unchanged template be deployed and its roles count. Each of
these patches looks first whether what it replaces is still as it was, and ends the start if it isn't.
"""

import datetime
import ipaddress
import json
import os
import pathlib
import socket
import sys

ACCOUNT, REGION = "111122223333", "eu-west-1"

# Properties that the emulator does not show, and so nobody compares with the template here. Should it show one some
# day, the comparison fails until the property is taken off this list.
SETTINGS_UNSEEN = {
    ("AWS::SNS::Topic", "KmsMasterKeyId"): "ministack's CloudFormation leaves it out of the topic",
    ("AWS::CloudWatch::Alarm", "Metrics"): "see alarms_of_metric_math below",
    ("AWS::DynamoDB::Table", "PointInTimeRecoverySpecification"): "ministack's CloudFormation leaves it out",
    ("AWS::DynamoDB::Table", "SSESpecification"): "as above",
    ("AWS::DynamoDB::Table", "TimeToLiveSpecification"): "as above",
    ("AWS::KMS::Key", "PendingWindowInDays"): "no key shows it before its deletion, and then it is looked at",
}


def certificate(folder):
    """A certificate of 127.0.0.1 that is good for a day, and its key; made here, so that no openssl is needed."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "emulator")])
    now = datetime.datetime.now(datetime.timezone.utc)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        # ministack writes localhost into the URLs of queues.
        .add_extension(
            x509.SubjectAlternativeName(
                [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
            ),
            critical=False,
        )
        # rustls takes no authority's certificate from a server.
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    paths[1].touch(mode=0o600)
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return paths


def settings(folder):
    """ministack's variables, which it reads while it is imported. The functions inherit them, and have their own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    served, key = certificate(folder)
    os.environ.update(
        BIND_HOST="127.0.0.1",
        GATEWAY_PORT=str(port),
        MINISTACK_ACCOUNT_ID=ACCOUNT,
        MINISTACK_REGION=REGION,
        AUTH="true",
        USE_SSL="1",
        MINISTACK_SSL_CERT=str(served),
        MINISTACK_SSL_KEY=str(key),
        # Otherwise an MQTT broker listens on every address.
        IOT_MTLS_ENABLED="0",
        SFTP_ENABLED="0",
        # With this key id the caller is the account itself, who may do everything. The functions don't inherit it:
        # they get a session of their role.
        AWS_ACCESS_KEY_ID="testing",
        AWS_SECRET_ACCESS_KEY="testing",
        # What the functions trust: the emulator alone.
        SSL_CERT_FILE=str(served),
    )
    # The functions are to find the emulator by what the template gives them.
    os.environ.pop("AWS_ENDPOINT_URL", None)
    return f"https://127.0.0.1:{port}"


def gone(function, sign, patch):
    """Ends the start if `sign` is no longer among what a function of ministack's is made of."""
    code = function.__code__
    if sign not in str(code.co_consts) and sign not in code.co_names:
        sys.exit(f"{function.__name__} of ministack is not what it was: is {patch} in {__file__} still needed?")


def only_one_port():
    """With TLS ministack takes port 443 as well, if it can."""
    from ministack import app

    gone(app.main, "_port_is_bindable", "only_one_port")
    app._port_is_bindable = lambda host, port: False


def alarms_of_metric_math():
    """CloudFormation's AWS::CloudWatch::Alarm with Metrics instead of one metric: ministack refuses it.

    Here such an alarm is made with its other properties, and its expression stands where the metric's name would.
    Nothing ever evaluates it: whether CloudWatch takes the expression, the emulator doesn't show.
    """
    from ministack.services.cloudformation import provisioners

    of_one_metric = provisioners._cw_metric_alarm_record
    gone(of_one_metric, "metric math", "alarms_of_metric_math")

    def record(name, properties):
        metrics = properties.get("Metrics")
        if not metrics:
            return of_one_metric(name, properties)
        others = {key: value for key, value in properties.items() if key != "Metrics"}
        expression = next(metric["Expression"] for metric in metrics if "Expression" in metric)
        return of_one_metric(name, {**others, "Namespace": "metric math", "MetricName": expression})

    provisioners._cw_metric_alarm_record = record


def queries_are_kept():
    """CloudFormation's AWS::Logs::QueryDefinition, and the call that lists them: ministack knows neither.

    Kept and listed, nothing more: whether Logs Insights takes a query, the emulator doesn't show.
    """
    from ministack.services import cloudwatch_logs
    from ministack.services.cloudformation import provisioners

    if "AWS::Logs::QueryDefinition" in provisioners._RESOURCE_HANDLERS:
        sys.exit(f"ministack makes queries: is queries_are_kept in {__file__} still needed?")
    kept = {}

    def create(logical_id, properties, _):
        kept[logical_id] = properties
        return logical_id, {}

    def update(name, _, properties, *more, **others):
        return create(name, properties, None)

    def delete(name, _):
        kept.pop(name, None)

    provisioners._RESOURCE_HANDLERS["AWS::Logs::QueryDefinition"] = {
        "create": create, "update": update, "delete": delete
    }
    answered = cloudwatch_logs.handle_request
    gone(answered, "DescribeResourcePolicies", "queries_are_kept")
    members = {"Name": "name", "QueryString": "queryString", "LogGroupNames": "logGroupNames"}

    async def answer(method, path, headers, body, parameters):
        if not headers.get("x-amz-target", "").endswith(".DescribeQueryDefinitions"):
            return await answered(method, path, headers, body, parameters)
        found = [
            {"queryDefinitionId": name} | {members[key]: value for key, value in properties.items()}
            for name, properties in kept.items()
        ]
        return 200, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps({"queryDefinitions": found}).encode()

    cloudwatch_logs.handle_request = answer


def log_streams_have_arns():
    """IAM's resource of the calls that write to a log stream: ministack takes the group's ARN, AWS the stream's.

    The policies say `log-group:NAME:*`, which is right in AWS and matches no group's ARN.
    """
    from ministack.core import iam_actions

    of_the_call = iam_actions.extract_resource_arn
    gone(of_the_call, "log-group:", "log_streams_have_arns")

    def resource(service, method, path, headers, body, *more):
        arn = of_the_call(service, method, path, headers, body, *more)
        call = headers.get("x-amz-target", "").rsplit(".", 1)[-1]
        if service == "logs" and call in ("CreateLogStream", "PutLogEvents"):
            arn += f":log-stream:{json.loads(body)['logStreamName']}"
        return arn

    iam_actions.extract_resource_arn = resource


def code_comes_over_tls():
    """The address of a function's code, in GetFunction's answer: ministack says http:// where it speaks TLS alone."""
    from ministack.services import lambda_svc

    address = lambda_svc._presigned_code_url
    gone(address, "http://", "code_comes_over_tls")
    lambda_svc._presigned_code_url = lambda *arguments: address(*arguments).replace("http://", "https://", 1)


def main():
    folder = pathlib.Path(sys.argv[1]).resolve()
    address = settings(folder)
    only_one_port()
    alarms_of_metric_math()
    queries_are_kept()
    log_streams_have_arns()
    code_comes_over_tls()
    (folder / "address").write_text(address)

    from ministack import app

    # ministack has arguments of its own.
    sys.argv[1:] = []
    app.main()


if __name__ == "__main__":
    main()
