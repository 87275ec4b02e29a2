//! Who is behind an access key id, against the identities of `events/` and the example in the docs.

use crate::trail_wire::{Answer, comparable, event, json_call, sample, trail};
use serde_json::{Value, json};
use trailhook::calls::sqs::CreateQueue;
use trailhook::{Actor, Call, Guards, Refusal, Skip, admit, decode};
use trailhook_cli::template::{Deployment, Template};
use trailhook_cli::trail::{Caller, Envelope, Principals};
use trailhook_tests::root;

const SINCE: &str = "2026-11-02T08:55:12Z";

fn built_in() -> Principals {
    Principals::built_in("111122223333", "eu-west-1", SINCE.parse().unwrap())
}

fn with(text: &str) -> Principals {
    built_in().with_text(text, "people.yaml").unwrap()
}

fn identity(caller: &Caller) -> Value {
    serde_json::to_value(&caller.identity).unwrap()
}

fn who_is(caller: &Caller) -> String {
    Actor::of(&caller.identity).to_string()
}

/// An identity without what differs by the place and the day.
fn form(identity: &Value) -> Value {
    let event = json!({"id": "0123456789", "detail": {"eventID": "0123456789", "userIdentity": identity}});
    let mut identity = comparable(event)["detail"]["userIdentity"].take();
    identity["accessKeyId"].take();
    if let Some(date) = identity.pointer_mut("/sessionContext/attributes/creationDate") {
        date.take();
    }
    identity
}

#[test]
fn identities_have_the_form_of_the_samples() {
    let people = "
        root-console: {root: true, mfa: true, console: true}
        mfa-user: {user: alice, mfa: true, through: cloudformation.amazonaws.com}
        backup: {service: cloudformation.amazonaws.com}
        source: {role: Deploy, session: build-77, source-identity: alice@example.com}
    ";
    let principals = with(people);
    for (key, file) in [
        ("root", "sqs/CreateQueue.root.json"),
        ("root-console", "sqs/CreateQueue.root.json"),
        ("bob", "sqs/CreateQueue.iam-user.json"),
        ("ci", "sqs/CreateQueue.role.json"),
        ("mfa-user", "sqs/CreateQueue.cloudformation.json"),
    ] {
        let sample = sample(file);
        assert_eq!(form(&identity(&principals.caller(key))), form(&sample["detail"]["userIdentity"]), "{file}");
        let console = sample["detail"]["sessionCredentialFromConsole"] == "true";
        assert_eq!(principals.caller(key).console, console && key != "root", "{key}");
    }
    // The samples' role has other digits behind it, and this person's name is the same.
    let digits = |identity: &Value| without_digits(&form(identity).to_string());
    let sso = sample("sqs/CreateQueue.sso.json");
    assert_eq!(digits(&identity(&principals.caller("alice-sso"))), digits(&sso["detail"]["userIdentity"]));
    let service = identity(&principals.caller("backup"));
    assert_eq!(service, json!({"type": "AWSService", "invokedBy": "cloudformation.amazonaws.com"}));
    let source = identity(&principals.caller("source"));
    assert_eq!(source["sessionContext"]["sourceIdentity"], "alice@example.com");
    assert_eq!(source["sessionContext"]["attributes"]["creationDate"], SINCE);
}

/// The text with the sixteen digits of an Identity Center role's name taken out.
fn without_digits(text: &str) -> String {
    let parts: Vec<&str> = text.split("PowerUser_").collect();
    parts.iter().enumerate().map(|(at, part)| if at == 0 { part } else { part.get(16..).unwrap() }).collect()
}

#[test]
fn an_unknown_key_is_a_user_of_that_name() {
    let carol = built_in().caller("carol");
    assert_eq!(who_is(&carol), "carol (IAM user)");
    assert_eq!(identity(&carol)["arn"], "arn:aws:iam::111122223333:user/carol");
    assert_eq!(identity(&carol)["accessKeyId"], "carol");
    assert_eq!(identity(&carol), identity(&built_in().caller("carol")), "on every run");
    assert_ne!(identity(&carol)["principalId"], identity(&built_in().caller("dave"))["principalId"]);
}

#[test]
fn a_service_that_acts_for_someone_is_all_that_is_seen() {
    let mut trail = trail();
    trail.principals = with("ASIAIOSFODNN7EXAMPLE: {user: alice, through: cloudformation.amazonaws.com}");
    let sample = sample("sqs/CreateQueue.success.json");
    let call = json_call(&sample, "CreateQueue", &json!({"QueueName": "orders"}), Answer::of("{}"));
    let record = serde_json::to_value(trail.record(&call).unwrap()).unwrap();
    assert_eq!(record["sourceIPAddress"], "cloudformation.amazonaws.com");
    assert_eq!(record["userAgent"], "cloudformation.amazonaws.com");
    assert!(record.get("tlsDetails").is_none());
    assert!(event(&call)["detail"]["tlsDetails"].is_object(), "without the service there is a connection");
}

#[test]
fn a_functions_call_is_our_own() {
    let stack = Template::read(&root().join("template.yaml")).unwrap().deploy(Deployment::default()).unwrap();
    let principals = built_in().with_functions(&stack).unwrap();
    let mut trail = trail();
    trail.principals = principals;
    let functions = stack.functions().unwrap();
    assert_eq!(functions.len(), 4);
    for function in functions {
        let mut own = sample("sqs/CreateQueue.own-role.json");
        own["detail"]["userIdentity"]["accessKeyId"] = json!(format!("test-{}", function.logical_id));
        let call = json_call(&own, "CreateQueue", &json!({"QueueName": "orders"}), Answer::of("{}"));
        let record = trail.record(&call).unwrap();
        let written = serde_json::to_value(&record.user_identity).unwrap();
        let members = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        for path in ["", "/sessionContext", "/sessionContext/sessionIssuer", "/inScopeOf"] {
            let sample = own["detail"]["userIdentity"].pointer(path).unwrap();
            assert_eq!(members(written.pointer(path).unwrap()), members(sample), "{path}");
        }
        assert_eq!(written["inScopeOf"]["credentialsIssuedTo"], function.arn);
        let event = serde_json::to_vec(&Envelope::around(record)).unwrap();
        let guards = Guards::of::<Call<CreateQueue>>("111122223333", "eu-west-1", "/trailhook/".parse().unwrap());
        let refused = admit(decode(&event).unwrap(), &guards, call.at).unwrap_err();
        let Refusal::Skip(Skip::OwnCall { role_arn }) = refused else { panic!("{refused}") };
        let role = format!("arn:aws:iam::111122223333:role/trailhook/trailhook-{}Role-1A2B3C", function.logical_id);
        assert_eq!(role_arn, role);
    }
}

#[test]
fn the_example_in_the_docs_is_read() {
    let docs = std::fs::read_to_string(root().join("docs/local-stage.md")).unwrap();
    let example = docs.split("```yaml\n").nth(1).unwrap().split("```").next().unwrap();
    let principals = with(example);
    let who = |key: &str| who_is(&principals.caller(key));
    assert_eq!(who("carol"), "carol (IAM user)");
    assert_eq!(identity(&principals.caller("carol"))["arn"], "arn:aws:iam::111122223333:user/people/carol");
    assert_eq!(who("developer"), "carol (role Developer)");
    let provider = "arn:aws:iam::111122223333:oidc-provider/gitlab.com";
    assert_eq!(who("pipeline"), format!("build-1842 (role Deploy, by {provider})"));
    assert_eq!(identity(&principals.caller("partner"))["arn"], "arn:aws:iam::444455556666:user/dave");
    assert_eq!(who("alice-by-cloudformation"), "alice (IAM user) through cloudformation.amazonaws.com");
    assert_eq!(who("alice-sso"), "alice@example.com (SSO, AdministratorAccess)");
    assert_eq!(who("backup"), "backup.amazonaws.com");
    assert_eq!(who("instance"), "i-0123456789abcdef0 (role WebServer)");
    assert_eq!(identity(&principals.caller("instance"))["sessionContext"]["ec2RoleDelivery"], "2.0");
    assert_eq!(who("bob"), "bob (IAM user)", "the built-in ones are still there");
    // Each key of the docs' table is known, and the other way round.
    for (key, _) in built_in().known() {
        assert!(docs.contains(&format!("`{key}`")), "{key}");
    }
}

#[test]
fn what_is_wrong_in_a_file_is_named() {
    for (text, expected) in [
        (
            "a: {user: carol, sesion: x}",
            "a.sesion: a user has no such field; it has account, address, console, mfa, through",
        ),
        ("a: {mfa: true}", "a: it does not say who this is: give one of root, user, role, sso, service, identity"),
        ("a: {user: carol, role: Developer}", "a: it is a user and a role: give one of them"),
        ("a: carol", "a: expected a map, as in `{user: carol}`"),
        ("a: {user: [carol]}", "a.user: expected a text"),
        ("a: {user: ''}", "a.user: expected a text"),
        ("a: {root: yes please}", "a.root: expected true or false"),
        ("a: {root: false}", "a.root: expected true"),
        ("a: {user: carol, account: 4711}", "a.account: expected twelve digits, in quotes"),
        ("a: {user: carol, account: '4711'}", "a.account: expected twelve digits, in quotes"),
        ("a: {sso: Admin}", "a.person: it is missing: the person's user name in Identity Center"),
        ("a: {identity: carol}", "a.identity: expected a userIdentity as it is in a record"),
        (
            "a: {role: 'arn:aws:iam::111122223333:role/x'}",
            "a.role: expected the role's path and name, as in /ci/Deploy; its account goes into account",
        ),
        ("- a", "expected a map from access key ids to who they are, as in `carol: {user: carol}`"),
    ] {
        let error = built_in().with_text(text, "people.yaml").unwrap_err();
        assert_eq!(error.to_string(), format!("people.yaml: {expected}"), "{text}");
    }
    for (text, place) in [("a: {user: b}\na: {user: c}", "line 2"), ("{\"a\": ", "line 1"), ("a: [", "line")] {
        let error = built_in().with_text(text, "people.yaml").unwrap_err().to_string();
        assert!(error.starts_with("people.yaml: ") && error.contains(place), "{error}");
    }
    let json = r#"{"a": {"user": "caf\u00e9"}}"#;
    assert_eq!(who_is(&built_in().with_text(json, "people.json").unwrap().caller("a")), "café (IAM user)");
    let error = built_in().with_file(std::path::Path::new("no-such-file.yaml")).unwrap_err();
    assert!(error.to_string().starts_with("no-such-file.yaml: "), "{error}");
}
