"""What template.yaml says a stack consists of, worked out here and not by the emulator that deployed it.

Only what the template uses is understood: Ref, Fn::GetAtt, Fn::Sub, Fn::If, Fn::Equals, Fn::Not and Fn::And, and of the
SAM transform the function with its Globals. Anything else is an error.
"""

import pathlib
import re

import yaml

PARTITION, SUFFIX = "aws", "amazonaws.com"
NOTHING = object()


class Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms, which become the long ones."""


def short_form(loader, tag, node):
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    if tag == "GetAtt":
        value = value.split(".", 1)
    return {tag if tag in ("Ref", "Condition") else f"Fn::{tag}": value}


Loader.add_multi_constructor("!", short_form)


class Expected:
    """The template with its parameters, in an account and a Region; `ids` are the physical ids by logical id."""

    def __init__(self, path, stack, account, region, given, ids):
        self.template = yaml.load(pathlib.Path(path).read_text(), Loader)
        self.ids = ids
        declared = self.template["Parameters"]
        unknown = set(given) - set(declared)
        if unknown:
            raise ValueError(f"the template has no parameter {sorted(unknown)}")
        self.parameters = {name: str(given.get(name, text["Default"])) for name, text in declared.items()}
        self.lists = {name for name, text in declared.items() if text["Type"] == "CommaDelimitedList"}
        self.pseudo = {
            "AWS::AccountId": account,
            "AWS::Region": region,
            "AWS::Partition": PARTITION,
            "AWS::URLSuffix": SUFFIX,
            "AWS::StackName": stack,
            "AWS::NoValue": NOTHING,
        }

    def wanted(self, thing):
        """Whether a resource or an output is there under these parameters."""
        return "Condition" not in thing or self.condition(thing["Condition"])

    def types(self):
        """Logical id -> type, of all that is wanted; a function brings the configuration of its events along."""
        found = {}
        for name, resource in self.template["Resources"].items():
            if self.wanted(resource):
                found[name] = resource["Type"].replace("AWS::Serverless::Function", "AWS::Lambda::Function")
                if "EventInvokeConfig" in resource["Properties"]:
                    found[f"{name}EventInvokeConfig"] = "AWS::Lambda::EventInvokeConfig"
        return found

    def properties(self, name):
        """What the template says of one resource, without intrinsic functions."""
        function = name.removesuffix("EventInvokeConfig")
        resource = self.template["Resources"][function]
        properties = dict(resource["Properties"])
        if resource["Type"] != "AWS::Serverless::Function":
            return self.resolve(properties)
        properties = merged(self.template["Globals"]["Function"], properties)
        events = properties.pop("EventInvokeConfig")
        properties.pop("CodeUri")
        if name == function:
            return self.resolve(properties)
        # SAM's own word, for which it can add a permission to a role of its making.
        events["DestinationConfig"]["OnFailure"].pop("Type")
        return self.resolve(events) | {"FunctionName": self.ids[function]}

    def outputs(self):
        outputs = self.template["Outputs"].items()
        return {name: self.resolve(output["Value"]) for name, output in outputs if self.wanted(output)}

    def condition(self, name):
        return self.truth(self.template["Conditions"][name])

    def truth(self, test):
        (kind, arguments), = test.items()
        if kind == "Fn::Equals":
            left, right = (self.resolve(argument) for argument in arguments)
            return left == right
        if kind == "Fn::Not":
            return not self.truth(arguments[0])
        if kind == "Fn::And":
            return all(self.truth(argument) for argument in arguments)
        if kind == "Condition":
            return self.condition(arguments)
        raise ValueError(f"{kind} is a condition that this program does not know")

    def resolve(self, value):
        if isinstance(value, list):
            return [item for item in map(self.resolve, value) if item is not NOTHING]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            (kind, argument), = value.items()
            if kind == "Ref":
                return self.ref(argument)
            if kind == "Fn::GetAtt":
                return self.attribute(*argument)
            if kind == "Fn::Sub":
                return self.substituted(argument)
            if kind == "Fn::If":
                return self.resolve(argument[1] if self.condition(argument[0]) else argument[2])
            if kind.startswith("Fn::"):
                raise ValueError(f"{kind} is a function that this program does not know")
        resolved = {key: self.resolve(item) for key, item in value.items()}
        return {key: item for key, item in resolved.items() if item is not NOTHING}

    def substituted(self, argument):
        text, own = argument if isinstance(argument, list) else (argument, {})
        own = {name: self.resolve(value) for name, value in own.items()}

        def one(found):
            name = found[1]
            if name.startswith("!"):
                return f"${{{name[1:]}}}"
            return own[name] if name in own else self.named(name)

        return re.sub(r"\$\{([^}]+)\}", one, text)

    def named(self, text):
        return str(self.attribute(*text.split(".", 1)) if "." in text else self.ref(text))

    def ref(self, name):
        if name in self.pseudo:
            return self.pseudo[name]
        if name in self.lists:
            return self.parameters[name].split(",")
        return self.parameters[name] if name in self.parameters else self.ids[name]

    def attribute(self, name, attribute):
        kind = self.template["Resources"][name]["Type"].replace("Serverless", "Lambda")
        last = self.ids[name].rsplit("/", 1)[-1]
        if (kind, attribute) == ("AWS::SQS::Queue", "QueueName"):
            return last
        if attribute != "Arn":
            raise ValueError(f"{name}.{attribute} is an attribute that this program does not know")
        if kind == "AWS::IAM::Role":
            path = self.resolve(self.template["Resources"][name]["Properties"]["Path"])
            return self.arn("iam", f"role{path}{last}", "")
        service, resource = {
            "AWS::Lambda::Function": ("lambda", f"function:{last}"),
            "AWS::SQS::Queue": ("sqs", last),
            "AWS::DynamoDB::Table": ("dynamodb", f"table/{last}"),
            "AWS::KMS::Key": ("kms", f"key/{last}"),
            "AWS::Events::Rule": ("events", f"rule/{last}"),
            "AWS::CloudWatch::Alarm": ("cloudwatch", f"alarm:{last}"),
            "AWS::Logs::LogGroup": ("logs", f"log-group:{self.ids[name]}:*"),
        }[kind]
        return self.arn(service, resource)

    def arn(self, service, resource, region=None):
        region = self.pseudo["AWS::Region"] if region is None else region
        return f"arn:{PARTITION}:{service}:{region}:{self.pseudo['AWS::AccountId']}:{resource}"


def merged(under, over):
    """Globals under a function's own properties: maps are joined, lists, values and what stands for one replaced."""
    if not (isinstance(under, dict) and isinstance(over, dict)):
        return over
    if list(over) == ["Ref"] or any(key.startswith("Fn::") for key in over):
        return over
    joined = {key: merged(under[key], over[key]) if key in under else over[key] for key in over}
    return {key: value for key, value in under.items() if key not in over} | joined
