//! The sample events of the project, in the binary: `events/<service>/<EventName>.<case>.json`.

use rust_embed::Embed;
use serde_json::Value;
use std::collections::BTreeSet;

#[derive(Embed)]
#[folder = "../events"]
struct Files;

/// The folders of events that are there to be refused.
const NO_CALLS: [&str; 2] = ["bad", "near-miss"];

/// A sample.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::commands) struct Sample {
    pub(in crate::commands) service: String,
    pub(in crate::commands) name: String,
    pub(in crate::commands) case: String,
    file: String,
}

/// All there are, by service and name.
pub(in crate::commands) fn all() -> BTreeSet<Sample> {
    Files::iter().filter_map(|file| Sample::of(&file)).collect()
}

impl Sample {
    fn of(file: &str) -> Option<Sample> {
        let (service, rest) = file.split_once('/').filter(|(folder, _)| !NO_CALLS.contains(folder))?;
        let (name, case) = rest.strip_suffix(".json")?.split_once('.')?;
        let text = str::to_owned;
        Some(Sample { service: text(service), name: text(name), case: text(case), file: text(file) })
    }

    /// Whether somebody who writes `sqs:CreateQueue` or `CreateQueue` means this call, in any case.
    pub(in crate::commands) fn is_called(&self, call: &str) -> bool {
        match call.split_once(':') {
            Some((service, name)) => {
                service.eq_ignore_ascii_case(&self.service) && name.eq_ignore_ascii_case(&self.name)
            }
            None => call.eq_ignore_ascii_case(&self.name),
        }
    }

    /// The event; `None` if it is none, which a test of the samples would have seen.
    pub(in crate::commands) fn event(&self) -> Option<Value> {
        serde_json::from_slice(&Files::get(&self.file)?.data).ok()
    }
}
