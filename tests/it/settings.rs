//! The settings of the guards: what can be read, and what stops a function at its start.

use trailhook::responses::notify::Notify;
use trailhook::responses::revert::Revert;
use trailhook::responses::tag_new_queue::TagNewQueue;
use trailhook::{Elsewhere, Guards, Replayed, Response};
use trailhook_handlers::{Configuration, Environment};
use trailhook_tests::functions;

fn environment(variables: &[(&str, &str)]) -> Environment {
    let mut all = functions::environment("http://127.0.0.1:9");
    all.insert("AWS_LAMBDA_RUNTIME_API".to_owned(), "127.0.0.1:9".to_owned());
    all.extend(variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    Environment::of(all)
}

/// What is wrong with the configuration of a response that has these variables beside the common ones.
pub(crate) fn problems<R: Response>(variables: &[(&str, &str)]) -> Vec<String> {
    let mut environment = environment(variables);
    Configuration::read::<R>(&mut environment);
    environment.into_problems().iter().map(ToString::to_string).collect()
}

fn guards<R: Response>(variables: &[(&str, &str)]) -> Guards {
    assert_eq!(problems::<R>(variables), Vec::<String>::new());
    Configuration::read::<R>(&mut environment(variables)).unwrap().guards
}

#[test]
fn what_can_never_match_stops_the_function_at_its_start() {
    for (name, values) in [
        ("TRAILHOOK_EXEMPT_PRINCIPALS", ["alice", "arn:aws-cn:iam::111122223333:role/x", "arn:aws:iam::1:root"]),
        ("TRAILHOOK_EXEMPT_ACCOUNTS", ["*", "1111-2222-3333", "11112222333"]),
        ("TRAILHOOK_EXEMPT_SERVICES", ["cloudformation", "AWS INTERNAL", "*.amazonaws.com"]),
        ("TRAILHOOK_EXEMPT_QUEUES", ["scratch-?", "orders.dlq", "arn:aws:sqs:eu-west-1:111122223333:orders"]),
        ("TRAILHOOK_REPLAYED_EVENTS", ["Act", "true", "skip,act"]),
        ("TRAILHOOK_ALSO_ACCOUNTS", ["*", "44445555666", "partner"]),
        ("TRAILHOOK_ALSO_REGIONS", ["*", "cn-north-1", "US-EAST-1"]),
    ] {
        for value in values {
            let told = problems::<Notify>(&[(name, value)]);
            assert!(told.len() == 1 && told[0].starts_with(name), "{name}={value}: {told:?}");
        }
    }
    // One bad element spoils a list, and so does an empty one.
    for (name, good) in [
        ("TRAILHOOK_EXEMPT_PRINCIPALS", "arn:aws:iam::111122223333:role/x"),
        ("TRAILHOOK_EXEMPT_ACCOUNTS", "444455556666"),
        ("TRAILHOOK_EXEMPT_SERVICES", "AWS Internal"),
        ("TRAILHOOK_EXEMPT_QUEUES", "scratch-*"),
        ("TRAILHOOK_ALSO_ACCOUNTS", "444455556666"),
        ("TRAILHOOK_ALSO_REGIONS", "us-east-1"),
    ] {
        for list in [format!("{good},"), format!(",{good}"), format!("{good},,{good}"), format!("{good};{good}")] {
            assert_eq!(problems::<Notify>(&[(name, &list)]).len(), 1, "{name}={list}");
        }
        assert_eq!(problems::<Notify>(&[(name, &format!(" {good} , {good} "))]), Vec::<String>::new(), "{name}");
        for misspelt in [name.to_lowercase(), format!("{name}S"), name.replace("TRAILHOOK_", "TRAILHOOK__")] {
            let told = problems::<Notify>(&[(&misspelt, good)]);
            assert!(told.len() == 1 && told[0].contains("no such setting"), "{misspelt}: {told:?}");
        }
    }
}

#[test]
fn what_is_set_is_what_the_guards_go_by() {
    let read = guards::<Notify>(&[
        ("TRAILHOOK_EXEMPT_SERVICES", "AWS Internal, cloudformation.amazonaws.com"),
        ("TRAILHOOK_EXEMPT_QUEUES", "scratch-*,*.fifo"),
        ("TRAILHOOK_REPLAYED_EVENTS", "skip"),
        ("TRAILHOOK_ALSO_ACCOUNTS", "444455556666"),
        ("TRAILHOOK_ALSO_REGIONS", "us-east-1, eu-central-1"),
    ]);
    let services: Vec<&str> = read.exempt.services.iter().map(|service| service.as_str()).collect();
    assert_eq!(services, ["AWS Internal", "cloudformation.amazonaws.com"]);
    let queues: Vec<&str> = read.exempt.queues.iter().map(|pattern| pattern.as_str()).collect();
    assert_eq!(queues, ["scratch-*", "*.fifo"]);
    assert_eq!(read.replayed, Replayed::Skip);
    assert_eq!((read.elsewhere.accounts.len(), read.elsewhere.regions.len()), (1, 2));

    assert_eq!(guards::<Revert>(&[]).replayed, Replayed::Skip);
    assert_eq!(guards::<Revert>(&[("TRAILHOOK_REPLAYED_EVENTS", "act")]).replayed, Replayed::Act);
    assert_eq!(guards::<TagNewQueue>(&[]).replayed, Replayed::Act);
    assert_eq!(guards::<Notify>(&[]).replayed, Replayed::Act);
    assert_eq!(guards::<Notify>(&[]).elsewhere, Elsewhere::default());
}
