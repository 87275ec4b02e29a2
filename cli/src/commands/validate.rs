//! `trailhook validate`: is it working, and if not, what is wrong.

use super::{CommandError, Verdict, read_or_not, spinner};
use crate::args::ValidateArguments;
use crate::aws::{Aws, DeployedStack};
use crate::project;
use crate::show;
use crate::template::{Deployment, Template, TemplateError};
use crate::unfinished::Unfinished;
use crate::validate::live::{Made, Settings, try_it};
use crate::validate::{self, Expected, Row, What, checks, gather};
use std::cell::RefCell;
use std::io::Write;
use std::path::Path;
use std::pin::pin;
use std::time::Duration;

/// How long what was made may take to be taken away when the command is ended.
const CLEARING: Duration = Duration::from_secs(60);

/// A parameter's value that CloudFormation does not tell.
const HIDDEN: &str = "****";

/// Looks, tries, and says what was seen.
///
/// # Errors
/// There are no credentials, the template can't be read, or the command was ended.
pub async fn validate(arguments: &ValidateArguments, ended: impl Future<Output = u8>) -> Result<Verdict, CommandError> {
    let mut ended = pin!(ended);
    let on_stdout = arguments.html.as_deref() == Some(Path::new("-"));
    if on_stdout && arguments.json {
        return Err(CommandError::OneOutput("--html -", "--json"));
    }
    let template = template(arguments)?;
    let what = match (&arguments.stack_name, &arguments.rule) {
        (Some(name), _) => What::Stack(name.clone()),
        (None, rule) => What::Rule(rule.clone().unwrap_or_default()),
    };
    let bar = spinner();
    let looked = async {
        let aws = Aws::of(&arguments.aws).await?;
        let seen = gather(&aws, &what, |next| bar.set_message(format!("looking at {next}"))).await;
        Ok::<_, CommandError>((aws, seen))
    };
    let (aws, seen) = tokio::select! {
        biased;
        status = &mut ended => return Err(CommandError::Ended(status)),
        looked = looked => looked?,
    };
    if let Ok(seen) = &seen
        && let Some(error) = seen.nobody_answers()
    {
        return Err(error.clone().into());
    }
    // Before anything is made: a report that can't be written is told at once.
    let page = match &arguments.html {
        Some(file) => Some((Unfinished::create(file).map_err(not_written(file))?, file)),
        None => None,
    };
    let (mut rows, mut stopped) = (Vec::new(), None);
    match seen {
        Err(error) if error.is_about_the_caller() => return Err(error.into()),
        Err(error) => rows.push(no_stack(&what, &aws, &error)),
        Ok(seen) => {
            let expected = match (&seen.stack, &template) {
                (Some(stack), Some(template)) => Some(expected(stack, &aws, template)),
                _ => None,
            };
            rows = checks::judge(&seen, expected.as_ref().and_then(|expected| expected.as_ref().ok()));
            if let Some(Err(why)) = expected {
                let fix = "name the template that the stack was deployed from with --template";
                rows.push(Row::note(
                    "rule-pattern",
                    "",
                    format!("no pattern was compared with the template's: {why}"),
                    fix,
                ));
            }
            if !arguments.read_only {
                let settings = Settings { patience: arguments.wait, subscribe: arguments.subscribe };
                let made = Made::default();
                let tried = RefCell::default();
                let tell = |next: &str| bar.set_message(next.to_owned());
                tokio::select! {
                    biased;
                    status = &mut ended => stopped = Some(CommandError::Ended(status)),
                    () = try_it(&aws, &seen, &rows, &settings, &made, &tried, tell) => {}
                }
                rows.extend(tried.into_inner());
                checks::event_came(&mut rows, &seen);
                bar.set_message("taking away what was made");
                match tokio::time::timeout(CLEARING, made.remove(&aws)).await {
                    Ok(removed) => rows.extend(removed),
                    Err(_) => rows.push(Row::bad(
                        "removed",
                        "",
                        "it took too long",
                        "delete the queues trailhook-validate-… and trailhook-inbox-…, and the subscription of the latter",
                    )),
                }
            }
        }
    }
    bar.finish_and_clear();
    let mut out = std::io::stdout().lock();
    let good = rows.iter().all(|row| match row.verdict {
        validate::Verdict::Good => true,
        validate::Verdict::Note => !arguments.strict,
        validate::Verdict::Bad | validate::Verdict::Untold => false,
    });
    // The rows are told even where the report can't be written.
    let written = match page {
        Some((to, file)) => {
            let (What::Stack(name) | What::Rule(name)) = &what;
            let html = show::validated_page(&rows, name, &aws.region, arguments.read_only, stopped.is_some()).html();
            html.map_err(CommandError::from).and_then(|html| read_or_not(write(to, &html)).map_err(not_written(file)))
        }
        None => Ok(()),
    };
    let document = || show::document(&show::validated_json(&rows, good, &aws.region, stopped.is_some()));
    read_or_not(match arguments.json {
        _ if on_stdout => Ok(()),
        true => writeln!(out, "{}", document()),
        false => writeln!(out, "{}", show::validated(&rows, arguments.read_only, stopped.is_some())),
    })?;
    written?;
    match stopped {
        Some(stopped) => Err(stopped),
        None => Ok(if good { Verdict::Good } else { Verdict::Bad }),
    }
}

fn write(mut to: Unfinished, html: &str) -> std::io::Result<()> {
    to.write_all(html.as_bytes())?;
    to.finish()
}

fn not_written(file: &Path) -> impl Fn(std::io::Error) -> CommandError {
    let file = file.to_owned();
    move |source| CommandError::Read { file: file.clone(), source }
}

/// The template to compare with, where there is one.
fn template(arguments: &ValidateArguments) -> Result<Option<Template>, CommandError> {
    let file = match &arguments.template {
        Some(file) => file.clone(),
        None if arguments.rule.is_some() => return Ok(None),
        None => match project::find(None) {
            Ok(folder) => folder.join(project::TEMPLATE),
            // Whoever validates need not have the project.
            Err(_) => return Ok(None),
        },
    };
    Template::read(&file).map(Some).map_err(|source| CommandError::Template { file, source })
}

/// What the template makes of the rules with the parameters that the stack has; or why that can't be said, as of a
/// template that the stack was not deployed from.
fn expected(stack: &DeployedStack, aws: &Aws, template: &Template) -> Result<Expected, TemplateError> {
    let told = stack.parameters.iter().filter(|(_, value)| *value != HIDDEN);
    let deployment = Deployment {
        account: stack.account().to_owned(),
        region: aws.region.clone(),
        stack_name: stack.name.clone(),
        parameters: told.map(|(name, value)| (name.clone(), value.clone())).collect(),
    };
    let named = template.deploy(deployment)?.rules()?.into_iter().filter_map(|rule| {
        let physical = stack.physical(&rule.logical_id)?;
        Some((physical.rsplit('|').next().unwrap_or(physical).to_owned(), rule.pattern))
    });
    Ok(Expected { patterns: named.collect() })
}

fn no_stack(what: &What, aws: &Aws, error: &crate::aws::AwsError) -> Row {
    let (What::Stack(name) | What::Rule(name)) = what;
    if error.is_missing() {
        let cause = format!("there is no stack {name} in {} for these credentials", aws.region);
        let fix = "say the stack's Region with --region, its account with --profile, or its name as `aws cloudformation list-stacks` has it";
        return Row::bad("stack", name, cause, fix);
    }
    Row::not_told("stack", name, error)
}
