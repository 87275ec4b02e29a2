//! The templates of `organisation/`: what they hand on is what the stack of `template.yaml` takes.

use crate::template::{stack, texts};
use serde_json::Value;
use trailhook::{ArnPattern, EventPattern, Watched, WatchedCall};
use trailhook_cli::template::{Deployment, Stack, Template};
use trailhook_tests::root;

const CENTRAL_BUS: &str = "arn:aws:events:eu-west-1:111122223333:event-bus/default";
const ORGANISATION: (&str, &str) = ("OrganizationId", "o-a1b2c3d4e5");

fn deployed(file: &str, account: &str, region: &str, parameters: &[(&str, &str)]) -> Stack {
    let template = Template::read(&root().join("organisation").join(file)).unwrap();
    let parameters = parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let (account, region) = (account.to_owned(), region.to_owned());
    template.deploy(Deployment { account, region, parameters, ..Deployment::default() }).unwrap()
}

fn forwarding(account: &str, region: &str, parameters: &[(&str, &str)]) -> Stack {
    deployed("forwarding.yaml", account, region, &[&[("CentralBusArn", CENTRAL_BUS)], parameters].concat())
}

#[test]
fn what_is_handed_on_is_what_the_central_rule_matches() {
    for names in [None, Some("CreateQueue,DeleteQueue,PurgeQueue")] {
        let names: Vec<(&str, &str)> = names.into_iter().map(|names| ("EventNames", names)).collect();
        let rule = forwarding("444455556666", "eu-west-1", &names).properties("ForwardingRule").unwrap();
        assert_eq!(rule["EventPattern"], stack(&names).rules().unwrap()[0].pattern);
        assert_eq!(rule["State"], "ENABLED");
        let targets = rule["Targets"].as_array().unwrap();
        let [target] = targets.as_slice() else { panic!("{targets:?}") };
        assert_eq!(target["Arn"], CENTRAL_BUS);
        assert!(target["RoleArn"].as_str().unwrap().starts_with("arn:aws:iam::444455556666:role/"), "{target}");
        assert!(target["DeadLetterConfig"]["Arn"].as_str().unwrap().contains("UnforwardedEventsQueue"), "{target}");
    }
    let iam = [("Service", "iam"), ("EventNames", "CreateUser,CreateAccessKey")];
    let implied = EventPattern::of(&Watched::Calls(vec![WatchedCall {
        event_source: "iam.amazonaws.com",
        event_names: &["CreateUser", "CreateAccessKey"],
    }]));
    let handed_on = forwarding("444455556666", "us-east-1", &iam).properties("ForwardingRule").unwrap();
    assert_eq!(&handed_on["EventPattern"], implied.json());
    let notify = "arn:aws:lambda:eu-west-1:111122223333:function:trailhook-notify";
    let told = [iam.as_slice(), &[ORGANISATION, ("NotifyFunctionArn", notify)]].concat();
    let told = deployed("central.yaml", "111122223333", "eu-west-1", &told);
    let rule = told.properties("OtherCallsRule").unwrap();
    assert_eq!(&rule["EventPattern"], implied.json());
    assert_eq!(rule["Targets"][0]["Arn"], notify);
    assert_eq!(told.properties("OtherCallsPermission").unwrap()["FunctionName"], notify);
}

/// There the events are on the bus already: a rule would send each round and round.
#[test]
fn nothing_is_handed_on_where_it_would_come_back() {
    let rules =
        |account: &str, region: &str| forwarding(account, region, &[]).resources("AWS::Events::Rule").unwrap().len();
    assert_eq!(rules("111122223333", "eu-west-1"), 0);
    assert_eq!(rules("111122223333", "us-east-1"), 1, "another Region of the central account");
    assert_eq!(rules("444455556666", "eu-west-1"), 1, "another account");
}

#[test]
fn the_central_bus_takes_only_what_rules_of_the_organisation_hand_on() {
    let central = deployed("central.yaml", "111122223333", "eu-west-1", &[ORGANISATION]);
    assert_eq!(central.resources("AWS::Events::Rule").unwrap(), [""; 0], "without notify's ARN only the bus is opened");
    let policy = central.properties("OrganisationMayHandOn").unwrap();
    assert_eq!(policy["EventBusName"], "default", "the rules of template.yaml are on it");
    let statement = &policy["Statement"];
    assert_eq!((&statement["Action"], &statement["Resource"]), (&"events:PutEvents".into(), &CENTRAL_BUS.into()));
    assert_eq!(statement["Condition"]["StringEquals"]["aws:PrincipalOrgID"], ORGANISATION.1);
    assert_eq!(statement["Condition"]["Bool"]["events:eventBusInvocation"], "true");
    // And the role there may put events on this bus, and do nothing else.
    let role = forwarding("444455556666", "us-east-1", &[]).properties("ForwardingRole").unwrap();
    let statements: Vec<&Value> =
        role["Policies"][0]["PolicyDocument"]["Statement"].as_array().unwrap().iter().collect();
    assert_eq!(statements.len(), 1);
    assert_eq!(texts(&statements[0]["Action"]), ["events:PutEvents"]);
    assert_eq!(texts(&statements[0]["Resource"]), [CENTRAL_BUS]);
    assert!(role.get("Path").is_none(), "under the functions' path its calls would never be answered");
}

#[test]
fn the_role_there_lets_in_the_functions_here_and_nobody_else() {
    let parameters = [ORGANISATION, ("CentralAccountId", "111122223333")];
    let there = deployed("role.yaml", "444455556666", "eu-west-1", &parameters);
    let role = there.properties("RoleForTheCentralAccount").unwrap();
    let condition = &role["AssumeRolePolicyDocument"]["Statement"][0]["Condition"];
    assert_eq!(condition["StringEquals"]["aws:PrincipalOrgID"], ORGANISATION.1);
    let who: ArnPattern = condition["ArnLike"]["aws:PrincipalArn"].as_str().unwrap().parse().unwrap();
    let central = stack(&[]);
    for function in central.functions().unwrap() {
        let arn = central.properties(&function.logical_id).unwrap()["Role"].as_str().unwrap().to_owned();
        assert!(who.covers(&arn), "{arn}");
    }
    assert!(!who.covers("arn:aws:iam::111122223333:role/Developer"));
    let actions = |parameters: &[(&str, &str)]| {
        let role =
            deployed("role.yaml", "444455556666", "eu-west-1", parameters).properties("RoleForTheCentralAccount");
        let statements = role.unwrap()["Policies"][0]["PolicyDocument"]["Statement"].as_array().unwrap().clone();
        statements.iter().flat_map(|statement| texts(&statement["Action"])).collect::<Vec<_>>()
    };
    assert_eq!(actions(&parameters), ["sqs:GetQueueAttributes", "sqs:ListQueueTags"]);
    assert!(actions(&[parameters.as_slice(), &[("MayTag", "true")]].concat()).contains(&"sqs:TagQueue".to_owned()));
}
