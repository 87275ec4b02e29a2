//! `trailhook local`: the stage that stays up, with a line for everything that happens.

use super::local::binaries;
use super::{CommandError, Verdict, deployment_for};
use crate::args::LocalArguments;
use crate::stage::{BusEvent, BusTold, LambdaEvent, LambdaTold, Live, Told};
use crate::template::Template;
use serde_json::Value;
use std::io::Write;

/// Sets the stage and tells what happens on it, until it is ended from outside.
///
/// # Errors
/// The template can't be read, the functions can't be built, or the port is taken.
pub async fn live(arguments: &LocalArguments) -> Result<Verdict, CommandError> {
    let file = arguments.template.file()?;
    let in_file = |source| CommandError::Template { file: file.clone(), source };
    let stack = Template::read(&file).map_err(in_file)?.deploy(deployment_for(None, &arguments.template));
    let stack = stack.map_err(in_file)?;
    // What is wrong with template or parameters is told before anything is built.
    stack.rules().map_err(in_file)?;
    let binaries = binaries(arguments).await?;
    let mut stage = Live::set(&stack, &binaries, arguments.port, arguments.principals.as_deref()).await?;
    let mut out = std::io::stdout();
    writeln!(out, "ready    AWS_ENDPOINT_URL={} (Ctrl-C ends it)", stage.endpoint_url())?;
    for (key, who) in stage.callers() {
        writeln!(out, "caller   AWS_ACCESS_KEY_ID={key}: {who}")?;
    }
    writeln!(
        out,
        "try      AWS_ACCESS_KEY_ID=alice AWS_SECRET_ACCESS_KEY=testing AWS_REGION={} aws --endpoint-url {} sqs create-queue --queue-name orders",
        stack.deployment().region,
        stage.endpoint_url()
    )?;
    loop {
        let told = stage.next().await;
        if let Some(line) = line(&told, arguments.verbose) {
            writeln!(out, "{line}")?;
        }
    }
}

/// A line for what people want to see; with `verbose`, for everything.
fn line(told: &Told, verbose: bool) -> Option<String> {
    match told {
        Told::Call { event, rules } => {
            let detail = |name: &str| event.get("detail")?.get(name)?.as_str();
            let error = detail("errorCode").map(|code| format!(" failed with {code}")).unwrap_or_default();
            let goes = match rules {
                Ok(rules) if rules.is_empty() => "no rule matches".to_owned(),
                Ok(rules) => format!("{} matches", rules.join(", ")),
                Err(reason) => reason.clone(),
            };
            let id = detail("eventID").unwrap_or_default();
            Some(format!("call     {}{error} by {}: {goes} ({id})", detail("eventName")?, caller(event)))
        }
        Told::Bus(BusTold { what: BusEvent::GaveUp { target, error, .. }, .. }) => {
            Some(format!("lost     {target} did not get the event: {} {}", error.code, error.message))
        }
        Told::Lambda(LambdaTold { function, what: LambdaEvent::Decided(decision), .. }) => {
            Some(format!("decided  {function}: {}", decision.message))
        }
        Told::Lambda(LambdaTold { function, what: LambdaEvent::Failed { attempt, error, .. }, .. }) => {
            Some(format!("failed   {function}, try {attempt}: {} {}", error.error_type, error.error_message))
        }
        Told::Lambda(LambdaTold { function, what: LambdaEvent::GaveUp { attempts, .. }, .. }) => {
            Some(format!("gave up  {function}, after {attempts} tries"))
        }
        Told::Bus(told) => verbose.then(|| format!("bus      {told:?}")),
        Told::Lambda(told) => verbose.then(|| format!("lambda   {told:?}")),
    }
}

fn caller(event: &Value) -> String {
    let identity = event.get("detail").and_then(|detail| detail.get("userIdentity")).cloned().unwrap_or_default();
    let identity = serde_json::from_value(identity).unwrap_or_default();
    trailhook::Actor::of(&identity).to_string()
}
