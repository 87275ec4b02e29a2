//! Lambda's filter of what a function writes, which there is where its log is JSON.
//!
//! Learned from <https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html>: a line
//! is as severe as it says. One that does not say, or has no time in RFC 3339's form, counts as INFO, which
//! goes for text too. Lambda adds a level and a time to what has none; this leaves lines as they are.

use serde::Deserialize;

/// Lambda's levels, from the least severe to the most.
const LEVELS: [&str; 6] = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];
const INFO: usize = 2;

/// A least severe level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogFilter(usize);

#[derive(Deserialize)]
struct Line {
    level: String,
    timestamp: String,
}

impl LogFilter {
    /// The filter of a function with this log format and this level; none where there is none.
    pub fn of(log_format: &str, level: Option<&str>) -> Option<LogFilter> {
        log_format.eq_ignore_ascii_case("json").then(|| LogFilter(level.and_then(number).unwrap_or(INFO)))
    }

    /// Whether a line gets through.
    pub fn passes(self, line: &str) -> bool {
        let said = serde_json::from_str::<Line>(line).ok();
        let said = said.filter(|line| chrono::DateTime::parse_from_rfc3339(&line.timestamp).is_ok());
        said.and_then(|line| number(&line.level)).unwrap_or(INFO) >= self.0
    }
}

fn number(level: &str) -> Option<usize> {
    LEVELS.iter().position(|known| known.eq_ignore_ascii_case(level))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_says_no_level_and_time_counts_as_info() {
        let line =
            |level: &str, timestamp: &str| format!(r#"{{"level": "{level}", "timestamp": "{timestamp}", "m": 1}}"#);
        let time = "2026-11-02T16:51:31.587Z";
        let lines = [
            (line("trace", time), 0),
            (line("DEBUG", time), 1),
            (line("Info", time), 2),
            (line("WARN", time), 3),
            (line("ERROR", time), 4),
            (line("FATAL", time), 5),
            (line("LOUD", time), 2),
            (line("ERROR", "yesterday"), 2),
            (format!(r#"{{"level": "ERROR", "time": "{time}"}}"#), 2),
            ("REPORT of something".to_owned(), 2),
        ];
        for (least, level) in LEVELS.into_iter().enumerate() {
            let filter = LogFilter::of("JSON", Some(level)).unwrap();
            for (line, severity) in &lines {
                assert_eq!(filter.passes(line), *severity >= least, "{level}: {line}");
            }
        }
        assert_eq!(LogFilter::of("JSON", None), LogFilter::of("json", Some("INFO")));
        assert_eq!(LogFilter::of("Text", Some("ERROR")), None);
    }
}
