//! The log: one JSON object a line, as Lambda's own filter and Logs Insights read it, and the metrics in
//! it.
//!
//! `AWS_LAMBDA_LOG_FORMAT` (`JSON` or `Text`) and `AWS_LAMBDA_LOG_LEVEL` are honoured. A line
//! without `timestamp` and `level` counts as INFO with Lambda, so every line has both. `FATAL` is no
//! level of tracing: at that level only what stops the function is written, and the metrics. These are
//! JSON in a log of text too.

mod level;
mod line;
mod metric;
mod origin;
mod settings;
mod text;

use crate::Environment;
use lambda_runtime::Context;
use line::JsonLines;
use metric::Metrics;
use origin::Origin;
use settings::Settings;
use std::io::Write;
use std::sync::Arc;
use text::TextLines;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use trailhook::Report;

/// A function's log.
#[derive(Clone, Debug)]
pub(crate) struct Log {
    origin: Arc<Origin>,
    metrics: Option<Arc<Metrics>>,
}

impl Log {
    /// Starts the log of a response's function; a setting that can't be read is noted in the environment.
    pub(crate) fn start(environment: &mut Environment, response: &str) -> Log {
        let settings = Settings::read(environment, response);
        let log = Log::of(&settings);
        // lambda_runtime says every failure once more in its own words; the decision line has said it.
        let levels = Targets::new()
            .with_default(settings.level.filter())
            .with_target("lambda_runtime::layers::panic", LevelFilter::OFF);
        let lines = tracing_subscriber::fmt::layer().with_ansi(false);
        let registry = tracing_subscriber::registry().with(levels);
        let origin = log.origin.clone();
        let started = if settings.text {
            tracing::subscriber::set_global_default(registry.with(lines.event_format(TextLines::new(origin))))
        } else {
            tracing::subscriber::set_global_default(registry.with(lines.event_format(JsonLines(origin))))
        };
        if started.is_err() {
            log.fatal("the log was started twice in one process");
        }
        if let Some(discarded) = settings.discarded {
            tracing::warn!("{discarded}");
        }
        log
    }

    fn of(settings: &Settings) -> Log {
        let metrics = settings.namespace.clone().map(|namespace| Arc::new(Metrics::new(namespace, settings.filter)));
        Log { origin: Arc::new(Origin::of(settings.service.clone())), metrics }
    }

    /// From now on lines are written for this invocation.
    pub(crate) fn begin(&self, invocation: &Context) {
        self.origin.begin(invocation);
    }

    /// From now on they are written for none.
    pub(crate) fn end(&self) {
        self.origin.end();
    }

    /// Whether the invocation in hand is the first of its process.
    pub(crate) fn is_cold_start(&self) -> bool {
        self.origin.in_hand().is_some_and(|in_hand| in_hand.cold_start)
    }

    /// Writes why the function stops, at a level that no filter hides.
    pub(crate) fn fatal(&self, message: &str) {
        write(line::fatal(message, &self.origin));
    }

    /// Counts a decision, as metrics.
    pub(crate) fn decided(&self, report: &Report) {
        if let Some(metrics) = &self.metrics {
            write(metrics.decided(report, &self.origin));
        }
    }

    /// Counts one of something, as a metric.
    pub(crate) fn count(&self, metric: &str, response: &str) {
        if let Some(metrics) = &self.metrics {
            write(metrics.counted(metric, response, &self.origin));
        }
    }
}

/// In one piece: half a line is no JSON.
fn write(mut line: String) {
    line.push('\n');
    // Without a standard output there is nobody left to tell.
    drop(std::io::stdout().lock().write_all(line.as_bytes()));
}

#[cfg(test)]
impl Log {
    /// A log for tests, without metrics.
    pub(crate) fn quiet(response: &str) -> Log {
        let mut environment = Environment::of([("POWERTOOLS_METRICS_DISABLED", "true")]);
        Log::of(&Settings::read(&mut environment, response))
    }
}
