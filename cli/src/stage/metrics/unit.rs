//! What a metric counts, as CloudWatch names it.

use serde::Serialize;

/// A unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Unit(&'static str);

/// All that there are
/// (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html>).
const ALL: [&str; 27] = [
    "Seconds",
    "Microseconds",
    "Milliseconds",
    "Bytes",
    "Kilobytes",
    "Megabytes",
    "Gigabytes",
    "Terabytes",
    "Bits",
    "Kilobits",
    "Megabits",
    "Gigabits",
    "Terabits",
    "Percent",
    "Count",
    "Bytes/Second",
    "Kilobytes/Second",
    "Megabytes/Second",
    "Gigabytes/Second",
    "Terabytes/Second",
    "Bits/Second",
    "Kilobits/Second",
    "Megabits/Second",
    "Gigabits/Second",
    "Terabits/Second",
    "Count/Second",
    "None",
];

impl Unit {
    /// How often.
    pub const COUNT: Unit = Unit("Count");
    /// How long.
    pub const MILLISECONDS: Unit = Unit("Milliseconds");
    /// Nothing that has a name.
    pub const NONE: Unit = Unit("None");

    /// The unit of this name.
    pub fn named(name: &str) -> Option<Unit> {
        ALL.into_iter().find(|unit| *unit == name).map(Unit)
    }

    /// Its name.
    pub fn as_str(self) -> &'static str {
        self.0
    }
}
