//! What kind of event a record is: `eventType` and `eventCategory`.
//!
//! Both are open sets, so both keep a name they don't know instead of refusing the record.

/// `eventType`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventType {
    /// `AwsApiCall`: an API was called.
    ApiCall,
    /// `AwsServiceEvent`: the service did something by itself, as when it rotates a key.
    ServiceEvent,
    /// `AwsConsoleAction`: something done in the console that is not an API call.
    ConsoleAction,
    /// `AwsConsoleSignIn`: somebody signed in, or tried to.
    ConsoleSignIn,
    /// `AwsVpceEvent`, which the record reference spells `AwsVpceEvents`: network activity at a VPC endpoint.
    VpceEvent,
    /// `AwsCloudTrailInsight`: an unusual rate of calls or errors.
    Insight,
    /// A type this version does not know.
    Other(String),
}

/// `eventCategory`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventCategory {
    /// Calls that manage resources.
    Management,
    /// Calls on the data inside resources.
    Data,
    /// Calls through a VPC endpoint.
    NetworkActivity,
    /// Unusual rates.
    Insight,
    /// A category this version does not know.
    Other(String),
}

impl From<&str> for EventType {
    fn from(text: &str) -> Self {
        match text {
            "AwsApiCall" => EventType::ApiCall,
            "AwsServiceEvent" => EventType::ServiceEvent,
            "AwsConsoleAction" => EventType::ConsoleAction,
            "AwsConsoleSignIn" => EventType::ConsoleSignIn,
            "AwsVpceEvent" | "AwsVpceEvents" => EventType::VpceEvent,
            "AwsCloudTrailInsight" => EventType::Insight,
            other => EventType::Other(other.to_owned()),
        }
    }
}

impl From<&str> for EventCategory {
    fn from(text: &str) -> Self {
        match text {
            "Management" => EventCategory::Management,
            "Data" => EventCategory::Data,
            "NetworkActivity" => EventCategory::NetworkActivity,
            "Insight" => EventCategory::Insight,
            other => EventCategory::Other(other.to_owned()),
        }
    }
}
