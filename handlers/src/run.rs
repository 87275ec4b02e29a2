//! A function's life: read the environment, poll the Runtime API, answer each event, say what
//! became of it.

use crate::attempt::Attempt;
use crate::function::{Failure, Function};
use crate::logs::Log;
use crate::payload::Payloads;
use crate::{Configuration, Environment, Handler, Later, aws, init_error};
use aws_config::SdkConfig;
use bytes::Bytes;
use lambda_runtime::tower::util::{MapRequestLayer, MapResultLayer};
use lambda_runtime::{Context, Diagnostic, LambdaEvent, LambdaInvocation, Runtime, service_fn};
use serde_json::value::RawValue;
use std::pin::Pin;
use std::process::ExitCode;
use std::sync::Arc;
use trailhook::{Outcome, Report};

/// What a handler is built from, once, at the start.
pub struct Start<'a> {
    /// The environment: read your own settings from it, and it collects what is wrong with them.
    pub environment: &'a mut Environment,
    /// What AWS clients are made from.
    pub aws: &'a SdkConfig,
}

impl Start<'_> {
    /// A client that is made when it is first used: `start.later(Client::new)`. Making it at the start would cost every cold
    /// start as much as all the rest of it, whether the event needs the client or not.
    pub fn later<C>(&self, make: impl FnOnce(&SdkConfig) -> C + Send + 'static) -> Later<C> {
        aws::later(self.aws, make)
    }
}

/// Runs a handler as a Lambda function, until Lambda ends it.
///
/// `build` makes the handler; `None` means that the environment has been told what is wrong. All
/// problems are then written as one FATAL line and reported to Lambda as the init error
/// `Trailhook.Configuration`, and the process ends with 1.
///
/// A whole function: `fn main() -> ExitCode { trailhook_handlers::run(|_| Some(Greet)) }`.
pub fn run<H: Handler>(build: impl FnOnce(&mut Start<'_>) -> Option<H>) -> ExitCode {
    let mut environment = Environment::of_process();
    let log = Log::start(&mut environment, H::NAME);
    // One thread: a function waits for AWS nearly all of its time, though it should answer several events at once.
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            log.fatal(&format!("the asynchronous runtime could not start: {error}"));
            return ExitCode::FAILURE;
        }
    };
    runtime.block_on(async {
        let function = match start(build, environment, &log) {
            Ok(started) => started,
            Err(message) => {
                log.fatal(&message);
                init_error::report(&message, &log).await;
                return ExitCode::FAILURE;
            }
        };
        match poll(Arc::new(function), log.clone()).await {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                log.fatal(&format!("polling the Runtime API ended: {error}"));
                ExitCode::FAILURE
            }
        }
    })
}

fn start<H: Handler>(
    build: impl FnOnce(&mut Start<'_>) -> Option<H>,
    mut environment: Environment,
    log: &Log,
) -> Result<Function<H>, String> {
    let configuration = Configuration::read::<H>(&mut environment);
    let aws = aws::configuration(&mut environment);
    let handler = build(&mut Start { environment: &mut environment, aws: &aws });
    let problems = environment.into_problems();
    match (handler, configuration) {
        (Some(handler), Some(configuration)) if problems.is_empty() => {
            Ok(Function::new(handler, configuration, &aws, log))
        }
        _ => {
            let list: Vec<String> = problems.iter().map(|problem| format!("- {problem}")).collect();
            let problems = if list.len() == 1 { "a problem".to_owned() } else { format!("{} problems", list.len()) };
            Err(format!("the configuration of {} has {problems}:\n{}", H::NAME, list.join("\n")))
        }
    }
}

async fn poll<H: Handler>(function: Arc<Function<H>>, log: Log) -> Result<(), lambda_runtime::Error> {
    let (begins, ends) = (log.clone(), log.clone());
    let payloads = Payloads::default();
    let aside = payloads.clone();
    let service = service_fn(move |LambdaEvent { payload: (), context }: LambdaEvent<()>| {
        answered(function.clone(), log.clone(), payloads.take(&context.request_id), context)
    });
    let put_aside = MapRequestLayer::new(move |invocation| aside.put_aside(invocation));
    // The last one is the outermost: the answer's way to Lambda belongs to the invocation too.
    let begin = MapRequestLayer::new(move |invocation: LambdaInvocation| {
        begins.begin(&invocation.context);
        invocation
    });
    let end = MapResultLayer::new(move |answered| {
        ends.end();
        answered
    });
    // One at a time, unless AWS_LAMBDA_MAX_CONCURRENCY says that Lambda hands out several at once.
    Runtime::new(service).layer(put_aside).layer(end).layer(begin).run_concurrent().await
}

type Answered = Pin<Box<dyn Future<Output = Result<Box<RawValue>, Failure>> + Send>>;

/// Boxed, because the SDK's futures are nested so deeply that a function around them would need a
/// higher recursion limit to compile, in everyone's own crate.
fn answered<H: Handler>(function: Arc<Function<H>>, log: Log, payload: Bytes, context: Context) -> Answered {
    Box::pin(async move {
        let attempt = Attempt::of(&context);
        let answer = attempt.bounded_last(function.answer(&payload, &attempt));
        let (report, failure) = match aws::traced(context.xray_trace_id.clone(), answer).await {
            Ok(answered) => answered,
            Err(cut) => function.cut_short(&payload, cut),
        };
        // What is put off is not done and comes again, as a failure does; nothing is wrong with it.
        let failed = failure.is_some() && report.outcome != Outcome::Postponed;
        let json = decision_line(&report, failed, log.is_cold_start());
        log.decided(&report);
        match failure {
            None => Ok(json),
            Some(failure) => Err(failure),
        }
    })
}

/// The one line that every event ends in; the report's JSON is the function's answer too.
fn decision_line(report: &Report, failed: bool, cold_start: bool) -> Box<RawValue> {
    // A report is plain data, so it can always be written; if not, the line still has its message.
    let json = serde_json::value::to_raw_value(report).unwrap_or_default();
    let (text, message) = (json.get(), report.message.as_str());
    if failed {
        tracing::error!(target: "trailhook::decision", coldStart = cold_start, report = text, "{message}");
    } else if !report.notes.is_empty() {
        tracing::warn!(target: "trailhook::decision", coldStart = cold_start, report = text, "{message}");
    } else {
        tracing::info!(target: "trailhook::decision", coldStart = cold_start, report = text, "{message}");
    }
    json
}

impl From<Failure> for Diagnostic {
    fn from(failure: Failure) -> Self {
        Diagnostic { error_type: failure.error_type, error_message: failure.message }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ApplyError;
    use trailhook::{Plan, Record, Response, Verdict};

    /// A handler that never comes to an end it should come to.
    struct Broken {
        panics: bool,
    }

    impl Response for Broken {
        type Trigger = Record;
        type Action = u8;
        const NAME: &'static str = "broken";
        const IDEMPOTENT: bool = true;

        fn plan(&self, _: &Record) -> Plan<u8> {
            Plan::act(1)
        }
    }

    impl Handler for Broken {
        async fn confirm(&self, _: &u8) -> Result<Verdict<u8>, ApplyError> {
            assert!(!self.panics, "on purpose");
            std::future::pending().await
        }

        async fn apply(&self, _: &u8) -> Result<(), ApplyError> {
            Ok(())
        }
    }

    fn failure(panics: bool, deadline: u64) -> Failure {
        let payload = r#"{"source": "aws.sqs", "detail-type": "AWS API Call via CloudTrail", "account": "111122223333",
            "detail": {"eventSource": "s", "eventName": "n", "awsRegion": "eu-west-1", "userIdentity": {"type": "IAMUser"}}}"#;
        let mut guards = trailhook::Guards::of::<Record>("111122223333", "eu-west-1", "/x/".parse().unwrap());
        guards.max_age = None;
        let mode = trailhook::Mode::DryRun;
        let function = Function { handler: Broken { panics }, mode, guards, ledger: None, breaker: None };
        let mut context = Context::default();
        context.deadline = deadline;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(answered(Arc::new(function), Log::quiet("broken"), payload.into(), context)).unwrap_err()
    }

    #[test]
    fn a_panic_is_a_failure_like_any_other() {
        let failure = failure(true, 0);
        assert_eq!(failure.error_type, "Trailhook.Panic");
        assert!(failure.message.contains("on purpose"), "{}", failure.message);
    }

    #[test]
    fn the_last_words_come_before_the_deadline() {
        let in_a_moment = chrono::Utc::now().timestamp_millis().unsigned_abs() + 600;
        assert_eq!(failure(false, in_a_moment).error_type, "Trailhook.Timeout");
    }
}
