use super::*;
use serde_json::json;

fn stack(text: &str) -> Stack {
    let template = Template::parse(text, "template.yaml").unwrap();
    template.deploy(Deployment::default()).unwrap()
}

/// The value of `x`, resolved, or the error.
fn resolved(x: &str, more: &str) -> Result<Value, String> {
    let stack = stack(&format!("x: {x}\n{more}"));
    let found = stack.resolve(&stack.root["x"], &Place::new("x")).map_err(|error| error.to_string())?;
    Ok(found.unwrap_or(Value::Null))
}

const RESOURCES: &str = "
Parameters: {P: {Type: String, Default: p}, L: {Type: CommaDelimitedList, Default: 'a,b'}}
Conditions:
  Yes: !Equals [!Ref P, p]
  No: !Not [!Condition Yes]
  Both: !And [!Condition Yes, !Not [!Condition No]]
  Either: !Or [!Condition No, !Condition No]
  Circle: !Not [!Condition Circle]
Mappings: {M: {eu-west-1: {v: 7}}}
Resources:
  Q: {Type: AWS::SQS::Queue}
  T: {Type: AWS::SNS::Topic, Properties: {TopicName: !Sub '${AWS::StackName}-t'}}
  G: {Type: AWS::Logs::LogGroup}
  D: {Type: AWS::DynamoDB::Table}
  R: {Type: AWS::IAM::Role, Properties: {Path: /trailhook/}}
  B: {Type: AWS::S3::Bucket}
  Self: {Type: AWS::SQS::Queue, Properties: {QueueName: !GetAtt Self.QueueName}}
  Gone: {Type: AWS::SQS::Queue, Condition: No}
  Odd: {Type: AWS::EC2::Instance}
";

#[test]
fn functions_are_resolved() {
    for (x, expected) in [
        ("!Ref P", json!("p")),
        ("!Ref L", json!(["a", "b"])),
        ("!Ref AWS::AccountId", json!("111122223333")),
        (
            "!Sub '${P}-${!P}-${AWS::Region}-${Q.Arn}'",
            json!("p-${P}-eu-west-1-arn:aws:sqs:eu-west-1:111122223333:trailhook-Q-1A2B3C"),
        ),
        ("!Sub ['${v}/${P}', {v: !Ref T}]", json!("arn:aws:sns:eu-west-1:111122223333:trailhook-t/p")),
        ("!Ref Q", json!("https://sqs.eu-west-1.amazonaws.com/111122223333/trailhook-Q-1A2B3C")),
        ("!Ref G", json!("trailhook-G-1A2B3C")),
        ("!GetAtt G.Arn", json!("arn:aws:logs:eu-west-1:111122223333:log-group:trailhook-G-1A2B3C:*")),
        ("!Ref D", json!("trailhook-D-1A2B3C")),
        ("!GetAtt D.Arn", json!("arn:aws:dynamodb:eu-west-1:111122223333:table/trailhook-D-1A2B3C")),
        ("!GetAtt R.Arn", json!("arn:aws:iam::111122223333:role/trailhook/trailhook-R-1A2B3C")),
        ("!GetAtt B.Arn", json!("arn:aws:s3:::trailhook-b-1a2b3c")),
        ("!If [Both, 1, 2]", json!(1)),
        ("!If [Either, 1, !Ref AWS::NoValue]", Value::Null),
        ("[!If [No, 1, !Ref AWS::NoValue], 2]", json!([2])),
        ("{a: !Ref AWS::NoValue, b: 3}", json!({"b": 3})),
        ("!Join ['-', [!Ref P, 1, true]]", json!("p-1-true")),
        ("!Join ['+', !Ref L]", json!("a+b")),
        ("!Select [1, !Split ['/', 'x/y']]", json!("y")),
        ("!FindInMap [M, !Ref AWS::Region, v]", json!(7)),
    ] {
        assert_eq!(resolved(x, RESOURCES).as_ref(), Ok(&expected), "{x}");
    }
}

#[test]
fn what_cannot_be_resolved_names_its_place() {
    for (x, expected) in [
        ("{a: [1, !ImportValue y]}", "x.a[1]: Fn::ImportValue is an intrinsic function that is not resolved locally"),
        ("!Ref Nobody", "x: there is no parameter and no resource Nobody"),
        ("!Sub '${Nobody}'", "x: there is no parameter and no resource Nobody"),
        ("!Sub '${open'", "x: Fn::Sub takes a text, or a list of a text and a map of names, with every ${ closed"),
        ("!GetAtt Odd.PublicIp", "x: PublicIp of Odd, which is an AWS::EC2::Instance, is not known locally"),
        ("!Ref Gone", "x: Gone is not made, because its condition is false"),
        ("!If [Nope, 1, 2]", "x: there is no condition Nope"),
        ("!If [Circle, 1, 2]", "Conditions.Circle[0]: it is nested too deeply, or depends on itself"),
        ("!Ref Self", "Resources.Self.Properties.QueueName: it is nested too deeply, or depends on itself"),
        ("!Select [9, [a]]", "x: Fn::Select takes the index of an element, and the list it is in"),
        ("!FindInMap [M, us-east-1, v]", "x: Mappings has no M.us-east-1.v"),
    ] {
        let error = resolved(x, RESOURCES).unwrap_err();
        assert!(
            error.starts_with(expected) || error.contains("nested too deeply") && expected.contains("nested"),
            "{x}: {error}"
        );
    }
}

const RULE: &str = "
Globals:
  Function: {Timeout: 60, LoggingConfig: {LogFormat: JSON}, Environment: {Variables: {A: g, B: !Ref AWS::NoValue}}}
Resources:
  F:
    Type: AWS::Serverless::Function
    Metadata: {BuildProperties: {Binary: notify}}
    Properties:
      LoggingConfig: {LogGroup: !Ref G}
      Environment: {Variables: {A: own, N: 5}}
  G: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: /aws/events/x}}
  Rule:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: {source: [aws.sqs]}
      Targets:
        - {Id: F, Arn: !GetAtt F.Arn}
        - {Id: G, Arn: @}
";

#[test]
fn a_rule_knows_its_targets() {
    let rules = stack(&RULE.replace('@', "!Sub 'arn:aws:logs:eu-west-1:1:log-group:${G}'")).rules().unwrap();
    let [rule] = rules.as_slice() else { panic!("{rules:?}") };
    assert_eq!((rule.name.as_str(), rule.state), ("trailhook-Rule-1A2B3C", RuleState::Enabled));
    let [Destination::Function(function), Destination::LogGroup(group)] =
        [&rule.targets[0].destination, &rule.targets[1].destination]
    else {
        panic!("{rule:?}")
    };
    assert_eq!((function.binary.as_str(), function.timeout.as_secs(), group.as_str()), ("notify", 60, "/aws/events/x"));
    assert_eq!((function.log_format.as_str(), function.log_group.as_str()), ("JSON", "/aws/events/x"));
    let expected = BTreeMap::from([("A".to_owned(), "own".to_owned()), ("N".to_owned(), "5".to_owned())]);
    assert_eq!(function.variables, expected);
}

#[test]
fn the_trap_of_a_log_groups_arn_is_told() {
    let error = stack(&RULE.replace('@', "!GetAtt G.Arn")).rules().unwrap_err().to_string();
    assert!(error.starts_with("Resources.Rule.Properties.Targets[1].Arn: a log group's ARN that ends in"), "{error}");
}

#[test]
fn a_log_group_says_how_long_it_keeps_events_and_under_which_key() {
    let text = "
Parameters: {Days: {Type: Number, Default: 30}, Key: {Type: String, Default: ''}}
Conditions: {HasKey: !Not [!Equals [!Ref Key, '']]}
Resources:
  A:
    Type: AWS::Logs::LogGroup
    Properties:
      LogGroupName: a
      RetentionInDays: !Ref Days
      KmsKeyId: !If [HasKey, !Ref Key, !Ref AWS::NoValue]
  B: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: b, KmsKeyId: arn:k}}
";
    let groups = stack(text).log_group_resources().unwrap();
    let told: Vec<_> = groups.iter().map(|at| (&*at.name, at.retention_days, at.key.as_deref())).collect();
    assert_eq!(told, [("a", Some(30), None), ("b", None, Some("arn:k"))]);
}

const DELIVERY: &str = "
Resources:
  F:
    Type: AWS::Serverless::Function
    Metadata: {BuildProperties: {Binary: notify}}
    Properties: {MemorySize: 512, ReservedConcurrentExecutions: 0, EventInvokeConfig: @sam}
  H:
    Type: AWS::Lambda::Function
    Metadata: {BuildProperties: {Binary: notify}}
  HRules:
    Type: AWS::Lambda::EventInvokeConfig
    Properties:
      FunctionName: !Ref H
      Qualifier: $LATEST
      MaximumEventAgeInSeconds: 60
      DestinationConfig: {OnFailure: {Destination: !GetAtt Q.Arn}}
  Q: {Type: AWS::SQS::Queue, Properties: {QueueName: q, DelaySeconds: 5, Tags: [{Key: k, Value: v}]}}
  QP:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Q]
      PolicyDocument:
        Statement:
          - {Effect: Allow, Principal: {Service: events.amazonaws.com}, Action: sqs:SendMessage, Resource: '*'}
  P:
    Type: AWS::Lambda::Permission
    Properties:
      Action: lambda:InvokeFunction
      FunctionName: !Ref F
      Principal: events.amazonaws.com
      SourceArn: !GetAtt R.Arn
  R:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: {source: [aws.sqs]}
      Targets:
        - {Id: F, Arn: !GetAtt F.Arn, RetryPolicy: @retry, DeadLetterConfig: {Arn: @queue}}
        - {Id: H, Arn: !GetAtt H.Arn}
";

fn delivery(sam: &str, retry: &str, queue: &str) -> Stack {
    stack(&DELIVERY.replace("@sam", sam).replace("@retry", retry).replace("@queue", queue))
}

#[test]
fn what_happens_when_something_fails_is_read() {
    let sam = "{MaximumRetryAttempts: 0, DestinationConfig: {OnFailure: {Type: SQS, Destination: !GetAtt Q.Arn}}}";
    let stack = delivery(sam, "{MaximumRetryAttempts: 3}", "!GetAtt Q.Arn");
    let rule = stack.rules().unwrap().remove(0);
    let queue = Some("arn:aws:sqs:eu-west-1:111122223333:q".to_owned());
    assert_eq!((rule.targets[0].retry.retries, rule.targets[0].retry.max_age.as_secs()), (3, 86_400));
    assert_eq!((&rule.targets[0].dead_letter_queue, &rule.targets[1].dead_letter_queue), (&queue, &None));
    assert_eq!(rule.targets[1].retry, RetryPolicy::default());
    let [f, h] = stack.functions().unwrap().try_into().unwrap();
    assert_eq!((f.memory_mb, f.reserved_concurrency, h.reserved_concurrency), (512, Some(0), None));
    let six_hours = std::time::Duration::from_secs(21_600);
    assert_eq!(f.asynchronous, AsynchronousRules { retries: 0, max_age: six_hours, on_failure: queue.clone() });
    assert_eq!((h.asynchronous.retries, h.asynchronous.max_age.as_secs()), (2, 60));
    assert_eq!(h.asynchronous.on_failure, queue);

    let [queue] = stack.queues().unwrap().try_into().unwrap();
    assert_eq!((queue.name.as_str(), queue.attributes["DelaySeconds"].as_str()), ("q", "5"));
    assert!(queue.attributes["Policy"].contains("sqs:SendMessage") && queue.policy.is_some());
    let [permission] = stack.permissions().unwrap().try_into().unwrap();
    assert!(permission.lets_rule_invoke(&f.arn, &rule.arn));
    assert!(!permission.lets_rule_invoke(&h.arn, &rule.arn));
    assert!(!permission.lets_rule_invoke(&f.arn, "arn:aws:events:eu-west-1:111122223333:rule/other"));
    let account = Permission { source_account: Some("111122223333".to_owned()), ..permission };
    assert!(!account.lets_rule_invoke(&f.arn, &rule.arn), "EventBridge's call names no account");
}

#[test]
fn what_aws_would_refuse_of_it_names_its_place() {
    let target = "Resources.R.Properties.Targets[0]";
    for (sam, retry, queue, expected) in [
        ("{}", "{MaximumRetryAttempts: 186}", "q", format!("{target}.RetryPolicy.MaximumRetryAttempts: EventBridge")),
        ("{}", "{MaximumEventAgeInSeconds: 5}", "q", format!("{target}.RetryPolicy.MaximumEventAgeInSeconds: an ")),
        ("{}", "{}", "arn:aws:sqs:r:1:q.fifo", format!("{target}.DeadLetterConfig.Arn: a dead-letter queue is a")),
        ("{MaximumRetryAttempts: 3}", "{}", "q", "Resources.F.Properties.EventInvokeConfig.MaximumRetry".to_owned()),
        (
            "{DestinationConfig: {OnFailure: {Destination: 'arn:aws:sns:r:1:t'}}}",
            "{}",
            "q",
            "Resources.F.Properties.EventInvokeConfig.DestinationConfig.OnFailure.Destination: the local".to_owned(),
        ),
    ] {
        let error = delivery(sam, retry, queue).rules().unwrap_err().to_string();
        assert!(error.starts_with(&expected), "{error}");
    }
}

#[test]
fn a_table_is_the_call_that_makes_it() {
    let text = "
Parameters: {Reads: {Type: Number, Default: 5}}
Resources:
  Slots:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: !Sub '${AWS::StackName}-slots'
      BillingMode: PAY_PER_REQUEST
      KeySchema: [{AttributeName: pk, KeyType: HASH}]
      AttributeDefinitions: [{AttributeName: pk, AttributeType: S}]
      SSESpecification: {SSEEnabled: true}
      TimeToLiveSpecification: {AttributeName: expires, Enabled: true}
  Old:
    Type: AWS::DynamoDB::Table
    Properties:
      KeySchema: [{AttributeName: pk, KeyType: HASH}]
      ProvisionedThroughput: {ReadCapacityUnits: !Ref Reads, WriteCapacityUnits: 1}
      TimeToLiveSpecification: {AttributeName: expires, Enabled: false}
";
    let [old, slots] = stack(text).tables().unwrap().try_into().unwrap();
    let keys = json!([{"AttributeName": "pk", "KeyType": "HASH"}]);
    assert_eq!(
        slots.request,
        json!({
            "TableName": "trailhook-slots", "BillingMode": "PAY_PER_REQUEST", "KeySchema": keys,
            "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
        })
    );
    assert_eq!((slots.name.as_str(), slots.time_to_live.as_deref()), ("trailhook-slots", Some("expires")));
    assert_eq!(slots.arn, "arn:aws:dynamodb:eu-west-1:111122223333:table/trailhook-slots");
    let throughput = json!({"ReadCapacityUnits": 5, "WriteCapacityUnits": 1});
    assert_eq!((&old.request["ProvisionedThroughput"], old.time_to_live), (&throughput, None));
    let keyless = stack("Resources: {T: {Type: AWS::DynamoDB::Table}}").tables().unwrap_err().to_string();
    assert_eq!(keyless, "Resources.T.Properties.KeySchema: expected the attributes of the table's key");
}
