//! The real binaries, under a Runtime API.

use crate::moto::{ACCOUNT, REGION};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{Error, Result};
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;
use trailhook_cli::stage::{Function, FunctionSettings, Invocation, LogLine};

/// The role path of the sample events.
pub const ROLE_PATH: &str = "/trailhook/";

/// The functions' table.
pub const TABLE: &str = "trailhook-ledger";

/// Makes the functions' table, as the template does.
pub async fn make_table(aws: &aws_config::SdkConfig) -> Result<()> {
    use aws_sdk_dynamodb::types::{AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType};
    let id = AttributeDefinition::builder().attribute_name("id").attribute_type(ScalarAttributeType::S).build();
    let key = KeySchemaElement::builder().attribute_name("id").key_type(KeyType::Hash).build();
    let table = aws_sdk_dynamodb::Client::new(aws).create_table().table_name(TABLE);
    let table = table.billing_mode(BillingMode::PayPerRequest);
    let table = table.attribute_definitions(id.map_err(Error::other)?).key_schema(key.map_err(Error::other)?);
    table.send().await.map(drop).map_err(Error::other)
}

/// The folder of the project's binaries, built once for all tests of a run. The same packages and
/// features as `cargo test --workspace` has just built, so that only linking is left.
pub fn binaries() -> Result<PathBuf> {
    static BUILT: OnceLock<std::result::Result<PathBuf, String>> = OnceLock::new();
    let built = BUILT.get_or_init(|| {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(cargo);
        command.args(["build", "--quiet", "--workspace", "--bins"]).current_dir(crate::root());
        // Beside a benchmark are the binaries that it was built like.
        command.args((!cfg!(debug_assertions)).then_some("--release"));
        let done = command.output().map_err(|error| error.to_string())?;
        if !done.status.success() {
            return Err(String::from_utf8_lossy(&done.stderr).into_owned());
        }
        // Where this test binary is: target/<profile>/deps.
        let test = std::env::current_exe().map_err(|error| error.to_string())?;
        let folder = test.parent().and_then(|deps| deps.parent());
        folder.map(PathBuf::from).ok_or_else(|| "the test binary is in no target folder".to_owned())
    });
    built.clone().map_err(Error::other)
}

/// The variables that the template sets for every function, and Lambda for all of them.
pub fn environment(endpoint: &str) -> BTreeMap<String, String> {
    let variables = [
        ("AWS_ACCESS_KEY_ID", "testing"),
        ("AWS_SECRET_ACCESS_KEY", "testing"),
        ("AWS_REGION", REGION),
        ("AWS_ENDPOINT_URL", endpoint),
        ("AWS_LAMBDA_FUNCTION_NAME", "trailhook"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
        ("AWS_LAMBDA_LOG_FORMAT", "JSON"),
        ("TRAILHOOK_ACCOUNT_ID", ACCOUNT),
        ("TRAILHOOK_ROLE_PATH", ROLE_PATH),
        ("TRAILHOOK_TABLE", TABLE),
        ("TRAILHOOK_TOPIC_ARN", "arn:aws:sns:eu-west-1:111122223333:trailhook"),
        ("TRAILHOOK_JOURNAL_LOG_GROUP", "/trailhook/journal"),
    ];
    variables.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// Starts a function with these variables beside the common ones.
pub async fn start(binary: &str, endpoint: &str, variables: &[(&str, &str)]) -> Result<Function> {
    let mut environment = environment(endpoint);
    environment.extend(variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    let settings = FunctionSettings::new(binaries()?.join(binary), environment);
    Function::start(settings).await.map_err(Error::other)
}

/// The lines of a log that say what was decided.
pub fn decisions(log: &[LogLine]) -> Vec<Value> {
    let lines = log.iter().filter_map(|line| serde_json::from_str::<Value>(&line.text).ok());
    lines.filter(|line| line.get("target").is_some_and(|target| target == "trailhook::decision")).collect()
}

/// What became of each payload; every payload must have ended in exactly one decision line, which
/// says `failed` for those that failed and for no others.
pub async fn invoke(
    binary: &str,
    endpoint: &str,
    variables: &[(&str, &str)],
    payloads: &[Vec<u8>],
) -> Result<Vec<Invocation>> {
    let mut function = start(binary, endpoint, variables).await?;
    let mut invocations = Vec::new();
    for payload in payloads {
        invocations.push(function.invoke(payload.clone()).await.map_err(Error::other)?);
    }
    let log = function.stop().await;
    let decisions = decisions(&log);
    let failed = |line: &&Value| {
        line.pointer("/report/outcome").is_some_and(|outcome| outcome == "failed" || outcome == "postponed")
    };
    let (said, were) =
        (decisions.iter().filter(failed).count(), invocations.iter().filter(|i| report(i).is_err()).count());
    if decisions.len() != payloads.len() || said != were {
        let lines: Vec<&str> = log.iter().map(|line| line.text.as_str()).collect();
        let count = format!("{} decision lines for {} events", decisions.len(), payloads.len());
        let message = format!("{count}, {said} say failed and {were} did:\n{}", lines.join("\n"));
        return Err(Error::other(message));
    }
    Ok(invocations)
}

/// The report that a function answered; an error is told in full.
pub fn report(invocation: &Invocation) -> Result<&Value> {
    match invocation {
        Invocation::Response(report) => Ok(report),
        other => Err(Error::other(format!("not a report: {other:?}"))),
    }
}
