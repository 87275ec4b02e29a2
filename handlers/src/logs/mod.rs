//! The log: one JSON object a line, as Lambda's own filter and Logs Insights read it.
//!
//! `AWS_LAMBDA_LOG_FORMAT` (`JSON` or `Text`) and `AWS_LAMBDA_LOG_LEVEL` are honoured. A line
//! without `timestamp` and `level` counts as INFO with Lambda, so every line has both. `FATAL` is no
//! level of tracing: at that level only what stops the function is written.

mod line;
mod text;

use crate::Environment;
use line::JsonLines;
use std::io::Write;
use text::TextLines;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;

/// Starts the log; a format or level that doesn't exist is noted in the environment.
pub(crate) fn start(environment: &mut Environment) {
    let text = environment.optional("AWS_LAMBDA_LOG_FORMAT", is_text).unwrap_or(false);
    let level = environment.optional("AWS_LAMBDA_LOG_LEVEL", level).unwrap_or(LevelFilter::INFO);
    // lambda_runtime says every failure once more in its own words; the decision line has said it.
    let levels = Targets::new().with_default(level).with_target("lambda_runtime::layers::panic", LevelFilter::OFF);
    let lines = tracing_subscriber::fmt::layer().with_ansi(false);
    let log = tracing_subscriber::registry().with(levels);
    let started = if text {
        tracing::subscriber::set_global_default(log.with(lines.event_format(TextLines::default())))
    } else {
        tracing::subscriber::set_global_default(log.with(lines.event_format(JsonLines)))
    };
    if started.is_err() {
        fatal("the log was started twice in one process");
    }
}

/// Writes why the function stops, at a level that no filter hides.
pub(crate) fn fatal(message: &str) {
    let line = line::fatal(message);
    // Without a standard output there is nobody left to tell.
    drop(writeln!(std::io::stdout().lock(), "{line}"));
}

/// Counts one of something, as a metric: CloudWatch makes one of a line in its embedded metric format
/// (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>).
pub(crate) fn count(metric: &str, response: &str) {
    // As with a fatal line: without a standard output there is nobody left to tell.
    drop(writeln!(std::io::stdout().lock(), "{}", line::metric(metric, response)));
}

fn is_text(format: &str) -> Result<bool, String> {
    match format.to_ascii_lowercase().as_str() {
        "json" => Ok(false),
        "text" => Ok(true),
        _ => Err(format!("{format:?} is neither JSON nor Text")),
    }
}

fn level(level: &str) -> Result<LevelFilter, String> {
    match level.to_ascii_uppercase().as_str() {
        "TRACE" => Ok(LevelFilter::TRACE),
        "DEBUG" => Ok(LevelFilter::DEBUG),
        "INFO" => Ok(LevelFilter::INFO),
        "WARN" => Ok(LevelFilter::WARN),
        "ERROR" => Ok(LevelFilter::ERROR),
        "FATAL" => Ok(LevelFilter::OFF),
        _ => Err(format!("{level:?} is none of TRACE, DEBUG, INFO, WARN, ERROR, FATAL")),
    }
}
