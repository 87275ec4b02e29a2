//! What was unusual, in an insight event.
//!
//! Learned from the page "Insights events record contents for trails". An insight event has no
//! caller: its `userIdentity` is absent. Figures are kept as they are written.

use crate::object::object;
use serde_json::value::RawValue;

object! {
    /// `insightDetails`.
    pub struct InsightDetails {
        /// `Start` or `End`; both share `sharedEventID`.
        state: String = "state",
        /// The service whose calls were unusual.
        event_source: String = "eventSource",
        /// The API action whose rate was unusual.
        event_name: String = "eventName",
        /// `ApiCallRateInsight` or `ApiErrorRateInsight`.
        insight_type: String = "insightType",
        /// The error whose rate was unusual.
        error_code: String = "errorCode",
        /// The figures.
        insight_context: InsightContext = "insightContext",
    }
}

object! {
    /// The figures of an insight.
    pub struct InsightContext {
        /// Rates and durations.
        statistics: InsightStatistics = "statistics",
        /// Who or what the unusual calls came from.
        attributions: Vec<Attribution> = "attributions",
    }
}

object! {
    /// Rates a minute, durations in minutes.
    pub struct InsightStatistics {
        /// The usual rate.
        baseline: InsightValue = "baseline",
        /// The unusual rate.
        insight: InsightValue = "insight",
        /// How long it was unusual.
        insight_duration: Box<RawValue> = "insightDuration",
        /// How long the usual rate was measured.
        baseline_duration: Box<RawValue> = "baselineDuration",
    }
}

object! {
    /// A value with its mean.
    pub struct InsightValue {
        /// What it is a value of, inside attributions.
        value: String = "value",
        /// The mean a minute.
        average: Box<RawValue> = "average",
    }
}

object! {
    /// The callers, agents or errors behind a rate.
    pub struct Attribution {
        /// `userIdentityArn`, `userAgent` or `errorCode`.
        attribute: String = "attribute",
        /// During the unusual time.
        insight: Vec<InsightValue> = "insight",
        /// During the usual time.
        baseline: Vec<InsightValue> = "baseline",
    }
}
