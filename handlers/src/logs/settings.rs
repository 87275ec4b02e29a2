//! What the log goes by: Lambda's own variables, and those that people know from Powertools.
//!
//! `AWS_LAMBDA_LOG_LEVEL` is what Lambda filters by, so it decides wherever it is set, as Powertools
//! documents its order; `POWERTOOLS_LOG_LEVEL` (or the older `LOG_LEVEL`) decides elsewhere, and what it
//! asks for in vain is said once.

use super::level::Level;
use crate::Environment;

/// The log's settings.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    /// As every line says who wrote it.
    pub(super) service: String,
    /// Text, where JSON was not asked for.
    pub(super) text: bool,
    /// The least severe level that is written.
    pub(super) level: Level,
    /// What Lambda drops lines below, where it filters.
    pub(super) filter: Option<Level>,
    /// The namespace of the metrics; none where they are turned off.
    pub(super) namespace: Option<String>,
    /// What was asked for and can't be had.
    pub(super) discarded: Option<String>,
}

impl Settings {
    /// Reads them; what is wrong is noted in the environment.
    pub(super) fn read(environment: &mut Environment, response: &str) -> Settings {
        const LAMBDAS: &str = "AWS_LAMBDA_LOG_LEVEL";
        let filter = environment.optional(LAMBDAS, str::parse::<Level>);
        let variable = ["POWERTOOLS_LOG_LEVEL", "LOG_LEVEL"].into_iter().find(|name| environment.get(name).is_some());
        let asked = variable.and_then(|name| Some((name, environment.optional(name, str::parse::<Level>)?)));
        let discarded = match (filter, asked) {
            (Some(filter), Some((name, level))) if level < filter => Some(format!(
                "{name} is {level}, and {LAMBDAS}, which Lambda filters by, is {filter}: what is below it is not written"
            )),
            _ => None,
        };
        let disabled = environment.optional("POWERTOOLS_METRICS_DISABLED", flag).unwrap_or(false);
        let namespace = environment.optional("POWERTOOLS_METRICS_NAMESPACE", namespace);
        Settings {
            service: environment.get("POWERTOOLS_SERVICE_NAME").unwrap_or_else(|| response.to_owned()),
            text: environment.optional("AWS_LAMBDA_LOG_FORMAT", is_text).unwrap_or(false),
            level: filter.or(asked.map(|(_, level)| level)).unwrap_or(Level::Info),
            filter,
            namespace: (!disabled).then(|| namespace.unwrap_or_else(|| "Trailhook".to_owned())),
            discarded,
        }
    }
}

fn is_text(format: &str) -> Result<bool, String> {
    match format.to_ascii_lowercase().as_str() {
        "json" => Ok(false),
        "text" => Ok(true),
        _ => Err(format!("{format:?} is neither JSON nor Text")),
    }
}

/// What CloudWatch takes as a namespace of one's own.
fn namespace(text: &str) -> Result<String, String> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-/#: ".contains(&byte);
    let own =
        !text.starts_with(':') && !text.starts_with("AWS/") && text.bytes().any(|byte| byte.is_ascii_alphanumeric());
    if text.len() <= 255 && own && text.bytes().all(allowed) {
        Ok(text.to_owned())
    } else {
        let how = "1 to 255 letters, digits, spaces and . _ - / # :, and neither : nor AWS/ in front";
        Err(format!("{text:?} is not the namespace of metrics of one's own ({how})"))
    }
}

/// Yes and no, in all the words that Powertools has for them.
fn flag(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "1" | "y" | "yes" | "t" | "true" | "on" => Ok(true),
        "0" | "n" | "no" | "f" | "false" | "off" => Ok(false),
        _ => Err(format!("{text:?} is neither true nor false")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> (Settings, Vec<String>) {
        let mut environment = Environment::of(variables.iter().copied());
        let settings = Settings::read(&mut environment, "notify");
        (settings, environment.into_problems().iter().map(ToString::to_string).collect())
    }

    #[test]
    fn lambdas_level_decides_and_who_asked_for_more_is_told() {
        for (lambdas, own, older, level, told) in [
            ("", "", "", Level::Info, false),
            ("", "DEBUG", "", Level::Debug, false),
            ("", "", "warning", Level::Warn, false),
            ("", "error", "TRACE", Level::Error, false),
            ("", "CRITICAL", "", Level::Fatal, false),
            ("WARN", "", "", Level::Warn, false),
            ("WARN", "DEBUG", "", Level::Warn, true),
            ("WARN", "", "INFO", Level::Warn, true),
            ("INFO", "ERROR", "", Level::Info, false),
            ("FATAL", "FATAL", "", Level::Fatal, false),
        ] {
            let variables = [("AWS_LAMBDA_LOG_LEVEL", lambdas), ("POWERTOOLS_LOG_LEVEL", own), ("LOG_LEVEL", older)];
            let (settings, problems) = read(&variables);
            assert_eq!((settings.level, problems), (level, Vec::new()), "{variables:?}");
            assert_eq!(settings.discarded.is_some(), told, "{variables:?}: {:?}", settings.discarded);
        }
    }

    #[test]
    fn what_powertools_knows_is_known_here() {
        let (settings, problems) = read(&[]);
        assert_eq!((settings.service.as_str(), settings.namespace.as_deref()), ("notify", Some("Trailhook")));
        assert_eq!(problems, Vec::<String>::new());
        let named =
            [("POWERTOOLS_SERVICE_NAME", "queues of the shop"), ("POWERTOOLS_METRICS_NAMESPACE", "Shop/Queues #1")];
        let (settings, problems) = read(&named);
        let names = (settings.service.as_str(), settings.namespace.as_deref());
        assert_eq!((names, problems), (("queues of the shop", Some("Shop/Queues #1")), Vec::new()));
        for (value, disabled) in [("true", true), ("1", true), ("On", true), ("false", false), ("0", false)] {
            let (settings, problems) = read(&[("POWERTOOLS_METRICS_DISABLED", value)]);
            assert_eq!((settings.namespace.is_none(), problems), (disabled, Vec::new()), "{value}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_a_problem() {
        let long = "n".repeat(256);
        for (name, value) in [
            ("AWS_LAMBDA_LOG_LEVEL", "LOUD"),
            ("AWS_LAMBDA_LOG_FORMAT", "YAML"),
            ("POWERTOOLS_LOG_LEVEL", "silent"),
            ("LOG_LEVEL", "trailhook=debug"),
            ("POWERTOOLS_METRICS_NAMESPACE", "AWS/Lambda"),
            ("POWERTOOLS_METRICS_NAMESPACE", ":shop"),
            ("POWERTOOLS_METRICS_NAMESPACE", "..."),
            ("POWERTOOLS_METRICS_NAMESPACE", "Kaufhäuser"),
            ("POWERTOOLS_METRICS_NAMESPACE", &long),
            ("POWERTOOLS_METRICS_DISABLED", "maybe"),
        ] {
            let (_, problems) = read(&[(name, value)]);
            assert!(problems.len() == 1 && problems[0].starts_with(name), "{name}={value}: {problems:?}");
        }
    }
}
