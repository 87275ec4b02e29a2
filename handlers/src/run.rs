//! A function's life: read the environment, poll the Runtime API, answer each event, say what
//! became of it.

use crate::answer::{Failure, answer};
use crate::payload::{Payload, wrapping};
use crate::{Configuration, Environment, Handler, aws, init_error, logs};
use aws_config::SdkConfig;
use lambda_runtime::{Diagnostic, LambdaEvent, Runtime, service_fn};
use serde_json::value::RawValue;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::process::ExitCode;
use std::sync::Arc;
use std::task::Poll;
use trailhook::Report;

/// What a handler is built from, once, at the start.
pub struct Start<'a> {
    /// The environment: read your own settings from it, and it collects what is wrong with them.
    pub environment: &'a mut Environment,
    /// What AWS clients are made from.
    pub aws: &'a SdkConfig,
}

/// Runs a handler as a Lambda function, until Lambda ends it.
///
/// `build` makes the handler; `None` means that the environment has been told what is wrong. All
/// problems are then written as one FATAL line and reported to Lambda as the init error
/// `Trailhook.Configuration`, and the process ends with 1.
///
/// A whole function: `fn main() -> ExitCode { trailhook_handlers::run(|_| Some(Greet)) }`.
pub fn run<H: Handler>(build: impl FnOnce(&mut Start<'_>) -> Option<H>) -> ExitCode {
    // One thread: a function answers one event at a time.
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            logs::fatal(&format!("the asynchronous runtime could not start: {error}"));
            return ExitCode::FAILURE;
        }
    };
    runtime.block_on(async {
        let (handler, configuration) = match start(build) {
            Ok(started) => started,
            Err(message) => {
                logs::fatal(&message);
                init_error::report(&message).await;
                return ExitCode::FAILURE;
            }
        };
        match poll(Arc::new(handler), Arc::new(configuration)).await {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                logs::fatal(&format!("polling the Runtime API ended: {error}"));
                ExitCode::FAILURE
            }
        }
    })
}

fn start<H: Handler>(build: impl FnOnce(&mut Start<'_>) -> Option<H>) -> Result<(H, Configuration), String> {
    let mut environment = Environment::of_process();
    logs::start(&mut environment);
    let configuration = Configuration::read::<H>(&mut environment);
    let aws = aws::configuration(&mut environment);
    let handler = build(&mut Start { environment: &mut environment, aws: &aws });
    let problems = environment.into_problems();
    match (handler, configuration) {
        (Some(handler), Some(mut configuration)) if problems.is_empty() => {
            configuration.guards.failed_calls = handler.failed_calls();
            Ok((handler, configuration))
        }
        _ => {
            let list: Vec<String> = problems.iter().map(|problem| format!("- {problem}")).collect();
            Err(format!("the configuration of {} has {} problems:\n{}", H::NAME, list.len(), list.join("\n")))
        }
    }
}

async fn poll<H: Handler>(handler: Arc<H>, configuration: Arc<Configuration>) -> Result<(), lambda_runtime::Error> {
    let service = service_fn(move |event: LambdaEvent<Payload>| {
        let (handler, configuration) = (handler.clone(), configuration.clone());
        answered(handler, configuration, event)
    });
    Runtime::new(service).layer(wrapping()).run().await
}

type Answered = Pin<Box<dyn Future<Output = Result<Box<RawValue>, Failure>> + Send>>;

/// Boxed, because the SDK's futures are nested so deeply that a function around them would need a
/// higher recursion limit to compile, in everyone's own crate.
fn answered<H: Handler>(handler: Arc<H>, configuration: Arc<Configuration>, event: LambdaEvent<Payload>) -> Answered {
    Box::pin(async move {
        let mut answer = Box::pin(answer(&*handler, &configuration, event.payload.bytes()));
        // A panic in a handler is one more way for an event to fail: it has a decision line too.
        let caught = poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| answer.as_mut().poll(cx))) {
            Ok(poll) => poll.map(Ok),
            Err(panic) => Poll::Ready(Err(panic)),
        });
        let (report, failure) = match caught.await {
            Ok(answered) => answered,
            Err(panic) => crate::answer::panicked::<H>(configuration.mode, &*panic),
        };
        let json = decision_line(&report, failure.is_some(), &event.context.request_id);
        match failure {
            None => Ok(json),
            Some(failure) => Err(failure),
        }
    })
}

/// The one line that every event ends in; the report's JSON is the function's answer too.
fn decision_line(report: &Report, failed: bool, request_id: &str) -> Box<RawValue> {
    // A report is plain data, so it can always be written; if not, the line still has its message.
    let json = serde_json::value::to_raw_value(report).unwrap_or_default();
    let (text, message) = (json.get(), report.message.as_str());
    if failed {
        tracing::error!(target: "trailhook::decision", requestId = request_id, report = text, "{message}");
    } else {
        tracing::info!(target: "trailhook::decision", requestId = request_id, report = text, "{message}");
    }
    json
}

impl From<Failure> for Diagnostic {
    fn from(failure: Failure) -> Self {
        Diagnostic { error_type: failure.error_type.to_owned(), error_message: failure.message }
    }
}
