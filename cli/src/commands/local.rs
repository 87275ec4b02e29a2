//! `trailhook local`: the stage, a walk-through on it, and then a line for everything that happens.

use super::play::{binaries, check_rules, progress};
use super::{CommandError, Verdict, deployment_for};
use crate::args::LocalArguments;
use crate::screen::Screen;
use crate::show;
use crate::stage::{Live, account_of, is_aws, walk};
use crate::template::{Stack, Template};
use std::pin::pin;

/// Sets the stage, walks through, and stays up until it is ended from outside, or ends at once.
///
/// # Errors
/// The template can't be read, the functions can't be built, or the port is taken.
pub async fn local(arguments: &LocalArguments, ended: impl Future<Output = u8>) -> Result<Verdict, CommandError> {
    let mut ended = pin!(ended);
    let (stack, mut stage) = tokio::select! {
        biased;
        set = set(arguments) => set?,
        status = &mut ended => return Err(CommandError::Ended(status)),
    };
    let mut screen = Screen::open();
    let result = tokio::select! {
        biased;
        result = play(&mut stage, &stack, arguments, &mut screen) => result,
        status = &mut ended => Err(CommandError::Ended(status)),
    };
    let closed = stage.close().await;
    let mut written = Ok(());
    if !arguments.once {
        written = screen.say(stage.tally().to_string());
    }
    let written = written.and(screen.close());
    let result = match (result, written) {
        // Ended from outside, a terminal that has gone is no error.
        (Ok(_), Err(error)) => Err(error.into()),
        (result, _) => result,
    };
    match (result, closed) {
        // Ended from outside, there is no other word about the records that are lost now.
        (Err(CommandError::Ended(status)), Err(error)) => {
            progress(&format!("the last records are lost: {error}"));
            Err(CommandError::Ended(status))
        }
        (Err(error), _) => Err(error),
        (Ok(verdict), closed) => closed.map(|()| verdict).map_err(CommandError::from),
    }
}

async fn set(arguments: &LocalArguments) -> Result<(Stack, Live), CommandError> {
    let file = arguments.template.file()?;
    let in_file = |source| CommandError::Template { file: file.clone(), source };
    let mut deployment = deployment_for(None, &arguments.template);
    if let Some(url) = &arguments.aws_endpoint {
        is_aws(url, &deployment.region).await?;
        if arguments.template.account.is_none()
            && let Some(account) = account_of(url, &deployment.region).await?
        {
            deployment.account = account;
        }
    }
    let stack = Template::read(&file).map_err(in_file)?.deploy(deployment);
    let stack = stack.map_err(in_file)?;
    // What is wrong with template or parameters is told before anything is built.
    check_rules(&stack, &file)?;
    let settings = arguments.settings();
    Live::check(&stack, &settings)?;
    let binaries = binaries(arguments).await?;
    let stage = Live::set(&stack, &binaries, &settings).await?;
    Ok((stack, stage))
}

async fn play(
    stage: &mut Live,
    stack: &Stack,
    arguments: &LocalArguments,
    screen: &mut Screen,
) -> Result<Verdict, CommandError> {
    if arguments.skip_walk_through {
        return stay(stage, stack, arguments, screen).await;
    }
    let mut written = Ok(());
    let tell = |step: &_| {
        if !arguments.json && written.is_ok() {
            written = screen.say(show::step(step));
        }
    };
    let walked = walk(stage, stack, tell).await?;
    written?;
    if arguments.json {
        screen.say(show::document(&serde_json::json!(walked)))?;
    } else {
        screen.say(show::walked(&walked))?;
    }
    match (arguments.once, walked.ok) {
        (false, _) => stay(stage, stack, arguments, screen).await,
        (true, true) => Ok(Verdict::Good),
        (true, false) => Ok(Verdict::Bad),
    }
}

/// Tells what happens, for as long as anybody wants to know.
async fn stay(
    stage: &mut Live,
    stack: &Stack,
    arguments: &LocalArguments,
    screen: &mut Screen,
) -> Result<Verdict, CommandError> {
    let url = stage.endpoint_url().to_owned();
    screen.say(format!("ready    AWS_ENDPOINT_URL={url} (Ctrl-C ends it)"))?;
    for (key, who) in stage.callers() {
        screen.say(format!("caller   AWS_ACCESS_KEY_ID={key}: {who}"))?;
    }
    let region = &stack.deployment().region;
    screen.say(format!(
        "try      AWS_ACCESS_KEY_ID=alice AWS_SECRET_ACCESS_KEY=testing AWS_REGION={region} \
         aws --endpoint-url {url} sqs create-queue --queue-name orders"
    ))?;
    loop {
        let told = stage.next().await;
        if let Some(line) = show::told(&told, arguments.verbose) {
            screen.say(line)?;
        }
    }
}
