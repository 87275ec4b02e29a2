//! The person or service behind each sample event's call, in the words of the decision line.

use trailhook::{Actor, decode};
use trailhook_tests::root;

#[test]
fn everyone_is_named_as_people_name_them() {
    for (file, name, short) in [
        ("CreateQueue.success", "alice (role Developer)", "Developer/alice"),
        ("CreateQueue.root", "the root user of 111122223333", "root"),
        ("CreateQueue.iam-user", "bob (IAM user)", "bob"),
        ("CreateQueue.sso", "alice@example.com (SSO, PowerUser)", "alice@example.com"),
        ("CreateQueue.empty-issuer", "alice (IAM user)", "alice"),
        ("CreateQueue.no-type", "AWS Internal", "AWS Internal"),
        ("PurgeQueue.cross-account", "a principal of account 444455556666", "444455556666"),
    ] {
        let actor = actor(file);
        assert_eq!((actor.to_string(), actor.short_name()), (name.to_owned(), short.to_owned()), "{file}");
    }
}

#[test]
fn what_stands_behind_a_session_is_said() {
    let actor_json = |file: &str| serde_json::to_value(actor(file)).unwrap();
    let role = actor_json("CreateQueue.role");
    assert_eq!(role["kind"], "role-session");
    assert!(role["roleArn"].as_str().unwrap().contains(":role/ci/"), "the path is kept: {role}");
    assert!(role["federatedProvider"].as_str().unwrap().contains("oidc-provider"), "{role}");
    assert!(actor_json("CreateQueue.source-identity")["sourceIdentity"].is_string());
    let through = actor_json("CreateQueue.cloudformation");
    assert_eq!(through["through"], "cloudformation.amazonaws.com");
    assert!(actor("CreateQueue.cloudformation").to_string().ends_with("through cloudformation.amazonaws.com"));
    assert_eq!(actor_json("CreateQueue.aws-service")["kind"], "service");
    assert_eq!(actor_json("CreateQueue.identity-center-user")["kind"], "identity-center-user");
    assert_eq!(actor_json("DeleteQueue.federated-user")["kind"], "federated-user");
}

/// A session's name is its opener's choice: it gives nobody another's name.
#[test]
fn nobody_is_taken_for_another_by_a_name_of_their_choice() {
    let named = |role: &str, session: &str| {
        let identity = serde_json::json!({
            "type": "AssumedRole",
            "arn": format!("arn:aws:sts::111122223333:assumed-role/{role}/{session}"),
            "sessionContext": {"sessionIssuer": {
                "type": "Role", "userName": role, "arn": format!("arn:aws:iam::111122223333:role/{role}"),
            }},
        });
        Actor::of(&serde_json::from_value(identity).unwrap())
    };
    assert_eq!(named("Developer", "root").short_name(), "Developer/root");
    let pretender = named("AWSReservedSSO_Admin_0123456789abcdef", "alice@example.com");
    assert_eq!(pretender.kind(), "role-session", "the role is not under the path of Identity Center");
}

fn actor(file: &str) -> Actor {
    let bytes = std::fs::read(root().join(format!("events/sqs/{file}.json"))).unwrap();
    let envelope = decode(&bytes).unwrap();
    Actor::of(envelope.detail.user_identity.get().unwrap())
}
