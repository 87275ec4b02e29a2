//! A line of the log as text: tracing's own with where it comes from, on one line whatever a caller put into it.

use super::origin::Origin;
use std::fmt;
use std::sync::Arc;
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::{Format, Writer};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

pub(super) struct TextLines {
    format: Format,
    origin: Arc<Origin>,
}

impl TextLines {
    pub(super) fn new(origin: Arc<Origin>) -> TextLines {
        TextLines { format: Format::default(), origin }
    }
}

impl<S, N> FormatEvent<S, N> for TextLines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut to: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let mut text = String::with_capacity(512);
        self.format.format_event(context, Writer::new(&mut text), event)?;
        let line = format!("{} {}", text.trim_end_matches('\n'), self.origin);
        writeln!(to, "{}", trailhook::shown_line(&line))
    }
}
