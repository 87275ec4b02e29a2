use super::super::intrinsics::Place;
use super::*;
use serde_json::json;

const RULE: &str = "arn:aws:events:eu-west-1:111122223333:rule/r";
const QUEUE: &str = "arn:aws:sqs:eu-west-1:111122223333:q";

fn read(document: &Value) -> Result<Policy, String> {
    Policy::read(&Properties::new(document, Place::new("P"))).map_err(|error| error.to_string())
}

fn lets(statements: Value) -> bool {
    let policy = read(&json!({ "Statement": statements })).unwrap();
    let call = ServiceCall {
        service: "events.amazonaws.com",
        action: "sqs:SendMessage",
        resource: QUEUE,
        source_arn: RULE,
        source_account: "111122223333",
        log_group: "",
    };
    allowed([&policy], &call)
}

fn statement(change: Value) -> Value {
    let mut statement = json!({
        "Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage",
        "Resource": QUEUE, "Condition": {"ArnEquals": {"aws:SourceArn": RULE}},
    });
    for (name, value) in change.as_object().unwrap() {
        statement[name] = value.clone();
    }
    statement
}

#[test]
fn a_call_is_allowed_when_principal_action_resource_and_conditions_fit() {
    for change in [
        json!({}),
        json!({"Principal": "*"}),
        json!({"Principal": {"AWS": "*"}}),
        json!({"Principal": {"Service": ["delivery.logs.amazonaws.com", "events.amazonaws.com"]}}),
        json!({"Action": "SQS:*"}),
        json!({"Action": ["sqs:Receive*", "sqs:sendmessag?"]}),
        json!({"Resource": ["*"]}),
        json!({"Resource": "arn:aws:sqs:*:111122223333:q"}),
        json!({"Condition": {}}),
        json!({"Condition": {"ArnLike": {"AWS:sourcearn": ["x", "arn:aws:events:*:*:rule/*"]}}}),
        json!({"Condition": {"StringEquals": {"aws:SourceAccount": "111122223333"}, "Bool": {"aws:SecureTransport": true}}}),
        json!({"Condition": {"StringNotLike": {"aws:SourceArn": "*:rule/other"}}}),
        json!({"Condition": {"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-1"}, "Null": {"aws:SourceIp": true}}}),
    ] {
        assert!(lets(json!([statement(change.clone())])), "{change}");
    }
}

#[test]
fn a_call_is_not_allowed_otherwise() {
    for change in [
        json!({"Effect": "Deny"}),
        json!({"Principal": {"Service": "sns.amazonaws.com"}}),
        json!({"Principal": {"AWS": "arn:aws:iam::111122223333:root"}}),
        json!({"Action": "sqs:ReceiveMessage"}),
        json!({"Resource": "arn:aws:sqs:eu-west-1:111122223333:q2"}),
        json!({"Condition": {"ArnEquals": {"aws:SourceArn": "arn:aws:events:eu-west-1:111122223333:rule/r2"}}}),
        json!({"Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:events:*:rule/r"}}}),
        json!({"Condition": {"StringEquals": {"aws:SourceArn": "*"}}}),
        json!({"Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}}),
        json!({"Condition": {"ArnEquals": {"aws:SourceArn": RULE}, "StringEquals": {"aws:SourceAccount": "1"}}}),
        json!({"Condition": {"Null": {"aws:SourceArn": "true"}}}),
    ] {
        assert!(!lets(json!([statement(change.clone())])), "{change}");
    }
    let denied = statement(json!({"Effect": "Deny", "Principal": "*"}));
    assert!(!lets(json!([statement(json!({})), denied])), "a denial goes before any permission");
    let only_tls = json!({"Effect": "Deny", "Principal": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}});
    assert!(lets(json!([statement(only_tls), statement(json!({}))])));
    assert!(!lets(json!([])));
}

#[test]
fn an_answer_hangs_on_what_is_not_known_only_where_nothing_is_certain() {
    let judged = |statements: Value| {
        let policy = read(&json!({ "Statement": statements })).unwrap();
        let call = ServiceCall {
            service: "events.amazonaws.com",
            action: "sqs:SendMessage",
            resource: QUEUE,
            source_arn: RULE,
            source_account: "111122223333",
            log_group: "",
        };
        certainly(&[policy], &call).map_err(str::to_owned)
    };
    let allow = || statement(json!({}));
    let hanging =
        |effect: &str| statement(json!({"Effect": effect, "Condition": {"StringEquals": {"aws:SourceOrgID": "o-1"}}}));
    let other = json!({"ArnEquals": {"aws:SourceArn": "other"}, "StringEquals": {"aws:SourceOrgID": "o-1"}});
    let not_this = || statement(json!({"Condition": other}));
    let denial = || statement(json!({"Effect": "Deny"}));
    let key = || Err("aws:sourceorgid".to_owned());
    assert_eq!(judged(json!([hanging("Allow")])), key());
    assert_eq!(judged(json!([hanging("Allow"), allow()])), Ok(true), "one is certain");
    assert_eq!(judged(json!([allow(), hanging("Deny")])), key());
    assert_eq!(judged(json!([hanging("Allow"), denial()])), Ok(false), "it is denied, whoever allows it");
    assert_eq!(judged(json!([hanging("Deny")])), Ok(false), "nobody allows it");
    assert_eq!(judged(json!([not_this()])), Ok(false), "what it hangs on doesn't matter");
}

#[test]
fn a_document_may_be_a_text_and_what_is_not_known_is_an_error() {
    let text = json!(json!({ "Statement": statement(json!({})) }).to_string());
    assert!(read(&text).is_ok());
    for (document, expected) in [
        (json!("{"), "P: expected a policy document"),
        (
            json!({"Statement": [statement(json!({"Effect": "Maybe"}))]}),
            "P.Statement[0].Effect: expected Allow or Deny",
        ),
        (
            json!({"Statement": statement(json!({"NotAction": "sqs:*"}))}),
            "P.Statement.NotAction: the local stage does not do policies that say what they are not about",
        ),
        (
            json!({"Statement": [statement(json!({"Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}))]}),
            "P.Statement[0].Condition.IpAddress: the local stage does not do this condition operator",
        ),
    ] {
        assert_eq!(read(&document).unwrap_err(), expected);
    }
}
